"""Which frame sounds now: outputs take whole blocks, the clock between two of them is drawn from how they came."""

import math
import time
from collections.abc import Callable

_WINDOW_S = 0.25  # an output that was held up is followed after two of them


class HeardClock:
    """Tells the frame that sounds, from looking often at the frame that the output takes next.

    A block may be taken, or seen to be taken, later than it was due, but never sooner; so of the last half second the
    block that came soonest tells when the first frame was due.

    Parameters
    ----------
    heard_frame : callable
        Tells the frame that the output takes next.
    sample_rate_hz : int
        Frames a second.
    """

    def __init__(self, heard_frame: Callable[[], int], sample_rate_hz: int) -> None:
        self._heard_frame, self._rate_hz = heard_frame, sample_rate_hz
        self._taken_frame = heard_frame()
        self._soonest_s = [math.inf, math.inf]  # when frame 0 was due, as seen in the last window and in this one
        self._moved_s = time.perf_counter()
        self._window_ends_s = self._moved_s + _WINDOW_S

    def frame(self) -> float:
        """Look, and tell the frame that sounds."""
        now_s, taken_frame = time.perf_counter(), self._heard_frame()
        if taken_frame != self._taken_frame:
            due_s = now_s - self._taken_frame / self._rate_hz  # the block that was taken began where the last one ended
            self._taken_frame, self._moved_s = taken_frame, now_s
            if now_s >= self._window_ends_s:
                self._soonest_s = [self._soonest_s[1], math.inf]
                self._window_ends_s = now_s + _WINDOW_S
            self._soonest_s[1] = min(self._soonest_s[1], due_s)
        return min((now_s - min(self._soonest_s)) * self._rate_hz, taken_frame) if self._known else taken_frame

    def until_s(self, frame: int) -> float:
        """Tell in how many seconds a frame will sound, as it looks now; below 0 if it is over."""
        if not self._known:
            return (frame - self._taken_frame) / self._rate_hz
        return min(self._soonest_s) + frame / self._rate_hz - time.perf_counter()

    @property
    def still_s(self) -> float:
        """For how many seconds the output has taken nothing."""
        return time.perf_counter() - self._moved_s

    @property
    def _known(self) -> bool:
        return min(self._soonest_s) < math.inf
