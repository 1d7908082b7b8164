"""Gran cassa: the orchestra's bass drum, more pressure than pitch."""

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
from ambience.sound.dsp.skin import Skin
from ambience.sound.dsp.stroke import Stick, Stroke, effort_octaves, level_db, roll_s
from ambience.units import FloatArray, s_to_frames

# Two skins of different tension: every mode of an ideal skin comes twice, a little apart.
_RATIOS = np.array([1.0, 1.13, 1.59, 1.78, 2.14, 2.3, 2.48, 2.65, 2.92, 3.16, 3.5, 4.1])
_BOUNDS = np.array([(0.99, 1.01), (0.5, 1.0), (-0.3, 0.3)])
_SKIN = Skin(_RATIOS, np.ones(len(_RATIOS)), _BOUNDS, slope=1.4, wide_hz=150.0)
_ROLLS_PER_S = 11.0
_ROLL_DB = -9.0  # a stroke of a roll against a single one
_ROLL_RING_S = 1.2  # the next stroke finds the skin moving and stops most of it


@dataclass(frozen=True, slots=True)
class GranCassa:
    """A deep, long bass drum; its pitch does not follow the notes."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=116, lowest_midi=35, highest_midi=36, drum_key=36)
    body_hz: float = setting(41.0, "Hz: where the weight lies", low=25, high=90)
    ring_s: float = setting(3.4, "s: T60 of the body", low=0.2, high=12)
    mallet_hz: float = setting(150.0, "Hz: softness of the mallet at mezzo-forte", low=50, high=3000)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ModalBank(sample_rate_hz, len(_RATIOS), rng)
        ringing, rolling = _decay(self.ring_s), _decay(_ROLL_RING_S)

        def strike(note: NoteOn, decay: Decay, roll_db: float, offset_frames: int, controls: FloatArray) -> None:
            bank.strike(offset_frames, self._stroke(note.velocity, controls, decay, rng).louder(roll_db))

        def begin(note: NoteOn, controls: FloatArray) -> Iterable[Later]:
            if note.articulation not in ("roll", "tremolo"):
                return [(0, partial(strike, note, ringing, 0.0))]
            times_s = roll_s(note.duration_frames / sample_rate_hz, _ROLLS_PER_S, rng)
            decays = [rolling] * (len(times_s) - 1) + [ringing]
            return (
                (s_to_frames(time_s, sample_rate_hz), partial(strike, note, decay, _ROLL_DB))
                for time_s, decay in zip(times_s, decays, strict=True)
            )

        return BankPlayer(begin, bank)

    def _stroke(self, velocity: float, controls: FloatArray, decay: Decay, rng: Generator) -> Stroke:
        effort = effort_octaves(velocity, controls)
        count = len(_RATIOS)
        frequency_hz, gain, pan = _SKIN.struck(self.body_hz, self.mallet_hz * 2.0**effort, 0.0, rng.random(3 * count))
        gain[:2] = (1.0, 0.6)
        return Stroke(
            frequency_hz, gain, decay, pan, phase_cycles=np.zeros(count),
            attack_s=0.006 * 2.0 ** (-0.5 * effort),
            drop=0.07 * 2.0 ** (0.6 * effort), drop_s=0.08,
            stick=Stick(0.5, cutoff_hz=380.0 * 2.0**effort, decay_s=0.09, band=0.2),
        ).at_level(level_db(velocity) + 1.5)  # fmt: skip


def _decay(ring_s: float) -> Decay:
    decay_s = ring_s / (1.0 + 0.5 * (_RATIOS - 1.0))
    return Decay(0.5 * decay_s, 1.1 * decay_s, np.full(len(_RATIOS), 0.45))
