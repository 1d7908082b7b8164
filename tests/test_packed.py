"""A long list in little room is the same list: to those who count, compare, cut or read it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambience.io.midi_terms import Change
from ambience.packed import Packed

CHANGES = st.lists(st.builds(Change, st.integers(0, 2**40), st.integers(0, 127), st.integers(0, 127)), max_size=1200)


def packed(changes: list[Change]) -> Packed[Change]:
    return Packed(Change, np.array(changes, dtype=np.int64).reshape(-1, 3))


@given(CHANGES, st.integers(0, 1200), st.integers(-1200, 1200))
def test_it_holds_what_was_put_into_it(changes: list[Change], first: int, last: int) -> None:
    kept = packed(changes)
    assert list(kept) == changes
    assert all(isinstance(change, Change) for change in kept)
    assert [kept[place] for place in range(len(kept))] == changes
    assert list(kept[first:last]) == changes[first:last]
    assert list(reversed(kept)) == changes[::-1]
    assert bool(kept) == bool(changes)


@given(CHANGES, CHANGES)
def test_it_equals_every_sequence_of_the_same_things_and_no_other(these: list[Change], those: list[Change]) -> None:
    assert packed(these) == tuple(these)
    assert packed(these) == packed(list(these))
    assert (packed(these) == packed(those)) == (these == those)
    assert packed(these) != [*these, Change(0, 0, 0)]
    assert packed(these) != 0


def test_nobody_can_change_it() -> None:
    kept = packed([Change(0, 1, 2)])
    with pytest.raises(ValueError, match="read-only"):
        kept.table[0, 0] = 5
