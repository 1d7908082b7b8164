"""A clock that counts down: dry ticks of wood or metal."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn
from ambience.sound.dsp.decay import Decay
from ambience.sound.dsp.modal import ModalBank
from ambience.sound.dsp.roster import BankPlayer
from ambience.sound.dsp.stroke import Stick, Stroke, effort_octaves, level_db, softened
from ambience.units import FloatArray

# Free bars of wood and of steel, the wood pulled about by the hollow behind it; by ear.
_WOOD = np.array([1.0, 2.61, 2.95, 4.4, 6.2, 8.1])
_METAL = np.array([1.0, 2.76, 3.9, 5.4, 7.1, 8.93])
_TOCK = 0.8409  # three semitones below the tick
_LOWEST_HZ, _HIGHEST_HZ = 800.0, 1600.0
_DRY_DB = -5.0  # half a second of silence around a tick: it peaks high enough as it is


@dataclass(frozen=True, slots=True)
class Ticker:
    """A dry clock; every second stroke is the lower tock."""

    kind: Literal["wood", "metal"] = setting("wood", "a case of wood, or a small steel movement")
    dry_s: float = setting(0.075, "s: T60 of a tick", low=0.02, high=1)

    @property
    def midi(self) -> MidiProfile:
        """How a DAW should play it: high wood block, or claves."""
        key = 76 if self.kind == "wood" else 75
        return MidiProfile(program=115, lowest_midi=key, highest_midi=key, drum_key=key)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank = ModalBank(sample_rate_hz, len(_WOOD), rng)
        strokes = 0

        def begin(note: NoteOn, controls: FloatArray) -> None:
            nonlocal strokes
            bank.strike(note.offset_frames, self._tick(note, controls, strokes % 2 == 1, rng))
            strokes += 1

        return BankPlayer(begin, bank)

    def _tick(self, note: NoteOn, controls: FloatArray, tock: bool, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        ratios = _METAL if self.kind == "metal" else _WOOD
        count = len(ratios)
        body_hz = note.frequency_hz * 2.0 ** np.ceil(np.log2(_LOWEST_HZ / note.frequency_hz))
        frequency_hz = min(body_hz, _HIGHEST_HZ) * (_TOCK if tock else 1.0) * ratios * rng.uniform(0.99, 1.01, count)
        gain = rng.uniform(0.6, 1.0, count) * softened(frequency_hz, 2200.0 * 2.0 ** (1.2 * effort), slope=1.2)
        decay_s = self.dry_s * (2.5 if self.kind == "metal" else 1.0) / ratios**0.4
        return Stroke(
            frequency_hz, gain, Decay(decay_s, 2.5 * decay_s, np.full(count, 0.06)), rng.uniform(-0.2, 0.2, count),
            rng.random(count), attack_s=0.0015,
            stick=Stick(1.6, cutoff_hz=3200.0 * 2.0 ** (0.7 * effort), decay_s=0.018, band=0.8),
        ).at_level(level_db(note.velocity) + _DRY_DB)  # fmt: skip
