"""What happens when something is struck: the modes that ring, how long, how bright, and the noise of the stick."""

import math
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ambience.rng import noise_seed
from ambience.sound.block import BRIGHTNESS, TENSION
from ambience.sound.dsp.decay import RING, Decay
from ambience.sound.dsp.ringing import SILENCE_DB
from ambience.units import AnyArray, FloatArray, db_to_gain

_MEZZO_FORTE = 0.6
_MEZZO_FORTE_DB = -24.0  # mean of both channels over the first half second
_VELOCITY_RANGE_DB = 30.0


class Stick(NamedTuple):
    """The burst of noise with which a stroke begins."""

    gain: float = 0.0  # against the sum of the modes
    cutoff_hz: float = 2000.0  # low-pass: the softness of the mallet
    decay_s: float = 0.02  # T60
    band: float = 0.5  # 0 a thud (low-pass), 1 a click with a pitch (band-pass)


class Stroke(NamedTuple):
    """One blow and all that rings after it; arrays have one entry per mode."""

    frequency_hz: FloatArray
    gain: FloatArray  # linear; negative turns the phase
    decay: Decay
    pan: FloatArray  # -1 left … 1 right
    phase_cycles: FloatArray
    attack_s: float = 0.0008  # rise without a corner; long = bowed
    held_s: float = RING  # from the blow to the damper
    release_s: float = 0.3  # T60 under the damper
    drop: float = 0.0  # the pitch begins this fraction too high (a skin stretched by the blow) …
    drop_s: float = 0.06  # … and falls with this time constant
    glide_octaves: float = 0.0  # slide over `glide_s`, slow at first
    glide_s: float = 1.0
    drift_cents: float = 0.0  # slow random movement of pitch
    waver: float = 0.0  # slow random movement of level, 0..1
    waver_hz: float = 0.3  # how often it turns
    stick: Stick = Stick()

    def life_s(self) -> float:
        """Seconds until the last mode is 90 dB down, damper included."""
        damped = self.held_s + self.release_s * SILENCE_DB / 60.0
        return max(min(self.decay.life_s(self.gain), damped), self.stick.decay_s * SILENCE_DB / 60.0)

    def rms_gain(self, window_s: float) -> float:
        """Root mean square of the modes over the first `window_s`, attack left out."""
        power = self.gain * self.gain * self.decay.power(window_s)
        return math.sqrt(max(float(np.add.reduce(power)), 1e-24))

    def at_level(self, level_db: float, *, window_s: float = 0.5) -> "Stroke":
        """Scale the modes so that the first `window_s` measure `level_db` (full scale = 1.0); the stick follows."""
        scale = db_to_gain(level_db) / self.rms_gain(window_s)
        stick = self.stick._replace(gain=self.stick.gain * db_to_gain(level_db))
        return self._replace(gain=self.gain * scale, stick=stick)

    def louder(self, by_db: float) -> "Stroke":
        """Change the level of the whole blow, stick and all."""
        if by_db == 0.0:
            return self
        stick = self.stick._replace(gain=self.stick.gain * db_to_gain(by_db))
        return self._replace(gain=self.gain * db_to_gain(by_db), stick=stick)


def make_stroke(frequency_hz: FloatArray, gain: FloatArray, decay_s: FloatArray, **more: object) -> Stroke:
    """Make a stroke whose modes have one decay and sit in the middle, unless told otherwise."""
    zeros = np.zeros_like(frequency_hz)
    plain: dict[str, object] = {"pan": zeros, "phase_cycles": zeros}
    return Stroke(frequency_hz, gain, Decay(decay_s, decay_s, zeros), **{**plain, **more})  # type: ignore[arg-type]


def level_db(velocity: float) -> float:
    """Turn a velocity, 0..1, into the level at which a single note should measure: 30 dB from softest to loudest."""
    return _MEZZO_FORTE_DB + _VELOCITY_RANGE_DB * (velocity - _MEZZO_FORTE)


def effort_octaves(velocity: float, controls: FloatArray) -> float:
    """Return how far a blow opens the spectrum, in octaves around a plain mezzo-forte: harder, brighter, tenser."""
    brightness, tension = float(controls[BRIGHTNESS]), float(controls[TENSION])
    return 2.6 * (velocity - _MEZZO_FORTE) + (1.2 * (brightness - 0.5) + 0.8 * (tension - 0.5))


def roll_s(duration_s: float, strokes_per_s: float, rng: Generator) -> list[float]:
    """Place the strokes of a roll, the first on the beat, the others as unevenly as two hands do."""
    count = max(int(duration_s * strokes_per_s), 1)
    uneven = 0.09 * rng.standard_normal(count)
    uneven[0] = 0.0
    times_s = (np.arange(count) + np.clip(uneven, -0.3, 0.3)) / strokes_per_s
    return [float(time_s) for time_s in times_s]


def draw_for_hands(rng: Generator, hands: int, numbers: int) -> tuple[FloatArray, AnyArray]:
    """Draw for hands that strike together, one hand after the other: so many numbers, 0..1, and the seed of its noise.

    A row for each hand, so that all their strokes can be worked out at once.
    """
    chance, seeds = np.empty((hands, numbers)), np.empty(hands, dtype=np.uint64)
    for hand in range(hands):
        rng.random(out=chance[hand])
        seeds[hand] = noise_seed(rng)
    return chance, seeds


def between(low: float, high: float, chance: FloatArray) -> FloatArray:
    """Place numbers from 0..1 between two bounds, as `Generator.uniform` does."""
    return low + (high - low) * chance


def softened(frequency_hz: FloatArray, hardness_hz: float | FloatArray, *, slope: float = 1.0) -> FloatArray:
    """Return the gains that a mallet of finite softness leaves: a low-pass at `hardness_hz`, 6 dB an octave x slope."""
    return np.asarray((1.0 + (frequency_hz / hardness_hz) ** 2) ** (-0.5 * slope))
