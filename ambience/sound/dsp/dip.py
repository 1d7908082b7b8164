"""A dip in the middle of a spectrum, where a melody lies: what is below and above it stays."""

import math

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.abreast import FILTERS, dip_abreast, recall, remember
from ambience.units import Audio, FloatArray, IntArray

_QUANTUM = 256
_TINY = 1e-20
_WITHOUT_SIGNS = np.int64(0x7FFFFFFF_7FFFFFFF)


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
def dip_four(
    first: Audio, second: Audio, third: Audio, fourth: Audio, depths: FloatArray, band: FloatArray,
    memory: FloatArray, who: IntArray, ramps: FloatArray, states: FloatArray,
) -> None:  # fmt: skip
    """Take a band out of a span of four layers in place, as far as asked for.

    Parameters
    ----------
    first, second, third, fourth : Audio, shape (k * 256, 2)
        The layers.
    depths : array, shape (4, k + 1)
        Part of the band that is taken from each at the quantum boundaries, 0..1; ramped between.
    band : array, shape (3, 8)
        `dip_band`, for all filters.
    memory : array, shape (n_layers, 2, 2)
        Of both channels, what the filters remember, kept between spans; begun anew where nothing is taken or sounds.
    who : array, shape (4,)
        Which rows of the memory belong to the four layers.
    ramps, states : array, shape (2, 8)
        Work space.
    """
    recall(memory, who, states)
    for q in range(depths.shape[1] - 1):
        if not depths[:, q : q + 2].any():
            states[:] = 0.0
            continue
        begin, end = q * _QUANTUM, (q + 1) * _QUANTUM
        part_0, part_1, part_2, part_3 = first[begin:end], second[begin:end], third[begin:end], fourth[begin:end]
        rests = _rests(part_0), _rests(part_1), _rests(part_2), _rests(part_3)
        for i in range(FILTERS):
            before, after = depths[i // 2, q], depths[i // 2, q + 1]
            ramps[0, i], ramps[1, i] = before, (after - before) / _QUANTUM
        dip_abreast(part_0, part_1, part_2, part_3, band, ramps, states, _QUANTUM)
        for i in range(FILTERS):
            idle = rests[i // 2] or (depths[i // 2, q] == 0.0 and depths[i // 2, q + 1] == 0.0)
            for k in range(2):
                states[k, i] = 0.0 if idle or abs(states[k, i]) <= _TINY else states[k, i]
        for part, resting in zip((part_0, part_1, part_2, part_3), rests):  # noqa: B905 (the compiler knows no `strict`)
            if resting:
                part[:] = np.float32(0.0)
    remember(states, who, memory)


@inline_kernel
def _rests(quantum: Audio) -> bool:
    """Tell whether all frames are zero."""
    bits, found = quantum.reshape(-1).view(np.int64), np.int64(0)
    for n in range(_QUANTUM):
        found |= bits[n] & _WITHOUT_SIGNS
    return bool(found == 0)
