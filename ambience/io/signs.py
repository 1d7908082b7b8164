"""What stands around the notes: clefs, dynamics, hairpins, and how to play."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from ambience.io.barlines import Measure
from ambience.io.voices import GRID, Struck, peak, to_step

_PHRASE_BARS = 4  # a dynamic is read over so many bars
_LEVELS = ("pp", "p", "mp", "mf", "f", "ff")
_LEVEL_FLOORS = (0.27, 0.37, 0.47, 0.58, 0.72)  # of `p` and up, as velocities; by ear, on the presets
_LEVEL_MARGIN = 0.02  # a new dynamic must be meant
_HAIRPIN = 0.1  # of expression: less is left to the players
_REST = 8 * GRID  # after so long a rest, players want to be told again
_CLEF_GAIN = 1.0  # semitones beyond the staff, a note, by which another clef than the usual must be better
_CLEF_COST = 12.0  # and by how much a change must be better in all
_STAFF_MIDI = {"treble": (62, 79), "alto": (52, 69), "tenor": (48, 65), "bass": (41, 60)}  # one ledger line included


@dataclass(frozen=True, slots=True)
class Sign:
    """A dynamic, a word or a hairpin."""

    kind: str  # "dynamic", "words", "crescendo" or "diminuendo"
    start: int  # steps from the start of the piece
    end: int
    text: str = ""


def choose_clefs(
    struck: Sequence[Struck], measures: Sequence[Measure], clefs: Sequence[str], shift: int
) -> Iterator[tuple[int, str]]:
    """Choose a clef for each section by its ledger lines; a change must be worth it, and so must an unusual clef.

    The cheapest way through all sections, found by dynamic programming: whoever enters late in a high place reads the
    high clef from the first bar.
    """
    starts = [measure.start for measure in measures]
    begins = [i for i, measure in enumerate(measures) if measure.rehearsal or i == 0]
    edges = [*(starts[i] for i in begins[1:]), starts[-1] + measures[-1].length]
    places = [bisect_left(struck, edge, key=lambda note: note.start) for edge in edges]
    sections = [struck[first:stop] for first, stop in pairwise((0, *places))]
    ways: list[tuple[float, tuple[int, ...]]] = [(0.0, (number,)) for number in range(len(clefs))]
    for inside in sections:
        pitches = [note.pitch_midi + shift for note in inside]
        ways = [
            min((cost + _CLEF_COST * (way[-1] != number), (*way, number)) for cost, way in ways)
            for number in range(len(clefs))
        ]
        ways = [(cost + _clef_cost(clefs, way[-1], pitches), way) for cost, way in ways]
    chosen = min(ways)[1][1:]
    yield 0, clefs[chosen[0]]
    for inside, (before, number) in zip(sections[1:], pairwise(chosen), strict=True):
        if number != before:
            yield bisect_right(starts, inside[0].start) - 1, clefs[number]


def _clef_cost(clefs: Sequence[str], number: int, pitches: Sequence[int]) -> float:
    """Price a clef for some notes: semitones beyond its staff, and that it is not the usual one, which comes first."""
    low, high = _STAFF_MIDI.get(clefs[number], (0, 127))
    beyond = sum(max(0, low - pitch, pitch - high) for pitch in pitches)
    return beyond + _CLEF_GAIN * len(pitches) * (number > 0)


def signs(
    struck: Sequence[Struck], measures: Sequence[Measure], expression: Sequence[tuple[float, float]] = ()
) -> Iterator[Sign]:
    """Mark levels, swells, the hairpins of phrases, and changes of bowing."""
    yield from _dynamics(struck, measures)
    if struck and expression:
        yield from _hairpins(struck, expression)
    for (start, top, end), _ in groupby((n.start, peak(n), n.end) for n in struck if n.articulation == "swell"):
        yield Sign("crescendo", start, top)
        if top < end:
            yield Sign("diminuendo", top, end)
    plucked = False
    for note in struck:
        if (note.articulation == "pizzicato") != plucked:
            plucked = not plucked
            yield Sign("words", note.start, note.start, "pizz." if plucked else "arco")


def _hairpins(struck: Sequence[Struck], expression: Sequence[tuple[float, float]]) -> Iterator[Sign]:
    """Mark where expression grows or fades by much, as far as something sounds; notes that swell are marked already."""
    turns = [expression[0]]
    for beat, height in expression[1:]:
        way = turns[-1][1] - turns[-2][1] if len(turns) > 1 else 0.0
        if (height - turns[-1][1]) * way > 0.0:
            turns[-1] = (beat, height)
        elif abs(height - turns[-1][1]) >= _HAIRPIN:
            turns.append((beat, height))
    starts = [note.start for note in struck]
    for (left, before), (right, after) in pairwise(turns):
        heard = struck[bisect_left(starts, to_step(left)) : bisect_left(starts, to_step(right))]
        if len(heard) < 2 or any(note.articulation == "swell" for note in heard):
            continue
        start, end = heard[0].start, min(to_step(right), max(note.end for note in heard))
        if end - start >= 2 * GRID:
            yield Sign("crescendo" if after > before else "diminuendo", start, end)


def _dynamics(struck: Sequence[Struck], measures: Sequence[Measure]) -> Iterator[Sign]:
    """Mark the level of every phrase: new after a section or four bars, shown if it changed or after a long rest."""
    starts = [measure.start for measure in measures]
    section, phrase = 0, []
    for place, measure in enumerate(measures):
        if measure.rehearsal:
            section = place
        phrase.append(section * len(measures) + (place - section) // _PHRASE_BARS)
    shown, reach = -1, 0
    for _, notes in groupby(struck, key=lambda note: phrase[bisect_right(starts, note.start) - 1]):
        heard = list(notes)
        loud = median(note.velocity for note in heard)
        level = bisect_right(_LEVEL_FLOORS, loud)
        meant = bisect_right(_LEVEL_FLOORS, loud - _LEVEL_MARGIN) == bisect_right(_LEVEL_FLOORS, loud + _LEVEL_MARGIN)
        rested = heard[0].start - reach >= 8 * GRID
        if shown < 0 or rested or (level != shown and (meant or abs(level - shown) > 1)):
            yield Sign("dynamic", heard[0].start, heard[0].start, _LEVELS[level])
            shown = level
        reach = max(note.end for note in heard)
