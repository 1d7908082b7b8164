"""A preset: everything that makes one piece, read from TOML, checked as a whole and frozen."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ambience.preset.model import Preset as Preset


def __getattr__(name: str) -> object:
    """Load the model with its rules when it is first used: who lists presets checks none (PEP 562)."""
    if name == "Preset":
        from ambience.preset.model import Preset

        return Preset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
