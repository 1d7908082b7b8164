"""Tape: raw float audio in a nameless file, so that a piece of any length is measured before it is written."""

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

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
    """

    def __init__(self, opened: BinaryIO, folder: Path) -> None:
        self._file, self._folder = opened, folder
        self.length_frames = 0
        self.peak_gain = 0.0  # highest sample

    def append(self, audio: Audio) -> None:
        """Record a block behind what is there."""
        with _naming(self._folder):
            self._file.write(np.ascontiguousarray(audio, dtype=np.float32).data)
        self.length_frames += len(audio)
        self.peak_gain = max(self.peak_gain, float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))

    def blocks(self, n_frames: int) -> Iterator[Audio]:
        """Play from the start, `n_frames` at a time; the last block may be shorter."""
        with _naming(self._folder):
            self._file.seek(0)
            while content := self._file.read(n_frames * FRAME_BYTES):
                yield np.frombuffer(content, dtype=np.float32).reshape(-1, 2)


def require_room(folder: Path, size_bytes: int) -> None:
    """Raise `OSError` unless the disk under a folder, which need not exist yet, has room."""
    standing = next((f for f in (folder, *folder.parents) if f.is_dir()), Path("."))
    free_bytes = shutil.disk_usage(standing).free
    if free_bytes < size_bytes:
        reason = f"No space left on device: {size_bytes / 1e6:.0f} MB are needed, {free_bytes / 1e6:.0f} MB are free"
        raise OSError(errno.ENOSPC, reason, str(folder))


@contextlib.contextmanager
def _naming(folder: Path) -> Iterator[None]:
    """Say where it happened when the system does not."""
    try:
        yield
    except OSError as error:
        error.filename = str(folder)
        raise
