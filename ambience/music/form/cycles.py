"""A long piece in cycles: each with its own climax, the highest of them at the golden section of the whole."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from numpy.random import Generator

from ambience.music.form.proportions import GOLDEN

_ONE_CYCLE_S = 1200.0  # a shorter piece is one arc
_CYCLE_S = (360.0, 720.0)
_MEAN_S = 540.0
_MAIN_S = 620.0  # the cycle in which the climax of the piece lies is longer than most
_CODA_S = 120.0  # less than this after it is no cycle of its own
_CLIMAX_SHAKE = 0.06  # of a cycle, by which its own climax lies off the golden section
_HEIGHTS = (0.76, 0.9)  # of the other cycles' climaxes, far from the highest and next to it


class Span(NamedTuple):
    """Where a cycle lies."""

    start_s: float
    length_s: float
    climax_s: float  # from the start of the piece
    height: float  # 0..1
    first: bool
    last: bool


def spans(length_s: float, music_s: float, highest_s: float | None, rng: Generator) -> tuple[Span, ...]:
    """Divide a piece into cycles.

    Parameters
    ----------
    length_s, music_s : float
        Of the sound, and until the end of its last bar.
    highest_s : float or None
        Where the climax is wished; None: at the golden section.
    rng : numpy.random.Generator
        Draws two values, and one for each cycle.
    """
    climax_s = GOLDEN * length_s if highest_s is None else highest_s
    if length_s <= _ONE_CYCLE_S:
        return (Span(0.0, music_s, climax_s, 1.0, True, True),)
    main_s = _MAIN_S
    before_s = max(climax_s - GOLDEN * main_s, 0.0)
    after_s = music_s - before_s - main_s
    if after_s < _CODA_S:
        main_s, after_s = music_s - before_s, 0.0
    lengths_before = _unequal(before_s, max(round(before_s / _MEAN_S), before_s > 0.0), rng)
    lengths_after = _unequal(after_s, max(round(after_s / _MEAN_S), after_s > 0.0), rng)
    lengths = (*lengths_before, main_s, *lengths_after)
    starts = (0.0, *accumulate(lengths))
    main, last = len(lengths_before), len(lengths) - 1
    draws = rng.random(len(lengths)).tolist()
    return tuple(
        Span(
            starts[i],
            length,
            climax_s if i == main else starts[i] + _share(draw) * length,
            1.0 if i == main else _height(i, main, last, draw),
            i == 0,
            i == last,
        )
        for i, (length, draw) in enumerate(zip(lengths, draws, strict=True))
    )


def endless_span(rng: Generator) -> Span:
    """Draw the length of one more cycle, and how high it rises; draws two values."""
    length, height = rng.random(2).tolist()
    length_s = _CYCLE_S[0] + (_CYCLE_S[1] - _CYCLE_S[0]) * length
    return Span(0.0, length_s, _share(height) * length_s, 0.8 + 0.2 * height, False, False)


def _share(draw: float) -> float:
    return GOLDEN + _CLIMAX_SHAKE * (2.0 * draw - 1.0)


def _height(cycle: int, main: int, last: int, draw: float) -> float:
    """Rise from cycle to cycle toward the highest, and fall away from it."""
    near = cycle / max(main, 1) if cycle < main else (last - cycle) / max(last - main, 1)
    low, high = _HEIGHTS
    return low + (high - low) * (0.8 * near + 0.2 * draw)


def _unequal(total_s: float, count: int, rng: Generator) -> Sequence[float]:
    """Divide a time into so many parts, none like its neighbors: golden steps around a circle never come near."""
    turn = float(rng.random())
    shares = [GOLDEN ** (0.8 * (0.5 - (turn + GOLDEN * part) % 1.0)) for part in range(count)]
    return [total_s * share / sum(shares) for share in shares]
