"""Windows on a stream: stretches of one length at a steady hop, whatever the blocks in which the stream arrives."""

import numpy as np

from ambience.units import AnyArray, Audio


class Windows:
    """Cut what is handed over piece by piece into windows that may overlap.

    Parameters
    ----------
    length_frames : int
        Length of a window.
    hop_frames : int
        From one window's start to the next.
    """

    def __init__(self, length_frames: int, hop_frames: int) -> None:
        self._length_frames, self._hop_frames = length_frames, hop_frames
        self._kept: Audio = np.zeros((0, 2), np.float32)

    def add(self, audio: Audio) -> AnyArray:
        """Return the windows that are whole by now, a view of shape (windows, 2, length_frames)."""
        self._kept = np.concatenate((self._kept, audio))
        count = max(0, (len(self._kept) - self._length_frames) // self._hop_frames + 1)
        if not count:
            return np.zeros((0, 2, self._length_frames), np.float32)
        views = np.lib.stride_tricks.sliding_window_view(self._kept, self._length_frames, axis=0)
        found = views[: (count - 1) * self._hop_frames + 1 : self._hop_frames]
        self._kept = self._kept[count * self._hop_frames :]
        return found

    @property
    def missing_frames(self) -> int:
        """Frames that would complete the window that has begun, 0 when none has."""
        return self._length_frames - len(self._kept) if len(self._kept) else 0


def finished_runs(mask: AnyArray, carried: int) -> tuple[AnyArray, AnyArray, int]:
    """Find the runs of True that end within a piece of a longer stream.

    Parameters
    ----------
    mask : array of bool, shape (n,)
        The next piece.
    carried : int
        Length of the run that the pieces before left open.

    Returns
    -------
    ends, lengths : arrays of int
        Where each run ended, as an index behind its last frame, and how long it was.
    carried : int
        Length of the run that is still open.
    """
    padded = np.concatenate(([carried > 0], mask))
    starts = np.flatnonzero(np.diff(np.concatenate(([False], padded)).astype(np.int8)) == 1) - 1
    ends = np.flatnonzero(np.diff(padded.astype(np.int8)) == -1)
    opened = len(starts) > len(ends)
    if carried and len(starts):
        starts[0] = -carried
    lengths = ends - starts[: len(ends)]
    return ends, lengths, int(len(mask) - starts[-1]) if opened else 0
