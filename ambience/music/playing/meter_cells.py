"""The cell of a bar: threes and twos that fill any meter, and the three nested rhythms that may go on at once.

Whoever keeps time reads the same cell: its accents, the eighths between them, the run of sixteenths. Every one of the
three contains the slower ones, so that however many layers play, they are heard as three strata at most.
"""

from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from ambience.music.score import Bar

ACCENTS, EIGHTHS, RUN = 0, 1, 2
"""The three rhythms, from the slowest to the fastest."""

_STEPS_A_BEAT = 4
_COUNTED_FINE_EIGHTHS = 8  # longer bars, and bars of an odd number of eighths, are felt in eighths
_LIMPING_PHRASE = 3  # of every four: the cell stands still long enough to be known before it limps elsewhere


class Cell(NamedTuple):
    """How the sixteenths of a bar are grouped."""

    groups: tuple[int, ...]  # lengths in sixteenths; they fill the bar
    unit: int  # sixteenths that one count lasts: a group has two or three counts
    steps: int  # sixteenths in the bar
    heads: tuple[int, ...]  # sixteenths on which the groups begin: the accents
    rhythms: tuple[tuple[int, ...], ...]  # sixteenths of the three rhythms, by `ACCENTS`, `EIGHTHS` and `RUN`

    @property
    def middle(self) -> int:
        """The accent nearest to the middle of the bar."""
        return min(self.heads, key=lambda head: abs(2 * head - self.steps))

    @property
    def displaced(self) -> tuple[int, ...]:
        """The accents beside the beat; all but the downbeat where hardly one of them is."""
        beside = tuple(head for head in self.heads if head % _STEPS_A_BEAT)
        return beside if len(beside) > 1 else self.heads[1:] or self.heads


def cell_of(bar: Bar) -> Cell:
    """Return the cell that everybody plays in a bar; every fourth phrase limps on another count."""
    turn = int(bar.phrase.index % 4 == _LIMPING_PHRASE)
    return meter_cell(bar.length_beats, turn=turn, compound=bar.state.meter.endswith("/8"))


@lru_cache(maxsize=256)
def meter_cell(length_beats: float, *, turn: int = 0, compound: bool = False) -> Cell:
    """Divide a bar into groups of two and three counts.

    Parameters
    ----------
    length_beats : float, > 0
        Length of the bar in quarters, to the nearest sixteenth.
    turn : int
        0 for the plain cell, 1 for the one that limps elsewhere.
    compound : bool
        Whether the meter counts eighths, so that 6/8 is not 3/4.

    Returns
    -------
    cell : Cell
        3+3+2 sixteenths where they fit (2/4, 4/4), 3+3+2+2+2 in 3/4; in eighths 3+3+2+2 for 5/4, 2+2+3 for 7/8,
        3+2 for 5/8, threes for 6/8, 9/8 and 12/8; turned, 3+2+3, 3+2+2, 2+3 and hemiolas.
    """
    steps = max(round(_STEPS_A_BEAT * length_beats), 2)
    eighths = steps // 2
    is_compound = eighths % 3 == 0 and (compound or eighths % 2 == 1)
    fine = steps % 2 == 1 or (eighths % 2 == 0 and eighths <= _COUNTED_FINE_EIGHTHS and not is_compound)
    counts, unit = (steps, 1) if fine or eighths < 2 else (eighths, 2)
    groups = _threes(counts, turn) if is_compound and not fine else _mixed(counts, turn)
    return _cell(tuple(unit * group for group in groups), unit)


def _cell(groups: tuple[int, ...], unit: int) -> Cell:
    steps, heads = sum(groups), (0, *accumulate(groups[:-1]))
    eighths = tuple(step for step in range(steps) if step % 2 == 0 or step in heads)
    return Cell(groups, unit, steps, heads, (heads, eighths, tuple(range(steps))))


def _threes(counts: int, turn: int) -> tuple[int, ...]:
    """Fill with threes; turned, the last two of them are three twos: a hemiola."""
    threes = counts // 3
    return (3,) * (threes - 2) + (2, 2, 2) if turn and threes > 1 else (3,) * threes


def _mixed(counts: int, turn: int) -> tuple[int, ...]:
    """Fill with 2+2+3 where sevens fit, else with 3+3+2 and what is left; turned, the twos come earlier."""
    if counts % 7 == 0:
        return ((3, 2, 2) if turn else (2, 2, 3)) * (counts // 7)
    whole, rest = divmod(counts, 8)
    if rest == 1:  # one count cannot stand alone
        whole, rest = whole - 1, 9
    threes = 3 if rest == 9 else rest % 2
    tail = (3,) * threes + (2,) * ((rest - 3 * threes) // 2)
    return ((3, 2, 3) if turn else (3, 3, 2)) * whole + (tail[::-1] if turn else tail)
