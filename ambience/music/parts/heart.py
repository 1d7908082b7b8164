"""The heartbeat: from sixty to a hundred and ten a minute as the supply runs out, always on the grid."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.clock import grid_onsets, nearest_period
from ambience.music.score import Bar, Note
from ambience.music.touch import chances, playable, strength
from ambience.plugins import setting
from ambience.units import SECONDS_PER_MINUTE

_PERIODS_BEATS = (0.5, 2.0 / 3.0, 0.75, 1.0, 4.0 / 3.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Heart:
    """One note is one beat of the heart, both sounds of it; at level 0 it stands still."""

    rest_per_minute: float = setting(60.0, "beats a minute at level 1", above=20.0, high=120.0)
    panic_per_minute: float = setting(110.0, "beats a minute as level nears 0", above=20.0, high=220.0)
    pitch_midi: int = setting(33, "note number; 33 = A1, 55 Hz: felt more than heard", low=12, high=60)
    velocity: float = setting(0.5, "0..1, force", above=0.0, high=1.0)
    fade_level: float = setting(0.15, "0..1, level below which the heart grows weak", above=0.0, high=1.0)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Beat through the bar on a grid that is counted from the start of the piece."""
        chance = chances(rng)
        level = bar.controls.level
        rate = self.rest_per_minute + (self.panic_per_minute - self.rest_per_minute) * (1.0 - level)
        period = nearest_period(bar.beats(SECONDS_PER_MINUTE / rate), _PERIODS_BEATS)
        weak = min(level / self.fade_level, 1.0)
        onsets = grid_onsets(bar, period)[:1] if bar.ending else grid_onsets(bar, period)
        last = max((note.onset_beats for note in bar.previous), default=-period)
        notes = []
        for onset in onsets:
            velocity = strength(self.velocity, bar.controls, chance, accent=0.3 + 0.7 * weak)
            if weak > 0.0 and onset - last >= 0.45 * period:  # a change of grid must not make it stumble
                notes.append(Note(onset, 0.8 * period, self.pitch_midi, velocity))
        return playable(notes, bar)
