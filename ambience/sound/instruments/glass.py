"""Glass: bars and bowls, struck like a celesta or rubbed until they sing."""

from dataclasses import dataclass
from typing import Literal

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

# A. French, "In Vino Veritas: A Study of Wineglass Acoustics", American Journal of Physics 51, 1983.
_RATIOS = np.array([1.0, 2.32, 4.25, 6.63, 9.38])
_GAINS = np.array([1.0, 0.42, 0.3, 0.16, 0.09])
_BOWED = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])  # friction locks a body to its harmonics
_SINGERS = 3  # glasses that sing one note together


@dataclass(frozen=True, slots=True)
class Glass:
    """Struck or bowed glass, near to a celesta."""

    way: Literal["struck", "bowed"] = setting("struck", "struck like a celesta, or bowed: rising slowly and singing")
    ring_s: float = setting(
        4.5, "s: T60 of a struck bar at C5; after key-up half of it for a bowed one", low=0.2, high=30
    )
    swell_s: float = setting(0.7, "s: rise of a bowed note", low=0.05, high=10)
    shimmer: float = setting(0.5, "0..1: beating within each mode", low=0, high=1)

    @property
    def midi(self) -> MidiProfile:
        """How a DAW should play it: celesta, or the pad that stands in for a glass harmonica."""
        return MidiProfile(program=92 if self.way == "bowed" else 8, lowest_midi=48, highest_midi=108)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ModalBank(sample_rate_hz, 2 * len(_RATIOS), rng)
        breath = ResonatorBank(sample_rate_hz, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            held_s = note.duration_frames / sample_rate_hz
            if self.way == "struck" and note.articulation != "swell":
                bank.strike(note.offset_frames, self._struck(note, controls, rng))
                return
            for pan in np.linspace(-0.6, 0.6, _SINGERS):
                bank.strike(note.offset_frames, self._bowed(note, controls, held_s, float(pan), rng))
            breath.blow(note.offset_frames, self._friction(note, held_s))

        return BankPlayer(begin, bank, breath)

    def _struck(self, note: NoteOn, controls: FloatArray, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        f0 = note.frequency_hz
        ratios, gain = np.concatenate([_RATIOS, _RATIOS]), np.concatenate([_GAINS, 0.5 * _GAINS])
        # Half a hertz either side, a little more above: the two directions in which a round body can swing.
        beat_hz = 0.3 * self.shimmer * (0.6 + rng.random(len(_RATIOS))) * np.sqrt(_RATIOS)
        frequency_hz = f0 * ratios + np.concatenate([-beat_hz, 2.0 * beat_hz])
        gain = gain * softened(frequency_hz, 2.0 * max(f0, 600.0) * 2.0**effort, slope=1.3)
        decay_s = self.ring_s * (f0 / 523.0) ** -0.5 / (1.0 + 0.55 * (ratios - 1.0))
        return Stroke(
            frequency_hz, gain, Decay(0.5 * decay_s, decay_s, np.full(len(ratios), 0.4)),
            pan=rng.uniform(-0.7, 0.7, len(ratios)), phase_cycles=np.tile(rng.random(len(_RATIOS)), 2),
            attack_s=0.003 * 2.0 ** (-0.5 * effort), drift_cents=1.5,
            stick=Stick(0.12, cutoff_hz=min(4.0 * f0, 5000.0) * 2.0 ** (0.5 * effort), decay_s=0.02, band=0.8),
        ).at_level(level_db(note.velocity) - 1.5)  # fmt: skip

    def _bowed(self, note: NoteOn, controls: FloatArray, held_s: float, pan: float, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        frequency_hz = note.frequency_hz * _BOWED * 2.0 ** (rng.uniform(-3.0, 3.0) / 1200.0)
        gain = softened(frequency_hz, 1.2 * note.frequency_hz * 2.0**effort, slope=1.7)
        count = len(_BOWED)
        return Stroke(
            frequency_hz, gain, Decay(np.full(count, RING), np.full(count, RING), np.zeros(count)),
            pan=np.clip(pan + rng.uniform(-0.2, 0.2, count), -1.0, 1.0), phase_cycles=rng.random(count),
            attack_s=self.swell_s * rng.uniform(0.8, 1.3), held_s=held_s, release_s=0.5 * self.ring_s,
            drift_cents=5.0, waver=0.35, waver_hz=rng.uniform(0.25, 0.6),
        ).at_level(level_db(note.velocity) - 6.0)  # fmt: skip

    def _friction(self, note: NoteOn, held_s: float) -> Gust:
        ratios = np.array([1.0, 2.0, 2.32, 4.25])
        return Gust(
            note.frequency_hz * ratios, np.array([0.03, 0.02, 0.05, 0.06]), np.array([1.0, 0.6, 0.5, 0.3]),
            np.array([-0.4, 0.5, -0.7, 0.7]), held_s, min(self.swell_s, held_s), 0.5 * self.ring_s, fade_db=30.0,
            tilt=0.4,
        ).at_level(level_db(note.velocity) - 19.0)  # fmt: skip
