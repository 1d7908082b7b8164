"""The heartbeat: from sixty to a hundred and ten a minute as the supply runs out, always on the grid."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.playing.clock import grid_onsets, nearest_period
from ambience.music.playing.touch import EPSILON_BEATS, chances, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting
from ambience.units import SECONDS_PER_MINUTE

_PULL = 0.12  # of a beat of the heart: by ear, below what is heard as a stumble
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
        notes = []
        for onset in self._beats(bar, period):
            velocity = strength(self.velocity, bar.controls, chance, accent=0.3 + 0.7 * weak)
            if weak > 0.0:
                notes.append(Note(onset, 0.8 * period, self.pitch_midi, velocity))
        return playable(notes[:1] if bar.ending else notes, bar)

    @staticmethod
    def _beats(bar: Bar, period: float) -> Sequence[float]:
        """Go on from the last beat; one that is off the grid is drawn back to it, so little that nothing stumbles."""
        last = max((note.onset_beats for note in bar.previous), default=None)
        if last is None or bar.arrival:
            return [onset for onset in grid_onsets(bar, period) if last is None or onset - last >= 0.5 * period]
        origin = bar.phrase.start_beats % 1.0
        earliest = max(bar.start_beats, *(note.end_beats for note in bar.previous))
        onsets = []
        while (free := last + period) < bar.end_beats - EPSILON_BEATS:
            away = origin + round((free - origin) / period) * period - free
            last = max(free + min(max(away, -_PULL * period), _PULL * period), earliest)
            onsets.append(last)
        return onsets
