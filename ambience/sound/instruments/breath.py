"""Breath inside a mask: in and out, the clock of the piece when the oxygen runs low."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.gust import Gust
from ambience.sound.dsp.resonator import ResonatorBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import effort_octaves, level_db
from ambience.units import FloatArray

_MASK_HZ = 500.0
_MASK_OCTAVES = float(np.log2(2500.0 / _MASK_HZ))  # the mask rings at 2.5 kHz when nothing is left
_THROAT_HZ = 190.0  # the slight pitch of an exhale; real voices just fail to speak here

# Mask, its wall, the mouth, teeth, the hose, the chest; by ear.
_CENTERS_HZ = np.array([_MASK_HZ, 2.3 * _MASK_HZ, 1250.0, 2900.0, 5200.0, 8200.0, 320.0, _THROAT_HZ])
_WIDTHS = np.array([0.3, 0.3, 0.55, 0.5, 0.6, 0.5, 0.6, 0.05])
_SEATS = np.array([-0.12, 0.15, 0.3, -0.35, 0.5, -0.5, 0.1, 0.0])
_INHALE = np.array([0.8, 0.4, 0.75, 0.6, 0.42, 0.22, 0.25, 0.0])
_EXHALE = np.array([1.0, 0.45, 0.6, 0.28, 0.16, 0.07, 0.6, 0.55])


@dataclass(frozen=True, slots=True)
class Breath:
    """Breathing in a mask; articulations `inhale` and `exhale`, the length of the note is the length of the breath."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=121, lowest_midi=36, highest_midi=84)
    mask: float = setting(0.7, "0..1: how much the mask rings", low=0, high=1)
    voice: float = setting(0.6, "0..1: how near an exhale comes to a moan", low=0, high=1)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ResonatorBank(sample_rate_hz, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            bank.blow(note.offset_frames, self._gust(note, controls, note.duration_frames / sample_rate_hz, rng))

        return BankPlayer(begin, bank)

    def _gust(self, note: NoteOn, controls: FloatArray, length_s: float, rng: Generator) -> Gust:
        effort = effort_octaves(note.velocity, controls)
        inhale = note.articulation == "inhale"
        gain = (_INHALE if inhale else _EXHALE) * 2.0 ** (0.5 * effort * np.log2(_CENTERS_HZ / 700.0))
        gain[:2] *= 0.3 + 1.0 * self.mask
        gain[-1] *= self.voice * 1.6
        # In: drawn faster and faster, then cut. Out: let go at once, then running dry.
        rise, hold = (0.62, 0.66) if inhale else (0.2, 0.3)
        center_hz = _CENTERS_HZ * 2.0 ** rng.uniform(-0.06, 0.06, len(gain))
        return Gust(
            center_hz, _WIDTHS, gain, _SEATS, hold * length_s, rise * length_s, (1.0 - hold) * length_s,
            fade_db=0.0 if inhale else 14.0,
            sweep_octaves=np.where(_CENTERS_HZ > 250.0, 0.35 if inhale else -0.2, -0.18),
            late_db=6.0 if inhale else 0.0, tilt=np.linspace(-0.2, 0.5, len(gain)),
            mask_octaves=np.array([_MASK_OCTAVES, 0.6 * _MASK_OCTAVES, 0.3, 0.0, 0.0, 0.0, 0.4, 0.2]),
            wander_cents=70.0, wander_hz=2.1, waver=0.45, waver_hz=3.7,
        ).at_level(level_db(note.velocity) + 1.0)  # fmt: skip
