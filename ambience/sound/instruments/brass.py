"""Brass: the spectrum opens with the breath; far horns, near trombones, and a rattle when they are overblown."""

from dataclasses import dataclass
from typing import Literal

from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import Player
from ambience.sound.dsp.section import Bowing, Ensemble, Section, Tone, seat_players
from ambience.sound.dsp.wavetable import Timbre
from ambience.units import midi_to_hz

# Formant and corner of the full spectrum in Hz, players, width, General MIDI program, range. Formants: J. Meyer,
# "Acoustics and the Performance of Music", 2009, ch. 3 (horn 340 Hz, trombone 520 to 600, trumpet 1200, tuba 250).
_SECTIONS: dict[str, tuple[float, float, int, float, int, int, int]] = {
    "tutti": (520.0, 2600.0, 4, 0.9, 61, 28, 82),
    "horns": (400.0, 1700.0, 4, 0.95, 60, 33, 77),
    "trombones": (560.0, 2600.0, 3, 0.65, 57, 36, 72),
    "trumpets": (1200.0, 4200.0, 3, 0.65, 56, 52, 84),
    "low": (290.0, 1500.0, 3, 0.35, 58, 24, 60),
}

_BOWINGS = {
    "sustain": Bowing(attack_s=0.065, release_s=0.22, accent=0.3, accent_s=0.2, noise=0.14, noise_s=0.05, glint=0.1),
    "marcato": Bowing(
        attack_s=0.04, release_s=0.2, accent=0.5, accent_s=0.2, noise=0.2, noise_s=0.03, glint=0.3, vibrato=0.5
    ),
    "staccato": Bowing(
        attack_s=0.024, release_s=0.13, accent=0.6, accent_s=0.09, noise=0.22, noise_s=0.025, glint=0.25,
        longest_s=0.16, vibrato=0.0,
    ),
    "tremolo": Bowing(attack_s=0.06, release_s=0.15, noise=0.12, noise_s=0.05, tremolo=True, vibrato=0.0),
    "swell": Bowing(attack_s=0.3, release_s=0.35, noise=0.04, noise_s=0.1, swell=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brass:
    """A brass choir: soft and round when it breathes, blazing when it is pushed."""

    section: Literal["tutti", "horns", "trombones", "trumpets", "low"] = setting(
        "horns", "which players; low is tuba and bass trombone"
    )
    overblown: float = setting(0.55, "depth of the rattle when tension is above 0.8", low=0.0, high=1.0)

    @property
    def midi(self) -> MidiProfile:
        """Program and range of the section."""
        *_, program, lowest, highest = _SECTIONS[self.section]
        return MidiProfile(program, lowest, highest)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Seat the players."""
        formant_hz, corner_hz, count, width, _, lowest, highest = _SECTIONS[self.section]
        formant = ((formant_hz, 7.0, 0.5), (2.2 * formant_hz, 3.0, 0.4))
        tone = Tone(
            openness=0.02,
            by_velocity=0.72,
            by_brightness=0.35,
            by_tension=0.25,
            by_rise=0.45,
            wander_brightness=0.07,
            wander_cents=7.0,
            vibrato_cents=5.0,
            vibrato_delay_s=1.0,
            scoop_cents=-28.0,
            scoop_s=0.045,
            breath=0.012,
            drive=0.7,
            roughness=self.overblown,
            tremolo_hz=9.0,
            beating=1.2,
        )
        ensemble = Ensemble(
            timbres=(
                Timbre(12.0, 0.35 * corner_hz, 18.0, formant, 40.0),
                Timbre(7.0, 0.7 * corner_hz, 18.0, formant, 40.0),
                Timbre(3.5, 1.3 * corner_hz, 15.0, formant, 50.0),
                Timbre(0.5, 2.4 * corner_hz, 15.0, formant, 60.0),
            ),
            breath=Timbre(3.0, 3.0 * corner_hz, 12.0, ((2.0 * formant_hz, 8.0, 0.8),), formant_hz),
            lowest_hz=midi_to_hz(lowest),
            highest_hz=midi_to_hz(highest),
            tone=tone,
            seats=seat_players(count, detune_cents=13.0, width=width, late_s=0.02, vibrato_hz=4.9),
            bowings=_BOWINGS,
            zone_semitones=6.0,
            spread_cents=5.0,
        )
        return Section(ensemble, sample_rate_hz, rng)
