"""A soft felt piano: strings that are not quite harmonic, two to a note, dark when played softly."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.decay import Decay
from ambience.sound.dsp.modal import ModalBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import Stick, Stroke, effort_octaves, level_db, softened
from ambience.units import FloatArray, hz_to_midi

_PARTIALS = 26
_PAIRED = 10  # partials whose two strings are heard to beat
_HAMMER_POSITION = 0.118  # of the string's length


@dataclass(frozen=True, slots=True)
class Piano:
    """A soft felt piano with a long pedal."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=0, lowest_midi=21, highest_midi=108)
    felt_hz: float = setting(
        750.0, "Hz: softness of the hammers at mezzo-forte; higher is brighter", low=200, high=6000
    )
    pedal_s: float = setting(2.6, "s: how long a note rings on after its key is up", low=0.08, high=20)
    detune_cents: float = setting(0.9, "cents between the two strings of a note; more is older", low=0, high=15)
    hammer: float = setting(0.5, "0..2: noise of felt and key", low=0, high=2)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ModalBank(sample_rate_hz, _PARTIALS + _PAIRED, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            bank.strike(note.offset_frames, self._stroke(note, controls, note.duration_frames / sample_rate_hz, rng))

        return BankPlayer(begin, bank)

    def _stroke(self, note: NoteOn, controls: FloatArray, held_s: float, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        f0 = note.frequency_hz
        k = np.concatenate([np.arange(1.0, _PARTIALS + 1), np.arange(1.0, _PAIRED + 1)])
        second = np.arange(len(k)) >= _PARTIALS
        stretch = stiffness(f0)
        frequency_hz = f0 * k * np.sqrt((1.0 + stretch * k * k) / (1.0 + stretch))
        off_cents = self.detune_cents * (0.5 + rng.random())
        # Both strings stand off the pitch by half: the note as a whole stays in tune.
        frequency_hz *= 2.0 ** (np.where(second, 0.5, np.where(k <= _PAIRED, -0.5, 0.0)) * off_cents / 1200.0)
        gain = np.sin(np.pi * k * _HAMMER_POSITION) / k**0.75
        gain *= softened(frequency_hz, max(self.felt_hz, 0.9 * f0) * 2.0**effort, slope=1.8)
        gain *= np.where(second, 0.45, np.where(k <= _PAIRED, 0.75, 1.0))
        # T60 of the fundamental: some 15 s in the bass, 2 s at the top of the treble staff; by ear.
        decay_s = 9.0 * (f0 / 110.0) ** -0.62 / (1.0 + 0.16 * (k - 1.0)) ** 1.1
        short = note.articulation in ("staccato", "pizzicato")
        side = 0.8 * (hz_to_midi(f0) - 64.0) / 44.0  # as close microphones hear it: bass left, treble right
        return Stroke(
            frequency_hz, gain, Decay(0.55 * decay_s, 1.7 * decay_s, np.where(second, 0.55, 0.22)),
            pan=np.clip(side + rng.uniform(-0.55, 0.55, len(k)), -0.9, 0.9),
            phase_cycles=np.where(second, rng.uniform(-0.12, 0.12), 0.0),
            attack_s=0.0035 * 2.0 ** (-0.6 * effort),
            held_s=held_s, release_s=0.12 if short else self.pedal_s,
            stick=Stick(0.22 * self.hammer, cutoff_hz=420.0 * 2.0 ** (0.7 * effort), decay_s=0.07, band=0.4),
        ).at_level(level_db(note.velocity) - 0.5)  # fmt: skip


def stiffness(frequency_hz: float) -> float:
    """Return the inharmonicity B of a string: partial k stands at k sqrt(1 + B k²).

    Notes
    -----
    Two straight lines in log B, by ear; real strings lie near 1e-4 in the bass and above 1e-2 at the top. The formula
    is in H. Fletcher, E. Blackham, R. Stratton, "Quality of Piano Tones", JASA 34, 1962.
    """
    octaves = float(np.log2(frequency_hz / 110.0))
    return float(1.6e-4 * 2.0 ** (1.25 * octaves if octaves > 0.0 else -0.5 * octaves))
