"""Bells: orchestral tubes, or a temple bell that beats against itself."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.decay import Decay
from ambience.sound.dsp.modal import ModalBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import Stick, Stroke, effort_octaves, level_db, softened
from ambience.units import FloatArray

# Tubes: free bar, f ~ (2n + 1)², the strike note an octave under the fourth mode (T. Rossing, N. Fletcher, "The Physics
# of Musical Instruments", 1998, ch. 19); the weak one at the pitch itself is the plate on top of the tube.
_TUBE = np.array([0.617, 1.0, 1.21, 2.0, 2.99, 4.17, 5.56, 7.14])
_TUBE_GAINS = np.array([0.16, 0.85, 0.14, 1.0, 0.62, 0.42, 0.2, 0.1])
# A hanging bronze bell tuned to its hum; by ear after recordings of Japanese temple bells.
_TEMPLE = np.array([1.0, 2.03, 2.74, 3.61, 4.12, 5.35, 6.6, 8.2])
_TEMPLE_GAINS = np.array([1.0, 0.62, 0.4, 0.34, 0.22, 0.16, 0.1, 0.06])


@dataclass(frozen=True, slots=True)
class Bells:
    """Tubular bells or a temple bell."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=14, lowest_midi=36, highest_midi=84)
    kind: Literal["tubular", "temple"] = setting("tubular", "orchestral tubes, or a deep bronze bell that beats")
    ring_s: float = setting(9.0, "s: T60 of the mode that carries the pitch", low=0.5, high=40)
    mallet_hz: float = setting(1900.0, "Hz: hardness of the mallet at mezzo-forte", low=200, high=8000)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ModalBank(sample_rate_hz, 2 * len(_TUBE), rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            bank.strike(note.offset_frames, self._stroke(note, controls, rng))

        return BankPlayer(begin, bank)

    def _stroke(self, note: NoteOn, controls: FloatArray, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        temple = self.kind == "temple"
        ratios = _TEMPLE if temple else _TUBE
        gains = _TEMPLE_GAINS if temple else _TUBE_GAINS
        f0, count = note.frequency_hz, len(ratios)
        beat_hz = (0.55 if temple else 0.2) * (0.5 + rng.random(count)) * np.sqrt(ratios)
        frequency_hz = np.concatenate([f0 * ratios - 0.3 * beat_hz, f0 * ratios + 0.7 * beat_hz])
        gain = np.concatenate([0.7 * gains, 0.3 * gains]) * softened(
            frequency_hz, self.mallet_hz * 2.0 ** (1.6 * effort), slope=1.3
        )
        twice = np.concatenate([ratios, ratios])
        decay_s = self.ring_s / (0.45 + 0.55 * twice) ** (0.9 if temple else 0.7)
        return Stroke(
            frequency_hz, gain, Decay(0.45 * decay_s, 1.15 * decay_s, np.full(2 * count, 0.55)),
            pan=rng.uniform(-0.6, 0.6, 2 * count), phase_cycles=np.tile(rng.random(count), 2),
            attack_s=(0.004 if temple else 0.002) * 2.0 ** (-0.5 * effort),
            drift_cents=1.0, waver=0.12, waver_hz=0.37,
            stick=Stick(0.25, cutoff_hz=0.8 * self.mallet_hz * 2.0 ** (0.6 * effort), decay_s=0.035, band=0.6),
        ).at_level(level_db(note.velocity) - 1.5)  # fmt: skip
