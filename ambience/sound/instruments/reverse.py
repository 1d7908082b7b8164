"""Reverse: the tail of a great hall, heard backwards, growing into the end of the note."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.gust import Gust
from ambience.sound.dsp.resonator import ResonatorBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import effort_octaves, level_db, softened
from ambience.units import FloatArray

_BANDS_HZ = np.array([160.0, 270.0, 450.0, 760.0, 1300.0, 2200.0, 3800.0, 6500.0])
_HARMONICS = np.array([1.0, 2.0, 3.0, 5.0])
_STOP_S = 0.02  # the cut at the end; it lies inside the note
_SEATS = np.array([0.0, -0.4, 0.5, -0.6, 0.7, -0.75, 0.8, -0.5])


@dataclass(frozen=True, slots=True)
class Reverse:
    """A reversed hall tail on the pitch of the note, cut off at key-up."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=119, lowest_midi=24, highest_midi=84)
    growth_db: float = setting(32.0, "dB by which the middle of the tail grows from start to end", low=0, high=80)
    tone: float = setting(0.6, "0..1: the note against the noise of the hall", low=0, high=1)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ResonatorBank(sample_rate_hz, rng)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            length_s = note.duration_frames / sample_rate_hz
            bank.blow(note.offset_frames, self._hall(note, controls, length_s))
            bank.blow(note.offset_frames, self._note(note, controls, length_s))

        return BankPlayer(begin, bank)

    def _hall(self, note: NoteOn, controls: FloatArray, length_s: float) -> Gust:
        effort = effort_octaves(note.velocity, controls)
        gain = softened(_BANDS_HZ, 800.0 * 2.0**effort)
        return self._backwards(_BANDS_HZ, 0.55, gain, length_s).at_level(
            level_db(note.velocity) + 3.0 - 4.0 * self.tone
        )

    def _note(self, note: NoteOn, controls: FloatArray, length_s: float) -> Gust:
        effort = effort_octaves(note.velocity, controls)
        center_hz = note.frequency_hz * _HARMONICS
        gain = _HARMONICS**-0.5 * softened(center_hz, 900.0 * 2.0**effort)
        level = level_db(note.velocity) + 2.0 + 20.0 * np.log10(self.tone + 1e-4)
        return self._backwards(center_hz, 0.012, gain, length_s).at_level(level)

    def _backwards(self, center_hz: FloatArray, width: float, gain: FloatArray, length_s: float) -> Gust:
        # A hall keeps its low end twice as long as its top: backwards, the top comes last and fastest.
        late_db = self.growth_db * np.clip((center_hz / 500.0) ** 0.25, 0.7, 1.6)
        stop_s = min(_STOP_S, 0.2 * length_s)
        return Gust(
            center_hz, np.full(len(center_hz), width), gain, _SEATS[: len(center_hz)], length_s - stop_s,
            0.4 * length_s, stop_s, late_db=late_db, tilt=0.4,
            waver=0.45, waver_hz=1.4, wander_cents=9.0,
        )  # fmt: skip
