"""A halo: a soft tail in which part of the sound climbs an octave each time it comes round."""

from dataclasses import dataclass

from numpy.random import Generator

from ambience.plugins import setting
from ambience.sound.block import Processor
from ambience.sound.dsp.reverb import Reverb, Room


@dataclass(frozen=True, slots=True)
class Shimmer:
    """A tail that climbs in octaves, like light above the strings."""

    decay_s: float = setting(
        7.0, "s until a tail that does not climb has died away by 60 dB; what climbs is gone sooner", low=1.0, high=30.0
    )
    climb: float = setting(0.5, "0..1, how much returns an octave higher; 0 is a plain tail", low=0.0, high=1.0)
    size: float = setting(1.0, "how vast; larger spaces bloom more slowly", low=0.5, high=1.6)
    damping: float = setting(0.6, "0..1, how much sooner the top dies; tames the highest octaves", low=0.0, high=1.0)
    predelay_s: float = setting(0.08, "s before the halo begins", low=0.0, high=0.3)
    brightness_hz: float = setting(5000.0, "Hz, above which nothing enters", low=200.0, high=20000.0)
    movement: float = setting(0.6, "0..1, how far the tail wanders", low=0.0, high=1.0)

    def processor(self, sample_rate_hz: int, rng: Generator) -> Processor:
        """Light the halo."""
        room = Room(
            decay_s=self.decay_s,
            low_ratio=0.7,
            high_ratio=1.0 - 0.85 * self.damping,
            low_hz=260.0,
            high_hz=3600.0,
            shortest_s=0.047 * self.size,
            longest_s=0.143 * self.size,
            predelay_s=self.predelay_s,
            late_gain=1.0,
            tone_hz=self.brightness_hz,
            sway_s=0.0011 * self.movement,
            sway_hz=0.29,
            climb=self.climb,
        )
        return Reverb(room, sample_rate_hz, rng)
