"""Air: a chord of wind, noise that sings through the harmonics of the note; the ship's dark."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.gust import Gust
from ambience.sound.dsp.resonator import ResonatorBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import effort_octaves, level_db, softened
from ambience.units import FloatArray

_HARMONICS = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0])
_SEATS = np.array([0.0, -0.35, 0.4, -0.6, 0.65, 0.8, -0.8, 0.3])


@dataclass(frozen=True, slots=True)
class Air:
    """Wind tuned to the harmony, swelling in and out."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=122, lowest_midi=24, highest_midi=96)
    attack_s: float = setting(
        3.0, "s: rise; as long as the fall, so that notes in a row join without a dip", low=0.05, high=30
    )
    release_s: float = setting(3.0, "s: fall after key-up", low=0.05, high=30)
    focus: float = setting(0.6, "0..1: from a rush without pitch to a whistle", low=0, high=1)
    color_hz: float = setting(700.0, "Hz: above it the wind thins out", low=100, high=8000)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ResonatorBank(sample_rate_hz, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            bank.blow(note.offset_frames, self._gust(note, controls, note.duration_frames / sample_rate_hz, rng))

        return BankPlayer(begin, bank)

    def _gust(self, note: NoteOn, controls: FloatArray, held_s: float, rng: Generator) -> Gust:
        effort = effort_octaves(note.velocity, controls)
        center_hz = note.frequency_hz * _HARMONICS
        gain = _HARMONICS**-0.35 * softened(center_hz, self.color_hz * 2.0**effort, slope=1.2)
        gain *= rng.uniform(0.7, 1.3, len(gain))
        # The lowest stay a few hertz wide: a narrower one would come and go like a slow tremolo.
        width = np.maximum(0.15 * 0.01**self.focus * np.ones(len(gain)), 2.2 / center_hz)
        return Gust(
            center_hz, width, gain, _SEATS, held_s, min(self.attack_s, held_s), self.release_s,
            tilt=np.linspace(0.0, 0.9, len(gain)), wander_cents=7.0, waver=0.55, waver_hz=0.17,
        ).at_level(level_db(note.velocity))  # fmt: skip
