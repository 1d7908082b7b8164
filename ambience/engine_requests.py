"""What can be asked of a piece while it plays, and what is answered; every way of asking ends in one check."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self, get_args

from ambience.errors import require
from ambience.music.conducting.outlook import Answer
from ambience.music.form.deadline import SHORTEST_S
from ambience.music.ledger.cast import find_member
from ambience.music.work import Work
from ambience.plugins import suggest
from ambience.scene import SceneChange, When
from ambience.units import s_to_frames

_WHENS: tuple[str, ...] = get_args(When)
_LONGEST_FADE_S, _LONGEST_COUNTDOWN_S = 600.0, 86_400.0
_CALLED_OFF_S = -1.0


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """A wish that the engine took, and the moment at which the music will answer."""

    change: SceneChange
    at_frame: int  # first frame of the bar (bridge or state) that answers
    at_s: float
    bar: int  # index of that bar; -1 where no bar is meant, or the wish is dated too late to tell
    begins_frame: int  # first frame of the state itself, behind its bridge; `at_frame` where there is none
    begins_bar: int  # index of that bar; -1 as above

    @classmethod
    def answered(cls, change: SceneChange, answer: Answer, sample_rate_hz: int) -> Self:
        """Say when a change is answered, to the frame."""
        at_frame, begins_frame = (s_to_frames(at_s, sample_rate_hz) for at_s in (answer.at_s, answer.begins_s))
        return cls(change, at_frame, answer.at_s, answer.bar, begins_frame, answer.begins_bar)


@dataclass(frozen=True, slots=True)
class Exit:
    """Where the music could go, and when, if somebody asked now for the next bar line."""

    state: str
    at_frame: int  # first frame of the state
    bar: int
    answer_frame: int  # first frame of the bar that answers: of the bridge, or of the state itself
    answer_bar: int

    @classmethod
    def told(cls, state: str, answer: Answer, sample_rate_hz: int) -> Self:
        """Say when a state would begin, to the frame."""
        at_frame, answer_frame = (s_to_frames(at_s, sample_rate_hz) for at_s in (answer.begins_s, answer.at_s))
        return cls(state, at_frame, answer.begins_bar, answer_frame, answer.bar)


@dataclass(frozen=True, slots=True)
class Now:
    """What a display shows of the moment that is rendered next."""

    frame: int
    at_s: float
    state: str
    arriving: str  # state to which a bridge leads; empty: there is none
    next_state: str  # empty: none is in sight
    next_frame: int | None  # at which it begins, if nothing comes between
    next_bar: int | None
    held: bool  # the form waits
    bar: int
    beat: float  # of the bar, from 0
    bar_beats: float
    tempo_bpm: float
    key: str  # such as "D dorian"
    root_pc: int | None  # of the chord, 0..11; None before the first bar
    quality: str  # of the chord, such as "minor7"
    theme: str  # transform of the theme; empty: it rests
    cue: str  # motif of the cast that is heard; empty: none
    zero_in_s: float | None  # seconds to a deadline
    tension: float  # 0..1, asked for
    level: float  # 0..1
    realized_tension: float  # 0..1, of the bar, measured on its notes


class Requests(ABC):
    """The ways of asking."""

    @abstractmethod
    def post(self, change: SceneChange) -> ScheduledChange:
        """Take a change that is dated."""

    @property
    @abstractmethod
    def now_s(self) -> float:
        """The first moment that is not rendered yet."""

    def set_state(
        self,
        state: str,
        *,
        when: When = "bar",
        fade_s: float = 4.0,
        tension: float | None = None,
        level: float | None = None,
    ) -> ScheduledChange:
        """Ask for another scene state; the form's own changes wait from then on, until `hold(False)`.

        Parameters
        ----------
        state : str
            Name of one of the preset's states.
        when : {"now", "beat", "bar", "phrase"}
            Musical moment at which the notes change; controls and gains move at once.
        fade_s : float, 0..600
            Time in which they move.
        tension, level : float, optional, 0..1
            Instead of the state's own.

        Returns
        -------
        scheduled : ScheduledChange
            With the exact frame at which the music answers.
        """
        return self.post(SceneChange(self.now_s, state, fade_s, when, tension, level))

    def set_tension(self, tension: float, *, fade_s: float = 4.0) -> ScheduledChange:
        """Move the tension, 0..1, and stay in the state."""
        return self.post(SceneChange(self.now_s, None, fade_s, "now", tension=tension))

    def set_level(self, level: float, *, fade_s: float = 4.0) -> ScheduledChange:
        """Move the level of the supply, 0..1, and stay in the state."""
        return self.post(SceneChange(self.now_s, None, fade_s, "now", level=level))

    def cue(self, name: str) -> ScheduledChange:
        """Let a motif of the cast be heard once, from the next bar line on, over whatever plays."""
        require(bool(name), "cue", "name", name, "must be the name of a motif of the cast")
        return self.post(SceneChange(self.now_s, cue=name))

    def stinger(self) -> ScheduledChange:
        """Hit once at the next beat, unless the last hit was less than two seconds before."""
        return self.post(SceneChange(self.now_s, stinger=True))

    def countdown(self, seconds: float | None) -> ScheduledChange:
        """Let a deadline run out in so many seconds, or move the one that runs; None calls it off."""
        zero_s = _CALLED_OFF_S if seconds is None else self.now_s + seconds
        if seconds is not None:
            rule = f"must be {SHORTEST_S:g} to {_LONGEST_COUNTDOWN_S:g} seconds"
            fits = SHORTEST_S <= seconds <= _LONGEST_COUNTDOWN_S
            require(fits, "countdown", "seconds", seconds, rule, "A cadence has to be heard before zero.")
        return self.post(SceneChange(self.now_s, zero_s=zero_s))

    def hold(self, on: bool = True) -> ScheduledChange:
        """Let the form's own changes wait; `on=False` lets it go on, once the state has lasted as long as it must."""
        return self.post(SceneChange(self.now_s, hold=on))


def check(change: SceneChange, work: Work, now_s: float) -> None:
    """Raise `ParameterError` with one line unless a change can be met.

    Parameters
    ----------
    change : SceneChange
        What is asked.
    work : Work
        The piece.
    now_s : float
        The first moment that can still be changed.
    """
    where, states = "Engine", tuple(state.name for state in work.scenes.states)
    hint = "What is rendered stays as it is."
    require(math.isfinite(change.at_s), where, "at_s", change.at_s, "must be a number")
    require(change.at_s >= now_s, where, "at_s", change.at_s, f"must not be before {now_s}", hint)
    require(not change.ahead, where, "ahead", True, "belongs to the form", "A live change is dated now.")
    if change.state is not None:
        hint = suggest(change.state[:64], states)
        require(change.state in states, where, "state", change.state, "is not a state of this preset", hint)
    require(change.when in _WHENS, where, "when", change.when, f"must be one of {', '.join(_WHENS)}")
    for name in ("tension", "level"):
        value = getattr(change, name)
        require(value is None or 0.0 <= value <= 1.0, where, name, value, "must be 0 to 1")
    rule = f"must be 0 to {_LONGEST_FADE_S:g} seconds"
    require(0.0 <= change.fade_s <= _LONGEST_FADE_S, where, "fade_s", change.fade_s, rule)
    if change.cue:
        find_member(work, change.cue)
    if (zero_s := change.zero_s) is not None:
        fits = zero_s < change.at_s or 0.5 * SHORTEST_S <= zero_s - change.at_s <= 2.0 * _LONGEST_COUNTDOWN_S
        rule = f"must be at least {0.5 * SHORTEST_S:g} s after the change, or before it to call a deadline off"
        require(fits, where, "zero_s", zero_s, rule, "A cadence has to be heard before zero.")
