"""A heart: lub and dub, felt more than heard."""

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
from ambience.units import FloatArray, s_to_frames

_RATIOS = np.array([1.0, 1.62, 2.35, 3.3])
_GAP_S = 0.3  # between the closing of the two pairs of valves, at rest
_GAP_SHARE = 0.45  # of a beat that is shorter


@dataclass(frozen=True, slots=True)
class Heart:
    """One note is one heartbeat, two thumps."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=117, lowest_midi=35, highest_midi=36, drum_key=35)
    body_hz: float = setting(46.0, "Hz: pitch of the first thump", low=25, high=90)
    thump_s: float = setting(0.42, "s: T60 of a thump", low=0.1, high=2)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ModalBank(sample_rate_hz, len(_RATIOS), rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            gap_s = min(_GAP_S, _GAP_SHARE * note.duration_frames / sample_rate_hz) * rng.uniform(0.97, 1.03)
            lub = self._thump(note, controls, self.body_hz, 0.0, rng)
            dub = self._thump(note, controls, 1.22 * self.body_hz, -4.5, rng)
            bank.strike(note.offset_frames, lub)
            bank.strike(note.offset_frames + s_to_frames(gap_s, sample_rate_hz), dub)

        return BankPlayer(begin, bank)

    def _thump(self, note: NoteOn, controls: FloatArray, body_hz: float, more_db: float, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        count = len(_RATIOS)
        frequency_hz = body_hz * _RATIOS * rng.uniform(0.985, 1.015, count)
        gain = softened(frequency_hz, 60.0 * 2.0**effort, slope=2.2)
        decay_s = self.thump_s * rng.uniform(0.9, 1.1) / (1.0 + 0.6 * (_RATIOS - 1.0))
        return Stroke(
            frequency_hz, gain, Decay(decay_s, decay_s, np.zeros(count)), np.zeros(count), np.zeros(count),
            attack_s=0.012, drop=0.3, drop_s=0.05,
            stick=Stick(0.35, cutoff_hz=140.0 * 2.0 ** (0.7 * effort), decay_s=0.08, band=0.1),
        ).at_level(level_db(note.velocity) + 1.0 + more_db)  # fmt: skip
