"""The addresses of the OSC door, and what each of them asks of the music."""

from collections.abc import Callable, Sequence
from typing import Any

from ambience.errors import ParameterError, explain
from ambience.live.osc.packet import Argument, OscMessage
from ambience.live.wire import wish_of
from ambience.live.wishes import Wish
from ambience.plugins import suggest

_Arguments = Sequence[Argument]
_OFF = "off"


def wish_from(message: OscMessage) -> Wish | None:
    """Return what a message asks for; None for a button that is let go.

    Raises
    ------
    ParameterError
        If it asks for nothing that there is.
    """
    words = _WORDS.get(message.address)
    if words is None:
        hint = suggest(message.address, ADDRESSES)
        raise ParameterError(explain("osc", "", None, "is not an address of this session", hint))
    fewest, most, read = words
    if not fewest <= len(message.arguments) <= most:
        count = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise ParameterError(explain("osc", "arguments", len(message.arguments), f"must be {count}"))
    table = read(message.arguments)
    return None if table is None else wish_of(table)


def _state(arguments: _Arguments) -> dict[str, Any]:
    table: dict[str, Any] = {"state": arguments[0]}
    for argument in arguments[1:]:
        table["when" if isinstance(argument, str) else "fade_s"] = argument
    if len(table) != len(arguments):
        raise ParameterError(explain("osc", "arguments", len(arguments), "must be a state, a moment and a fade"))
    return table


def _moved(name: str) -> "_Read":
    def read(arguments: _Arguments) -> dict[str, Any]:
        return {name: arguments[0], **({"fade_s": arguments[1]} if len(arguments) > 1 else {})}

    return read


def _cue(arguments: _Arguments) -> dict[str, Any]:
    return {"cue": arguments[0]}


def _stinger(arguments: _Arguments) -> dict[str, Any] | None:
    return {"stinger": True} if not arguments or _switch("stinger", arguments[0]) else None


def _countdown(arguments: _Arguments) -> dict[str, Any]:
    return {"countdown_s": None if not arguments or arguments[0] == _OFF else arguments[0]}


def _hold(arguments: _Arguments) -> dict[str, Any]:
    return {"hold": not arguments or _switch("hold", arguments[0])}


def _switch(name: str, argument: Argument) -> bool:
    """Read what control surfaces send for a button: a truth value, or 1 and 0."""
    if argument in (0, 1):  # True and 1.0 too
        return bool(argument)
    raise ParameterError(explain("osc", name, argument, "must be 1 or 0"))


_Read = Callable[[_Arguments], "dict[str, Any] | None"]
_WORDS: dict[str, tuple[int, int, _Read]] = {  # fewest and most arguments
    "/state": (1, 3, _state),
    "/tension": (1, 2, _moved("tension")),
    "/level": (1, 2, _moved("level")),
    "/cue": (1, 1, _cue),
    "/stinger": (0, 1, _stinger),
    "/countdown": (0, 1, _countdown),
    "/hold": (0, 1, _hold),
}
ADDRESSES = (*_WORDS, "/subscribe", "/unsubscribe")
