"""A clock that counts down: one tick a beat, then two, then four, and every bar a heavier one."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.music.touch import chances, playable, strength
from ambience.plugins import setting


@dataclass(frozen=True, slots=True)
class Ticker:
    """Ticks that divide the beat as tension rises; the last bar has one."""

    pitch_midi: int = setting(84, "note number of a tick", low=24, high=120)
    accent_midi: int = setting(79, "note number of the tick on the downbeat", low=24, high=120)
    velocity: float = setting(0.4, "0..1, loudness of a tick on the beat", above=0.0, high=1.0)
    twice_tension: float = setting(0.45, "0..1, tension from which it ticks twice a beat", low=0.0, high=1.0)
    four_tension: float = setting(0.78, "0..1, tension from which it ticks four times a beat", low=0.0, high=1.0)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Tick through the bar, the divisions softer than the beats."""
        chance = chances(rng)
        tension = bar.controls.tension
        division = 4 if tension >= self.four_tension else 2 if tension >= self.twice_tension else 1
        count = 1 if bar.ending else max(round(bar.length_beats * division), 1)
        notes = []
        for step in range(count):
            place = step / division
            accent = 1.25 if step == 0 else 1.0 if step % division == 0 else 0.62
            pitch = self.accent_midi if step == 0 else self.pitch_midi
            velocity = strength(self.velocity, bar.controls, chance, accent=accent)
            word = "marcato" if step == 0 else "staccato"
            if place < bar.length_beats:
                notes.append(Note(bar.start_beats + place, 0.5 / division, pitch, velocity, word))
        return playable(notes, bar)
