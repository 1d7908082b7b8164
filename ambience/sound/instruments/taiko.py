"""Taiko: a row of big drums whose players never land quite together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.decay import Decay
from ambience.sound.dsp.modal import ModalBank
from ambience.sound.dsp.roster import BankPlayer, Later
from ambience.sound.dsp.skin import Skin
from ambience.sound.dsp.stroke import Stick, Stroke, between, draw_for_hands, effort_octaves, level_db, roll_s
from ambience.units import FloatArray, s_to_frames

# Zeros of the Bessel functions: the modes of an ideal round skin.
_RATIOS = np.array([1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 4.06, 4.6])
_BOUNDS = np.array([(0.99, 1.01), (0.6, 1.0), (-0.1, 0.1)])
_SKIN = Skin(_RATIOS, _RATIOS**0.6, _BOUNDS, slope=1.0, wide_hz=200.0)
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
        decay = self._decay()
        drums = [2.0 ** (rng.uniform(-0.09, 0.09)) for _ in range(self.players)]
        seats = np.linspace(-0.7, 0.7, self.players).tolist() if self.players > 1 else [0.0]

        def strike(note: NoteOn, offset_frames: int, controls: FloatArray) -> None:
            late_s = np.abs(rng.standard_normal(self.players)) * self.spread_s
            chance, seeds = draw_for_hands(rng, self.players, 1 + 3 * len(_RATIOS))
            strokes = self._strokes(note, controls, decay, drums, seats, chance)
            for late, stroke, seed in zip(late_s - late_s.min(), strokes, seeds, strict=True):
                bank.strike(offset_frames + s_to_frames(float(late), sample_rate_hz), stroke, seed)

        def begin(note: NoteOn, controls: FloatArray) -> Iterable[Later]:
            if note.articulation not in ("roll", "tremolo"):
                return [(0, partial(strike, note))]
            times_s = roll_s(note.duration_frames / sample_rate_hz, _ROLLS_PER_S, rng)
            return ((s_to_frames(time_s, sample_rate_hz), partial(strike, note)) for time_s in times_s)

        return BankPlayer(begin, bank)

    def _decay(self) -> Decay:
        decay_s = self.ring_s / (1.0 + 0.75 * (_RATIOS - 1.0))
        return Decay(0.55 * decay_s, decay_s, np.full(len(_RATIOS), 0.35))

    def _strokes(
        self,
        note: NoteOn,
        controls: FloatArray,
        decay: Decay,
        drums: Sequence[float],
        seats: Sequence[float],
        chance: FloatArray,
    ) -> Iterator[Stroke]:
        """Make a stroke for each player: one of `drums`, one of `seats` and a row of `chance`."""
        body_hz, players_db = body_pitch_hz(note.frequency_hz), 10.0 * np.log10(self.players)
        shares, phase_cycles = between(0.9, 1.05, chance[:, 0]).tolist(), np.zeros(len(_RATIOS))
        for drum, seat, share, draws in zip(drums, seats, shares, chance[:, 1:], strict=True):
            velocity = min(note.velocity * share, 1.0)
            effort = effort_octaves(velocity, controls)
            frequency_hz, gain, pan = _SKIN.struck(body_hz * drum, 210.0 * 2.0**effort, seat, draws)
            gain[0] = 1.0
            yield Stroke(
                frequency_hz, gain, decay, pan, phase_cycles,
                attack_s=0.0015, drop=0.13 * 2.0 ** (0.6 * effort), drop_s=0.045,
                stick=Stick(0.9 * self.stick, cutoff_hz=1500.0 * 2.0 ** (0.8 * effort), decay_s=0.045, band=0.55),
            ).at_level(level_db(velocity) - players_db)  # fmt: skip


def body_pitch_hz(frequency_hz: float) -> float:
    """Move a pitch by octaves to where a big drum's body lies."""
    octaves = np.floor(np.log2(frequency_hz / _LOWEST_BODY_HZ))
    return float(min(frequency_hz / 2.0**octaves, _HIGHEST_BODY_HZ))
