"""Long lists in little room: a table of numbers, whose rows become things only while somebody looks at them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import starmap
from typing import TypeVar, overload

from ambience.units import AnyArray

Thing = TypeVar("Thing", covariant=True)

_AT_ONCE = 512  # things that exist while all are looked at one after the other


class Packed(Sequence[Thing]):
    """A sequence that keeps numbers in place of its things, and makes each of them anew whenever it is asked for.

    Parameters
    ----------
    make : callable
        Makes a thing from the numbers of its row.
    table : array, shape (n, columns)
        One row for each thing; from now on nobody can change it.
    """

    __slots__ = ("_make", "table")

    def __init__(self, make: Callable[..., Thing], table: AnyArray) -> None:
        self._make, self.table = make, table
        table.flags.writeable = False

    def __len__(self) -> int:
        return len(self.table)

    @overload
    def __getitem__(self, place: int) -> Thing: ...
    @overload
    def __getitem__(self, place: slice) -> "Packed[Thing]": ...
    def __getitem__(self, place: int | slice) -> "Thing | Packed[Thing]":
        if isinstance(place, slice):
            return Packed(self._make, self.table[place])
        return self._make(*self.table[place].tolist())

    def __iter__(self) -> Iterator[Thing]:
        for first in range(0, len(self.table), _AT_ONCE):
            yield from starmap(self._make, self.table[first : first + _AT_ONCE].tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as a list has none

    def __repr__(self) -> str:
        return f"Packed({list(self)!r})"
