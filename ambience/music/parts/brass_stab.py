"""Low brass beside the beat: stabs on open chords, clusters when it is unbearable, the theme's head in unison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.passing import quote
from ambience.music.harmony.voicing import require_register, voice_chord
from ambience.music.playing.meter_cells import cell_of
from ambience.music.playing.touch import after_gasp, before_gasp, chances, gasp_at, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_CLUSTER_ABOVE_MIDI = 60  # by ear and by beating: lower down a semitone is mud, not an edge
_CLUSTER_BARS = 8
_SILENT_BAR = 2  # of every four: the air belongs to somebody else
_EVERY_BAR_TENSION = 0.5


@dataclass(frozen=True, slots=True)
class BrassStab:
    """Short attacks that displace the accent; rests are half of it."""

    lowest_midi: int = setting(40, "note number, lower end; 40 = E2", low=24, high=84)
    highest_midi: int = setting(67, "note number, upper end", low=36, high=96)
    velocity: float = setting(0.65, "0..1, force", above=0.0, high=1.0)
    voices: int = setting(3, "tones of a stab", low=1, high=6)
    length_beats: float = setting(0.4, "beats a stab lasts", above=0.0, high=4.0)
    cluster_tension: float = setting(0.8, "0..1, tension above which a stab is a cluster", low=0.0, high=1.0)
    fragment_bars: int = setting(4, "bars between two calls of the theme's head; 0 none", low=0, high=32)

    def __post_init__(self) -> None:
        require_register("brass_stab", self.lowest_midi, self.highest_midi)

    @property
    def carries_theme(self) -> bool:
        """Whether the theme can be heard in it: it calls its head."""
        return self.fragment_bars > 0

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Call the theme's head every so many bars; else place stabs where nobody expects them."""
        chance = chances(rng)
        chord = self._chord(bar, rng)
        if bar.ending:
            return playable(self._stab(bar, 0.0, chord, chance, bar.length_beats), bar)
        calls = self.fragment_bars and (bar.phrase.bar + 1) % self.fragment_bars == 0
        if calls and bar.controls.tension > 0.4:
            return playable(before_gasp(self._call(bar, chance), bar), bar)
        notes: list[Note] = []
        hit = bar.impact or after_gasp(bar)
        for place in self._places(bar):
            notes += self._stab(bar, place, chord, chance, self.length_beats)
        if hit:
            notes += self._stab(bar, 0.0, chord, chance, 2.0 * self.length_beats)
        return playable(before_gasp(notes, bar), bar)

    @staticmethod
    def _places(bar: Bar) -> list[float]:
        """Choose accents beside the beat, the same ones throughout a phrase; every third bar is silent."""
        if bar.phrase.bar % 4 == _SILENT_BAR or (bar.phrase.bar % 2 and bar.controls.tension < _EVERY_BAR_TENSION):
            return []
        steps = cell_of(bar).displaced
        shift = bar.phrase.index % len(steps)
        count = min(int(1.0 + 2.0 * bar.controls.tension * (0.5 + bar.controls.density)), 3)
        return sorted(0.25 * step for step in (steps[shift:] + steps[:shift])[:count])

    def _chord(self, bar: Bar, rng: Generator) -> tuple[int, ...]:
        """Lay out the stab: an open chord, or the root under a heap of semitones."""
        chord = voice_chord(
            bar.chord,
            lowest_midi=self.lowest_midi,
            highest_midi=self.highest_midi,
            voices=self.voices,
            previous=(),
            spread=0.6,
            rng=rng,
        )
        if bar.controls.tension <= self.cluster_tension or not self._moment(bar):
            return chord
        start = min(max(self.highest_midi - self.voices + 1, self.lowest_midi), max(_CLUSTER_ABOVE_MIDI, chord[0] + 7))
        heap = range(start, min(start + max(self.voices, 3), self.highest_midi + 1))
        return (chord[0], *(p for p in heap if p > chord[0]))

    @staticmethod
    def _moment(bar: Bar) -> bool:
        """Tell whether a cluster would be an event: at a hit, and once in every eight bars."""
        return (
            bar.impact or after_gasp(bar) or bar.phrase.bar % _CLUSTER_BARS == min(_CLUSTER_BARS, bar.phrase.bars) - 2
        )

    def _stab(
        self, bar: Bar, place: float, chord: tuple[int, ...], chance: Iterator[float], length: float
    ) -> list[Note]:
        accent = 1.0 if place else 1.1
        return [
            Note(
                bar.start_beats + place,
                length,
                pitch,
                strength(self.velocity, bar.controls, chance, accent=accent * (1.0 if voice == 0 else 0.9)),
                "marcato" if length > 0.3 else "staccato",
            )
            for voice, pitch in enumerate(chord)
        ]

    def _call(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Play the head of the theme, true to its intervals, in octaves, hammered, ending with the bar."""
        pitches = quote(
            bar.theme.head_semitones or (7, -2),
            bar.chord,
            bar.scale,
            near_midi=self.lowest_midi + 9.0,
            lowest_midi=self.lowest_midi,
            highest_midi=self.highest_midi,
        )
        pace = 0.5 if bar.length_beats >= 0.5 * (len(pitches) + 1) else 0.25
        start = max(gasp_at(bar) - bar.start_beats - pace * (len(pitches) + 1), 0.0)
        octave = 12 if pitches and max(pitches) + 12 <= self.highest_midi else 0
        notes = []
        for step, pitch in enumerate(pitches):
            length = pace * (1.8 if step == len(pitches) - 1 else 0.85)
            for above in dict.fromkeys((0, octave)):
                velocity = strength(self.velocity, bar.controls, chance, accent=1.05 if not above else 0.9)
                onset = bar.start_beats + start + step * pace
                notes.append(Note(onset, length, pitch + above, velocity, "marcato"))
        return notes
