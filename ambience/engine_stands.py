"""The music stands: written bars on their way to the desks, and to whoever reads along."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from ambience.engine_desk import Awaited, Desk, Hairpins, awaited, swelling
from ambience.engine_reader import Reader
from ambience.music.work import WrittenBar
from ambience.units import FloatArray

_Copy = tuple[list[Awaited], Hairpins]
"""What one player needs of a bar."""


class Stands:
    """What lies before the players.

    Parameters
    ----------
    desks : sequence of Desk
        In the order of a bar's layers.
    sample_rate_hz : int
        Frames a second.
    """

    def __init__(self, desks: Sequence[Desk], sample_rate_hz: int) -> None:
        self._desks, self._rate_hz = desks, sample_rate_hz
        self._written: deque[tuple[WrittenBar, list[_Copy]]] = deque()  # not given out yet
        self._readers: tuple[Reader, ...] = ()

    def admit(self, reader: Reader) -> None:
        """Let somebody read along from now on."""
        self._readers = (*self._readers, reader)

    def dismiss(self, reader: Reader) -> None:
        """Let somebody read no more."""
        self._readers = tuple(other for other in self._readers if other is not reader)

    def read_controls(self, frame: int, controls: FloatArray) -> None:
        """Show the controls that hold from a frame on to those who read along."""
        for reader in self._readers:
            reader.read_controls(frame, controls)

    def add(self, bar: WrittenBar) -> None:
        """Copy a bar out, and keep it until it is given out; players may be reading theirs."""
        rate_hz = self._rate_hz
        copies = [
            (awaited(notes, rate_hz), swelling(bar.bar, points, rate_hz))
            for notes, points in zip(bar.notes, bar.expression, strict=True)
        ]
        self._written.append((bar, copies))

    @property
    def waiting(self) -> bool:
        """Whether a bar is still to be given out."""
        return bool(self._written)

    def studies(self) -> list[Callable[[], None]]:
        """Return what lets the players study the bars that are to be given out, all at once and while they play."""
        return [
            partial(desk.study, [frequency_hz for _, _, frequency_hz, _, _ in notes])
            for _, copies in self._written
            for desk, (notes, _) in zip(self._desks, copies, strict=True)
            if notes and desk.study
        ]

    def give_out(self) -> None:
        """Put what was written before the players; none of them may be playing."""
        while self._written:
            bar, copies = self._written.popleft()
            for reader in self._readers:
                reader.read_bar(bar, 0)
            for desk, (notes, hairpins) in zip(self._desks, copies, strict=True):
                desk.expect(notes)
                desk.swell(hairpins)

    def rewrite(self, bar: WrittenBar, frame: int) -> None:
        """Let the rest of the bar that is being played, from a frame on, be what it has become."""
        for reader in self._readers:
            reader.read_bar(bar, frame)
        for desk, notes in zip(self._desks, bar.notes, strict=True):
            desk.drop_from(frame)
            desk.expect(entry for entry in awaited(notes, self._rate_hz) if entry[0] >= frame)
