"""The theme from which the whole piece grows: many are drawn, the best is kept."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from numpy.random import Generator

from ambience.errors import require
from ambience.music.critic import REJECTED, judge
from ambience.music.harmonize import harmonize
from ambience.music.harmony import Chord
from ambience.music.phrase import STARTS, Event, Sketch, draw_character, draw_head, layout, sketch
from ambience.music.scale import MODES, Scale
from ambience.music.score import Note

_CANDIDATES = 220
_HARMONIZED = 8  # as many of the best melodies get chords before the choice is made
_NARROWEST_SEMITONES = 19
_BARS = (4, 32)
_FORM_WORDS = ("sentence", "period", "auto")


@dataclass(frozen=True, slots=True)
class ThemeSpec:
    """What a theme should be."""

    bars: int = 8  # 4..32; above 12 the theme is said twice, the second time intensified
    form: Literal["sentence", "period", "auto"] = "auto"
    motif: tuple[Note, ...] = ()  # the head, taken as it is; empty: invented
    lowest_midi: int = 57  # lowest note of an invented theme
    highest_midi: int = 81  # highest, at least 19 semitones above


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme from beat 0, with its harmony."""

    notes: tuple[Note, ...]
    chords: tuple[Chord, ...]  # one a bar
    bars: int
    bar_beats: float
    head_notes: int  # how many of the notes are the head motif
    scale: Scale


def compose_theme(spec: ThemeSpec, scale: Scale, bar_beats: float, rng: Generator) -> Theme:
    """Compose a theme from chance under rules, or develop one from the user's motif.

    Parameters
    ----------
    spec : ThemeSpec
        What it should be.
    scale : Scale
        Its key; the melody keeps to it, the chords leave it at most for an excursion.
    bar_beats : float, > 0
        Length of a bar.
    rng : numpy.random.Generator
        Draws a number of values that depends on `spec.bars` alone.

    Raises
    ------
    ParameterError
        If the specification contradicts itself or the motif is longer than half the theme.
    """
    _check(spec, bar_beats)
    draws = rng.random((_CANDIDATES + 1, 256 + 24 * spec.bars)).tolist()
    opening = iter(draws.pop())
    character = draw_character(opening.__next__)
    form = spec.form if spec.form != "auto" else ("sentence", "period")[next(opening) < 0.45]
    head_bars = _head_bars(spec, bar_beats)
    members = layout(form, spec.bars, head_bars)
    given, tonic_midi = _read_motif(spec.motif, scale)
    heads = [
        given or draw_head(head_bars, bar_beats, character, STARTS[(character.start + turn) % 4], opening.__next__)
        for turn in (0, 0, 0, 0, 1, 2, 3)  # other degrees of the same motif, should its own not fit the register
    ]
    octave_steps = len(MODES[scale.mode])
    ranked: list[tuple[float, int, Sketch, list[int]]] = []
    for index, row in enumerate(draws):
        head = heads[index % len(heads)]
        drawn = sketch(members, bar_beats, head, iter(row).__next__, octave_steps=octave_steps)
        pitches, overflow = _pitches(drawn, scale, spec, tonic_midi)
        merit = judge(drawn, pitches, bar_beats, spec.bars) - REJECTED * overflow
        ranked.append((-merit, index, drawn, pitches))
    ranked.sort(key=lambda entry: entry[:2])
    finalists = [
        (-cost, _as_theme(drawn, pitches, spec, scale, bar_beats, _half_bars(members)))
        for cost, _, drawn, pitches in ranked[:_HARMONIZED]
    ]
    return max(finalists, key=lambda entry: entry[0] + entry[1][1])[1][0]


def _check(spec: ThemeSpec, bar_beats: float) -> None:
    require(_BARS[0] <= spec.bars <= _BARS[1], "theme", "bars", spec.bars, f"must lie in {_BARS[0]}..{_BARS[1]}")
    require(spec.form in _FORM_WORDS, "theme", "form", spec.form, f"must be one of {', '.join(_FORM_WORDS)}")
    require(0.0 < bar_beats < math.inf, "theme", "bar_beats", bar_beats, "must be above 0")
    span = spec.highest_midi - spec.lowest_midi
    rule = f"must be at least {_NARROWEST_SEMITONES} semitones above the lowest note"
    require(span >= _NARROWEST_SEMITONES, "theme", "highest_midi", spec.highest_midi, rule)
    require(
        spec.lowest_midi >= 0 and spec.highest_midi <= 127,
        "theme",
        "lowest_midi",
        spec.lowest_midi,
        "must leave the range in 0..127",
    )
    if spec.motif:
        fits = spec.motif[-1].end_beats <= bar_beats * spec.bars / 2.0 + 1e-9
        rule = f"must last at most half the theme, {spec.bars / 2:g} bars"
        require(fits, "theme", "motif", f"{len(spec.motif)} notes", rule, "Shorten it or give the theme more bars.")


def _head_bars(spec: ThemeSpec, bar_beats: float) -> int:
    if spec.motif:
        return math.ceil(spec.motif[-1].end_beats / bar_beats - 1e-9)
    return 2 if spec.bars >= 7 else 1


def _half_bars(members: Sequence[tuple[str, int]]) -> tuple[int, ...]:
    ends: list[int] = []
    bar = 0
    for role, bars in members:
        bar += bars
        if role == "open":
            ends.append(bar - 1)
    return tuple(ends)


def _read_motif(motif: tuple[Note, ...], scale: Scale) -> tuple[tuple[Event, ...], int | None]:
    """Turn the user's notes into events on the steps of the scale, above the tonic below their first note."""
    if not motif:
        return (), None
    first = motif[0].pitch_midi
    tonic_midi = first - (first - scale.tonic_pc) % 12
    return tuple((n.onset_beats, n.duration_beats, scale.between(tonic_midi, n.pitch_midi)) for n in motif), tonic_midi


def _pitches(drawn: Sketch, scale: Scale, spec: ThemeSpec, tonic_midi: int | None) -> tuple[list[int], int]:
    """Place a sketch in the middle of its register: note numbers, and semitones by which they leave it."""
    steps = MODES[scale.mode]
    above = [12 * (p // len(steps)) + steps[p % len(steps)] for _, _, p in drawn.events]
    if tonic_midi is not None:
        shift = tonic_midi
        overflow = 0
    else:
        low, high = min(above), max(above)
        room = (spec.lowest_midi + spec.highest_midi - low - high) / 2.0
        shift = scale.tonic_pc + 12 * round((room - scale.tonic_pc) / 12.0)
        overflow = max(0, spec.lowest_midi - low - shift) + max(0, high + shift - spec.highest_midi)
    return [a + shift for a in above], overflow


def _as_theme(
    drawn: Sketch, pitches: Sequence[int], spec: ThemeSpec, scale: Scale, bar_beats: float, half_bars: Sequence[int]
) -> tuple[Theme, float]:
    low, high = min(pitches), max(pitches)
    notes = [
        Note(onset, length, pitch, _velocity((pitch - low) / (high - low or 1), onset % bar_beats < 1e-6))
        for (onset, length, _), pitch in zip(drawn.events, pitches, strict=True)
    ]
    if spec.motif:
        notes[: drawn.head_notes] = [replace(note) for note in spec.motif]
    chords, merit = harmonize(notes, scale, spec.bars, bar_beats, half_bars)
    return Theme(tuple(notes), chords, spec.bars, bar_beats, drawn.head_notes, scale), merit


def _velocity(height: float, downbeat: bool) -> float:
    """Sing out toward the summit, and lean a little on the bar line."""
    return round(0.58 + 0.26 * height + 0.05 * downbeat, 3)
