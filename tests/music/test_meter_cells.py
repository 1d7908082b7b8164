"""The cells that fill a bar, in every meter that a preset may name."""

import pytest

from ambience.music.playing.meter_cells import ACCENTS, EIGHTHS, RUN, meter_cell
from ambience.music.work import meter_beats

METERS = [f"{count}/{unit}" for unit in (4, 8) for count in range(2, 16)]


def _cell(meter: str, turn: int = 0) -> tuple[int, ...]:
    cell = meter_cell(meter_beats(meter), turn=turn, compound=meter.endswith("/8"))
    return tuple(group // cell.unit for group in cell.groups)


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("turn", [0, 1])
def test_groups_of_two_and_three_fill_every_meter(meter: str, turn: int) -> None:
    cell = meter_cell(meter_beats(meter), turn=turn, compound=meter.endswith("/8"))
    assert cell.steps == round(4 * meter_beats(meter))
    assert set(_cell(meter, turn)) <= {2, 3}
    assert cell.heads[0] == 0 and cell.heads == tuple(sorted(set(cell.heads)))


@pytest.mark.parametrize("meter", METERS)
def test_every_rhythm_contains_the_slower_ones(meter: str) -> None:
    for turn in (0, 1):
        cell = meter_cell(meter_beats(meter), turn=turn, compound=meter.endswith("/8"))
        accents, eighths, run = (set(cell.rhythms[rung]) for rung in (ACCENTS, EIGHTHS, RUN))
        assert accents <= eighths <= run == set(range(cell.steps))
        assert accents == set(cell.heads)
        assert {cell.middle, *cell.displaced} <= accents


@pytest.mark.parametrize(
    ("meter", "plain", "turned"),
    [
        ("2/4", (3, 3, 2), (3, 2, 3)),
        ("3/4", (3, 3, 2, 2, 2), (3, 2, 3, 2, 2)),
        ("4/4", (3, 3, 2, 3, 3, 2), (3, 2, 3, 3, 2, 3)),
        ("5/4", (3, 3, 2, 2), (3, 2, 3, 2)),
        ("5/8", (3, 2), (2, 3)),
        ("6/8", (3, 3), (2, 2, 2)),
        ("7/8", (2, 2, 3), (3, 2, 2)),
        ("9/8", (3, 3, 3), (3, 2, 2, 2)),
        ("12/8", (3, 3, 3, 3), (3, 3, 2, 2, 2)),
    ],
)
def test_the_meters_of_action_music_have_their_own_cells(
    meter: str, plain: tuple[int, ...], turned: tuple[int, ...]
) -> None:
    assert (_cell(meter), _cell(meter, 1)) == (plain, turned)


@pytest.mark.parametrize("meter", METERS)
def test_the_downbeat_is_displaced_only_where_it_is_the_only_accent(meter: str) -> None:
    cell = meter_cell(meter_beats(meter), compound=meter.endswith("/8"))
    assert cell.displaced and (0 not in cell.displaced or cell.heads == (0,))


def test_displaced_accents_lie_beside_the_beat() -> None:
    assert meter_cell(4.0).displaced == (3, 6, 11, 14)
