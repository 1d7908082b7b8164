"""Rows of sixteen numbers in memory, as a processor is told them.

A compiler that does not know that two arrays lie apart reads and writes their numbers one by one, or asks before every
row; here it is written out that sixteen are taken at once.
"""

from typing import Any

LANES = 16
"""Numbers that are taken at once; a processor that has less room takes them in parts, to the same result."""


class Rows:
    """Rows of sixteen numbers in memory, as instructions see them."""

    def __init__(self, ir: Any, builder: Any, array: Any) -> None:
        self._ir, self._builder, self._array = ir, builder, array
        self._kind = ir.VectorType(ir.FloatType(), LANES)

    def _pointer(self, row: Any) -> Any:
        whole = self._ir.IntType(64)
        place = whole(row * LANES) if isinstance(row, int) else self._builder.mul(row, whole(LANES))
        return self._builder.bitcast(self._builder.gep(self._array, [place]), self._kind.as_pointer())

    def __getitem__(self, row: Any) -> Any:
        return self._builder.load(self._pointer(row), align=4)

    def __setitem__(self, row: Any, value: Any) -> None:
        self._builder.store(value, self._pointer(row), align=4)
