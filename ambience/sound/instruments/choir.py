"""A wordless choir: voices whose vowel drifts from u through o to a as they open."""

from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import Player
from ambience.sound.dsp.section import Bowing, Ensemble, Section, Tone, seat_players
from ambience.sound.dsp.wavetable import Timbre
from ambience.units import midi_to_hz


def _vowel(first_hz: float, second_hz: float, third_hz: float, *, slope_db: float, upper_db: float) -> Timbre:
    """Put formants over a glottal slope; a choir blurs them, hence the width."""
    peaks = ((first_hz, 13.0, 0.28), (second_hz, 11.0, 0.2), (third_hz, upper_db, 0.16), (3300.0, upper_db, 0.14))
    return Timbre(slope_db, 3800.0, 18.0, peaks, 60.0)


# Formants between a tenor's and an alto's: J. Sundberg, "The Science of the Singing Voice", 1987, ch. 5.
_VOWELS = (
    _vowel(340.0, 720.0, 2500.0, slope_db=10.5, upper_db=4.0),
    _vowel(470.0, 820.0, 2650.0, slope_db=8.5, upper_db=8.0),
    _vowel(580.0, 950.0, 2750.0, slope_db=7.0, upper_db=11.0),
    _vowel(730.0, 1180.0, 2850.0, slope_db=6.0, upper_db=13.0),
)

_BOWINGS = {
    "sustain": Bowing(attack_s=0.45, release_s=0.7, noise=0.05, noise_s=0.25),
    "marcato": Bowing(attack_s=0.12, release_s=0.45, accent=0.35, accent_s=0.3, noise=0.12, noise_s=0.08, glint=0.15),
    "staccato": Bowing(
        attack_s=0.06, release_s=0.25, accent=0.3, accent_s=0.1, noise=0.14, noise_s=0.06, longest_s=0.22, vibrato=0.0
    ),
    "swell": Bowing(attack_s=0.8, release_s=0.9, noise=0.05, noise_s=0.3, swell=True),
}


@dataclass(frozen=True, slots=True)
class Choir:
    """A choir that hums, opens its mouth and closes it again."""

    vowel: float = setting(0.3, "0 is u, 0.5 is o, 1 is a; brightness and force open it further", low=0.0, high=1.0)
    breath: float = setting(1.0, "air in the voices, 1 is natural", low=0.0, high=4.0)

    midi: ClassVar[MidiProfile] = MidiProfile(52, lowest_midi=36, highest_midi=86)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Gather the singers."""
        tone = Tone(
            openness=self.vowel - 0.25,
            by_velocity=0.4,
            by_brightness=0.6,
            by_tension=0.12,
            by_rise=0.12,
            wander_brightness=0.2,
            wander_db=2.0,
            wander_cents=4.0,
            wander_hz=0.3,
            vibrato_cents=13.0,
            vibrato_delay_s=0.9,
            scoop_cents=-10.0,
            scoop_s=0.1,
            breath=0.05 * self.breath,
            drive=0.15,
            beating=1.0,
        )
        ensemble = Ensemble(
            timbres=_VOWELS,
            breath=Timbre(2.0, 4500.0, 12.0, ((1000.0, 5.0, 0.5), (2800.0, 6.0, 0.4)), 500.0),
            lowest_hz=midi_to_hz(self.midi.lowest_midi),
            highest_hz=midi_to_hz(self.midi.highest_midi),
            tone=tone,
            seats=seat_players(4, detune_cents=17.0, width=1.0, late_s=0.09, vibrato_hz=5.3),
            bowings=_BOWINGS,
            zone_semitones=6.0,
            spread_cents=14.0,  # each reader is a handful of singers
        )
        return Section(ensemble, sample_rate_hz, rng)
