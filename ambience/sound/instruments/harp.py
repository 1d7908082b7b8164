"""A concert harp: gut strings plucked with the flesh of the finger, left to ring."""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.pluck import Pluck, PluckBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import effort_octaves, level_db
from ambience.units import FloatArray, hz_to_midi

_OTHER_WAY_DB = -5.0  # a string also swings across the soundboard, weaker, longer and a hair off


@dataclass(frozen=True, slots=True)
class Harp:
    """A concert harp that rings on."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=46, lowest_midi=23, highest_midi=103)
    ring_s: float = setting(3.6, "s: T60 of a string at C4", low=0.2, high=20)
    position: float = setting(
        0.3, "0.05..0.5 of the string: near the board thin, in the middle round", low=0.05, high=0.5
    )
    finger_hz: float = setting(1500.0, "Hz: softness of the finger at mezzo-forte", low=200, high=8000)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = PluckBank(sample_rate_hz, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            for string in self._strings(note, controls, rng):
                bank.pluck(note.offset_frames, string)

        return BankPlayer(begin, bank)

    def _strings(self, note: NoteOn, controls: FloatArray, rng: Generator) -> tuple[Pluck, Pluck]:
        effort = effort_octaves(note.velocity, controls)
        f0 = note.frequency_hz
        short = note.articulation in ("staccato", "pizzicato")
        decay_s = 0.35 if short else self.ring_s * (f0 / 262.0) ** -0.45
        off = 2.0 ** (rng.uniform(0.3, 0.6) / 1200.0)
        color_hz = max(self.finger_hz, 1.6 * f0) * 2.0 ** (1.4 * effort)
        position = self.position * rng.uniform(0.97, 1.03)
        pan = max(min(-0.5 * (hz_to_midi(f0) - 62.0) / 40.0, 0.6), -0.6)  # seen from the player's left: bass far right
        level = level_db(note.velocity) - 1.5
        return (
            Pluck(f0 / off, decay_s, 0.13, position, color_hz, level, pan - 0.35),
            Pluck(f0 * off, 1.5 * decay_s, 0.16, position, 0.7 * color_hz, level + _OTHER_WAY_DB, pan + 0.4),
        )
