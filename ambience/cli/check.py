"""What `ambience check` finds."""

from ambience import piece
from ambience.errors import AmbienceError


def faults(preset: str) -> list[str]:
    """Return what is wrong with a preset, one line a fault."""
    try:
        piece.load(preset)
    except AmbienceError as error:
        return str(error).splitlines()
    return []
