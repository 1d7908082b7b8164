"""Metal for the battle: anvils, brake drums and the scrape along a plate."""

from dataclasses import dataclass
from typing import Literal

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

_MODES = 22
_BODIES = {"anvil": (620.0, 9500.0, 1.6), "brake_drum": (310.0, 6500.0, 0.9), "scrape": (420.0, 8000.0, 2.2)}
"""Lowest and highest mode in Hz, T60 of the lowest in seconds; by ear."""
_OBJECTS = 3  # pieces of scrap to choose from: the same one twice in a row sounds like a sample
_BELOW_DB = 3.0  # so much energy where the ear is keenest sounds louder than it measures


@dataclass(frozen=True, slots=True)
class Metal:
    """Anvils, brake drums and scraped plates; the pitch of the notes only chooses the piece."""

    kind: Literal["anvil", "brake_drum", "scrape"] = setting("brake_drum", "which pile of scrap")
    ring_s: float = setting(1.0, "times the natural length of the ring", low=0.1, high=5)

    @property
    def midi(self) -> MidiProfile:
        """How a DAW should play it: the cymbals of the drum channel."""
        key = {"anvil": 53, "brake_drum": 51, "scrape": 57}[self.kind]
        return MidiProfile(program=14, lowest_midi=key, highest_midi=key, drum_key=key)

    def player(self, sample_rate_hz: int, rng: Generator) -> BankPlayer:
        """Make a player; every random choice it will ever make comes from `rng`."""
        bank, rasp = ModalBank(sample_rate_hz, _MODES, rng), ResonatorBank(sample_rate_hz, rng)
        lowest_hz, highest_hz, _ = _BODIES[self.kind]
        bodies = np.sort(np.exp(rng.uniform(np.log(lowest_hz), np.log(highest_hz), (_OBJECTS, _MODES))), axis=1)
        bodies[:, 0] = lowest_hz * 2.0 ** np.linspace(-0.16, 0.16, _OBJECTS)

        def begin(note: NoteOn, controls: FloatArray) -> None:
            body_hz = bodies[(round(12.0 * np.log2(note.frequency_hz)) + int(rng.integers(2))) % _OBJECTS]
            scraped = self.kind == "scrape" or note.articulation == "scrape"
            bank.strike(note.offset_frames, self._stroke(note, controls, body_hz, scraped, rng))
            if scraped:
                rasp.blow(note.offset_frames, _scrape(note, body_hz, note.duration_frames / sample_rate_hz))

        return BankPlayer(begin, bank, rasp)

    def _stroke(self, note: NoteOn, controls: FloatArray, body_hz: FloatArray, scraped: bool, rng: Generator) -> Stroke:
        effort = effort_octaves(note.velocity, controls)
        frequency_hz = body_hz * rng.uniform(0.9985, 1.0015, _MODES)
        gain = rng.uniform(0.3, 1.0, _MODES) * softened(frequency_hz, 1500.0 * 2.0 ** (1.2 * effort), slope=1.3)
        _, _, longest_s = _BODIES[self.kind]
        decay_s = self.ring_s * longest_s * (frequency_hz / frequency_hz[0]) ** -0.55 * rng.uniform(0.6, 1.2, _MODES)
        return Stroke(
            frequency_hz, gain, Decay(0.25 * decay_s, decay_s, np.full(_MODES, 0.35)),
            pan=rng.uniform(-0.6, 0.6, _MODES), phase_cycles=rng.random(_MODES),
            attack_s=0.09 if scraped else 0.001, waver=0.3 if scraped else 0.0, waver_hz=7.0,
            stick=Stick(0.0 if scraped else 0.8, cutoff_hz=3500.0 * 2.0 ** (0.6 * effort), decay_s=0.03, band=0.7),
        ).at_level(level_db(note.velocity) - _BELOW_DB)  # fmt: skip


def _scrape(note: NoteOn, body_hz: FloatArray, held_s: float) -> Gust:
    center_hz = body_hz[1:17:2]
    rise_s = min(0.08, 0.5 * held_s)
    return Gust(
        center_hz, np.full(8, 0.06), (center_hz / center_hz[0]) ** -0.4, np.linspace(-0.8, 0.8, 8),
        held_s, rise_s, 0.6, fade_db=35.0, sweep_octaves=0.35, tilt=0.5, waver=0.8, waver_hz=9.0,
        wander_cents=60.0, wander_hz=5.0,
    ).at_level(level_db(note.velocity) - 5.0)  # fmt: skip
