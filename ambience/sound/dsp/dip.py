"""A dip in the middle of a spectrum, where a melody lies: what is below and above it stays."""

import math

import numpy as np

from ambience.sound.dsp._jit import kernel
from ambience.units import Audio, FloatArray

_QUANTUM = 256
_TINY = 1e-20


def dip_band(center_hz: float, octaves: float, sample_rate_hz: int) -> tuple[float, float, float]:
    """Return (b, a1, a2) of the band-pass ``b (1 - z²) / (1 + a1 z + a2 z²)``, unity at its center.

    Notes
    -----
    R. Bristow-Johnson, "Cookbook Formulae for Audio Equalizer Biquad Filter Coefficients", 1998.
    """
    turn = 2.0 * math.pi * center_hz / sample_rate_hz
    alpha = math.sin(turn) * math.sinh(0.5 * math.log(2.0) * octaves * turn / math.sin(turn))
    return alpha / (1.0 + alpha), -2.0 * math.cos(turn) / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)


@kernel
def dip(audio: Audio, depths: FloatArray, band: FloatArray, memory: FloatArray) -> None:
    """Take a band out of a span in place, as far as asked for.

    Parameters
    ----------
    audio : Audio, shape (k * 256, 2)
        One layer.
    depths : array, shape (k + 1,)
        Part of the band that is taken at the quantum boundaries, 0..1; ramped between.
    band : array, shape (3,)
        `dip_band`.
    memory : array, shape (4,)
        Filter states, kept between spans; begun anew where nothing is taken or nothing sounds.
    """
    b, a1, a2 = band[0], band[1], band[2]
    for q in range(depths.shape[0] - 1):
        quantum = audio[q * _QUANTUM : (q + 1) * _QUANTUM]
        if depths[q] == 0.0 and depths[q + 1] == 0.0:
            memory[:] = 0.0
            continue
        near, far, right_near, right_far = memory[0], memory[1], memory[2], memory[3]
        depth, step = depths[q], (depths[q + 1] - depths[q]) / _QUANTUM
        loudest = np.float32(0.0)
        for n in range(_QUANTUM):
            loudest = max(loudest, abs(quantum[n, 0]), abs(quantum[n, 1]))
            x, u = b * quantum[n, 0], b * quantum[n, 1]
            y, v = x + near, u + right_near
            near, far = far - a1 * y, -x - a2 * y
            right_near, right_far = right_far - a1 * v, -u - a2 * v
            taken = depth + step * n
            quantum[n, 0] -= np.float32(taken * y)
            quantum[n, 1] -= np.float32(taken * v)
        if loudest == 0.0:
            near, far, right_near, right_far = 0.0, 0.0, 0.0, 0.0
            for n in range(_QUANTUM):
                quantum[n, 0], quantum[n, 1] = np.float32(0.0), np.float32(0.0)
        memory[0], memory[1] = near if abs(near) > _TINY else 0.0, far if abs(far) > _TINY else 0.0
        memory[2] = right_near if abs(right_near) > _TINY else 0.0
        memory[3] = right_far if abs(right_far) > _TINY else 0.0
