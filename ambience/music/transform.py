"""What can be done to a line of notes: stretched, mirrored, sequenced, thinned out, misprinted."""

import math
from collections.abc import Sequence

from numpy.random import Generator

from ambience.music.scale import Scale
from ambience.music.score import Note

Line = tuple[Note, ...]

_SEQUENCE_TIMES = 3
_STUCK = 0.9  # errors above this share repeat their note into the next one


def from_zero(notes: Sequence[Note]) -> Line:
    """Move a line so that it begins at beat 0."""
    start = min((note.onset_beats for note in notes), default=0.0)
    return tuple(note._replace(onset_beats=note.onset_beats - start) for note in notes)


def stretch(notes: Sequence[Note], factor: float) -> Line:
    """Multiply all times by a factor > 0."""
    return tuple(
        note._replace(onset_beats=note.onset_beats * factor, duration_beats=note.duration_beats * factor)
        for note in notes
    )


def transpose(notes: Sequence[Note], semitones: int) -> Line:
    """Shift all pitches by semitones."""
    return tuple(note._replace(pitch_midi=note.pitch_midi + semitones) for note in notes)


def invert(notes: Sequence[Note], scale: Scale) -> Line:
    """Mirror a line around its first note, step by step of the scale."""
    if not notes:
        return ()
    axis = notes[0].pitch_midi
    mirrored = (scale.step(axis, -scale.between(axis, note.pitch_midi)) for note in notes[1:])
    turned = (note._replace(pitch_midi=pitch) for note, pitch in zip(notes[1:], mirrored, strict=True))
    return (notes[0], *turned)


def retrograde(notes: Sequence[Note]) -> Line:
    """Play a line backward, its last note first."""
    end = max((note.end_beats for note in notes), default=0.0)
    return from_zero([note._replace(onset_beats=end - note.end_beats) for note in reversed(notes)])


def sequence(notes: Sequence[Note], steps: int, bar_beats: float, scale: Scale) -> Line:
    """Repeat a line three times on whole bars, each `steps` of the scale higher than the one before."""
    if not notes:
        return ()
    end = max(note.end_beats for note in notes)
    period = math.ceil(end / bar_beats - 1e-9) * bar_beats
    copies: list[Note] = list(notes)
    for turn in range(1, _SEQUENCE_TIMES):
        for note in notes:
            pitch = scale.step(note.pitch_midi, turn * steps)
            copies.append(note._replace(onset_beats=note.onset_beats + turn * period, pitch_midi=pitch))
    return tuple(copies)


def thin(notes: Sequence[Note], rate: float, bar_beats: float) -> Line:
    """Leave out a share `rate` of the notes, 0..1, the least important first; the others stay where they are.

    The first note always stays. Long notes, notes on bar lines and beats, and the extremes of the line count most.
    """
    if not notes:
        return ()
    pitches = [note.pitch_midi for note in notes]

    def importance(index: int) -> float:
        note = notes[index]
        place = note.onset_beats % bar_beats
        meter = 1.5 if place < 1e-6 else 0.5 * (abs(place - round(place)) < 1e-6)
        edge = 8.0 * (index == 0) + 1.0 * (index == len(notes) - 1)
        return note.duration_beats + meter + edge + 2.0 * (note.pitch_midi in (max(pitches), min(pitches)))

    keep = max(1, len(notes) - math.floor(rate * len(notes) + 1e-9))
    ranked = sorted(range(len(notes)), key=lambda index: (-importance(index), index))
    return tuple(notes[index] for index in sorted(ranked[:keep]))


def misprint(notes: Sequence[Note], rate: float, final_rate: float, scale: Scale, rng: Generator) -> Line:
    """Copy a line with printing errors, on a share `rate` of its notes at first that grows to `final_rate`, 0..1.

    The errors of a low rate are among those of a higher one from the same stream: the copy decays, it does not change
    its mind. Up to about 0.3 the line is recognized; beyond, it is deformed.
    """
    draws = rng.random((len(notes), 4))
    ranks = {index: rank for rank, index in enumerate(sorted(range(len(notes)), key=lambda i: float(draws[i, 0])))}
    copy: list[Note] = []
    stuck: int | None = None
    for index, note in enumerate(notes):
        grown = rate + (final_rate - rate) * index / max(len(notes) - 1, 1)
        right, before, stuck = ranks[index] + 0.5 > grown * len(notes), stuck, None
        if right:
            copy.append(note if before is None else note._replace(pitch_midi=before))
            continue
        kind, size, side = (float(value) for value in draws[index, 1:])
        copy.extend(_smudge(note, kind, size, 1 if side < 0.5 else -1, scale, first=index == 0))
        if kind >= _STUCK:
            stuck = note.pitch_midi
    return tuple(copy)


def _smudge(note: Note, kind: float, size: float, side: int, scale: Scale, *, first: bool) -> list[Note]:
    """Print one note wrongly: neighbor tone, length, doubled, octave, omitted, or stuck; the first begins in time."""
    half = note.duration_beats / 2.0
    later = note._replace(onset_beats=note.onset_beats + half, duration_beats=half)
    if kind < 0.3:
        return [note._replace(pitch_midi=scale.step(note.pitch_midi, side * (1 if size < 0.7 else 2)))]
    if kind < 0.48:
        return [note._replace(duration_beats=half)] if size < 0.5 or first else [later]
    if kind < 0.64:
        return [note._replace(duration_beats=half), later]
    if kind < 0.78:
        octave = 12 * side if 0 <= note.pitch_midi + 12 * side <= 127 else -12 * side
        return [note._replace(pitch_midi=note.pitch_midi + octave)]
    if kind < _STUCK:
        return [note._replace(duration_beats=half)] if first else []
    third = note.duration_beats / 3.0
    return [note._replace(onset_beats=note.onset_beats + turn * third, duration_beats=third) for turn in range(3)]
