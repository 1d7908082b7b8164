"""Taiko: a row of big drums whose players never land quite together."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.modal import ModalBank
from ambience.sound.dsp.roster import BankPlayer, Later
from ambience.sound.dsp.stroke import Stick, Stroke, effort_octaves, level_db, roll_s, softened
from ambience.units import FloatArray, s_to_frames

# Zeros of the Bessel functions: the modes of an ideal round skin.
_RATIOS = np.array([1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 4.06, 4.6])
_ROLLS_PER_S = 9.0
_LOWEST_BODY_HZ, _HIGHEST_BODY_HZ = 50.0, 100.0


@dataclass(frozen=True, slots=True)
class Taiko:
    """An ensemble of large taiko drums."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=116, lowest_midi=31, highest_midi=55)
    players: int = setting(4, "drums that strike together", low=1, high=8)
    spread_s: float = setting(0.012, "s: how far apart the players land", low=0, high=0.08)
    ring_s: float = setting(1.1, "s: T60 of the body", low=0.1, high=6)
    stick: float = setting(0.7, "0..2: crack of the wooden sticks", low=0, high=2)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ModalBank(sample_rate_hz, len(_RATIOS), rng)
        drums = [2.0 ** (rng.uniform(-0.09, 0.09)) for _ in range(self.players)]
        seats = np.linspace(-0.7, 0.7, self.players) if self.players > 1 else np.zeros(1)

        def strike(note: NoteOn, offset_frames: int, controls: FloatArray) -> None:
            late_s = np.abs(rng.standard_normal(self.players)) * self.spread_s
            for drum, seat, late in zip(drums, seats, late_s - late_s.min(), strict=True):
                stroke = self._stroke(note, controls, drum, float(seat), rng)
                bank.strike(offset_frames + s_to_frames(float(late), sample_rate_hz), stroke)

        def begin(note: NoteOn, controls: FloatArray) -> list[Later]:
            if note.articulation not in ("roll", "tremolo"):
                return [(0, partial(strike, note))]
            times_s = roll_s(note.duration_frames / sample_rate_hz, _ROLLS_PER_S, rng)
            return [(s_to_frames(time_s, sample_rate_hz), partial(strike, note)) for time_s in times_s]

        return BankPlayer(begin, bank)

    def _stroke(self, note: NoteOn, controls: FloatArray, drum: float, seat: float, rng: Generator) -> Stroke:
        velocity = min(note.velocity * rng.uniform(0.9, 1.05), 1.0)
        effort = effort_octaves(velocity, controls)
        body_hz = body_pitch_hz(note.frequency_hz) * drum
        frequency_hz = body_hz * _RATIOS * rng.uniform(0.99, 1.01, len(_RATIOS))
        gain = rng.uniform(0.6, 1.0, len(_RATIOS)) / _RATIOS**0.6 * softened(frequency_hz, 210.0 * 2.0**effort)
        gain[0] = 1.0
        decay_s = self.ring_s / (1.0 + 0.75 * (_RATIOS - 1.0))
        count = len(_RATIOS)
        return Stroke(
            frequency_hz, gain, 0.55 * decay_s, decay_s, np.full(count, 0.35),
            pan=np.clip(seat + rng.uniform(-0.1, 0.1, count), -1.0, 1.0) * np.minimum(frequency_hz / 200.0, 1.0),
            phase_cycles=np.zeros(count), attack_s=0.0015, drop=0.13 * 2.0 ** (0.6 * effort), drop_s=0.045,
            stick=Stick(0.9 * self.stick, cutoff_hz=1500.0 * 2.0 ** (0.8 * effort), decay_s=0.045, band=0.55),
        ).at_level(level_db(velocity) - 10.0 * np.log10(self.players))  # fmt: skip


def body_pitch_hz(frequency_hz: float) -> float:
    """Move a pitch by octaves to where a big drum's body lies."""
    octaves = np.floor(np.log2(frequency_hz / _LOWEST_BODY_HZ))
    return float(min(frequency_hz / 2.0**octaves, _HIGHEST_BODY_HZ))
