"""A concert hall: a warm, smooth tail that leaves the music legible."""

from dataclasses import dataclass

from numpy.random import Generator

from ambience.plugins import setting
from ambience.sound.block import Processor
from ambience.sound.dsp.reverb import Reverb, Room


@dataclass(frozen=True, slots=True)
class Hall:
    """A concert hall around the orchestra."""

    decay_s: float = setting(2.8, "s until the middle register has died away by 60 dB", low=0.3, high=12.0)
    size: float = setting(1.0, "width of the hall; larger halls answer later and less densely", low=0.5, high=1.6)
    damping: float = setting(0.55, "0..1, how much sooner the top dies than the middle", low=0.0, high=1.0)
    warmth: float = setting(1.15, "decay of the bass over that of the middle", low=0.6, high=1.6)
    predelay_s: float = setting(0.024, "s before the tail begins; keeps attacks in front", low=0.0, high=0.2)
    brightness_hz: float = setting(9000.0, "Hz, above which the walls take the sound", low=500.0, high=20000.0)
    movement: float = setting(0.5, "0..1, how far the tail wanders; keeps it from ringing", low=0.0, high=1.0)

    def processor(self, sample_rate_hz: int, rng: Generator) -> Processor:
        """Open the hall."""
        room = Room(
            decay_s=self.decay_s,
            low_ratio=self.warmth,
            high_ratio=1.0 - 0.85 * self.damping,
            low_hz=220.0,
            high_hz=4200.0,
            shortest_s=0.029 * self.size,
            longest_s=0.083 * self.size,
            predelay_s=self.predelay_s,
            late_gain=1.0,
            tone_hz=self.brightness_hz,
            sway_s=0.0004 * self.movement,
            sway_hz=0.61,
        )
        return Reverb(room, sample_rate_hz, rng)
