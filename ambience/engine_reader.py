"""Somebody who reads along while an engine plays, such as a MIDI port that gets the notes at the moment they sound."""

from typing import Protocol

from ambience.music.work import WrittenBar
from ambience.units import FloatArray


class Reader(Protocol):
    """Told what is played before it sounds; on the thread that renders, so it may only take note."""

    def read_bar(self, written: WrittenBar, from_frame: int) -> None:
        """Read a bar: a new one, or what the last one has become from a frame above 0 on."""
        ...

    def read_controls(self, frame: int, controls: FloatArray) -> None:
        """Read tension, brightness, density, space and level, each 0..1, at a frame."""
        ...
