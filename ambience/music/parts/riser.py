"""A sound that grows through a bridge and is cut off by what it announces."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.voicing import nearest_of, require_register
from ambience.music.playing.touch import chances, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting


@dataclass(frozen=True, slots=True)
class Riser:
    """One note for the whole of a bridge; a soft one at the end of a tense phrase."""

    lowest_midi: int = setting(48, "note number, lower end", low=24, high=96)
    highest_midi: int = setting(72, "note number, upper end", low=36, high=120)
    velocity: float = setting(0.7, "0..1, height of the wave", above=0.0, high=1.0)
    phrase_tension: float = setting(
        0.7, "0..1, tension above which the last bar of a phrase has one", low=0.0, high=1.0
    )
    phrase_gain: float = setting(0.45, "0..1, how loud that one is against a bridge's", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        require_register("riser", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Begin with the bridge and end where the silence before the new state begins."""
        chance = chances(rng)
        bridge, wished = bar.bridge, self.lowest_midi + (self.highest_midi - self.lowest_midi) * next(chance)
        velocity = strength(self.velocity, bar.controls, chance)
        pitch = nearest_of((bar.next_chord.root_pc,), wished, self.lowest_midi, self.highest_midi)
        begins = bridge is not None and bridge.riser and (bridge.bar == 0 or not bar.voices)
        if bridge is not None and begins:
            whole = (bridge.bars - bridge.bar) * bar.length_beats
            if bar.zero_s is not None:  # its bars may differ, but the deadline will not wait
                whole = min(whole, bar.beats(bar.zero_s - bar.start_s))
            length = max(whole - bridge.silence_beats, 0.5 * bar.length_beats)
            return playable([Note(bar.start_beats, length, pitch, velocity, "swell")], bar)
        tense = bar.controls.tension > self.phrase_tension and bar.phrase.last_bar
        if bridge is not None or not tense or bar.ending:
            return ()
        softer = max(self.phrase_gain * velocity, 0.02)
        return playable([Note(bar.start_beats, bar.length_beats, pitch, softer, "swell")], bar)
