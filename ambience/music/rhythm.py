"""The rhythm of a theme, bar by bar, from cells that breathe: more halves and dotted notes than quarters."""

from collections.abc import Callable, Sequence

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
_SHORTEST_CLOSE_BEATS = 1.5


def pick(weighted: Sequence[tuple[Cell, float]], value: float) -> Cell:
    """Choose from weighted cells by a value in 0..1."""
    left = value * sum(weight for _, weight in weighted)
    for cell, weight in weighted:
        left -= weight
        if left < 0.0:
            return cell
    return weighted[-1][0]


def flowing_bar(bar_beats: float, draw: Draw) -> Cell:
    """Fill a bar with cells; two draws and one for each group of beats."""
    cells: list[float] = []
    for group in _groups(bar_beats, draw(), draw()):
        cells.extend(pick(_BROAD.get(group, (((group,), 1.0),)), draw()))
    return tuple(cells)


def closing_bar(bar_beats: float, draw: Draw) -> Cell:
    """Fill a bar that comes to rest: its last note is the longest; one draw."""
    choices: list[tuple[Cell, float]] = [((bar_beats,), 3.0)]
    for start, weight in (((1.0,), 3.0), ((0.5, 0.5), 1.5), ((1.5, 0.5), 2.0), ((1.0, 1.0), 1.0), ((2.0,), 1.5)):
        rest = bar_beats - sum(start)
        if rest >= max(_SHORTEST_CLOSE_BEATS, *start):
            choices.append(((*start, rest), weight))
    return pick(choices, draw())


def head_rhythm(bars: int, bar_beats: float, draw: Draw) -> Cell:
    """Make the rhythm of a head motif: 5 to 7 notes, 4 in a single bar, the last at rest where there is room."""
    cells: list[float] = []
    for _ in range(bars - 1):
        cells.extend(flowing_bar(bar_beats, draw))
    cells.extend(closing_bar(bar_beats, draw) if bars > 1 else flowing_bar(bar_beats, draw))
    while len(cells) > 7:
        place = min(range(len(cells) - 1), key=lambda i: cells[i] + cells[i + 1])
        cells[place : place + 2] = [cells[place] + cells[place + 1]]
    while len(cells) < (5 if bars > 1 else 4):
        place = max(range(len(cells)), key=lambda i: cells[i] - 0.01 * i)
        cells[place : place + 1] = _split(cells[place])
    return tuple(cells)


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
