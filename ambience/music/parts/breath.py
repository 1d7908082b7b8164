"""Breathing: in for two fifths, out for three, on the grid of the piece; the less there is, the faster."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from numpy.random import Generator

from ambience.music.playing.clock import grid_onsets, nearest_period
from ambience.music.playing.touch import EPSILON_BEATS, chances, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting
from ambience.units import SECONDS_PER_MINUTE

_GRID_BEATS = 0.5
_PERIODS_BEATS = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 14.0, 16.0)
_INHALE = 0.4  # of a breath; JAMK Music & Technology, "Recommendations for composers": out is longer than in
_SHALLOW = 0.6  # by ear: depth of the last breath against the first


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
        notes = self._exhale_due(bar, chance)
        onset = self._next_breath(bar, period)
        while onset < bar.end_beats - EPSILON_BEATS and not bar.ending and bar.controls.level > 0.0:
            depth = _SHALLOW + (1.0 - _SHALLOW) * bar.controls.level
            velocity = strength(self.velocity, bar.controls, chance, accent=depth)
            inhale = _INHALE * period
            notes.append(Note(onset, (1.0 - self.pause) * inhale, self.inhale_midi, velocity, "inhale"))
            out = self._out(onset + inhale, period, velocity)
            notes += [out] if onset + inhale < bar.end_beats - EPSILON_BEATS else []
            onset += period
        return playable(notes, bar)

    def _next_breath(self, bar: Bar, period: float) -> float:
        """Tell when the next breath begins: when the last one is over, however long the next one will be."""
        held = [note for note in bar.previous if note.articulation in ("inhale", "exhale")]
        if not held:
            onsets = () if bar.voices else grid_onsets(bar, period)
            return onsets[0] if onsets else bar.end_beats
        last = max(held, key=lambda note: note.onset_beats)
        drawn = last.duration_beats / (1.0 - self.pause)
        over = last.onset_beats + (drawn / _INHALE if last.articulation == "inhale" else drawn)
        return ceil(max(over, bar.start_beats) / _GRID_BEATS - 1e-6) * _GRID_BEATS

    def _period(self, bar: Bar) -> float:
        """Choose the breath in half beats whose rate is nearest to what the level asks for."""
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
