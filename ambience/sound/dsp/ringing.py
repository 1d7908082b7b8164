"""How long and how strongly modes ring: what a blow has to know of them before it can begin.

Only the arithmetic is compiled here. Exponentials, logarithms and angles are left to numpy, which is called in
between: the last bit of its functions is not that of the compiler's.
"""

import math

import numpy as np

from ambience.sound.dsp._jit import kernel
from ambience.units import FloatArray

SILENCE_DB = 90.0
"""How far down a mode is taken for silent."""

NEPERS_PER_T60 = math.log(1000.0)
"""How far a mode falls in its decay time, 60 dB."""

_HIGHEST_CYCLES = 0.45
_BURIED = 3e-4  # of the strongest mode: not worth computing

STEP, PHASE, AMP, TAIL_AMP, KEEP, TAIL_KEEP, LEFT, RIGHT = range(8)
"""Rows of what a voice remembers of its modes."""


@kernel
def rates(decay_s: FloatArray, tail_s: FloatArray, window_s: float, falls: FloatArray) -> None:
    """Write the nepers by which the power falls in a window: of the first stage, of the second, of both together."""
    for k in range(len(decay_s)):
        first, second = NEPERS_PER_T60 / decay_s[k], NEPERS_PER_T60 / tail_s[k]
        falls[0, k] = -max(2.0 * first * window_s, 1e-9)
        falls[1, k] = -max(2.0 * second * window_s, 1e-9)
        falls[2, k] = -max((first + second) * window_s, 1e-9)


@kernel
def means(tail: FloatArray, falls: FloatArray, expm1: FloatArray, power: FloatArray) -> None:
    """Write the mean power of every mode in a window, for a gain of 1, given ``exp(falls) - 1``."""
    for k in range(len(tail)):
        first, second = 1.0 - tail[k], tail[k]
        mean = first * first * (expm1[0, k] / falls[0, k]) + second * second * (expm1[1, k] / falls[1, k])
        mean += 2.0 * first * second * (expm1[2, k] / falls[2, k])
        power[k] = 0.5 * mean


@kernel
def relative(gain: FloatArray, size: FloatArray) -> None:
    """Write how strong every mode is beside the strongest, 1e-5..1."""
    peak = 1e-12
    for k in range(len(gain)):
        peak = max(peak, abs(gain[k]))
    for k in range(len(gain)):
        size[k] = max(abs(gain[k]) / peak, 1e-5)


@kernel
def longest(decades: FloatArray, decay_s: FloatArray, tail_s: FloatArray, tail: FloatArray) -> float:
    """Return the seconds until the last mode is silent, given the decadic logarithm of how strong each is."""
    life_s = 0.0
    for k in range(len(decades)):
        slowest_s = max(decay_s[k], tail_s[k]) if tail[k] > 0.0 else decay_s[k]
        life_s = max(life_s, slowest_s * max(SILENCE_DB + 20.0 * decades[k], 1e-3) / 60.0)
    return life_s


@kernel
def angles(pan: FloatArray, middle: float, twice: FloatArray) -> None:
    """Write the angle at which every mode stands, and at last that of a place in their middle, to both rows."""
    last = len(pan)
    for k in range(last):
        twice[0, k] = twice[1, k] = (pan[k] + 1.0) * (math.pi / 4.0)
    twice[0, last] = twice[1, last] = (middle + 1.0) * (math.pi / 4.0)


def sides_of(pan: FloatArray) -> FloatArray:
    """Return the cosine and the sine of the angle of every mode, and at last those of their middle."""
    sides = np.empty((2, len(pan) + 1))
    angles(pan, float(np.add.reduce(pan)) / len(pan), sides)
    np.cos(sides[0], out=sides[0])
    np.sin(sides[1], out=sides[1])
    return sides


@kernel
def tune(
    modes: FloatArray,
    frequency_hz: FloatArray,
    gain: FloatArray,
    tail: FloatArray,
    phase_cycles: FloatArray,
    kept: FloatArray,
    sides: FloatArray,
    glide: float,
    sample_rate_hz: float,
) -> int:
    """Write the modes that can be heard, their pitch rising by the ratio `glide`; return how many there are.

    The rows of `kept` are what both stages keep of a mode in a block; those of `sides` are the cosine and the sine of
    its angle: equal power, unity in both channels at the center.
    """
    strongest, count = 0.0, 0
    for k in range(len(gain)):
        strongest = max(strongest, abs(gain[k]) * max(abs(tail[k]), 1.0))
    for k in range(len(gain)):
        buried = not abs(gain[k]) * max(abs(tail[k]), 1.0) > _BURIED * strongest
        if buried or not frequency_hz[k] * glide < _HIGHEST_CYCLES * sample_rate_hz or count == modes.shape[1] - 1:
            continue
        modes[STEP, count], modes[PHASE, count] = frequency_hz[k] / sample_rate_hz, phase_cycles[k]
        modes[AMP, count], modes[TAIL_AMP, count] = 1.0 - tail[k], tail[k]
        modes[KEEP, count], modes[TAIL_KEEP, count] = kept[0, k], kept[1, k]
        modes[LEFT, count] = gain[k] * (math.sqrt(2.0) * sides[0, k])
        modes[RIGHT, count] = gain[k] * (math.sqrt(2.0) * sides[1, k])
        count += 1
    return count
