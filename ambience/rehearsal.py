"""Rehearsing a master: how loud a tape will be behind the limiter, without limiting what no limiter would touch."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from ambience.io.tape import Tape
from ambience.sound.master import Limiter
from ambience.sound.meter import Meter, gated_lufs
from ambience.units import Audio, FloatArray, db_to_gain

T = TypeVar("T")

_STRETCH_BLOCKS = 10  # of the meter: a stretch of about a second is longer than a limiter remembers
_RUN_STRETCHES = 20  # limited in one go
_THREADS = 2
_OVERSHOOT = 1.5  # peaks between samples seldom stand further above them, and one that is missed costs nothing here


def stretch_frames(meter: Meter) -> int:
    """Return the length of the stretches in which a tape is rehearsed."""
    return _STRETCH_BLOCKS * meter.block_frames


class Rehearsal:
    """Tell how loud a tape will be for any gain in front of the limiter.

    Only stretches that come near the ceiling are limited and measured again, each run behind a stretch of warming up;
    all others keep the energies that were measured on the way to the tape.

    Parameters
    ----------
    tape : Tape
        What was played, in stretches of `stretch_frames`.
    meter : Meter
        Has listened to all of it.
    ceiling_dbtp : float
        Of the limiter.
    sample_rate_hz : int
        Frames a second.
    """

    def __init__(self, tape: Tape, meter: Meter, ceiling_dbtp: float, sample_rate_hz: int) -> None:
        self._tape, self._ceiling_dbtp, self._rate_hz = tape, ceiling_dbtp, sample_rate_hz
        self._energies = meter.energies
        most_frames = min((1 + _RUN_STRETCHES) * tape.stretch_frames, tape.length_frames)
        self._rooms = deque(np.empty((most_frames, 2), np.float32) for _ in range(_THREADS + 1))

    def limited_lufs(self, gain_db: float) -> float:
        """Return the integrated loudness behind the limiter."""
        energies = self._energies * db_to_gain(gain_db) ** 2
        with ThreadPoolExecutor(_THREADS) as pool:
            waiting: deque[tuple[int, Future[FloatArray]]] = deque()
            for first, last in self._runs(db_to_gain(gain_db)):
                if len(waiting) == len(self._rooms):
                    _settle(energies, *waiting.popleft())
                warming = min(first, 1)
                heard = self._play(first - warming, last)
                waiting.append((first, pool.submit(self._measure, heard, warming, gain_db)))
            while waiting:
                _settle(energies, *waiting.popleft())
        return gated_lufs(energies)

    def _runs(self, gain: float) -> Iterator[tuple[int, int]]:
        """Yield the first and the last stretch of each run."""
        near = db_to_gain(self._ceiling_dbtp) / _OVERSHOOT
        hot = np.array(self._tape.peak_gains) * gain > near
        hot[1:] |= hot[:-1].copy()  # what is let go reaches into the next stretch
        places = np.flatnonzero(hot)
        for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
            for first in range(0, len(run), _RUN_STRETCHES):
                yield int(run[first]), int(run[first:][:_RUN_STRETCHES][-1])

    def _play(self, first: int, last: int) -> Audio:
        """Play some stretches in the room that has been free for longest."""
        frames = self._tape.stretch_frames
        self._rooms.rotate()
        return self._tape.read(first * frames, self._rooms[0][: (last + 1 - first) * frames])

    def _measure(self, heard: Audio, warming: int, gain_db: float) -> FloatArray:
        """Return the energies behind the limiter of all stretches but those for warming up."""
        limiter = Limiter(self._rate_hz, self._ceiling_dbtp, gain_db=gain_db)
        ear = Meter(self._rate_hz, true_peak=False)
        ear.add(limiter.hold(heard))
        ear.add(limiter.flush())
        return ear.energies[_STRETCH_BLOCKS * warming :]


def ahead(items: Iterable[T], *, most: int = 3) -> Iterator[T]:
    """Yield the same items, made on a thread of its own, a few ahead of who asks."""
    rest = iter(items)
    with ThreadPoolExecutor(1) as pool:
        made: deque[Future[tuple[T, ...]]] = deque(pool.submit(_next, rest) for _ in range(most))
        while item := made.popleft().result():
            made.append(pool.submit(_next, rest))
            yield item[0]


def _next(rest: Iterator[T]) -> tuple[T, ...]:
    for item in rest:
        return (item,)
    return ()


def _settle(energies: FloatArray, stretch: int, measured: Future[FloatArray]) -> None:
    """Put the energies of a run where they belong; a tape ends within a block."""
    first = stretch * _STRETCH_BLOCKS
    fresh = measured.result()[: len(energies) - first]
    energies[first : first + len(fresh)] = fresh
