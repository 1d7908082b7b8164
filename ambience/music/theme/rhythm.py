"""The rhythm of a theme, bar by bar, from cells that breathe: more halves and dotted notes than quarters."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar

Choice = TypeVar("Choice")
Draw = Callable[[], float]
"""The next value in 0..1."""
Cell = tuple[float, ...]
Weighted = tuple[tuple[Cell, float], ...]

# Weights by ear for a quarter of about a second: a theme that runs in eighths sounds hurried, one in halves noble.
_BROAD: dict[float, Weighted] = {
    1.0: (((1.0,), 3.0), ((0.5, 0.5), 1.0)),
    1.5: (((1.5,), 3.0), ((1.0, 0.5), 2.0), ((0.5, 1.0), 0.7)),
    2.0: (((2.0,), 4.0), ((1.0, 1.0), 3.0), ((1.5, 0.5), 3.0), ((1.0, 0.5, 0.5), 1.2), ((0.5, 0.5, 1.0), 0.6)),
    2.5: (((2.5,), 2.0), ((1.5, 1.0), 3.0), ((1.0, 1.5), 2.0), ((2.0, 0.5), 1.5)),
    3.0: (((3.0,), 3.0), ((2.0, 1.0), 4.0), ((1.0, 2.0), 1.5), ((1.5, 0.5, 1.0), 2.0), ((2.0, 0.5, 0.5), 1.5)),
    3.5: (((3.5,), 1.0), ((2.0, 1.5), 3.0), ((2.0, 1.0, 0.5), 2.0), ((1.5, 2.0), 2.0)),
    4.0: (((3.0, 1.0), 4.0), ((2.5, 0.5, 1.0), 2.0), ((3.0, 0.5, 0.5), 2.0), ((4.0,), 0.5)),
}
Cells = Mapping[float, Weighted]
"""What a group of so many beats may be filled with."""

_SHORTEST_CLOSE_BEATS = 1.5


@cache
def cells_for(factors: tuple[tuple[str, float], ...]) -> Cells:
    """Weigh the cells by their kind, such as ("dotted", 2.0); kinds that are not named stay as they are."""
    wanted = dict(factors)
    return {
        beats: tuple((cell, weight * wanted.get(kind_of(cell), 1.0)) for cell, weight in choices)
        for beats, choices in _BROAD.items()
    }


def kind_of(cell: Cell) -> str:
    """Tell what a cell feels like: "long", "even", "quick", "snap" (short before long) or "dotted"."""
    if len(cell) == 1 or max(cell) >= 3.0:
        return "long"
    if cell.count(0.5) >= 2:
        return "quick"
    if len(set(cell)) == 1:
        return "even"
    return "snap" if cell[0] < cell[-1] else "dotted"


def pick(weighted: Sequence[tuple[Choice, float]], value: float) -> Choice:
    """Choose from weighted things by a value in 0..1; what weighs nothing is not chosen."""
    left = value * sum([weight for _, weight in weighted])
    for thing, weight in weighted:
        left -= weight
        if left < 0.0:
            return thing
    return weighted[-1][0]


def flowing_bar(bar_beats: float, draw: Draw, cells: Cells) -> Cell:
    """Fill a bar with cells; two draws and one for each group of beats."""
    lengths: list[float] = []
    for group in _groups(bar_beats, draw(), draw()):
        lengths.extend(pick(cells.get(group, (((group,), 1.0),)), draw()))
    return tuple(lengths)


def closing_bar(bar_beats: float, draw: Draw) -> Cell:
    """Fill a bar that comes to rest: its last note is the longest; one draw."""
    choices: list[tuple[Cell, float]] = [((bar_beats,), 3.0)]
    for start, weight in (((1.0,), 3.0), ((0.5, 0.5), 1.5), ((1.5, 0.5), 2.0), ((1.0, 1.0), 1.0), ((2.0,), 1.5)):
        rest = bar_beats - sum(start)
        if rest >= max(_SHORTEST_CLOSE_BEATS, *start):
            choices.append(((*start, rest), weight))
    return pick(choices, draw())


def head_rhythm(bars: int, bar_beats: float, draw: Draw, cells: Cells) -> Cell:
    """Make the rhythm of a head motif: 5 to 7 notes, 4 in a single bar, the last at rest where there is room."""
    lengths: list[float] = []
    for _ in range(bars - 1):
        lengths.extend(flowing_bar(bar_beats, draw, cells))
    lengths.extend(closing_bar(bar_beats, draw) if bars > 1 else flowing_bar(bar_beats, draw, cells))
    while len(lengths) > 7:
        place = min(range(len(lengths) - 1), key=lambda i: lengths[i] + lengths[i + 1])
        lengths[place : place + 2] = [lengths[place] + lengths[place + 1]]
    while len(lengths) < (5 if bars > 1 else 4):
        place = max(range(len(lengths)), key=lambda i: lengths[i] - 0.01 * i)
        lengths[place : place + 1] = _split(lengths[place])
    return tuple(lengths)


def _split(length: float) -> tuple[float, float]:
    """Divide a note in two: evenly when short, three to one when long."""
    return (0.75 * length, 0.25 * length) if length in (2.0, 4.0) else (0.5 * length, 0.5 * length)


def _groups(bar_beats: float, first: float, second: float) -> tuple[float, ...]:
    """Divide a bar into groups of about two or three beats."""
    if bar_beats <= 3.0 or (bar_beats == 4.0 and first < 0.4):
        return (bar_beats,)
    pairs = int(bar_beats // 2.0)
    groups = [2.0] * pairs
    groups[int(second * pairs)] += bar_beats - 2.0 * pairs
    return tuple(groups)
