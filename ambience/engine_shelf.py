"""Buffers that nobody needs at the moment: whoever is silent leaves its own to the others."""

import numpy as np

from ambience.units import Audio

_KEPT_BYTES = 4_000_000  # no block is larger of those that are needed again and again


def keep_spent_memory() -> None:
    """Let the C library keep what is given back, for whoever needs as much: fresh pages cost more than most arithmetic.

    glibc keeps blocks as large as the largest that it was given back (Linux manual, mallopt(3), M_MMAP_THRESHOLD);
    other libraries do as they do.
    """
    np.empty(_KEPT_BYTES, np.uint8)


class Shelf:
    """Buffers of silence, which layers take when they play and bring back when they were heard; any thread may."""

    def __init__(self) -> None:
        self._silent: list[Audio] = []

    def take(self, n_frames: int) -> Audio:
        """Take a buffer of zeros, shape (n_frames, 2)."""
        try:
            buffer = self._silent.pop()
        except IndexError:
            buffer = np.zeros((0, 2), np.float32)
        return buffer if len(buffer) == n_frames else np.zeros((n_frames, 2), np.float32)

    def bring_back(self, buffer: Audio) -> None:
        """Bring a buffer back that was heard."""
        buffer.fill(0.0)
        self.leave(buffer)

    def leave(self, buffer: Audio) -> None:
        """Leave a buffer that is all zero, as it was taken."""
        self._silent.append(buffer)
