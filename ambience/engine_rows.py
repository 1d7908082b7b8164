"""What the scene asks for at quantum boundaries; for short spans it is read some way ahead, which costs no more."""

import numpy as np

from ambience.sound.block import QUANTUM_FRAMES
from ambience.timeline import SceneTimeline, in_thin_air
from ambience.units import FloatArray

_AHEAD_QUANTA = 32


class Rows:
    """Reads a timeline from quantum to quantum; what was read ahead is forgotten when the timeline changes.

    Parameters
    ----------
    timeline : SceneTimeline
        What to read.
    sample_rate_hz : int
        Frames a second.
    """

    def __init__(self, timeline: SceneTimeline, sample_rate_hz: int) -> None:
        self._timeline, self._rate_hz = timeline, sample_rate_hz
        self._first, self._changes = 0, -1  # where what was read begins, and what the timeline had been told by then
        self._read = (np.zeros((0, 5)), np.zeros((0, 5)), np.zeros((0, 0)))

    def between(self, first: int, last: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Tell how the scene stands at the boundaries `first` to `last`, both included.

        Returns
        -------
        asked, heard : array, shape (n, 5)
            The controls as they are asked for, and as the players follow them.
        gains : array, shape (n_layers, n)
            Linear gains of the layers; each has its own without gaps.
        """
        known = self._changes == self._timeline.changes and self._first <= first
        if not known or last >= self._first + len(self._read[0]):
            self._first, self._changes = first, self._timeline.changes
            times_s = np.arange(first, max(last, first + _AHEAD_QUANTA) + 1) * QUANTUM_FRAMES / self._rate_hz
            asked, gains = self._timeline.rows(times_s)
            self._read = (asked, in_thin_air(asked), np.ascontiguousarray(gains.T))
        here = slice(first - self._first, last + 1 - self._first)
        asked, heard, gains = self._read
        return asked[here], heard[here], gains[:, here]
