"""The finished score: every layer's notes, and the maps by which they are found, counted and explained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.plugins import MidiProfile
from ambience.scene import Controls
from ambience.units import SECONDS_PER_MINUTE, FloatArray


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo and where it begins."""

    at_beats: float
    at_s: float
    tempo_bpm: float


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature and where it begins."""

    at_beats: float
    beats: int  # upper number
    unit: int  # lower number: 4 or 8


@dataclass(frozen=True, slots=True)
class Key:
    """A tonal center and where it begins."""

    at_beats: float
    scale: Scale


@dataclass(frozen=True, slots=True)
class Marker:
    """A named place, as a DAW shows it."""

    at_beats: float
    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One appearance of the theme, or of a motif of the cast."""

    at_beats: float
    at_s: float
    bar: int
    state: str
    transform: str  # its words; "quote" for the bare head, "motif" for a motif of the cast's own
    layers: tuple[str, ...]  # who played it
    notes: int  # that sounded
    similarity: float  # 0..1, of the notes that sounded to what `heard` names, by contour, intervals and rhythm
    heard: str = "head"  # what they are most like: the head as it is, inverted or backward, or the theme's ending
    cue: str = ""  # name in the cast; empty: the theme itself


@dataclass(frozen=True, slots=True)
class Section:
    """One passage: a stay in one state, or what the form makes of a part of it."""

    letter: str  # A, B, C …
    state: str
    role: str  # what the form wants of it, such as "development"; empty: the state alone decides
    at_beats: float
    at_s: float
    bars: int  # the bridge that leads out of it included
    length_s: float  # of these bars
    key: str  # such as "D dorian"


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """The controls at one moment."""

    at_beats: float
    at_s: float
    controls: Controls


@dataclass(frozen=True, slots=True)
class Track:
    """All notes of one layer."""

    name: str
    stem: str
    profile: MidiProfile
    gain_db: float
    pan: float
    notes: Sequence[Note]  # by rising onset
    expression: Sequence[tuple[float, float]] = ()  # (beat, 0..1), by rising beat; empty: 1 throughout


@dataclass(frozen=True, slots=True)
class Score:
    """A whole composed piece: what MIDI, pictures and reports are made of."""

    title: str
    seed: int
    tracks: tuple[Track, ...]
    tempos: tuple[Tempo, ...]
    meters: tuple[Meter, ...]
    keys: tuple[Key, ...]
    markers: tuple[Marker, ...]
    sections: tuple[Section, ...]
    ledger: tuple[LedgerEntry, ...]
    controls: Sequence[ControlPoint]  # every beat
    theme: tuple[Note, ...]  # as first composed, from beat 0
    chords: tuple[tuple[float, Chord], ...]  # (beat, chord), every bar
    realized_tension: tuple[float, ...]  # 0..1, of every bar in `chords`, measured on the notes
    length_beats: float
    length_s: float  # of the sound, tails included

    def beat_at(self, time_s: float) -> float:
        """Turn seconds from the start into beats from the start."""
        return float(self.beats_at([time_s])[0])

    def second_at(self, beat: float) -> float:
        """Turn beats from the start into seconds from the start."""
        return float(self.seconds_at([beat])[0])

    def beats_at(self, times_s: Sequence[float] | FloatArray) -> FloatArray:
        """Turn many moments in seconds into beats."""
        at_beats, at_s, tempo_bpm = self._map
        place = np.maximum(np.searchsorted(at_s, times_s, side="right") - 1, 0)
        beats: FloatArray = at_beats[place] + (times_s - at_s[place]) * tempo_bpm[place] / SECONDS_PER_MINUTE
        return beats

    def seconds_at(self, beats: Sequence[float] | FloatArray) -> FloatArray:
        """Turn many moments in beats into seconds."""
        at_beats, at_s, tempo_bpm = self._map
        place = np.maximum(np.searchsorted(at_beats, beats, side="right") - 1, 0)
        times_s: FloatArray = at_s[place] + (beats - at_beats[place]) * SECONDS_PER_MINUTE / tempo_bpm[place]
        return times_s

    @property
    def _map(self) -> FloatArray:
        """Return where each tempo begins, in beats and in seconds, and the tempo, shape (3, n)."""
        return np.array([(tempo.at_beats, tempo.at_s, tempo.tempo_bpm) for tempo in self.tempos]).T
