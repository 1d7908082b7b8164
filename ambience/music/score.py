"""The immutable words of the composition: notes, bars, and what a part is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import NamedTuple, Protocol, runtime_checkable

from numpy.random import Generator

from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.scene import Controls, Passage, SceneState, Stanza
from ambience.units import beats_to_s, s_to_beats

_AS_THE_STATE, _AS_ITS_STATE = Passage(), Stanza()


class Note(NamedTuple):
    """One note of the score; a beat is a quarter note."""

    onset_beats: float  # from the start of the piece
    duration_beats: float  # > 0
    pitch_midi: int  # 60 = C4
    velocity: float  # 0..1
    articulation: str = "sustain"
    detune_cents: float = 0.0

    @property
    def end_beats(self) -> float:
        """Where the note ends, from the start of the piece."""
        return self.onset_beats + self.duration_beats

    # The two changes that nearly every note goes through; `replace` takes four times as long.

    def lasting(self, duration_beats: float) -> "Note":
        """Return the note with another length."""
        return Note(
            self.onset_beats, duration_beats, self.pitch_midi, self.velocity, self.articulation, self.detune_cents
        )

    def at(self, pitch_midi: int) -> "Note":
        """Return the note on another pitch."""
        return Note(
            self.onset_beats, self.duration_beats, pitch_midi, self.velocity, self.articulation, self.detune_cents
        )


class Line(tuple[Note, ...]):
    """Notes one after the other, with what is asked about them in every bar in which they sound."""

    @cached_property
    def climax_beats(self) -> float:
        """Where the highest note begins, the first of them; there must be one."""
        return -max([(note.pitch_midi, -note.onset_beats) for note in self])[1]

    @cached_property
    def end_beats(self) -> float:
        """Where the last note ends; there must be one."""
        return max([note.end_beats for note in self])

    @cached_property
    def spans(self) -> tuple[tuple[float, float], ...]:
        """Where the notes begin and end, each before the next."""
        stops = [*(note.onset_beats for note in self[1:]), inf]
        return tuple([(n.onset_beats, min(n.end_beats, stop)) for n, stop in zip(self, stops, strict=False)])

    def within(self, start_beats: float, end_beats: float) -> tuple[Note, ...]:
        """Return the notes that begin between two places, at the first but not at the second."""
        stop = end_beats - 1e-9
        return tuple([note for note, onset in zip(self, self._onsets, strict=True) if start_beats <= onset < stop])

    @cached_property
    def _onsets(self) -> tuple[float, ...]:
        return tuple([note.onset_beats for note in self])

    def __hash__(self) -> int:
        """Return the hash of the notes, found once."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Where a bar stands within its phrase."""

    index: int  # phrases since the start of the piece
    bar: int  # 0 … bars - 1
    bars: int  # length of the phrase
    start_beats: float  # from the start of the piece
    chords: tuple[Chord, ...] = ()  # one a bar, as planned; empty: only the next one is known
    stanza: Stanza = _AS_ITS_STATE  # how it differs from what its state says
    led_on: bool = False  # the phrase before led on to it: it begins where that one had grown to
    leads_on: bool = False  # the phrase after it goes further, so that it does not sink back at its end

    @property
    def last_bar(self) -> bool:
        """Whether the phrase ends with this bar."""
        return self.bar == self.bars - 1


class ThemeSlice(NamedTuple):
    """What the theme does in this phrase: the thread that every state carries."""

    transform: str  # such as "statement" or "fragment + augment 2"; empty: the theme rests
    statement: Line  # the transformed theme, placed in the piece; may outlast the phrase
    notes: tuple[Note, ...]  # those of `statement` that begin in this bar
    head_semitones: tuple[int, ...]  # intervals of the head motif, note to note, as composed


class Cue(NamedTuple):
    """A motif of the cast that was called, as far as it sounds in a bar."""

    name: str
    theme: ThemeSlice  # what its players read in the place of the theme
    layers: tuple[str, ...]  # who plays it, whether the state has them or not


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bar between two states: what is left and what arrives."""

    leaving: SceneState
    arriving: SceneState
    bar: int  # 0 … bars - 1
    bars: int
    riser: bool
    silence_beats: float  # at the end of the last bar

    @property
    def last_bar(self) -> bool:
        """Whether the new state begins with the next bar."""
        return self.bar == self.bars - 1


@dataclass(frozen=True, slots=True)
class Bar:
    """All that a part may know when it writes its next bar."""

    index: int
    start_beats: float
    length_beats: float
    start_s: float
    tempo_bpm: float
    scale: Scale
    chord: Chord
    next_chord: Chord
    phrase: Phrase
    theme: ThemeSlice
    controls: Controls  # at the start of the bar
    state: SceneState
    previous: tuple[Note, ...] = ()  # what this layer wrote last, sounding or silent
    bridge: Bridge | None = None  # set in the bars between two states
    arrival: bool = False  # first bar of a state
    impact: bool = False  # this bar's downbeat is a hit that a bridge prepared
    fade_s: float = 0.0  # for which what sounds at the end of the piece's last bar is held, dying away; 0: not the last
    last_chord: Chord | None = None  # chord of the bar before
    voices: tuple[int, ...] = ()  # this layer's pitches that still sound at the bar line, low to high
    drone_pc: int = 0  # pitch class of the unbroken drone: the tonic of the piece, whatever key the passage is in
    passage: Passage = _AS_THE_STATE  # what the form wants of this stay
    cue: Cue | None = None  # a motif of the cast that is heard in this bar
    zero_s: float | None = None  # second at which a deadline runs out, while one runs
    chord_bars: int = 1  # bars for which the chord stays, this one included, as far as the phrase is planned
    state_bars: int = 64  # bars that the state has lasted

    def read_by(
        self, previous: tuple[Note, ...], voices: tuple[int, ...], theme: ThemeSlice, length_beats: float
    ) -> "Bar":
        """Return the bar as one layer reads it, by what that layer plays already."""
        return Bar(  # spelled out: `replace` takes four times as long, and every layer reads every bar
            self.index, self.start_beats, length_beats, self.start_s, self.tempo_bpm, self.scale, self.chord,
            self.next_chord, self.phrase, theme, self.controls, self.state, previous, self.bridge, self.arrival,
            self.impact, self.fade_s, self.last_chord, voices, self.drone_pc, self.passage, self.cue, self.zero_s,
            self.chord_bars, self.state_bars,
        )  # fmt: skip

    @property
    def end_beats(self) -> float:
        """Where the bar ends, from the start of the piece."""
        return self.start_beats + self.length_beats

    @property
    def ending(self) -> bool:
        """Whether it is the last bar of the piece."""
        return self.fade_s > 0.0

    @property
    def length_s(self) -> float:
        """Seconds that the bar lasts."""
        return beats_to_s(self.length_beats, self.tempo_bpm)

    def beats(self, duration_s: float) -> float:
        """Turn seconds into beats at the bar's tempo."""
        return s_to_beats(duration_s, self.tempo_bpm)


class Part(Protocol):
    """A way of playing, as the preset sets it: a frozen dataclass of settings, without memory."""

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Write one bar: notes that begin within it, by rising onset; they may ring on beyond it.

        A part draws the same number of random values on every path through a bar of the same length, keeps nothing
        between calls, and knows only what `bar` tells it.
        """
        ...


@runtime_checkable
class Dynamics(Protocol):
    """What a part that swells and fades within its notes offers beside `compose`."""

    def dynamics(self, bar: Bar) -> Sequence[tuple[float, float]]:
        """Write the hairpins of one bar.

        Returns
        -------
        points : sequence of (float, float)
            (beat from the start of the piece, expression 0..1), by rising beat, the first at the start of the bar and
            the last at its end, where it equals the first of the next bar whenever the part goes on; straight lines
            between them. An empty sequence stands for 1 throughout.
        """
        ...


@runtime_checkable
class Sting(Protocol):
    """What a part that can hit at once, in the middle of a bar, offers beside `compose`."""

    def sting(self, bar: Bar, at_beats: float, rng: Generator) -> Sequence[Note]:
        """Write a short hit that begins at a beat of the bar, given from the start of the piece."""
        ...
