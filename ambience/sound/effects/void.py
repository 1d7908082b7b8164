"""A space without walls: a very long, dark tail that moves slowly, for drones and distant things."""

from dataclasses import dataclass

from numpy.random import Generator

from ambience.plugins import setting
from ambience.sound.block import Processor
from ambience.sound.dsp.reverb import Reverb, Room


@dataclass(frozen=True, slots=True)
class Void:
    """A dark space without walls."""

    decay_s: float = setting(14.0, "s until the middle register has died away by 60 dB", low=2.0, high=40.0)
    size: float = setting(1.0, "how vast; larger spaces bloom more slowly", low=0.5, high=1.6)
    damping: float = setting(0.8, "0..1, how much sooner the top dies than the middle", low=0.0, high=1.0)
    warmth: float = setting(1.1, "decay of the bass over that of the middle", low=0.6, high=1.6)
    predelay_s: float = setting(0.06, "s before the tail begins", low=0.0, high=0.3)
    brightness_hz: float = setting(2600.0, "Hz, above which nothing enters", low=200.0, high=20000.0)
    movement: float = setting(0.6, "0..1, how far the tail wanders in pitch and place", low=0.0, high=1.0)

    def processor(self, sample_rate_hz: int, rng: Generator) -> Processor:
        """Open the void."""
        room = Room(
            decay_s=self.decay_s,
            low_ratio=self.warmth,
            high_ratio=1.0 - 0.9 * self.damping,
            low_hz=160.0,
            high_hz=2400.0,
            shortest_s=0.061 * self.size,
            longest_s=0.191 * self.size,
            predelay_s=self.predelay_s,
            late_gain=1.0,
            tone_hz=self.brightness_hz,
            sway_s=0.0021 * self.movement,
            sway_hz=0.17,
        )
        return Reverb(room, sample_rate_hz, rng)
