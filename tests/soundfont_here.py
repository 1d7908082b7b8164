"""Whether this machine can play a soundfont; tests that need one say why they do not run."""

from functools import cache

from ambience.errors import ParameterError
from ambience.sound.fluid import library_version
from ambience.sound.soundfonts import find_font


@cache
def what_is_missing() -> str:
    """Return what must be installed first, or nothing."""
    try:
        library_version()
        find_font("")
    except ParameterError as error:
        return str(error)
    return ""
