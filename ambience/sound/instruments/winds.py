"""Woodwinds: a breath that becomes a tone, one or two players to a part."""

from dataclasses import dataclass
from typing import Literal

from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import Player
from ambience.sound.dsp.section import Bowing, Ensemble, Section, Tone, seat_players
from ambience.sound.dsp.wavetable import Timbre
from ambience.units import midi_to_hz

# Formants: J. Meyer, "Acoustics and the Performance of Music", 2009, ch. 3 (oboe 1100 and 2700 Hz, bassoon 500 and
# 1150). The clarinet's even partials are weak below 1.5 kHz only, so they return with force.
_TIMBRES: dict[str, tuple[Timbre, ...]] = {
    "flute": (
        Timbre(17.0, 2500.0, 12.0, floor_hz=150.0),
        Timbre(11.0, 3000.0, 12.0, floor_hz=150.0),
        Timbre(7.0, 3500.0, 12.0, floor_hz=150.0, first_db=-3.0),
    ),
    "clarinet": (
        Timbre(11.0, 1500.0, 12.0, floor_hz=100.0, even_db=-26.0),
        Timbre(6.5, 2000.0, 12.0, floor_hz=100.0, even_db=-18.0),
        Timbre(4.0, 3000.0, 12.0, floor_hz=100.0, even_db=-9.0),
    ),
    "oboe": (
        Timbre(9.0, 3000.0, 18.0, ((1100.0, 9.0, 0.4), (2700.0, 4.0, 0.3)), 200.0),
        Timbre(6.0, 3600.0, 18.0, ((1100.0, 11.0, 0.4), (2700.0, 7.0, 0.3)), 200.0, first_db=-4.0),
        Timbre(3.5, 4500.0, 18.0, ((1150.0, 12.0, 0.4), (2800.0, 9.0, 0.3)), 200.0, first_db=-6.0),
    ),
    "bassoon": (
        Timbre(10.0, 900.0, 15.0, ((480.0, 10.0, 0.4), (1150.0, 4.0, 0.3)), 60.0),
        Timbre(7.0, 1500.0, 15.0, ((500.0, 12.0, 0.4), (1150.0, 7.0, 0.3)), 60.0, first_db=-3.0),
        Timbre(4.0, 2600.0, 15.0, ((520.0, 12.0, 0.4), (1200.0, 9.0, 0.3)), 60.0, first_db=-5.0),
    ),
}

# Steady breath, tongue, vibrato in cents, corner of the breath in Hz, General MIDI program, range.
_KINDS: dict[str, tuple[float, float, float, float, int, int, int]] = {
    "flute": (0.11, 0.5, 12.0, 3500.0, 73, 60, 96),
    "clarinet": (0.025, 0.15, 2.0, 2500.0, 71, 50, 91),
    "oboe": (0.02, 0.14, 9.0, 3500.0, 68, 58, 88),
    "bassoon": (0.02, 0.16, 6.0, 1500.0, 70, 34, 72),
}


@dataclass(frozen=True, slots=True)
class Winds:
    """Flutes, clarinets, oboes or bassoons."""

    kind: Literal["flute", "clarinet", "oboe", "bassoon"] = setting("flute", "which woodwind")
    players: int = setting(2, "how many to a part; one is more naked", low=1, high=4)
    breath: float = setting(1.0, "noise of the air against the tone, 1 is natural", low=0.0, high=3.0)

    @property
    def midi(self) -> MidiProfile:
        """Program and range of the kind."""
        *_, program, lowest, highest = _KINDS[self.kind]
        return MidiProfile(program, lowest, highest)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Seat the players."""
        air, tongue, vibrato_cents, breath_hz, _, lowest, highest = _KINDS[self.kind]
        tone = Tone(
            openness=0.05,
            by_velocity=0.6,
            by_brightness=0.4,
            by_tension=0.2,
            by_rise=0.3,
            wander_brightness=0.12,
            wander_db=1.8,
            wander_cents=4.0,
            wander_hz=0.7,
            vibrato_cents=vibrato_cents,
            vibrato_delay_s=0.8,
            scoop_cents=-14.0,
            scoop_s=0.04,
            breath=air * self.breath,
            drive=0.25,
            tremolo_hz=13.0,
            beating=0.6,
        )
        ensemble = Ensemble(
            timbres=_TIMBRES[self.kind],
            breath=Timbre(3.0, breath_hz, 12.0, ((0.4 * breath_hz, 6.0, 0.6),), 0.2 * breath_hz),
            lowest_hz=midi_to_hz(lowest),
            highest_hz=midi_to_hz(highest),
            tone=tone,
            seats=seat_players(self.players, detune_cents=9.0, width=0.8, late_s=0.02, vibrato_hz=5.2, lead=0.5),
            bowings=_bowings(tongue * self.breath),
            zone_semitones=5.0,
            spread_cents=2.0,
        )
        return Section(ensemble, sample_rate_hz, rng)


def _bowings(tongue: float) -> dict[str, Bowing]:
    return {
        "sustain": Bowing(attack_s=0.07, release_s=0.16, accent=0.2, noise=0.6 * tongue, noise_s=0.07),
        "marcato": Bowing(
            attack_s=0.035, release_s=0.14, accent=0.4, accent_s=0.15, noise=1.2 * tongue, noise_s=0.04, glint=0.2
        ),
        "staccato": Bowing(
            attack_s=0.02, release_s=0.09, accent=0.4, accent_s=0.06, noise=tongue, noise_s=0.03, glint=0.12,
            longest_s=0.12, vibrato=0.0,
        ),
        "tremolo": Bowing(attack_s=0.06, release_s=0.12, noise=0.5 * tongue, tremolo=True, vibrato=0.0),
        "swell": Bowing(attack_s=0.25, release_s=0.3, noise=0.3 * tongue, swell=True),
    }  # fmt: skip
