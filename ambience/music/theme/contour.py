"""The shapes that a melody can have as a whole, and how clearly a melody has one of them."""

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

_SAMPLES = 24  # places at which a line is compared; three to a bar of an eight-bar theme


class Contour(NamedTuple):
    """An archetype: where a line stands between its lowest and its highest note as a theme goes by."""

    points: tuple[
        tuple[float, float], ...
    ]  # (share of the theme, height 0..1), by rising share; straight lines between
    lifts: tuple[int, ...]  # steps by which the idea may be moved when it is said again, drawn evenly

    def height(self, share: float) -> float:
        """Tell how high a line stands, 0..1, when so much of the theme has gone by."""
        after = next(i for i, (at, _) in enumerate(self.points) if at >= share and i)
        (start, low), (end, high) = self.points[after - 1], self.points[after]
        return low + (high - low) * (share - start) / (end - start)


# The arch is the commonest shape of a phrase (D. Huron, "The Melodic Arch in Western Folksongs", 1996); all others keep
# its one summit at two thirds. Points and lifts by ear.
CONTOURS: dict[str, Contour] = {
    "arch": Contour(((0.0, 0.1), (0.33, 0.5), (0.67, 1.0), (0.85, 0.5), (1.0, 0.15)), (1, 1, 2, 2, 1, 3)),
    "rising wave": Contour(
        ((0.0, 0.1), (0.15, 0.5), (0.24, 0.2), (0.4, 0.7), (0.5, 0.4), (0.68, 1.0), (1.0, 0.3)), (1, 2, 1, 2, 3, 2)
    ),
    "descending sigh": Contour(
        ((0.0, 0.75), (0.23, 0.35), (0.27, 0.6), (0.48, 0.15), (0.55, 0.45), (0.67, 1.0), (0.8, 0.5), (1.0, 0.0)),
        (-1, -1, -2, -1, -2, 0),
    ),
    "terraced": Contour(
        (
            (0.0, 0.1),
            (0.22, 0.1),
            (0.28, 0.4),
            (0.47, 0.4),
            (0.53, 0.7),
            (0.63, 0.75),
            (0.68, 1.0),
            (0.8, 0.7),
            (1.0, 0.5),
        ),
        (1, 2, 2, 3, 2, 1),
    ),
    "valley": Contour(
        ((0.0, 0.7), (0.35, 0.0), (0.5, 0.2), (0.67, 1.0), (0.85, 0.6), (1.0, 0.4)), (-2, -1, -2, -3, -1, -2)
    ),
    "late ascent": Contour(((0.0, 0.2), (0.5, 0.2), (0.67, 1.0), (0.8, 0.6), (1.0, 0.2)), (0, 1, -1, 0, 1, 0)),
}


def sampled(onsets_beats: Sequence[float], heights: Sequence[float], total_beats: float) -> tuple[float, ...]:
    """Read how high a line stands at even steps, as deviations from its mean, scaled to unit length.

    Parameters
    ----------
    onsets_beats, heights : sequences of equal length
        Where each note begins, the first at 0, and how high it is in any unit.
    """
    values: list[float] = []
    place, last = 0, len(onsets_beats) - 1
    for sample in range(_SAMPLES):
        beat = (sample + 0.5) * total_beats / _SAMPLES
        while place < last and onsets_beats[place + 1] <= beat:
            place += 1
        values.append(heights[place])
    return _unit(values)


def likeness(line: Sequence[float], name: str) -> float:
    """Correlate a line, as `sampled` reads it, with the contour of that name: 1 the same shape, -1 upside down."""
    return sum([a * b for a, b in zip(line, _archetype(name), strict=True)])


def nearest(line: Sequence[float]) -> str:
    """Name the contour that a line, as `sampled` reads it, has most clearly."""
    return max(CONTOURS, key=lambda name: likeness(line, name))


@cache
def _archetype(name: str) -> tuple[float, ...]:
    return _unit([CONTOURS[name].height((sample + 0.5) / _SAMPLES) for sample in range(_SAMPLES)])


def _unit(values: Sequence[float]) -> tuple[float, ...]:
    mean = sum(values) / len(values)
    length = math.sqrt(sum([(value - mean) ** 2 for value in values])) or 1.0
    return tuple([(value - mean) / length for value in values])
