"""The bass in the sub octave: felt in the floor, it lies still under a pedal and goes with the harmony elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from numpy.random import Generator

from ambience.music.harmony.voicing import nearest_of, require_register
from ambience.music.playing.touch import chances, last_pitches, playable, sounding_until, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_BARS = 4  # longest bow
_REACH_SEMITONES = 15  # beyond an octave, so that a bass that steps need not leap


@dataclass(frozen=True, slots=True)
class SubPedal:
    """One very long note, and its octave when it gets tense."""

    lowest_midi: int = setting(24, "note number, lower end; 24 = C1, 33 Hz", low=12, high=60)
    highest_midi: int = setting(47, "note number, upper end; the octave needs two octaves of room", low=23, high=72)
    velocity: float = setting(0.6, "0..1, weight in the floor", above=0.0, high=1.0)
    pedal: Literal["tonic", "bass"] = setting("bass", "what it stays on: the tonic, or the bass of the chord")
    octave_tension: float = setting(0.5, "0..1, tension from which the octave joins", low=0.0, high=1.0)
    rise_at_low_level: float = setting(0.5, "0..1, how much the sub comes forward as level falls", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        require_register("sub_pedal", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Hold the floor while it stays, and go to the nearest new one when it moves."""
        chance = chances(rng)
        until = sounding_until(bar)
        lift = 1.0 + self.rise_at_low_level * (1.0 - bar.controls.level)
        floor = self._floor(bar)
        bars = min(_BARS, bar.chord_bars) if self.pedal == "bass" else _BARS
        notes = []
        for voice, pitch in enumerate((floor, floor + 12)):
            velocity = strength(self.velocity, bar.controls, chance, accent=lift * (0.75 if voice else 1.0))
            onset = until.get(pitch, bar.start_beats)
            silent = voice and (bar.controls.tension < self.octave_tension or pitch > self.highest_midi)
            if onset >= bar.end_beats or silent:
                continue
            end = bar.end_beats + (bars - 1) * bar.length_beats
            notes.append(Note(onset, end - onset, pitch, min(velocity, 1.0)))
        return playable(notes, bar)

    def _floor(self, bar: Bar) -> int:
        """Find the bass in the octave above the lower end, and a little beyond it rather than leap."""
        pc = bar.drone_pc if self.pedal == "tonic" or bar.ending else bar.chord.bass_pc
        reach = min(self.lowest_midi + _REACH_SEMITONES, self.highest_midi)
        before = min(last_pitches(bar), default=self.lowest_midi + 5)
        return nearest_of((pc,), before - 0.5, self.lowest_midi, reach)
