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


class Rehearsal:
    """Tell how loud a tape will be for any gain in front of the limiter.

    Only stretches that come near the ceiling are limited and measured again, each run behind a stretch of warming up;
    all others keep the energies that were measured on the way to the tape.

    Parameters
    ----------
    tape : Tape
        What was played.
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
        self._stretch_frames = _STRETCH_BLOCKS * meter.block_frames
        peaks = [max(-float(audio.min()), float(audio.max())) for audio in ahead(tape.blocks(self._stretch_frames))]
        self._peaks = np.array(peaks)

    def limited_lufs(self, gain_db: float) -> float:
        """Return the integrated loudness behind the limiter."""
        energies = self._energies * db_to_gain(gain_db) ** 2
        with ThreadPoolExecutor(_THREADS) as pool:
            waiting: deque[tuple[int, Future[FloatArray]]] = deque()
            for stretch, warm, run in self._runs(db_to_gain(gain_db)):
                waiting.append((stretch, pool.submit(self._measure, warm, run, gain_db)))
                if len(waiting) > _THREADS:
                    _settle(energies, *waiting.popleft())
            while waiting:
                _settle(energies, *waiting.popleft())
        return gated_lufs(energies)

    def _runs(self, gain: float) -> Iterator[tuple[int, Audio, list[Audio]]]:
        """Yield the number of each run's first stretch, the stretch before it, and the run."""
        near = db_to_gain(self._ceiling_dbtp) / _OVERSHOOT
        hot = self._peaks * gain > near
        hot[1:] |= hot[:-1].copy()  # what is let go reaches into the next stretch
        warm: Audio = np.zeros((0, 2), np.float32)
        last, run = warm, list[Audio]()
        for stretch, audio in enumerate(self._tape.blocks(self._stretch_frames)):
            if run and (not hot[stretch] or len(run) == _RUN_STRETCHES):
                yield stretch - len(run), warm, run
                run = []
            if hot[stretch]:
                warm = warm if run else last
                run.append(audio)
            last = audio
        if run:
            yield len(self._peaks) - len(run), warm, run

    def _measure(self, warm: Audio, run: list[Audio], gain_db: float) -> FloatArray:
        limiter = Limiter(self._rate_hz, self._ceiling_dbtp, gain_db=gain_db)
        ear = Meter(self._rate_hz, true_peak=False)
        for audio in (warm, *run):
            ear.add(limiter.process(audio))
        ear.add(limiter.flush())
        return ear.energies[_STRETCH_BLOCKS if len(warm) else 0 :]


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
