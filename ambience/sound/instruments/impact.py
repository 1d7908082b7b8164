"""An impact: a blow, and the floor that falls away under it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.decay import Decay
from ambience.sound.dsp.gust import Gust
from ambience.sound.dsp.modal import ModalBank
from ambience.sound.dsp.resonator import ResonatorBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import Stick, Stroke, effort_octaves, level_db, softened
from ambience.units import FloatArray

_DEBRIS = 14
_SEATS = np.array([0.0, 0.1, -0.25, 0.35, -0.5, 0.6, -0.8, 0.8])
_DROP_RATIOS = np.array([1.0, 2.0, 3.01])


@dataclass(frozen=True, slots=True)
class Impact:
    """A sub-drop under a heavy hit."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=118, lowest_midi=24, highest_midi=60)
    floor_hz: float = setting(31.0, "Hz: where the sub-drop comes to rest", low=20, high=80)
    fall_s: float = setting(0.16, "s: time constant of the drop", low=0.02, high=2)
    ring_s: float = setting(3.5, "s: T60 of the sub", low=0.2, high=15)
    debris: float = setting(0.6, "0..1: broken metal in the hit", low=0, high=1)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank, dust = ModalBank(sample_rate_hz, _DEBRIS, rng), ResonatorBank(sample_rate_hz, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            bank.strike(note.offset_frames, self._drop(note, controls))
            bank.strike(note.offset_frames, self._hit(note, controls, rng))
            dust.blow(note.offset_frames, self._rumble(note, controls))

        return BankPlayer(begin, bank, dust)

    def _drop(self, note: NoteOn, controls: FloatArray) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        gain = np.array([1.0, 0.3, 0.14]) * np.array([1.0, 2.0 ** (0.5 * effort), 2.0**effort])
        decay_s = self.ring_s / _DROP_RATIOS**0.8
        return Stroke(
            self.floor_hz * _DROP_RATIOS, gain, Decay(0.6 * decay_s, decay_s, np.full(3, 0.4)),
            pan=np.zeros(3), phase_cycles=np.zeros(3),
            attack_s=0.008, drop=1.9, drop_s=self.fall_s, drift_cents=4.0, waver=0.15, waver_hz=1.7,
        ).at_level(level_db(note.velocity) + 1.5)  # fmt: skip

    def _hit(self, note: NoteOn, controls: FloatArray, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        frequency_hz = np.sort(85.0 * 2.0 ** rng.uniform(0.0, 4.6, _DEBRIS))
        gain = rng.uniform(0.3, 1.0, _DEBRIS) * softened(frequency_hz, 400.0 * 2.0 ** (1.2 * effort), slope=1.2)
        gain *= np.where(frequency_hz > 250.0, 0.15 + 0.85 * self.debris, 1.0)
        decay_s = 1.6 * (frequency_hz / 85.0) ** -0.45
        return Stroke(
            frequency_hz, gain, Decay(0.25 * decay_s, decay_s, np.full(_DEBRIS, 0.3)), rng.uniform(-0.8, 0.8, _DEBRIS),
            rng.random(_DEBRIS), attack_s=0.0015, drop=0.04, drop_s=0.05,
            stick=Stick(1.1, cutoff_hz=1100.0 * 2.0**effort, decay_s=0.09, band=0.3),
        ).at_level(level_db(note.velocity) - 8.0)  # fmt: skip

    def _rumble(self, note: NoteOn, controls: FloatArray) -> Gust:
        effort = effort_octaves(note.velocity, controls)
        center_hz = np.array([70.0, 120.0, 210.0, 380.0, 700.0, 1300.0, 2500.0, 4800.0])
        return Gust(
            center_hz, np.full(8, 0.6), softened(center_hz, 260.0 * 2.0**effort), _SEATS, 0.02, 0.012,
            0.8 * self.ring_s, fade_db=45.0, sweep_octaves=-0.4, tilt=0.3, waver=0.5, waver_hz=1.9,
        ).at_level(level_db(note.velocity) - 12.0)  # fmt: skip
