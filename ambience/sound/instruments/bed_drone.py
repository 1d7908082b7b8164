"""The bed: a dark chord of slow readers that never stops, whose color wanders by itself."""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import Player
from ambience.sound.dsp.section import Bowing, Ensemble, Seat, Section, Tone
from ambience.sound.dsp.wavetable import Timbre
from ambience.units import midi_to_hz

# Seven places between -14 and +14 cents of a low note, as multiples of the beating in Hz; their mean is zero.
_SPREAD = (-1.0, -0.62, -0.27, 0.0, 0.31, 0.58, 1.0)
_PANS = (0.1, -0.75, 0.55, 0.0, -0.45, 0.85, -0.2)

# Low-pass of each color in Hz, slope, and formants: as the walk moves, so do the peaks.
_TIMBRES = (
    Timbre(8.0, 240.0, 18.0, ((170.0, 3.0, 0.4),)),
    Timbre(7.0, 420.0, 18.0, ((310.0, 5.0, 0.3), (95.0, 2.0, 0.4))),
    Timbre(6.0, 720.0, 18.0, ((240.0, 3.0, 0.3), (560.0, 8.0, 0.25)), first_db=-2.0),
    Timbre(4.5, 1200.0, 18.0, ((430.0, 5.0, 0.3), (1050.0, 9.0, 0.25)), first_db=-4.0),
    Timbre(3.0, 2400.0, 15.0, ((640.0, 5.0, 0.3), (1700.0, 8.0, 0.3)), first_db=-6.0),
)


@dataclass(frozen=True, slots=True)
class BedDrone:
    """A wide, dark, unbroken drone."""

    beating_hz: float = setting(0.5, "beating of the outermost voices against the pitch", low=0.0, high=8.0)
    darkness: float = setting(0.5, "0 lets the upper partials through, 1 leaves a murmur", low=0.0, high=1.0)
    attack_s: float = setting(6.0, "seconds from silence to full", low=0.05, high=60.0)
    release_s: float = setting(9.0, "seconds from full to silence", low=0.05, high=60.0)
    air: float = setting(0.08, "noise between the partials", low=0.0, high=1.0)

    midi: ClassVar[MidiProfile] = MidiProfile(89, lowest_midi=24, highest_midi=74)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Start the readers."""
        tone = Tone(
            openness=0.28 - 0.36 * self.darkness,
            by_velocity=0.45,
            by_brightness=0.5,
            by_tension=0.35,
            by_rise=0.12,
            wander_brightness=0.2,
            wander_db=3.0,
            wander_cents=4.0,
            wander_hz=0.085,
            breath=self.air,
            drive=0.4,
            roughness=0.25,
            rough_above=0.85,
            beating=2.5,
            equal_power=True,
            level_db=-23.0,
        )
        seats = tuple(Seat(beat_hz=self.beating_hz * part, pan=pan) for part, pan in zip(_SPREAD, _PANS, strict=True))
        ensemble = Ensemble(
            timbres=_TIMBRES,
            breath=Timbre(6.0, 900.0, 12.0, ((330.0, 6.0, 0.3), (780.0, 5.0, 0.2)), 120.0),
            lowest_hz=midi_to_hz(self.midi.lowest_midi),
            highest_hz=midi_to_hz(self.midi.highest_midi),
            tone=tone,
            seats=seats,
            bowings={"sustain": Bowing(attack_s=self.attack_s, release_s=self.release_s)},
            zone_semitones=7.0,
            spread_cents=5.0,
        )
        return Section(ensemble, sample_rate_hz, rng)
