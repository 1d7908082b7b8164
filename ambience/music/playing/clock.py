"""The clocks of the piece: grids that run through bar lines, and rare events."""

from collections.abc import Iterator
from math import ceil, log

from ambience.music.score import Bar

_EPSILON = 1e-9
_GOLDEN = 0.6180339887498949
_SHAKE = 0.25  # enough that two seeds differ, too little to undo the evenness


def grid_onsets(bar: Bar, period_beats: float) -> tuple[float, ...]:
    """List the moments of a bar on a grid that is counted from the start of the piece, not of the bar.

    Where bars of seven eighths have left the beat half a beat late, the grid is as late, from the next phrase on.
    """
    offset = bar.phrase.start_beats % 1.0
    first = ceil((bar.start_beats - offset) / period_beats - _EPSILON)
    after = ceil((bar.end_beats - offset) / period_beats - _EPSILON)
    return tuple(max(offset + step * period_beats, bar.start_beats) for step in range(first, after))


def nearest_period(wished_beats: float, periods_beats: tuple[float, ...]) -> float:
    """Choose the period whose ratio to the one wished is nearest to 1."""
    return min(periods_beats, key=lambda period: abs(log(period / wished_beats)))


def rare_onsets(
    bar: Bar, interval_s: float, chance: Iterator[float], *, grid_beats: float, phase: float = 0.0
) -> tuple[float, ...]:
    """Draw the moments of rare events: on average one every `interval_s`, on a grid, at most one a grid step.

    Parameters
    ----------
    bar : Bar
        Where they may fall.
    interval_s : float, > 0
        Mean seconds between two events.
    chance : iterator of float
        Two values are taken for every four seconds of the bar.
    grid_beats : float, > 0
        Steps of the bar on which an event may fall.
    phase : float, 0..1, optional
        Another phase, other moments: what is rare together is not rare.

    Notes
    -----
    The bar is cut into windows of four seconds or less with at most one event each. Which windows have one follows the
    golden section, shaken by chance, so that events neither crowd nor stay away for minutes, as pure chance would
    have it. Source: M. R. Schroeder, "Number Theory in Science and Communication", 1984, on the most even sequence.
    """
    windows = max(ceil(bar.length_s / 4.0), 1)
    steps = max(int(bar.length_beats / windows / grid_beats + _EPSILON), 1)
    onsets = []
    for window in range(windows):
        even = phase + _GOLDEN * (bar.index * windows + window) + _SHAKE * next(chance)
        happens = even % 1.0 < bar.length_s / windows / interval_s
        step = min(int(next(chance) * steps), steps - 1)
        if happens:
            onsets.append(bar.start_beats + window * bar.length_beats / windows + step * grid_beats)
    return tuple(onset for onset in onsets if onset < bar.end_beats - _EPSILON)
