"""The hull speaks: a rare groan or blow of metal, never when one expects it."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.voicing import pitches_of, require_register
from ambience.music.playing.clock import rare_onsets
from ambience.music.playing.touch import chances, pick, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting


@dataclass(frozen=True, slots=True)
class Hull:
    """One event in ten to forty seconds; tension makes it nearer and lower."""

    lowest_midi: int = setting(26, "note number, lower end", low=12, high=84)
    highest_midi: int = setting(50, "note number, upper end", low=24, high=96)
    velocity: float = setting(0.5, "0..1, force", above=0.0, high=1.0)
    often_s: float = setting(10.0, "seconds between two events at full density", above=0.0, high=120.0)
    seldom_s: float = setting(40.0, "seconds between two events at no density", above=0.0, high=600.0)
    groan: float = setting(0.4, "0..1, how often it groans instead of being struck", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        require_register("hull", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Strike or groan where chance falls, off the beat; never twice in a bar, never at the end."""
        chance = chances(rng)
        interval = self.seldom_s + (self.often_s - self.seldom_s) * bar.controls.density
        onsets = rare_onsets(bar, interval, chance, grid_beats=0.25, phase=0.37)[:1]
        groans, turn, late = next(chance) < self.groan, next(chance), 0.2 * next(chance)
        velocity = strength(self.velocity, bar.controls, chance, accent=0.75 + 0.5 * next(chance))
        # Root, fifth and tritone of the tonic: metal has no key, but it may lean on ours.
        color = 6 if bar.controls.tension > 0.6 and turn < 0.4 else 7
        tones = pitches_of((bar.scale.tonic_pc, bar.scale.tonic_pc + color), self.lowest_midi, self.highest_midi)
        low = max(round(len(tones) * (1.0 - 0.5 * bar.controls.tension)), 1)
        pitch = tones[pick(chance, low)]
        if bar.ending:
            return ()
        length, word = (bar.beats(7.0), "swell") if groans else (bar.beats(4.0), "marcato")
        cents = 60.0 * (turn - 0.5)
        return playable([Note(onset + late, length, pitch, velocity, word, cents) for onset in onsets], bar)
