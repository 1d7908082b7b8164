"""Tam-tam: a stroke that begins dark and opens, because the energy climbs from the low modes to the high."""

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

_MODES = 36
_HIGHEST_HZ = 4200.0
_HIDDEN = 30.0  # a swelling mode begins this many times below its peak


@dataclass(frozen=True, slots=True)
class TamTam:
    """A large tam-tam; articulation `swell` is rolled up from nothing."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=14, lowest_midi=52, highest_midi=52, drum_key=52)
    body_hz: float = setting(62.0, "Hz: lowest mode; its size", low=30, high=200)
    ring_s: float = setting(11.0, "s: T60 of the low modes", low=0.5, high=40)
    bloom_s: float = setting(0.55, "s: how long the highest modes take to open", low=0.02, high=4)
    wash: float = setting(0.6, "0..2: the hiss of the whole plate", low=0, high=2)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank, wash = ModalBank(sample_rate_hz, _MODES, rng), ResonatorBank(sample_rate_hz, rng)
        place = np.linspace(0.0, 1.0, _MODES) ** 0.8
        modes_hz = self.body_hz * (_HIGHEST_HZ / self.body_hz) ** place * rng.uniform(0.96, 1.04, _MODES)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            held_s = note.duration_frames / sample_rate_hz
            rise_s = 0.9 * held_s if note.articulation == "swell" else 0.0
            bank.strike(note.offset_frames, self._stroke(note, controls, modes_hz, rise_s, rng))
            if self.wash > 0.0:
                wash.blow(note.offset_frames, self._hiss(note, controls, rise_s))

        return BankPlayer(begin, bank, wash)

    def _stroke(
        self, note: NoteOn, controls: FloatArray, modes_hz: FloatArray, rise_s: float, rng: Generator
    ) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        frequency_hz = modes_hz * rng.uniform(0.999, 1.001, _MODES)
        height = np.log(frequency_hz / frequency_hz[0]) / np.log(frequency_hz[-1] / frequency_hz[0])
        gain = rng.uniform(0.5, 1.0, _MODES) * softened(frequency_hz, 900.0 * 2.0 ** (1.3 * effort), slope=1.0)
        decay_s = self.ring_s * (frequency_hz / self.body_hz) ** -0.42
        # T60 of what hides a mode at first; the third of it is the time to 20 dB below.
        opening_s = 3.0 * self.bloom_s * (0.03 + height**1.4)
        swells = height > 0.2
        return Stroke(
            frequency_hz, np.where(swells, gain / _HIDDEN, gain),
            Decay(np.where(swells, opening_s, 0.5 * decay_s), decay_s, np.where(swells, _HIDDEN, 0.6)),
            pan=rng.uniform(-0.75, 0.75, _MODES) * np.minimum(height * 3.0, 1.0),
            phase_cycles=rng.random(_MODES), attack_s=max(0.012 * 2.0 ** (-0.5 * effort), rise_s),
            drift_cents=2.0, waver=0.15, waver_hz=0.8,
            stick=Stick(0.0 if rise_s else 0.3, cutoff_hz=300.0 * 2.0**effort, decay_s=0.12, band=0.1),
        ).at_level(level_db(note.velocity), window_s=1.0)  # fmt: skip

    def _hiss(self, note: NoteOn, controls: FloatArray, rise_s: float) -> Gust:
        effort = effort_octaves(note.velocity, controls)
        center_hz = np.array([900.0, 1350.0, 1900.0, 2700.0, 3700.0, 5100.0, 6900.0, 9000.0])
        peak_s = max(rise_s, self.bloom_s)
        return Gust(
            center_hz, np.full(8, 0.5), softened(center_hz, 1400.0 * 2.0 ** (1.2 * effort), slope=1.4),
            np.array([-0.5, 0.6, -0.7, 0.8, -0.8, 0.7, -0.6, 0.5]), peak_s, 0.6 * peak_s, 0.6 * self.ring_s,
            fade_db=45.0, late_db=np.linspace(10.0, 40.0, 8), tilt=0.3, waver=0.5, waver_hz=1.1, wander_cents=40.0,
        ).at_level(level_db(note.velocity) - 15.0 + 6.0 * effort + 20.0 * np.log10(self.wash))  # fmt: skip
