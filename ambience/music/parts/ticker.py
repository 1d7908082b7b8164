"""A clock that counts down: one tick a beat, then two, then three, then four, and every bar a heavier one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from numpy.random import Generator

from ambience.music.playing.touch import chances, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting
from ambience.units import beats_to_s

_DIVIDED_S = (20.0, 9.0, 4.0)  # by ear: seconds before zero from which a beat has two, three, four ticks
_EPSILON_BEATS = 1e-6


@dataclass(frozen=True, slots=True)
class Ticker:
    """Ticks that divide the beat as zero comes nearer, or as tension rises; the last bar has one."""

    pitch_midi: int = setting(84, "note number of a tick", low=24, high=120)
    accent_midi: int = setting(79, "note number of the tick on the downbeat", low=24, high=120)
    velocity: float = setting(0.4, "0..1, loudness of a tick on the beat", above=0.0, high=1.0)
    twice_tension: float = setting(0.45, "0..1, tension from which it ticks twice a beat", low=0.0, high=1.0)
    four_tension: float = setting(0.78, "0..1, tension from which it ticks four times a beat", low=0.0, high=1.0)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Tick through the bar, the divisions softer than the beats."""
        chance = chances(rng)
        notes = []
        for place, division in self._places(bar):
            accent = 1.25 if place == 0.0 else 1.0 if place % 1.0 == 0.0 else 0.62
            pitch = self.accent_midi if place == 0.0 else self.pitch_midi
            velocity = strength(self.velocity, bar.controls, chance, accent=accent)
            word = "marcato" if place == 0.0 else "staccato"
            notes.append(Note(bar.start_beats + place, 0.5 / division, pitch, velocity, word))
        return playable(notes, bar)

    def _places(self, bar: Bar) -> Iterator[tuple[float, int]]:
        """Yield the beats of the bar on which it ticks, each with how often the beat is divided there."""
        for beat in range(1 if bar.ending else ceil(bar.length_beats)):
            division = 1 if bar.ending else self._division(bar, beat)
            for step in range(division):
                if (place := beat + step / division) < bar.length_beats - _EPSILON_BEATS:
                    yield place, division

    def _division(self, bar: Bar, beat: int) -> int:
        if bar.zero_s is not None:
            left_s = bar.zero_s - bar.start_s - beats_to_s(beat, bar.tempo_bpm)
            return 1 + sum(left_s < start_s - _EPSILON_BEATS for start_s in _DIVIDED_S)
        tension = bar.controls.tension
        return 4 if tension >= self.four_tension else 2 if tension >= self.twice_tension else 1
