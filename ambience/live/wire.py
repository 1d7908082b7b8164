"""What comes over a wire, whichever it is: one message, one strict reading, one check, one line if it is wrong."""

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NoReturn

from pydantic import AfterValidator, Field, ValidationError, WithJsonSchema

from ambience.errors import ParameterError, explain
from ambience.live.wishes import Wish
from ambience.preset.faults import explained, faults
from ambience.preset.settings import Settings
from ambience.preset.terms import Number, Share, Switch, Whole, broken
from ambience.scene import When

VERSION = 1
MESSAGE_BYTES = 65_536  # the longest message that is read

_WHERE = "live"
_LONGEST_ID = 64
_LONGEST_DIGITS = 400  # more do not fit into a float
_NOT_ASKED = {"id", "version"}


def _usable_id(value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53  # what a browser can count to
    if value is None or whole or (isinstance(value, str) and len(value) <= _LONGEST_ID and value.isprintable()):
        return value
    raise broken(f"must be a whole number or at most {_LONGEST_ID} printable characters")


_Id = Annotated[Any, AfterValidator(_usable_id), WithJsonSchema({"type": ["integer", "string", "null"]})]
_Word = Annotated[str, Field(strict=True, min_length=1, max_length=64)]


class Message(Settings):
    """Something that the music is to do; what is not named stays as it is."""

    called: ClassVar[str] = "a message"

    version: Annotated[Whole, Field(ge=VERSION, le=VERSION)] = Field(default=VERSION, description="of this format")
    id: _Id = Field(default=None, description="comes back with the answer")
    state: _Word = Field(default="", description="the scene state to go to")
    when: When = Field(default="bar", description="the musical moment at which the notes change")
    fade_s: Annotated[Number, Field(ge=0, le=600)] = Field(
        default=4.0, description="seconds in which controls and gains move, at once"
    )
    tension: Share = Field(default=0.0, description="0 calm to 1 unbearable")
    level: Share = Field(default=1.0, description="what is left of a supply such as oxygen, 1 to 0")
    cue: _Word = Field(default="", description="a motif of the cast, heard once")
    stinger: Switch = Field(default=False, description="a short hit at the next beat")
    countdown_s: Annotated[Number, Field(gt=0, le=86_400)] | None = Field(
        default=None, description="seconds to a deadline; null calls it off"
    )
    hold: Switch = Field(default=False, description="true: the form waits; false: it goes on")


def read_json(content: str | bytes) -> dict[str, Any]:
    """Read one JSON object, strictly: no NaN, no number beyond a float, no key twice, nothing nested without end.

    Raises
    ------
    ParameterError
        With one line.
    """
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        table = json.loads(
            text, parse_constant=_refuse, parse_float=_finite, parse_int=_whole, object_pairs_hook=_without_twins
        )
    except RecursionError:
        raise _fault("is nested too deeply") from None
    except ValueError as error:  # of the decoders too
        raise _fault(f"is not valid JSON: {_reason(error)}") from None
    if not isinstance(table, dict):
        raise _fault("must be a JSON object", 'Such as {"state": "battle", "when": "bar"}.')
    return table


def wish_of(table: Mapping[str, Any]) -> Wish:
    """Check a message and return what it asks for; what only a preset can tell, such as names, the session judges.

    HTTP, WebSocket and OSC all come through here.

    Parameters
    ----------
    table : mapping
        The fields of `Message` that are meant; ``countdown_s`` None calls a deadline off.

    Raises
    ------
    ParameterError
        With one line: the first thing that is wrong.
    """
    try:
        message = Message.model_validate(dict(table))
    except ValidationError as error:
        raise ParameterError(explained(faults(Message, table, error)[0], _WHERE)) from None
    asked = {name: getattr(message, name) for name in table if name not in _NOT_ASKED}
    call_off = "countdown_s" in asked and asked["countdown_s"] is None
    return Wish(**asked, call_off=call_off)


def id_of(table: Mapping[str, Any]) -> int | str | None:
    """Return a message's id, so that it comes back even if the rest is wrong; None if there is no usable one."""
    try:
        found = _usable_id(table.get("id"))
    except ValueError:
        return None
    return found if isinstance(found, int | str) else None


def _fault(rule: str, hint: str = "") -> ParameterError:
    return ParameterError(explain("message", "", None, rule, hint))


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("A number is too large")
    return value


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_DIGITS or not math.isfinite(float(digits)):
        raise ValueError("A number is too large")
    return int(digits)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("A key stands there twice")
    return table


def _reason(error: ValueError) -> str:
    return "It is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
