"""The tonic in the sub octave: felt in the floor, renewed every few bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.music.touch import chances, playable, sounding_until, strength
from ambience.music.voicing import pitches_of, require_register
from ambience.plugins import setting

_BARS = 4


@dataclass(frozen=True, slots=True)
class SubPedal:
    """One very long note, and its octave when it gets tense."""

    lowest_midi: int = setting(24, "note number, lower end; 24 = C1, 33 Hz", low=12, high=60)
    highest_midi: int = setting(47, "note number, upper end; the octave needs two octaves of room", low=23, high=72)
    velocity: float = setting(0.6, "0..1, weight in the floor", above=0.0, high=1.0)
    octave_tension: float = setting(0.5, "0..1, tension from which the octave joins", low=0.0, high=1.0)
    rise_at_low_level: float = setting(0.5, "0..1, how much the sub comes forward as level falls", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        require_register("sub_pedal", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Renew the pedal where it ends; the octave changes two bars later."""
        chance = chances(rng)
        until = sounding_until(bar)
        tonics = pitches_of((bar.scale.tonic_pc,), self.lowest_midi, self.highest_midi)
        lift = 1.0 + self.rise_at_low_level * (1.0 - bar.controls.level)
        notes = []
        for voice, pitch in enumerate(tonics[:2]):
            velocity = strength(self.velocity, bar.controls, chance, accent=lift * (0.75 if voice else 1.0))
            onset = until.get(pitch, bar.start_beats)
            silent = voice and bar.controls.tension < self.octave_tension
            if onset >= bar.end_beats or silent or (bar.ending and pitch not in until):
                continue
            bars = 2 + (2 * voice - bar.index - 2) % _BARS
            end = bar.end_beats + (bars - 1) * bar.length_beats
            notes.append(Note(onset, end - onset, pitch, min(velocity, 1.0)))
        return playable(notes, bar)
