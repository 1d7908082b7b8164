"""What a theme should be, what it is, and what it was chosen for."""

import math
from itertools import pairwise
from typing import Literal, NamedTuple

from ambience.errors import require
from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.music.theme.merits import Merits

_BARS = (4, 32)
_NARROWEST_SEMITONES = 19  # a twelfth: below, no octave of the tonic is sure to hold a theme of a tenth
_FORM_WORDS = ("sentence", "period", "auto")
_FEWEST_NOTES = 3  # of a melody: below, there is nothing to develop


class ThemeSpec(NamedTuple):
    """What a theme should be."""

    bars: int = 8  # 4..32; above 12 the theme is said twice, the second time intensified
    form: Literal["sentence", "period", "auto"] = "auto"
    motif: tuple[Note, ...] = ()  # the head, taken as it is; empty: invented
    lowest_midi: int = 57  # lowest note of an invented theme
    highest_midi: int = 81  # highest, at least 19 semitones above
    character: str = ""  # one or two words of `CHARACTERS`; empty: none in particular
    melody: tuple[Note, ...] = ()  # the whole theme, taken as it is; empty: composed
    chords: tuple[Chord, ...] = ()  # of the melody, one a bar; empty: found
    head_notes: int = 0  # of the melody; 0: those that begin in its first two bars


class Theme(NamedTuple):
    """A theme from beat 0, with its harmony."""

    notes: tuple[Note, ...]
    chords: tuple[Chord, ...]  # one a bar
    bars: int
    bar_beats: float
    head_notes: int  # how many of the notes are the head motif
    scale: Scale

    @property
    def signature_semitones(self) -> int:
        """The widest interval of the head, the first of equals; negative falls."""
        return max(self.head_semitones, key=abs, default=0)

    @property
    def head_semitones(self) -> tuple[int, ...]:
        """The intervals of the head motif, note to note."""
        pitches = [note.pitch_midi for note in self.notes[: self.head_notes]]
        return tuple([b - a for a, b in pairwise(pitches)])

    @property
    def climax_share(self) -> float:
        """Where the highest note begins, 0..1 of the theme."""
        summit = max(self.notes, key=lambda note: note.pitch_midi)
        return summit.onset_beats / (self.bars * self.bar_beats)


class Candidate(NamedTuple):
    """A theme, and what it was chosen for."""

    theme: Theme
    form: str  # "sentence" or "period"; "given" for a melody that was taken as it is
    contour: str  # the name in `CONTOURS` that it is most like
    merits: Merits


def check_spec(spec: ThemeSpec, bar_beats: float) -> None:
    """Raise `ParameterError` where a specification contradicts itself, or its motif or melody does not fit it."""
    require(spec.form in _FORM_WORDS, "theme", "form", spec.form, f"must be one of {', '.join(_FORM_WORDS)}")
    require(0.0 < bar_beats < math.inf, "theme", "bar_beats", bar_beats, "must be above 0")
    if spec.melody:
        _check_melody(spec, bar_beats)
        return
    require(_BARS[0] <= spec.bars <= _BARS[1], "theme", "bars", spec.bars, f"must lie in {_BARS[0]}..{_BARS[1]}")
    require(not spec.chords, "theme", "chords", len(spec.chords), "need a melody")
    span = spec.highest_midi - spec.lowest_midi
    rule = f"must be at least {_NARROWEST_SEMITONES} semitones above the lowest note"
    require(span >= _NARROWEST_SEMITONES, "theme", "highest_midi", spec.highest_midi, rule)
    fits = spec.lowest_midi >= 0 and spec.highest_midi <= 127
    require(fits, "theme", "lowest_midi", spec.lowest_midi, "must leave the range in 0..127")
    if spec.motif:
        fits = spec.motif[-1].end_beats <= bar_beats * spec.bars / 2.0 + 1e-9
        rule = f"must last at most half the theme, {spec.bars / 2:g} bars"
        require(fits, "theme", "motif", f"{len(spec.motif)} notes", rule, "Shorten it or give the theme more bars.")


def bars_of(notes: tuple[Note, ...], bar_beats: float) -> int:
    """Count the bars that a line fills from beat 0."""
    return math.ceil(notes[-1].end_beats / bar_beats - 1e-9)


def _check_melody(spec: ThemeSpec, bar_beats: float) -> None:
    require(not spec.motif, "theme", "melody", f"{len(spec.melody)} notes", "leaves no room for a motif")
    count, bars = len(spec.melody), bars_of(spec.melody, bar_beats)
    require(count >= _FEWEST_NOTES, "theme", "melody", f"{count} notes", f"must have at least {_FEWEST_NOTES}")
    rule = f"must fill {_BARS[0]} to {_BARS[1]} bars of {bar_beats:g} beats"
    require(_BARS[0] <= bars <= _BARS[1], "theme", "melody", f"{bars} bars", rule)
    fits = len(spec.chords) in (0, bars)
    require(fits, "theme", "chords", f"{len(spec.chords)} chords", f"must be one a bar, {bars}")
    require(0 <= spec.head_notes <= count, "theme", "head", spec.head_notes, f"must be at most {count}, all its notes")
