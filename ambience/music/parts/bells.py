"""Bells and glass: one high tone now and then, and sometimes its echo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from numpy.random import Generator

from ambience.music.harmony.voicing import nearest_of, pitches_of, require_register
from ambience.music.playing.clock import rare_onsets
from ambience.music.playing.touch import chances, pick, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_WAVE_BARS = 13.0
_RARER = 2.0  # where nothing is left, a tone in four seconds has become one in twelve
_DAMPED_BEATS = 0.5  # before a chord to which the tone does not belong


@dataclass(frozen=True, slots=True)
class Bells:
    """Rare tones of the chord or of the theme."""

    lowest_midi: int = setting(72, "note number, lower end", low=36, high=108)
    highest_midi: int = setting(98, "note number, upper end", low=48, high=120)
    velocity: float = setting(0.4, "0..1, touch", above=0.0, high=1.0)
    often_s: float = setting(4.0, "seconds between two tones at full density", above=0.0, high=60.0)
    seldom_s: float = setting(12.0, "seconds between two tones at no density", above=0.0, high=120.0)
    echo: float = setting(0.45, "0..1, how often a tone is answered", low=0.0, high=1.0)
    echo_beats: float = setting(1.5, "beats from a tone to its echo", above=0.0, high=8.0)
    ring_beats: float = setting(6.0, "beats a tone is left to ring", above=0.0, high=32.0)

    def __post_init__(self) -> None:
        require_register("bells", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Strike where chance falls; level makes the tones rarer, the end has one last."""
        chance = chances(rng)
        interval = self.seldom_s + (self.often_s - self.seldom_s) * bar.controls.density
        interval *= 1.0 + _RARER * (1.0 - bar.controls.level)
        onsets = rare_onsets(bar, interval, chance, grid_beats=0.5)
        if bar.ending:
            onsets = (bar.start_beats,)
        notes: list[Note] = []
        for number, onset in enumerate(onsets):
            notes += self._tone(number, onset, bar, chance)
        return playable(notes, bar)

    def _tone(self, number: int, onset: float, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Strike a tone; its echo is softer, the same or a neighbor in the chord."""
        pitch = self._pitch(number, bar, chance)
        velocity = strength(self.velocity, bar.controls, chance)
        note = Note(onset, self._ring(onset, pitch, bar), pitch, velocity)
        answers, apart = next(chance) < self.echo and not bar.ending, pick(chance, 3)
        wished = pitch + (0, -3, 3)[apart]
        answer = nearest_of(bar.chord.pcs, wished, self.lowest_midi, self.highest_midi)
        softer = strength(0.55 * self.velocity, bar.controls, chance)
        late = onset + self.echo_beats
        return [note, Note(late, self._ring(late, answer, bar), answer, softer)] if answers else [note]

    def _ring(self, onset: float, pitch: int, bar: Bar) -> float:
        """Let a tone ring as long as it belongs to the harmony."""
        stays = pitch % 12 in bar.next_chord.pcs or bar.chord_bars > 1 or onset >= bar.end_beats
        return self.ring_beats if stays else min(self.ring_beats, max(bar.end_beats - onset - _DAMPED_BEATS, 1.0))

    def _pitch(self, number: int, bar: Bar, chance: Iterator[float]) -> int:
        """Take a chord tone, or in every third case the tone that the theme's head would reach from the root."""
        themed, bright, turn = next(chance) < 0.35, bar.controls.brightness, next(chance)
        reach = self.highest_midi - self.lowest_midi
        wave = abs((bar.index + number) / _WAVE_BARS % 1.0 - 0.5) * 2.0  # height comes and goes like a tide
        wished = self.lowest_midi + reach * (0.15 + 0.3 * bright + 0.4 * wave + 0.08 * turn)
        climb = list(accumulate(bar.theme.head_semitones or (7, -2)))
        pc = (bar.chord.root_pc + climb[(bar.index + number) % len(climb)]) % 12
        fits = themed and bar.scale.contains(pc)
        pcs = (pc,) if fits else bar.chord.pcs
        busy = set(bar.voices)
        tones = [p for p in pitches_of(pcs, self.lowest_midi, self.highest_midi) if p not in busy]
        return (
            min(tones, key=lambda p: abs(p - wished))
            if tones
            else nearest_of(pcs, wished, self.lowest_midi, self.highest_midi)
        )
