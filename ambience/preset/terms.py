"""The kinds of value that a preset is made of: numbers with their limits, names, pitches."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

ONE_DAY_S = 86_400
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_PITCH = re.compile(r"([A-G])([#b]?)(-1|\d)")
_MIDI_RANGE = range(128)


def broken(rule: str, hint: str = "") -> PydanticCustomError:
    """Make the error of a rule that is already phrased for the musician."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "hint": hint})


def matching(pattern: str, rule: str, hint: str = "") -> tuple[AfterValidator, Any]:
    """Demand that a text matches a pattern as a whole, and say so in the schema."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise broken(rule, hint)
        return text

    return AfterValidator(check), Field(json_schema_extra={"pattern": f"^{pattern}$"})


def pitch_midi(name: str) -> int:
    """Read a checked pitch name as a note number (C4 = 60)."""
    found = _PITCH.fullmatch(name)
    if not found or (pitch := _spelled_midi(*found.groups())) not in _MIDI_RANGE:
        raise broken("must be a pitch from C-1 to G9", "Such as 'G3', 'Bb4' or 'F#5'; C4 is middle C.")
    return pitch


def _spelled_midi(letter: str, accidental: str, octave: str) -> int:
    return 12 * (int(octave) + 1) + _LETTERS[letter] + {"#": 1, "b": -1, "": 0}[accidental]


def not_rising(times: Iterable[object]) -> Iterator[int]:
    """Yield the position of every number that does not lie above the one before it."""
    numbers = [(i, t) for i, t in enumerate(times) if isinstance(t, int | float)]
    yield from (i for (_, before), (i, now) in pairwise(numbers) if now <= before)


def _same_pitch(name: str) -> str:
    pitch_midi(name)
    return name


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _own_file(text: str) -> str:
    parts = re.split(r"[/\\]", text)
    if ".." in parts or parts[0] == "" or ":" in text or not text.isprintable():
        raise broken("must be a file in the preset's own folder or below it", "Write it relative to the preset.")
    return text


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Share = Annotated[Number, Field(ge=0, le=1)]
Lift = Annotated[Number, Field(ge=-0.5, le=0.5)]
LevelDb = Annotated[Number, Field(ge=-60, le=12)]
Seconds = Annotated[Number, Field(ge=0, le=ONE_DAY_S)]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]

_name_rule, _name_pattern = matching(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "is not a usable name", "Use letters, digits, - and _, at most 64 in all."
)
Name = Annotated[str, _name_rule, _name_pattern]
AnyName = Annotated[str, Field(min_length=1)]
_title_rule, _title_pattern = matching(r"[^\x00-\x1f\x7f]{1,200}", "must be one line of 1 to 200 characters")
Title = Annotated[str, _title_rule, _title_pattern]
_tonic_rule, _tonic_pattern = matching(
    r"[A-G][#b]?", "must be a note name from C to B", "With # or b if need be, such as 'Eb'."
)
Tonic = Annotated[str, _tonic_rule, _tonic_pattern]
_meter_rule, _meter_pattern = matching(
    r"([2-9]|1[0-5])/[48]", "must be 2 to 15 quarters or eighths", "Such as '4/4', '5/4' or '7/8'."
)
Meter = Annotated[str, _meter_rule, _meter_pattern]
PitchName = Annotated[str, AfterValidator(_same_pitch), Field(json_schema_extra={"pattern": f"^{_PITCH.pattern}$"})]
FileBeside = Annotated[str, Field(min_length=1), AfterValidator(_own_file)]
Transforms = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
