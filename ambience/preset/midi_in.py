"""What a keyboard, a pedal or a fader box means to a piece that is played live."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ambience.preset.settings import Settings
from ambience.preset.terms import AnyName, Number, Whole, broken
from ambience.scene import When

FIRST_NOTE_MIDI = 36  # C2, where pad controllers begin
_Seven = Annotated[Whole, Field(ge=0, le=127)]
_Controller = Annotated[Whole, Field(ge=0, le=119)]  # beyond are no controllers but orders, such as all notes off


class MidiIn(Settings):
    """Which MIDI message asks for what."""

    called: ClassVar[str] = "the MIDI that steers"

    channel: Annotated[Whole, Field(ge=1, le=16)] | None = Field(
        default=None, description="channel that is listened to, 1 to 16; absent: all"
    )
    notes: dict[AnyName, _Seven] = Field(
        default={}, description="note number that asks for each state; absent: 36 (C2) for the first, 37 for the next"
    )
    programs: dict[AnyName, _Seven] = Field(
        default={}, description="program, from 0, that asks for each state; absent: 0 for the first, 1 for the next"
    )
    tension_controller: _Controller = Field(default=1, description="number of the controller that moves the tension")
    level_controller: _Controller = Field(default=2, description="number of the controller that moves the level")
    when: When = Field(default="bar", description="musical moment at which a state that was asked for begins")
    fade_s: Annotated[Number, Field(ge=0, le=600)] = Field(
        default=0.1, description="seconds in which tension and level follow a controller"
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.tension_controller == self.level_controller:
            raise broken("gives tension and level the same controller", "One fader cannot say two things.")
        for word in ("notes", "programs"):
            if len(set(getattr(self, word).values())) < len(getattr(self, word)):
                raise broken(f"gives two states the same number among its {word}", "Each needs its own.")
        return self

    def states_by_note(self, states: tuple[str, ...]) -> dict[int, str]:
        """Tell for every note number that means something the state that it asks for."""
        return _by_number(self.notes, states, FIRST_NOTE_MIDI)

    def states_by_program(self, states: tuple[str, ...]) -> dict[int, str]:
        """Tell for every program that means something, from 0, the state that it asks for."""
        return _by_number(self.programs, states, 0)


def _by_number(given: dict[str, int], states: tuple[str, ...], first: int) -> dict[int, str]:
    return {number: state for state, number in given.items()} if given else dict(enumerate(states, first))
