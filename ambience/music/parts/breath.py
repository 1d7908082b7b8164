"""Breathing: in for two fifths, out for three, on the grid of the piece; the less there is, the faster."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.clock import grid_onsets, nearest_period
from ambience.music.score import Bar, Note
from ambience.music.touch import EPSILON_BEATS, chances, playable, strength
from ambience.plugins import setting
from ambience.units import SECONDS_PER_MINUTE

_PERIODS_BEATS = (2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0)
_INHALE = 0.4  # of a breath; JAMK Music & Technology, "Recommendations for composers": out is longer than in


@dataclass(frozen=True, slots=True)
class Breath:
    """One breath after the other, each an inhale and an exhale; none when level is 0."""

    calm_per_minute: float = setting(10.0, "breaths a minute at level 1", above=0.0, high=30.0)
    panic_per_minute: float = setting(28.0, "breaths a minute as level nears 0", above=0.0, high=60.0)
    inhale_midi: int = setting(62, "note number of the inhale", low=24, high=108)
    exhale_midi: int = setting(60, "note number of the exhale", low=24, high=108)
    velocity: float = setting(0.5, "0..1, nearness of the breath", above=0.0, high=1.0)
    pause: float = setting(0.08, "0..1, part of every inhale and exhale that is silent at its end", low=0.0, high=0.5)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Finish the breath that is under way, then begin those whose time has come."""
        chance = chances(rng)
        period = self._period(bar)
        exhale = self._exhale_due(bar, chance)
        notes = exhale[:]
        free_at = max([n.end_beats for n in (*bar.previous, *exhale)], default=bar.start_beats)
        for onset in grid_onsets(bar, period):
            uneven = strength(self.velocity, bar.controls, chance, accent=0.85 + 0.15 * bar.controls.level)
            waits = onset < free_at - 0.5 * self.pause * period - EPSILON_BEATS or self._inhales_still(bar, onset)
            if waits or bar.ending or bar.controls.level <= 0.0:
                continue
            inhale = _INHALE * period
            notes.append(Note(onset, (1.0 - self.pause) * inhale, self.inhale_midi, uneven, "inhale"))
            out = self._out(onset + inhale, period, uneven)
            notes += [out] if onset + inhale < bar.end_beats - EPSILON_BEATS else []
            free_at = onset + period
        return playable(notes, bar)

    def _period(self, bar: Bar) -> float:
        """Choose the breath in whole beats whose rate is nearest to what the level asks for."""
        rate = self.calm_per_minute + (self.panic_per_minute - self.calm_per_minute) * (1.0 - bar.controls.level)
        longest = max(bar.length_beats / _INHALE, _PERIODS_BEATS[0])  # an inhale ends by the next bar's end
        periods = tuple(period for period in _PERIODS_BEATS if period <= longest)
        return nearest_period(bar.beats(SECONDS_PER_MINUTE / rate), periods)

    def _exhale_due(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Let go the breath that was drawn in the bar before."""
        uneven = 0.95 + 0.1 * next(chance)
        for note in bar.previous:
            drawn = note.duration_beats / (1.0 - self.pause)
            onset = note.onset_beats + drawn
            if note.articulation == "inhale" and bar.start_beats - EPSILON_BEATS <= onset < bar.end_beats:
                return [self._out(max(onset, bar.start_beats), drawn / _INHALE, min(note.velocity * uneven, 1.0))]
        return []

    def _out(self, onset: float, period: float, velocity: float) -> Note:
        length = (1.0 - self.pause) * (1.0 - _INHALE) * period
        return Note(onset, length, self.exhale_midi, 0.9 * velocity, "exhale")

    def _inhales_still(self, bar: Bar, onset: float) -> bool:
        """Tell whether an older inhale goes on, of which only the pitch is known."""
        return onset == bar.start_beats and self.inhale_midi in bar.voices
