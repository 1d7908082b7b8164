"""The floor: two sines on the pedal and one on its octave that lean on each other and breathe."""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import Player
from ambience.sound.dsp.section import Bowing, Ensemble, Seat, Section, Tone
from ambience.sound.dsp.wavetable import Timbre
from ambience.units import midi_to_hz

_NO_TONE_DB = 60.0  # slope that leaves the fundamental alone


@dataclass(frozen=True, slots=True)
class SubDrone:
    """A sub-bass felt more than heard."""

    beating_hz: float = setting(0.11, "beating of the two low sines", low=0.0, high=2.0)
    octave_db: float = setting(-9.0, "level of the octave against the pedal", low=-60.0, high=6.0)
    attack_s: float = setting(5.0, "seconds from silence to full", low=0.05, high=60.0)
    release_s: float = setting(7.0, "seconds from full to silence", low=0.05, high=60.0)

    midi: ClassVar[MidiProfile] = MidiProfile(39, lowest_midi=21, highest_midi=52)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Start the sines."""
        tone = Tone(
            openness=0.1,
            by_velocity=0.3,
            by_brightness=0.3,
            by_tension=0.4,
            wander_brightness=0.12,
            wander_db=2.5,
            wander_cents=1.5,
            wander_hz=0.13,
            breath=0.002,
            drive=0.6,
            beating=2.0,
            equal_power=True,
            level_db=-17.0,
        )
        # The lower sine is the stronger, so that the beating breathes and never falls to silence.
        octave_gain = 10.0 ** (self.octave_db / 20.0)
        seats = (
            Seat(beat_hz=-0.36 * self.beating_hz, pan=-0.06),
            Seat(beat_hz=0.64 * self.beating_hz, pan=0.06, level_gain=0.55),
            Seat(beat_hz=0.23 * self.beating_hz, interval=2.0, level_gain=octave_gain),
        )
        ensemble = Ensemble(
            timbres=(Timbre(_NO_TONE_DB), Timbre(17.0, 200.0, 12.0, even_db=-6.0), Timbre(11.0, 300.0, 12.0)),
            breath=Timbre(9.0, 120.0, 24.0),
            lowest_hz=midi_to_hz(self.midi.lowest_midi),
            highest_hz=midi_to_hz(self.midi.highest_midi),
            tone=tone,
            seats=seats,
            bowings={"sustain": Bowing(attack_s=self.attack_s, release_s=self.release_s)},
            zone_semitones=8.0,
            spread_cents=0.0,
        )
        return Section(ensemble, sample_rate_hz, rng)
