"""The documents that go out to whoever steers or shows a session."""

from pydantic import BaseModel, Field

from ambience.live.player import Receipt
from ambience.live.wire import VERSION


class ExitDocument(BaseModel):
    """Where the music could go."""

    state: str
    frame: int = Field(description="first frame of the state")
    bar: int
    in_s: float = Field(description="seconds until that is heard")
    answer_frame: int = Field(description="first frame of the bar that answers: of the bridge, or of the state")
    answer_bar: int


class ArrivalDocument(BaseModel):
    """Where the music goes, if nothing comes between."""

    state: str
    frame: int
    bar: int
    in_s: float = Field(description="seconds until that is heard")


class StateDocument(BaseModel):
    """How the piece stands; frames and seconds count from the start of the session."""

    version: int = VERSION
    title: str
    seed: int
    sample_rate_hz: int
    states: tuple[str, ...] = Field(description="all there are")
    tensions: dict[str, float] = Field(description="of the states, 0..1")
    cast: tuple[str, ...] = Field(description="motifs that can be called")
    playing: bool
    frame: int = Field(description="of the moment described: the next to be rendered")
    at_s: float
    heard_frame: int = Field(description="the output takes it next; a tenth of a second behind")
    state: str
    arriving: str = Field(description="state to which a bridge leads; empty: there is none")
    next: ArrivalDocument | None
    next_exits: tuple[ExitDocument, ...]
    held: bool = Field(description="the form waits")
    bar: int
    beat: float = Field(description="of the bar, from 0")
    bar_beats: float
    tempo_bpm: float
    key: str
    chord: str = Field(description="empty before the first bar")
    theme: str = Field(description="transform of the theme; empty: it rests")
    cue: str = Field(description="motif that is heard; empty: none")
    deadline_s: float | None = Field(description="seconds until it has run out, as heard")
    tension: float = Field(description="0..1, asked for")
    realized_tension: float = Field(description="0..1, of the bar, measured on its notes")
    level: float = Field(description="0..1")
    under_runs: int
    clients: int


class Acceptance(BaseModel):
    """What will happen, and when."""

    state: str | None
    when: str
    fade_s: float
    tension: float | None
    level: float | None
    cue: str
    stinger: bool
    hold: bool | None
    zero_s: float | None = Field(description="second at which a deadline runs out; negative: it is called off")
    from_frame: int = Field(description="first frame of sound that may be another: controls and gains begin to move")
    frame: int = Field(description="first frame of the bar that answers: of the bridge, or of the state itself")
    bar: int | None = Field(description="that bar; null where only values move")
    begins_frame: int = Field(description="first frame of the state itself; `frame` where there is no bridge")
    begins_bar: int | None = Field(description="that bar; null where only values move")
    at_s: float
    in_s: float = Field(description="seconds until `frame` is heard")


class Answer(BaseModel):
    """To a message that was accepted."""

    version: int = VERSION
    id: int | str | None = None
    accepted: Acceptance


class Refusal(BaseModel):
    """To a message that was not."""

    version: int = VERSION
    id: int | str | None = None
    error: str


def answer_to(receipt: Receipt, message_id: int | str | None = None) -> Answer:
    """Tell somebody what becomes of a wish."""
    change = receipt.change
    accepted = Acceptance(
        state=change.state,
        when=change.when,
        fade_s=change.fade_s,
        tension=change.tension,
        level=change.level,
        cue=change.cue,
        stinger=change.stinger,
        hold=change.hold,
        zero_s=change.zero_s,
        from_frame=receipt.from_frame,
        frame=receipt.at_frame,
        bar=receipt.bar if receipt.bar >= 0 else None,
        begins_frame=receipt.begins_frame,
        begins_bar=receipt.begins_bar if receipt.begins_bar >= 0 else None,
        at_s=receipt.at_s,
        in_s=receipt.heard_in_s,
    )
    return Answer(id=message_id, accepted=accepted)
