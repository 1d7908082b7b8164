"""The pulse of battle: short low strokes, half string and half machine, that growl as tension rises."""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import Player
from ambience.sound.dsp.section import Bowing, Ensemble, Section, Tone, seat_players
from ambience.sound.dsp.wavetable import Timbre
from ambience.units import midi_to_hz

_BODY = ((105.0, 4.0, 0.2), (230.0, 4.0, 0.25), (850.0, 4.0, 0.3))


@dataclass(frozen=True, slots=True)
class Pulse:
    """A dry, driving ostinato of wood and string."""

    length_s: float = setting(0.24, "longest stroke in seconds", above=0.0, high=4.0)
    bite: float = setting(0.5, "wood and noise at the start of a stroke", low=0.0, high=1.0)
    growl: float = setting(0.6, "roughness at full tension", low=0.0, high=1.0)

    midi: ClassVar[MidiProfile] = MidiProfile(38, lowest_midi=28, highest_midi=76)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Ready the strokes."""
        noise, glint = 0.9 * self.bite, 0.15 + 0.4 * self.bite
        stroke = Bowing(
            attack_s=0.007,
            release_s=0.09,
            accent=0.9,
            accent_s=0.055,
            noise=noise,
            noise_s=0.014,
            glint=glint,
            decay_s=0.9,
            longest_s=self.length_s,
        )
        bowings = {
            "sustain": stroke,
            "marcato": Bowing(0.006, 0.12, 1.3, 0.08, 1.4 * noise, 0.018, glint + 0.15, 1.2, 1.6 * self.length_s),
            "staccato": Bowing(0.006, 0.06, 1.1, 0.04, noise, 0.012, glint, 0.5, 0.45 * self.length_s),
        }
        tone = Tone(
            openness=0.0,
            by_velocity=0.5,
            by_brightness=0.4,
            by_tension=0.35,
            wander_brightness=0.1,
            wander_db=1.0,
            wander_hz=1.1,
            scoop_cents=14.0,
            scoop_s=0.03,
            breath=0.02,
            drive=0.5,
            roughness=self.growl,
            rough_above=0.35,
            beating=1.5,
            level_db=-21.0,
        )
        ensemble = Ensemble(
            timbres=(
                Timbre(9.0, 280.0, 15.0, _BODY, 35.0),
                Timbre(6.5, 700.0, 15.0, _BODY, 35.0),
                Timbre(4.5, 1600.0, 15.0, _BODY, 35.0),
                Timbre(3.0, 3600.0, 12.0, _BODY, 35.0),
            ),
            breath=Timbre(1.0, 3200.0, 12.0, ((620.0, 7.0, 0.3), (1500.0, 8.0, 0.3)), 300.0),
            lowest_hz=midi_to_hz(self.midi.lowest_midi),
            highest_hz=midi_to_hz(self.midi.highest_midi),
            tone=tone,
            seats=seat_players(3, detune_cents=8.0, width=0.6, late_s=0.006),
            bowings=bowings,
            zone_semitones=6.0,
            spread_cents=5.0,
        )
        return Section(ensemble, sample_rate_hz, rng)
