"""The ear that chooses a theme: singable, broad, one leap to know it by, one summit, and worth remembering."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ambience.music.theme import contour
from ambience.music.theme.character import PLAIN, Character
from ambience.music.theme.memory import novelty
from ambience.music.theme.merits import REJECTED, Merits
from ambience.music.theme.sketch import CLIMAX, Event, Sketch

_STEP_SHARE = (0.56, 0.72)  # of all intervals; singable melodies move by step about two times in three
_HARD_RANGE_SEMITONES = 16
_AWKWARD = frozenset({6, 10, 11})  # tritone and sevenths are hard to sing
_SIGNATURE = frozenset({5, 7, 8, 9, 12})  # fourth, fifth, sixths and octave are easy to remember
_LEAP_SEMITONES = 5
_GRID = 48  # steps of a beat
# Pleasure is greatest between the known and the new (D. E. Berlyne, "Aesthetics and Psychobiology", 1971); by ear.
_NEW_STEPS = (0.38, 0.56)  # of the intervals
_NEW_LENGTHS = (0.24, 0.42)  # of the note values
_ANY_SHAPE, _OWN_SHAPE = 2.0, 10.0  # points for a clear contour, and for the one that a character asks for


def judge(
    candidate: Sketch, pitches: Sequence[int], bar_beats: float, bars: int, character: Character = PLAIN
) -> Merits:
    """Score a candidate by all that can be heard at once; `judge_whole` and its chords add the rest.

    Parameters
    ----------
    candidate : Sketch
        Rhythm and degrees.
    pitches : sequence of int
        Semitones of its notes above any reference.
    character : Character
        What it should be like.
    """
    intervals = [b - a for a, b in pairwise(pitches)]
    climax = _summit(candidate, pitches, bar_beats * bars, bar_beats)
    line = _lines(candidate, intervals) + _range(pitches, character)
    stable = sum([event[2] % 7 in (0, 2, 4) for event in candidate.events if event[0] % bar_beats < 1e-6])
    return Merits(
        climax=climax,
        line=line + 1.5 * stable / bars,
        rhythm=_rhythm(candidate, bar_beats, bars, character),
        signature=_head(candidate, intervals),
        cadence=_cadence(candidate.events, bar_beats),
    )


def judge_whole(
    merits: Merits, candidate: Sketch, pitches: Sequence[int], total_beats: float, character: Character = PLAIN
) -> Merits:
    """Add what only the whole line tells, and takes longer to find out: its contour, and what one remembers of it."""
    shape = _shape(candidate.events, pitches, total_beats, character)
    return merits._replace(contour=shape, memory=_memory(candidate.events))


def _summit(candidate: Sketch, pitches: Sequence[int], total_beats: float, bar_beats: float) -> float:
    """Ask for one highest note, two thirds of the way, long and on a strong beat."""
    top = max(pitches)
    place = pitches.index(top)
    onset, length, _ = candidate.events[place]
    share = onset / total_beats
    outside = _outside(share, CLIMAX)
    if pitches.count(top) > 1 or outside > 0.0:
        return -REJECTED - 25.0 * outside
    strong = onset % bar_beats < 1e-6 or abs(onset % bar_beats - bar_beats / 2.0) < 0.3
    return 1.5 * strong + min(length, 2.0)


def _range(pitches: Sequence[int], character: Character) -> float:
    span = max(pitches) - min(pitches)
    return -_outside(span, character.range_semitones) - REJECTED * (span > _HARD_RANGE_SEMITONES)


def _lines(candidate: Sketch, intervals: Sequence[int]) -> float:
    """Prefer steps, leaps that are answered the other way, and no hammering on one tone."""
    degrees = [b[2] - a[2] for a, b in pairwise(candidate.events)]
    count = len(degrees)
    sizes = [abs(s) for s in intervals]
    merit = -14.0 * _outside(sum([abs(d) == 1 for d in degrees]) / count, _STEP_SHARE)
    merit -= 10.0 * max(0.0, degrees.count(0) / count - 0.1)
    merit -= 8.0 * max(0.0, sum([s >= _LEAP_SEMITONES for s in sizes]) / count - 0.2)
    for here, after in pairwise(intervals):
        if abs(here) >= _LEAP_SEMITONES:
            merit -= 1.2 * (here * after > 0) + 0.6 * (abs(after) > 4) + 0.5 * (after == 0)
        merit -= 1.0 * (here == 0 and after == 0)
        merit -= 0.5 * ((here in (3, 4) and after in (-3, -4)) or (here in (-3, -4) and after in (3, 4)))  # zigzag
    merit -= sum(
        [1.0 for a, b, c in zip(intervals, intervals[1:], intervals[2:], strict=False) if a == -b == c]
    )  # trill
    return merit - sum([1.5 * (s in _AWKWARD) + 5.0 * (s > 12) for s in sizes])


def _rhythm(candidate: Sketch, bar_beats: float, bars: int, character: Character) -> float:
    """Ask for breadth, and for as much repetition as variety."""
    lengths = [length for _, length, _ in candidate.events]
    density = len(lengths) / (bars * bar_beats / 4.0)
    long_share = sum([length for length in lengths if length >= 1.9]) / (bars * bar_beats)
    merit = -4.0 * _outside(density, character.notes_a_bar) - 14.0 * _outside(long_share, character.long_share)
    figures = Counter(_bar_figures(candidate, bar_beats))
    repeated = sum([times for times in figures.values() if times > 1]) / bars
    return merit - 5.0 * _outside(repeated, (0.35, 0.8))


def _bar_figures(candidate: Sketch, bar_beats: float) -> list[tuple[int, ...]]:
    """Write down where in its bar each note begins, bar by bar, on a grid of sixteenths and triplets."""
    figures: dict[int, list[int]] = {}
    for onset, _, _ in candidate.events:
        bar = int(onset / bar_beats + 1e-9)
        figures.setdefault(bar, []).append(int((onset - bar * bar_beats) * _GRID + 0.5))
    return [tuple(figure) for figure in figures.values()]


def _head(candidate: Sketch, intervals: Sequence[int]) -> float:
    """Ask for a head that can be told by its rhythm alone and by one leap."""
    events = candidate.events[: candidate.head_notes]
    own = intervals[: candidate.head_notes - 1]
    lengths = [length for _, length, _ in events]
    leaps = [s for s in own if abs(s) >= _LEAP_SEMITONES]
    merit = 1.5 * min(len(set(lengths)), 3) - 2.0 * (len(events) > 6) + 1.0 * (4 <= len(events) <= 6)
    merit += 3.0 * (len(leaps) == 1 and abs(leaps[0]) in _SIGNATURE) - 1.5 * abs(len(leaps) - 1)
    merit += 1.0 * (max(lengths) >= 2.0) - 1.0 * (lengths[0] < 1.0)
    return merit - 2.0 * any(a == 0 for a in own)


def _shape(events: Sequence[Event], pitches: Sequence[int], total_beats: float, character: Character) -> float:
    """Ask for a shape that one could draw with one stroke."""
    line = contour.sampled([onset for onset, _, _ in events], pitches, total_beats)
    points = _OWN_SHAPE if character.contours else _ANY_SHAPE
    return points * max([contour.likeness(line, name) for name in character.contours or contour.CONTOURS])


def _memory(events: Sequence[Event]) -> float:
    """Ask for as much repetition as variety, in the intervals and in the lengths."""
    steps = novelty([b[2] - a[2] for a, b in pairwise(events)])
    lengths = novelty([length for _, length, _ in events])
    return 2.0 - 12.0 * (_outside(steps, _NEW_STEPS) + _outside(lengths, _NEW_LENGTHS))


def _cadence(events: Sequence[Event], bar_beats: float) -> float:
    """Ask for a last note on the bar line, come to by step and in one direction, not from itself."""
    degrees = [position for _, _, position in events[-4:]]
    last = [b - a for a, b in pairwise(degrees)]
    merit = 1.0 * (abs(last[-1]) == 1) + 1.0 * (events[-1][0] % bar_beats < 1e-6) - 1.5 * (last[-1] == 0)
    if len(last) > 1:
        merit += 0.25 * (last[-2] * last[-1] > 0) - 2.0 * (last[-2] == 0)
    return merit


def _outside(value: float, limits: tuple[float, float]) -> float:
    return max(0.0, limits[0] - value, value - limits[1])
