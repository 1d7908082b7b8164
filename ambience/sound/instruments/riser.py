"""A riser: noise and a cluster that climb through the whole note and stop dead at its end."""

from collections.abc import Iterator
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
from ambience.sound.dsp.stroke import Stroke, between, draw_for_hands, effort_octaves, level_db, softened
from ambience.units import FloatArray

_VOICES = 5  # of the cluster, each with two partials and its own goal
_STOP_S = 0.03  # the fall at the end; it lies inside the note
_LANES = 8


@dataclass(frozen=True, slots=True)
class Riser:
    """Noise and a sliding cluster that grow into the next downbeat."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=97, lowest_midi=24, highest_midi=84)
    climb_octaves: float = setting(2.4, "octaves from start to end", low=0, high=5)
    cluster: float = setting(0.6, "0..1: sliding tones against noise", low=0, high=1)
    growth_db: float = setting(42.0, "dB from start to end", low=0, high=80)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank, wind = ModalBank(sample_rate_hz, 2, rng), ResonatorBank(sample_rate_hz, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            length_s = note.duration_frames / sample_rate_hz
            chance, seeds = draw_for_hands(rng, _VOICES, 4)
            for stroke, seed in zip(self._slides(note, controls, length_s, chance), seeds, strict=True):
                bank.strike(note.offset_frames, stroke, seed)
            wind.blow(note.offset_frames, self._wind(note, controls, length_s))

        return BankPlayer(begin, bank, wind)

    def _slides(self, note: NoteOn, controls: FloatArray, length_s: float, chance: FloatArray) -> Iterator[Stroke]:
        """Make a stroke for each voice, a row of `chance`."""
        effort = effort_octaves(note.velocity, controls)
        places = np.linspace(-1.0, 1.0, _VOICES).tolist()
        bends = (places * between(0.08, 0.2, chance[:, 0])).tolist()
        frequency_hz = np.array([[note.frequency_hz * 2.0**bend] for bend in bends]) * np.array([1.0, 2.0])
        gain = self.cluster * softened(frequency_hz, 500.0 * 2.0**effort) * np.array([1.0, 0.4]) + 1e-9
        wavers_hz = between(3.0, 6.0, chance[:, 3]).tolist()
        tail_s = min(0.8 * _STOP_S, 0.1 * length_s)
        stop_s = max(length_s - 2.2 * tail_s, 0.3 * length_s)
        for_ever = Decay(np.full(2, RING), np.full(2, RING), np.zeros(2))
        for number, place in enumerate(places):
            yield Stroke(
                frequency_hz[number], gain[number], for_ever, np.full(2, 0.7 * place),
                chance[number, 1:3], attack_s=stop_s, held_s=stop_s, release_s=tail_s,
                glide_octaves=self.climb_octaves * (0.55 + 0.1 * place), glide_s=length_s,
                drift_cents=35.0, waver=0.4, waver_hz=wavers_hz[number],
            ).at_level(level_db(note.velocity) - 8.0 + 20.0 * np.log10(self.cluster + 1e-4))  # fmt: skip

    def _wind(self, note: NoteOn, controls: FloatArray, length_s: float) -> Gust:
        effort = effort_octaves(note.velocity, controls)
        base_hz = 140.0 * 2.0 ** np.linspace(0.0, 3.6, _LANES)
        fall_s = min(_STOP_S, 0.3 * length_s)
        return Gust(
            base_hz, np.full(_LANES, 0.22), softened(base_hz, 900.0 * 2.0**effort) * base_hz**0.15,
            np.array([0.0, -0.3, 0.4, -0.6, 0.7, -0.8, 0.8, 0.2]), length_s - fall_s, 0.5 * length_s, fall_s,
            sweep_octaves=0.75 * self.climb_octaves, late_db=self.growth_db + np.linspace(-6.0, 14.0, _LANES), tilt=0.4,
            wander_cents=90.0, wander_hz=0.9, waver=0.4, waver_hz=2.0,
        ).at_level(level_db(note.velocity) + 3.0)  # fmt: skip
