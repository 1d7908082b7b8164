"""Who is sounding: voices in arrays that grow, in the order in which they began; and the player that fills them."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ambience.sound.block import QUANTUM_FRAMES, NoteOn
from ambience.units import AnyArray, Audio, FloatArray, IntArray

START, END = range(2)
"""Columns of `Roster.when` that every kind of voice has: its first frame, and the first frame after its last."""

_VOICES_AT_FIRST = 8
_NEVER = np.iinfo(np.int64).max
_NOTE, _REST = range(2)

Action = Callable[[int, FloatArray], None]
"""Something to do at a frame: told its offset in the span and the control row of its quantum."""

Later = tuple[int, Action]
"""Frames after the beginning of a note, and what to do then."""


class Roster:
    """The voices of one kernel: row i of every array belongs to voice i, rows stand in the order of starting.

    Parameters
    ----------
    times : int
        Columns of `when`, the whole-number frames of a voice; the first two are `START` and `END`.
    *rows : (dtype, shape)
        Type and shape of what else one voice remembers.
    """

    def __init__(self, times: int, *rows: tuple[npt.DTypeLike, tuple[int, ...]]) -> None:
        self.count = 0
        self._earliest_end = _NEVER  # no voice ends before
        self.arrays: list[AnyArray] = [np.zeros((_VOICES_AT_FIRST, times), dtype=np.int64)]
        self.arrays += [np.zeros((_VOICES_AT_FIRST, *shape), dtype=dtype) for dtype, shape in rows]

    @property
    def when(self) -> IntArray:
        """Absolute frames of every voice."""
        return self.arrays[0]

    def add(self, end_frame: int) -> int:
        """Make room for one more voice and return its row, all zero but for its end."""
        if self.count == len(self.when):
            self.arrays = [np.concatenate([array, np.zeros_like(array)]) for array in self.arrays]
        for array in self.arrays:
            array[self.count] = 0
        self.when[self.count, END] = end_frame
        self._earliest_end = min(self._earliest_end, end_frame)
        self.count += 1
        return self.count - 1

    def retire(self, frame: int) -> None:
        """Forget the voices whose last frame lies before `frame`; the others keep their order."""
        if frame < self._earliest_end:
            return
        (alive,) = (self.when[: self.count, END] > frame).nonzero()
        if len(alive) < self.count:
            for array in self.arrays:
                array[: len(alive)] = array[alive]
            self.count = len(alive)
        self._earliest_end = int(self.when[: self.count, END].min()) if self.count else _NEVER


class Bank(Protocol):
    """Voices of one kind, and the kernel that sounds them."""

    def render(self, out: Audio, controls: FloatArray) -> bool:
        """Add one span to `out` and move on; tell whether no voice sounded."""
        ...

    def skip(self, n_frames: int) -> None:
        """Move on; there are no voices."""
        ...


class BankPlayer:
    """A player whose notes are turned into voices when they begin, and rolls into strokes as they come.

    Parameters
    ----------
    begin : callable
        Called with each note and the control row of the quantum in which it begins; starts voices in the banks. It may
        return what is to follow: pairs of a delay in frames and an action, by rising delay; each is asked for when the
        one before has been done.
    *banks : Bank
        Sounded one after the other, in this order.

    Notes
    -----
    Everything happens in the order of its frame, notes before what earlier notes left behind: so the random stream is
    spent in the same order however time is cut, and a long roll costs nothing until its strokes are due.
    """

    def __init__(self, begin: Callable[[NoteOn, FloatArray], Iterable[Later] | None], *banks: Bank) -> None:
        self._begin = begin
        self._banks = banks
        self._frame = 0
        self._serial = 0
        self._rested = True  # in the last span, and nothing is to come
        self._due: list[tuple[int, int, int, Action, int, Iterator[Later]]] = []

    def render(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether all banks rested."""
        self._rested = False
        for note in notes:
            onset_frame = self._frame + note.offset_frames
            self._push(onset_frame, _NOTE, partial(self._start, note), onset_frame, iter(()))
        while self._due and self._due[0][0] < self._frame + len(out):
            frame, _, _, action, onset_frame, later = heapq.heappop(self._due)
            offset_frames = frame - self._frame
            action(offset_frames, controls[offset_frames // QUANTUM_FRAMES])
            self._follow(onset_frame, later)
        rested = all([bank.render(out, controls) for bank in self._banks])
        self._frame += len(out)
        self._rested = rested and not self._due
        return rested

    def rest(self, n_frames: int) -> bool:
        """Let time pass, unless something sounds or is to come; tell whether it did."""
        if self._rested:
            self._frame += n_frames
            for bank in self._banks:
                bank.skip(n_frames)
        return self._rested

    def _start(self, note: NoteOn, offset_frames: int, controls: FloatArray) -> None:
        self._follow(self._frame + offset_frames, iter(self._begin(note, controls) or ()))

    def _follow(self, onset_frame: int, later: Iterator[Later]) -> None:
        """Wait for the next of what is to follow a note."""
        for delay_frames, action in later:
            self._push(onset_frame + delay_frames, _REST, action, onset_frame, later)
            return

    def _push(self, frame: int, rank: int, action: Action, onset_frame: int, later: Iterator[Later]) -> None:
        self._serial += 1
        heapq.heappush(self._due, (frame, rank, self._serial, action, onset_frame, later))
