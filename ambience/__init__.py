"""One continuous soundtrack from one preset: composed, synthesised, rendered or played live."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ambience.bounce import render
    from ambience.engine import Engine
    from ambience.errors import AmbienceError, ParameterError, PresetError
    from ambience.live.session import LiveSession as live
    from ambience.piece import Composition, compose, load
    from ambience.preset import Preset
    from ambience.rendering import Progress, Rendering

__all__ = [
    "AmbienceError",
    "Composition",
    "Engine",
    "ParameterError",
    "Preset",
    "PresetError",
    "Progress",
    "Rendering",
    "compose",
    "live",
    "load",
    "render",
]

__version__ = "0.4.0"

_HOMES = {
    "AmbienceError": "errors",
    "Composition": "piece",
    "Engine": "engine",
    "ParameterError": "errors",
    "Preset": "preset",
    "PresetError": "errors",
    "Progress": "rendering",
    "Rendering": "rendering",
    "compose": "piece",
    "live": "live",
    "load": "piece",
    "render": "bounce",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that importing the package costs nothing (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES[name]}")
    found: object = home if _HOMES[name] == name else getattr(home, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
