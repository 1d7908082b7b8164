"""The finished score: every layer's notes, and the maps by which they are found, counted and explained."""

from bisect import bisect_right
from dataclasses import dataclass

from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.plugins import MidiProfile
from ambience.scene import Controls
from ambience.units import beats_to_s, s_to_beats


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
    notes: tuple[Note, ...]  # by rising onset
    expression: tuple[tuple[float, float], ...] = ()  # (beat, 0..1), by rising beat; empty: 1 throughout


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
    controls: tuple[ControlPoint, ...]  # every beat
    theme: tuple[Note, ...]  # as first composed, from beat 0
    chords: tuple[tuple[float, Chord], ...]  # (beat, chord), every bar
    realized_tension: tuple[float, ...]  # 0..1, of every bar in `chords`, measured on the notes
    length_beats: float
    length_s: float  # of the sound, tails included

    def beat_at(self, time_s: float) -> float:
        """Turn seconds from the start into beats from the start."""
        tempo = self.tempos[max(bisect_right(self.tempos, time_s, key=lambda t: t.at_s) - 1, 0)]
        return tempo.at_beats + s_to_beats(time_s - tempo.at_s, tempo.tempo_bpm)

    def second_at(self, beat: float) -> float:
        """Turn beats from the start into seconds from the start."""
        tempo = self.tempos[max(bisect_right(self.tempos, beat, key=lambda t: t.at_beats) - 1, 0)]
        return tempo.at_s + beats_to_s(beat - tempo.at_beats, tempo.tempo_bpm)
