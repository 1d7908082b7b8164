"""The hull: rare blows on something very large, and the groan of plates under load."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.decay import RING, Decay
from ambience.sound.dsp.gust import Gust
from ambience.sound.dsp.modal import ModalBank
from ambience.sound.dsp.resonator import ResonatorBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import Stick, Stroke, effort_octaves, level_db, softened
from ambience.units import FloatArray

# Bending modes of a plate of odd shape: dense, and with no two in simple proportion; by ear.
_RATIOS = np.array([1.0, 1.37, 1.83, 2.21, 2.78, 3.34, 3.95, 4.71, 5.53, 6.42, 7.9, 9.3, 11.2, 13.6, 16.1, 19.4])
_GROAN = 8  # modes that friction can hold
_BLOWS = ("marcato", "staccato", "hit", "pizzicato")


@dataclass(frozen=True, slots=True)
class Hull:
    """Huge struck and groaning metal; long notes groan, short or marcato ones strike."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=97, lowest_midi=21, highest_midi=72)
    ring_s: float = setting(8.0, "s: T60 of the lowest mode", low=0.5, high=40)
    groan_from_s: float = setting(1.5, "s: notes at least this long groan", low=0.1, high=60)
    strain: float = setting(0.5, "0..1: how far the pitch of a groan slides and shudders", low=0, high=1)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank, friction = ModalBank(sample_rate_hz, len(_RATIOS), rng), ResonatorBank(sample_rate_hz, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            held_s = note.duration_frames / sample_rate_hz
            if held_s < self.groan_from_s or note.articulation in _BLOWS:
                bank.strike(note.offset_frames, self._blow(note, controls, rng))
                return
            slide = self.strain * rng.uniform(-0.35, 0.15)
            bank.strike(note.offset_frames, self._groan(note, controls, held_s, slide, rng))
            friction.blow(note.offset_frames, self._friction(note, held_s, slide))

        return BankPlayer(begin, bank, friction)

    def _blow(self, note: NoteOn, controls: FloatArray, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        count = len(_RATIOS)
        frequency_hz = note.frequency_hz * _RATIOS * np.concatenate([[1.0], rng.uniform(0.985, 1.015, count - 1)])
        gain = rng.uniform(0.35, 1.0, count) * softened(frequency_hz, 260.0 * 2.0 ** (1.2 * effort), slope=1.2)
        decay_s = self.ring_s * _RATIOS**-0.6
        return Stroke(
            frequency_hz, gain, Decay(0.3 * decay_s, decay_s, np.full(count, 0.4)),
            pan=rng.uniform(-0.8, 0.8, count) * np.minimum(frequency_hz / 200.0, 1.0), phase_cycles=rng.random(count),
            attack_s=0.006 * 2.0 ** (-0.5 * effort), drop=0.012, drop_s=0.12, drift_cents=3.0, waver=0.2, waver_hz=0.9,
            stick=Stick(0.7, cutoff_hz=450.0 * 2.0**effort, decay_s=0.14, band=0.2),
        ).at_level(level_db(note.velocity))  # fmt: skip

    def _groan(self, note: NoteOn, controls: FloatArray, held_s: float, slide: float, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        ratios = _RATIOS[:_GROAN]
        frequency_hz = note.frequency_hz * ratios * np.concatenate([[1.0], rng.uniform(0.99, 1.01, _GROAN - 1)])
        gain = rng.uniform(0.4, 1.0, _GROAN) * softened(frequency_hz, 300.0 * 2.0 ** (1.2 * effort), slope=1.3)
        return Stroke(
            frequency_hz, gain, Decay(np.full(_GROAN, RING), np.full(_GROAN, RING), np.zeros(_GROAN)),
            pan=rng.uniform(-0.7, 0.7, _GROAN) * np.minimum(frequency_hz / 200.0, 1.0), phase_cycles=rng.random(_GROAN),
            attack_s=0.55 * held_s, held_s=held_s, release_s=0.35 * self.ring_s, glide_octaves=slide, glide_s=held_s,
            drift_cents=10.0 + 45.0 * self.strain, waver=0.25 + 0.45 * self.strain, waver_hz=rng.uniform(1.5, 3.5),
        ).at_level(level_db(note.velocity) - 2.0)  # fmt: skip

    def _friction(self, note: NoteOn, held_s: float, slide: float) -> Gust:
        ratios = _RATIOS[2:14:2]
        return Gust(
            note.frequency_hz * ratios, np.full(6, 0.06), ratios**-0.6, np.linspace(-0.8, 0.8, 6), held_s,
            0.6 * held_s, 0.3 * self.ring_s, fade_db=35.0, sweep_octaves=slide + 0.1,
            late_db=np.linspace(0.0, 12.0, 6), tilt=0.6, wander_cents=30.0 + 60.0 * self.strain, wander_hz=1.3,
            waver=0.8, waver_hz=2.3,
        ).at_level(level_db(note.velocity) - 6.0)  # fmt: skip
