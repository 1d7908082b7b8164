"""What a live session counts about itself: how long things take, what was missed and why it probably was."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SHORTEST_S = 1e-5
_STEP = 1.02  # between two bins: a quantile is exact to 2 %
_BINS = 800  # up to 76 s
_KEPT = 256  # under-runs of which more than the number is known


@dataclass(frozen=True, slots=True)
class UnderRun:
    """A moment at which the output wanted more than there was."""

    at_s: float  # since the session was opened
    at_frame: int  # of the output
    missing_frames: int
    cause: str  # a guess


@dataclass(frozen=True, slots=True)
class Stats:
    """What a session counted since it began."""

    quanta: int  # rendered
    heard_frames: int  # taken by the output
    under_runs: int
    under_run_list: tuple[UnderRun, ...]  # the first of them
    nan_resets: int  # quanta of single layers that held something that is no finite number
    layer_failures: int  # spans of single layers that raised an error
    ring_fill_frames: int
    ring_fill_least_frames: int  # since the output began
    render_median_s: float  # of a quantum of 256 frames
    render_999_s: float  # 99.9 % take at most this long
    render_worst_s: float
    collections: int  # of garbage, by hand
    collection_worst_s: float
    device: str
    device_losses: int
    reconnections: int  # how often a lost device came back
    requests: int  # taken
    refused: int  # for being wrong or too many
    callback_errors: int  # raised by somebody's event callback
    untaped_frames: int  # missing in the capture, because the disk stood still
    memory_bytes: int  # resident; 0 where the system does not tell
    running_s: float


class Stopwatch:
    """Remember how long something takes, in constant memory."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS, np.int64)
        self.count = 0
        self.worst_s = 0.0

    def add(self, took_s: float, times: int = 1) -> None:
        """Count something that took so long, `times` over."""
        place = int(math.log(max(took_s, _SHORTEST_S) / _SHORTEST_S) / math.log(_STEP))
        self._counts[min(place, _BINS - 1)] += times
        self.count += times
        self.worst_s = max(self.worst_s, took_s)

    def quantile_s(self, share: float) -> float:
        """Tell how long the given share, 0..1, of all takes at most."""
        if self.count == 0:
            return 0.0
        place = int(np.searchsorted(np.cumsum(self._counts), share * self.count))
        return min(_SHORTEST_S * _STEP ** (min(place, _BINS - 1) + 1), self.worst_s)


class UnderRuns:
    """Note what was missed, without making anything that grows."""

    def __init__(self) -> None:
        self.count = 0
        self._rows = np.zeros((_KEPT, 5))

    def lengthen(self, missing_frames: int) -> None:
        """Note that the last one goes on."""
        if self.count <= _KEPT:
            self._rows[self.count - 1, 2] += missing_frames

    def note(self, at_s: float, at_frame: int, missing_frames: int, late_s: float, busy_s: float) -> None:
        """Note one, as the output sees it: how late it came itself, how long the render thread has been at work."""
        if self.count < _KEPT:
            self._rows[self.count] = (at_s, at_frame, missing_frames, late_s, busy_s)
        self.count += 1

    def listed(self, look_ahead_s: float, began_s: float) -> tuple[UnderRun, ...]:
        """Return those of which more than the number is known, counted from `began_s`."""
        rows: Sequence[Sequence[float]] = self._rows[: min(self.count, _KEPT)].tolist()
        return tuple(
            UnderRun(at_s - began_s, int(at_frame), int(missing), _cause(late_s, busy_s, look_ahead_s))
            for at_s, at_frame, missing, late_s, busy_s in rows
        )


def _cause(late_s: float, busy_s: float, look_ahead_s: float) -> str:
    if late_s > 0.5 * look_ahead_s:
        return "the machine or the interpreter stood still"
    if busy_s > 0.5 * look_ahead_s:
        return "rendering took too long"
    return "the render thread was not let in"


def resident_bytes() -> int:
    """Tell how much memory the process occupies; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as opened:
            pages = int(opened.read().split()[1])
    except (OSError, ValueError, IndexError):
        return _peak_bytes()
    import resource

    return pages * resource.getpagesize()


def _peak_bytes() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)
