"""Bowed strings: many players, each with bow, vibrato and seat; brightness moves the bow towards the bridge."""

from dataclasses import dataclass
from typing import Literal

from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import Player
from ambience.sound.dsp.section import Bowing, Ensemble, Section, Tone, seat_players
from ambience.sound.dsp.wavetable import Timbre
from ambience.units import midi_to_hz

_Peaks = tuple[tuple[float, float, float], ...]

# Air mode, wood modes and bridge hill. Sources: N. Fletcher and T. Rossing, "The Physics of Musical Instruments",
# 1998, ch. 10; E. Jansson, "Acoustics for Violin and Guitar Makers", 2002, ch. 7.
_VIOLIN: _Peaks = ((280.0, 4.0, 0.12), (470.0, 5.0, 0.2), (1100.0, 2.5, 0.25), (2600.0, 6.0, 0.4))
_VIOLA: _Peaks = ((220.0, 4.0, 0.12), (370.0, 5.0, 0.2), (900.0, 3.0, 0.25), (2000.0, 5.0, 0.4))
_CELLO: _Peaks = ((104.0, 4.0, 0.12), (190.0, 5.0, 0.2), (600.0, 3.0, 0.3), (1600.0, 5.0, 0.4))
_BASS: _Peaks = ((64.0, 4.0, 0.15), (110.0, 5.0, 0.2), (400.0, 3.0, 0.3), (1100.0, 4.0, 0.4))

# Body, floor of radiation, corner scale (1 for violins), players, width, vibrato, General MIDI program, range.
_SECTIONS: dict[str, tuple[_Peaks, float, float, int, float, float, int, int, int]] = {
    "ensemble": (_CELLO + _VIOLIN[3:], 60.0, 0.85, 4, 0.95, 11.0, 48, 28, 96),
    "violins": (_VIOLIN, 200.0, 1.0, 4, 1.0, 14.0, 40, 55, 100),
    "violas": (_VIOLA, 140.0, 0.85, 4, 0.9, 12.0, 41, 48, 88),
    "celli": (_CELLO, 70.0, 0.7, 4, 0.85, 10.0, 42, 36, 79),
    "basses": (_BASS, 45.0, 0.5, 3, 0.6, 5.0, 43, 24, 60),
}

_BOWINGS = {
    "sustain": Bowing(attack_s=0.06, release_s=0.34, accent=0.7, accent_s=0.18, noise=0.5, noise_s=0.08, glint=0.16),
    "marcato": Bowing(
        attack_s=0.045, release_s=0.28, accent=0.7, accent_s=0.16, noise=0.35, noise_s=0.05, glint=0.25, vibrato=0.7
    ),
    "staccato": Bowing(
        attack_s=0.022, release_s=0.16, accent=0.8, accent_s=0.07, noise=0.4, noise_s=0.03, glint=0.18,
        longest_s=0.14, vibrato=0.0,
    ),
    "tremolo": Bowing(attack_s=0.12, release_s=0.25, noise=0.25, noise_s=0.08, tremolo=True, vibrato=0.0),
    "pizzicato": Bowing(
        attack_s=0.004, release_s=0.12, accent=1.1, accent_s=0.06, noise=0.4, noise_s=0.012, glint=0.45,
        decay_s=0.28, vibrato=0.0,
    ),
    "swell": Bowing(attack_s=0.5, release_s=0.6, noise=0.05, noise_s=0.2, swell=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Strings:
    """A string section that bows, bows again, plucks and swells."""

    section: Literal["ensemble", "violins", "violas", "celli", "basses"] = setting(
        "ensemble", "which desks play; ensemble covers the whole range"
    )
    vibrato: float = setting(1.0, "depth of the vibrato, 1 is a singing romantic one", low=0.0, high=2.0)
    warmth: float = setting(0.5, "0 thin and near the bridge, 1 thick and over the fingerboard", low=0.0, high=1.0)

    @property
    def midi(self) -> MidiProfile:
        """Program and range of the section."""
        *_, program, lowest, highest = _SECTIONS[self.section]
        return MidiProfile(program, lowest, highest)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Seat the section."""
        return Section(self._ensemble(), sample_rate_hz, rng)

    def _ensemble(self) -> Ensemble:
        body, floor_hz, scale, count, width, vibrato_cents, _, lowest, highest = _SECTIONS[self.section]
        bridge = ((3200.0 * scale, 9.0, 0.5),)  # ponticello lifts what the fingerboard hides
        tone = Tone(
            openness=0.26 - 0.2 * self.warmth,
            by_velocity=0.5,
            by_brightness=0.62,
            by_tension=0.22,
            by_rise=0.15,
            vibrato_cents=vibrato_cents * self.vibrato,
            vibrato_delay_s=0.7,
            scoop_cents=-6.0,
            scoop_s=0.08,
            breath=0.06,
            wander_db=2.5,
            wander_cents=9.0,
            drive=0.25,
            beating=0.9,
        )
        return Ensemble(
            timbres=(
                Timbre(8.5, 1100.0 * scale, 12.0, body, floor_hz),
                Timbre(5.0, 3000.0 * scale, 12.0, body, floor_hz),
                Timbre(3.2, 6000.0 * scale, 12.0, body + bridge, floor_hz),
            ),
            breath=Timbre(2.0, 5000.0 * scale, 12.0, body, 400.0 * scale),
            lowest_hz=midi_to_hz(lowest),
            highest_hz=midi_to_hz(highest),
            tone=tone,
            seats=seat_players(count, detune_cents=16.0, width=width, late_s=0.03, vibrato_hz=5.4),
            bowings=_BOWINGS,
            zone_semitones=6.0,
            spread_cents=8.0,
        )
