"""The ear that chooses a theme: singable, broad, one leap to know it by, one summit."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ambience.music.phrase import Sketch

REJECTED = 40.0  # a fault that no merit outweighs

_STEP_SHARE = (0.56, 0.72)  # of all intervals; singable melodies move by step about two times in three
_NOTES_A_BAR = (2.0, 3.3)  # in bars of four beats
_LONG_SHARE = (0.42, 0.72)  # of the time on notes of two beats and more: broad, but not a chorale
_RANGE_SEMITONES = (9, 15)
_HARD_RANGE_SEMITONES = 16
_AWKWARD = frozenset({6, 10, 11})  # tritone and sevenths are hard to sing
_SIGNATURE = frozenset({5, 7, 8, 9, 12})  # fourth, fifth, sixths and octave are easy to remember


def judge(candidate: Sketch, pitches: Sequence[int], bar_beats: float, bars: int) -> float:
    """Score a candidate; higher is better, and each `REJECTED` in it is a broken rule.

    Parameters
    ----------
    candidate : Sketch
        Rhythm and degrees.
    pitches : sequence of int
        Semitones of its notes above any reference.
    """
    intervals = [b - a for a, b in pairwise(pitches)]
    merit = _summit(candidate, pitches, bar_beats * bars, bar_beats) + _lines(candidate, intervals)
    merit += _rhythm(candidate, bar_beats, bars) + _head(candidate, intervals)
    span = max(pitches) - min(pitches)
    merit -= 0.5 * _outside(span, _RANGE_SEMITONES) + REJECTED * (span > _HARD_RANGE_SEMITONES)
    stable = sum(event[2] % 7 in (0, 2, 4) for event in candidate.events if event[0] % bar_beats < 1e-6)
    return merit + 1.5 * stable / bars


def _summit(candidate: Sketch, pitches: Sequence[int], total_beats: float, bar_beats: float) -> float:
    """Ask for one highest note, two thirds of the way, long and on a strong beat."""
    top = max(pitches)
    place = pitches.index(top)
    onset, length, _ = candidate.events[place]
    share = onset / total_beats
    broken = pitches.count(top) > 1 or not 0.55 <= share <= 0.8
    if broken:
        return -REJECTED
    strong = onset % bar_beats < 1e-6 or abs(onset % bar_beats - bar_beats / 2.0) < 0.3
    return 1.5 * strong + min(length, 2.0) - 25.0 * _outside(share, (0.6, 0.75))


def _lines(candidate: Sketch, intervals: Sequence[int]) -> float:
    """Prefer steps, leaps that are answered the other way, and no hammering on one tone."""
    degrees = [b[2] - a[2] for a, b in pairwise(candidate.events)]
    count = len(degrees)
    merit = -14.0 * _outside(sum(abs(d) == 1 for d in degrees) / count, _STEP_SHARE)
    merit -= 10.0 * max(0.0, sum(d == 0 for d in degrees) / count - 0.1)
    merit -= 8.0 * max(0.0, sum(abs(s) >= 5 for s in intervals) / count - 0.2)
    for here, after in pairwise(intervals):
        if abs(here) >= 5:
            merit -= 1.2 * (here * after > 0) + 0.6 * (abs(after) > 4) + 0.5 * (after == 0)
        merit -= 1.0 * (here == 0 and after == 0)
        merit -= 0.5 * (abs(here) in (3, 4) and abs(after) in (3, 4) and here * after < 0)  # zigzag
    merit -= sum(1.0 for a, b, c in zip(intervals, intervals[1:], intervals[2:], strict=False) if a == -b == c)  # trill
    return merit - sum(1.5 * (abs(s) in _AWKWARD) + 5.0 * (abs(s) > 12) for s in intervals)


def _rhythm(candidate: Sketch, bar_beats: float, bars: int) -> float:
    """Ask for breadth, and for as much repetition as variety."""
    lengths = [length for _, length, _ in candidate.events]
    density = len(lengths) / (bars * bar_beats / 4.0)
    long_share = sum(length for length in lengths if length >= 1.9) / (bars * bar_beats)
    merit = -4.0 * _outside(density, _NOTES_A_BAR) - 8.0 * _outside(long_share, _LONG_SHARE)
    figures = Counter(_bar_figures(candidate, bar_beats))
    repeated = sum(times for times in figures.values() if times > 1) / bars
    return merit - 5.0 * _outside(repeated, (0.35, 0.8))


def _bar_figures(candidate: Sketch, bar_beats: float) -> list[tuple[float, ...]]:
    """Write down where in its bar each note begins, bar by bar."""
    figures: dict[int, list[float]] = {}
    for onset, _, _ in candidate.events:
        bar = int(onset / bar_beats + 1e-9)
        figures.setdefault(bar, []).append(round(onset - bar * bar_beats, 3))
    return [tuple(figure) for figure in figures.values()]


def _head(candidate: Sketch, intervals: Sequence[int]) -> float:
    """Ask for a head that can be told by its rhythm alone and by one leap."""
    events = candidate.events[: candidate.head_notes]
    own = intervals[: candidate.head_notes - 1]
    lengths = [length for _, length, _ in events]
    leaps = [s for s in own if abs(s) >= 5]
    merit = 1.5 * min(len(set(lengths)), 3) - 2.0 * (len(events) > 6) + 1.0 * (4 <= len(events) <= 6)
    merit += 3.0 * (len(leaps) == 1 and abs(leaps[0]) in _SIGNATURE) - 1.5 * abs(len(leaps) - 1)
    merit += 1.0 * (max(lengths) >= 2.0) - 1.0 * (lengths[0] < 1.0)
    return merit - 2.0 * any(a == 0 for a in own)


def _outside(value: float, limits: tuple[float, float]) -> float:
    return max(0.0, limits[0] - value, value - limits[1])
