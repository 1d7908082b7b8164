"""The hit on the first beat of a new state, when a bridge has prepared it, and the one that comes unprepared."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.voicing import pitches_of, require_register
from ambience.music.playing.touch import chances, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_STING_S = 2.5  # by ear: a sting is an exclamation, not a wall


@dataclass(frozen=True, slots=True)
class Impact:
    """One low blow that rings for bars."""

    lowest_midi: int = setting(24, "note number, lower end", low=12, high=72)
    highest_midi: int = setting(40, "note number, upper end", low=23, high=84)
    velocity: float = setting(0.85, "0..1, force", above=0.0, high=1.0)
    ring_s: float = setting(8.0, "seconds the blow is left to ring", above=0.0, high=60.0)

    def __post_init__(self) -> None:
        require_register("impact", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Hit on the downbeat if the bar asks for it."""
        chance = chances(rng)
        pitch = pitches_of((bar.scale.tonic_pc,), self.lowest_midi, self.highest_midi)[0]
        velocity = strength(self.velocity, bar.controls, chance, accent=1.1)
        hit = Note(bar.start_beats, bar.beats(self.ring_s), pitch, velocity, "marcato")
        return playable([hit] if bar.impact else [], bar)

    def sting(self, bar: Bar, at_beats: float, rng: Generator) -> Sequence[Note]:
        """Hit on root and fifth of the chord, as low as they go, with a semitone's edge an octave above."""
        chance, root_pc = chances(rng), bar.chord.root_pc
        root = pitches_of((root_pc,), self.lowest_midi, self.highest_midi)[0]
        color_pc = next((pc for pc in bar.chord.pcs if (pc - root_pc) % 12 not in (0, 7)), root_pc)
        edge = pitches_of((color_pc,), root + 12, root + 23)[0]
        return tuple(
            Note(at_beats, bar.beats(_STING_S), pitch, strength(self.velocity, bar.controls, chance), "marcato")
            for pitch in (root, root + 7, edge, edge + 1)
        )
