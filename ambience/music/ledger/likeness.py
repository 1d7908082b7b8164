"""How alike two lines of notes are by contour, intervals and rhythm, in any key and at any speed."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import log2
from typing import Protocol

_GAP = 0.7  # cost of a note left out or put in, where 1 is a wholly wrong interval
_SEMITONE = 0.18  # cost of a semitone: a sequence within the key alters some intervals by one
_TURNED = 0.35  # cost of going the other way
_OTHER_OCTAVE = 0.4  # cost of the right tone in the wrong octave
_RHYTHM = 1.0 / 3.0  # by ear: pitch carries two thirds of what is recognized
_TIE = 1e-6
_Pair = tuple[int, int]  # a step of the motif, and the step of the line in which it is heard


class Timed(Protocol):
    """What is compared of a note."""

    @property
    def onset_beats(self) -> float:
        """Where it begins."""

    @property
    def pitch_midi(self) -> int:
        """Its note number."""


def likeness(motif: Sequence[Timed], line: Sequence[Timed]) -> float:
    """Tell how much of a motif is heard in a line of notes, 0 nothing .. 1 all, in any key and at any speed.

    Parameters
    ----------
    motif : sequence of notes
        What is looked for, by rising onset.
    line : sequence of notes
        Where it is looked for, by rising onset; only its best passage counts.

    Notes
    -----
    Contour and intervals decide which notes answer each other, as in `similarity`. The rhythm is that of these notes:
    the times between them against the motif's own, at the one speed that suits most of them. That contour and
    intervals are remembered apart: W. J. Dowling, "Scale and contour: Two components of a theory of memory for
    melodies", Psychological Review 85, 1978.
    """
    steps, found = _steps(motif), _steps(line)
    if not steps:
        return 1.0
    table = _alignment(tuple(step for step, _ in steps), tuple(step for step, _ in found))
    least = min(table[-1])
    pitch = max(0.0, 1.0 - least / len(steps))
    ends = [place for place, cost in enumerate(table[-1]) if cost < least + _TIE]
    rhythm = max(_rhythm(_pairs(table, steps, found, end), steps, found) for end in ends)
    # A rhythm counts only as far as its pitches go: even notes are alike in everything that is even.
    return (1.0 - _RHYTHM) * pitch + _RHYTHM * min(rhythm, pitch)


def similarity(intervals: Sequence[int], other: Sequence[int]) -> float:
    """Tell how much of a motif's pitches is found in another line, 0 nothing .. 1 all, in any key.

    Parameters
    ----------
    intervals : sequence of int
        Semitones from note to note of the motif that is looked for.
    other : sequence of int
        The same of the line in which it is looked for; may be longer, and only its best passage counts.

    Notes
    -----
    Cheapest alignment by edit operations, the ends of `other` free: P. H. Sellers, "The theory and computation of
    evolutionary distances: pattern recognition", Journal of Algorithms 1, 1980. An interval costs by its direction and
    its size; one that is an octave out keeps most of its identity.
    """
    if not intervals:
        return 1.0
    return max(0.0, 1.0 - min(_alignment(tuple(intervals), tuple(other))[-1]) / len(intervals))


def _steps(line: Sequence[Timed]) -> list[tuple[int, float]]:
    """List what lies between successive notes: semitones and beats."""
    return [(b.pitch_midi - a.pitch_midi, b.onset_beats - a.onset_beats) for a, b in pairwise(line)]


@lru_cache(maxsize=256)  # a theme is said in the same intervals again and again
def _alignment(intervals: tuple[int, ...], other: tuple[int, ...]) -> Sequence[Sequence[float]]:
    """Fill the table of least costs: a row for each count of intervals met, a column for each place in `other`."""
    table = [[0.0] * (len(other) + 1)]
    for wanted in intervals:
        costs = table[-1]
        row = [costs[0] + _GAP]
        for place, found in enumerate(other):
            kept = costs[place] + _mismatch(wanted, found)
            row.append(min(kept, costs[place + 1] + _GAP, row[place] + _GAP))
        table.append(row)
    return table


def _pairs(
    table: Sequence[Sequence[float]], steps: Sequence[tuple[int, float]], found: Sequence[tuple[int, float]], end: int
) -> list[_Pair]:
    """Walk the cheapest way back from an end: which steps answer each other."""
    pairs: list[_Pair] = []
    row, place = len(steps), end
    while row:
        cost = table[row][place]
        met = place and table[row - 1][place - 1] + _mismatch(steps[row - 1][0], found[place - 1][0])
        if place and abs(cost - met) < _TIE:
            row, place = row - 1, place - 1
            pairs.append((row, place))
        elif abs(cost - table[row - 1][place] - _GAP) < _TIE:
            row -= 1
        else:
            place -= 1
    return pairs[::-1]


def _rhythm(pairs: Sequence[_Pair], steps: Sequence[tuple[int, float]], found: Sequence[tuple[int, float]]) -> float:
    """Compare durations at the speed that suits most notes; one that is twice too long or short counts nothing."""
    stretches = sorted(log2(max(found[j][1], 1e-3) / max(steps[i][1], 1e-3)) for i, j in pairs)
    if not stretches:
        return 0.0
    usual = stretches[len(stretches) // 2]
    return sum(max(0.0, 1.0 - abs(stretch - usual)) for stretch in stretches) / len(steps)


def _mismatch(wanted: int, found: int) -> float:
    """Cost of hearing one interval for another, 0..1, by direction and size."""
    off = abs(wanted - found)
    if off % 12 == 0 and off:
        return _OTHER_OCTAVE
    turned = min(abs((wanted > 0) - (wanted < 0) - (found > 0) + (found < 0)), 1)
    return min(1.0, _SEMITONE * off + _TURNED * turned)
