"""Timpani: kettledrums with a pitch, single strokes and real rolls."""

from collections.abc import Iterable
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
from ambience.sound.dsp.stroke import Stick, Stroke, effort_octaves, level_db, roll_s, softened
from ambience.units import FloatArray, s_to_frames

# The kettle pulls the modes (m, 1) into near-harmonic places over the missing octave; the ring modes die at once.
# T. Rossing, "The Physics of Kettledrums", Scientific American 247, 1982.
_RATIOS = np.array([1.0, 1.504, 1.98, 2.44, 2.91, 3.37, 0.86, 1.74, 2.62, 3.9, 4.5])
_GAINS = np.array([1.0, 0.8, 0.5, 0.32, 0.2, 0.12, 0.45, 0.3, 0.2, 0.1, 0.07])
_DECAYS = np.array([1.0, 0.85, 0.62, 0.45, 0.34, 0.28, 0.14, 0.13, 0.1, 0.16, 0.13])  # of `ring_s`
_ROLL_DB = -9.0  # a stroke of a roll against a single one
_ROLL_RING_S = 0.9  # the next stroke finds the skin moving and stops most of it


@dataclass(frozen=True, slots=True)
class Timpani:
    """Kettledrums, struck or rolled (articulation `roll` or `tremolo`)."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=47, lowest_midi=36, highest_midi=60)
    ring_s: float = setting(3.2, "s: T60 of the pitch", low=0.2, high=12)
    mallet_hz: float = setting(320.0, "Hz: felt at mezzo-forte; wood is above 1500", low=80, high=5000)
    rolls_per_s: float = setting(13.0, "strokes a second in a roll", low=6, high=20)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ModalBank(sample_rate_hz, len(_RATIOS), rng)

        def strike(note: NoteOn, decay: Decay, roll_db: float, offset_frames: int, controls: FloatArray) -> None:
            velocity = note.velocity * rng.uniform(0.86, 1.0) if roll_db else note.velocity
            bank.strike(offset_frames, self._stroke(note, controls, velocity, decay, rng).louder(roll_db))

        def begin(note: NoteOn, controls: FloatArray) -> Iterable[Later]:
            ringing = _decay(note.frequency_hz, self.ring_s)
            if note.articulation not in ("roll", "tremolo"):
                return [(0, partial(strike, note, ringing, 0.0))]
            times_s = roll_s(note.duration_frames / sample_rate_hz, self.rolls_per_s, rng)
            decays = [_decay(note.frequency_hz, _ROLL_RING_S)] * (len(times_s) - 1) + [ringing]
            return (
                (s_to_frames(time_s, sample_rate_hz), partial(strike, note, decay, _ROLL_DB))
                for time_s, decay in zip(times_s, decays, strict=True)
            )

        return BankPlayer(begin, bank)

    def _stroke(self, note: NoteOn, controls: FloatArray, velocity: float, decay: Decay, rng: Generator) -> Stroke:
        effort = effort_octaves(velocity, controls)
        frequency_hz = (
            note.frequency_hz * _RATIOS * np.concatenate([[1.0], rng.uniform(0.998, 1.002, len(_RATIOS) - 1)])
        )
        # Where the mallet lands changes from stroke to stroke, and with it every mode a little.
        gain = _GAINS * rng.uniform(0.75, 1.25, len(_GAINS)) * softened(frequency_hz, self.mallet_hz * 2.0**effort)
        count = len(_RATIOS)
        return Stroke(
            frequency_hz, gain, decay,
            pan=rng.uniform(-0.35, 0.35, count), phase_cycles=0.08 * rng.random(count),
            attack_s=0.0035 * 2.0 ** (-0.5 * effort), drop=0.006 * 2.0**effort, drop_s=0.09,
            stick=Stick(0.5, cutoff_hz=1.2 * self.mallet_hz * 2.0 ** (0.8 * effort), decay_s=0.05, band=0.25),
        ).at_level(level_db(velocity))  # fmt: skip


def _decay(frequency_hz: float, ring_s: float) -> Decay:
    decay_s = ring_s * _DECAYS * (frequency_hz / 98.0) ** -0.3
    return Decay(0.6 * decay_s, 1.2 * decay_s, np.full(len(_DECAYS), 0.5))
