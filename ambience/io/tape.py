"""Tape: raw float audio in a nameless file, so that a piece of any length is measured before it is written."""

import errno
import shutil
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from ambience.io.atomic import named
from ambience.units import Audio

FRAME_BYTES = 8


class Tape:
    """Stereo audio that is recorded once and then played as often as needed.

    Parameters
    ----------
    opened : binary file
        Empty, for reading and writing; the tape does not close it.
    folder : Path
        Where it lies, for messages.
    stretch_frames : int, > 0
        Of so many frames at a time the highest sample is remembered.
    """

    def __init__(self, opened: BufferedIOBase, folder: Path, stretch_frames: int) -> None:
        self._file, self._folder = opened, folder
        self.stretch_frames, self.length_frames = stretch_frames, 0
        self.peak_gains: list[float] = []  # highest sample of each stretch; the last one may be short

    def append(self, audio: Audio) -> None:
        """Record a block behind what is there."""
        with named(self._folder):
            self._file.write(np.ascontiguousarray(audio, dtype=np.float32).data)
        missing = -self.length_frames % self.stretch_frames
        if missing:
            self.peak_gains[-1] = max(self.peak_gains[-1], _peak_gain(audio[:missing]))
        rest = range(missing, len(audio), self.stretch_frames)
        self.peak_gains += [_peak_gain(audio[first : first + self.stretch_frames]) for first in rest]
        self.length_frames += len(audio)

    def blocks(self, n_frames: int) -> Iterator[Audio]:
        """Play from the start, `n_frames` at a time; the last block may be shorter."""
        for first in range(0, self.length_frames, n_frames):
            audio: Audio = np.empty((min(n_frames, self.length_frames - first), 2), np.float32)
            yield self.read(first, audio)

    def read(self, first_frame: int, out: Audio) -> Audio:
        """Play from a frame on, into `out`; return the part that was filled, less than all where the tape ends."""
        with named(self._folder):
            self._file.seek(first_frame * FRAME_BYTES)
            return out[: self._file.readinto(out.data) // FRAME_BYTES]


def _peak_gain(audio: Audio) -> float:
    return max(float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))


def require_room(folder: Path, size_bytes: int) -> None:
    """Raise `OSError` unless the disk under a folder, which need not exist yet, has room."""
    standing = next((f for f in (folder, *folder.parents) if f.is_dir()), Path("."))
    free_bytes = shutil.disk_usage(standing).free
    if free_bytes < size_bytes:
        reason = f"No space left on device: {size_bytes / 1e6:.0f} MB are needed, {free_bytes / 1e6:.0f} MB are free"
        raise OSError(errno.ENOSPC, reason, str(folder))
