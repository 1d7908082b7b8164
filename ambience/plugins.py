"""Parts, instruments and effects are found by name: one file here, or an entry point elsewhere."""

import dataclasses
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ambience.errors import ParameterError, explain

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Kind = Literal["parts", "instruments", "effects"]

_PACKAGES: dict[Kind, str] = {
    "parts": "ambience.music.parts",
    "instruments": "ambience.sound.instruments",
    "effects": "ambience.sound.effects",
}


class MidiProfile(NamedTuple):
    """How a DAW should play what an instrument plays."""

    program: int  # General MIDI program, 0..127
    lowest_midi: int  # lowest sounding note of the real instrument
    highest_midi: int  # highest sounding note of the real instrument
    drum_key: int | None = None  # General MIDI drum key: the layer goes to channel 10


def setting(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
) -> Any:
    """Declare one setting of a part, an instrument or an effect.

    Parameters
    ----------
    default : Any
        Value when the preset does not name the setting.
    doc : str
        One phrase: unit and effect on the ear. It is shown by `ambience list` and by editors.
    low, high : float, optional
        Smallest and largest value allowed, inclusive.
    above : float, optional
        The value must be greater than this.

    Returns
    -------
    field : dataclasses.Field
        For the body of a frozen dataclass.
    """
    bounds = {"low": low, "high": high, "above": above}
    metadata = {"doc": doc, **{key: value for key, value in bounds.items() if value is not None}}
    return dataclasses.field(default=default, metadata=metadata)


@cache
def names(kind: Kind) -> tuple[str, ...]:
    """List the names of all parts, instruments or effects, built in and installed."""
    return tuple(sorted(_own(kind) | _installed(kind).keys()))


def exists(kind: Kind, name: str) -> bool:
    """Tell whether a part, an instrument or an effect has the name; what is built in goes first."""
    return name in _own(kind) or name in _installed(kind)


@cache
def find(kind: Kind, name: str) -> type:
    """Find the class behind a name.

    Parameters
    ----------
    kind : {"parts", "instruments", "effects"}
        What is looked for.
    name : str
        File name of a built-in, or name of an installed entry point.

    Raises
    ------
    ParameterError
        If nothing of that kind has the name.
    """
    if not exists(kind, name):
        raise ParameterError(explain(kind, "name", name, f"is not among the {kind}", suggest(name, names(kind))))
    if name not in _own(kind):
        return _as_class(_installed(kind)[name].load())
    module = import_module(f"{_PACKAGES[kind]}.{name}")
    return _as_class(getattr(module, "".join(word.capitalize() for word in name.split("_"))))


def build(kind: Kind, table: Mapping[str, Any]) -> Any:
    """Make a part, an instrument or an effect from its preset table, already validated."""
    settings = {key: value for key, value in table.items() if key != "name"}
    return find(kind, table["name"])(**settings)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return which of the known words was probably meant; empty if none was."""
    from difflib import get_close_matches  # whose words are right needs no guess

    return next(iter(get_close_matches(word, list(known), n=1)), "")


def suggest(word: str, known: tuple[str, ...]) -> str:
    """Phrase a "did you mean", or list what there is."""
    close = nearest(word, known)
    return f"Did you mean {close!r}?" if close else f"There are: {', '.join(known)}."


@cache
def _own(kind: Kind) -> frozenset[str]:
    package = import_module(_PACKAGES[kind])
    return frozenset(module.name for module in pkgutil.iter_modules(package.__path__))


@cache
def _installed(kind: Kind) -> "dict[str, EntryPoint]":
    from importlib.metadata import entry_points  # takes longer than all else here, and few presets need it

    return {point.name: point for point in entry_points(group=f"ambience.{kind}")}


def _as_class(found: object) -> type:
    if not isinstance(found, type):
        raise ParameterError(explain("plugin", "", None, f"{found!r} is not a class"))
    return found
