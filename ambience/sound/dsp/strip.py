"""Channel strips: low cut, fader, pan and width, and the way to every bus; and the buses' own cut."""

import math

import numpy as np

from ambience.sound.dsp._jit import kernel
from ambience.sound.dsp.abreast import FILTERS, recall, remember, shape_abreast
from ambience.units import Audio, FloatArray, IntArray, Mono

_QUANTUM = 256
_TINY = 1e-20
_SILENCE = np.float32(0.0)
_WITHOUT_SIGN, _INFINITE = np.int32(0x7FFFFFFF), np.int32(0x7F800000)


def low_cut(cutoff_hz: float, sample_rate_hz: int) -> tuple[float, float, float]:
    """Return (b, a1, a2) of the second-order Butterworth high-pass ``b (1 - 2 z + z²) / (1 + a1 z + a2 z²)``.

    Notes
    -----
    Bilinear transform: R. Bristow-Johnson, "Cookbook Formulae for Audio Equalizer Biquad Filter Coefficients", 1998.
    A cutoff of 0 Hz passes everything.
    """
    if cutoff_hz <= 0.0:
        return 1.0, -2.0, 1.0
    k = math.tan(math.pi * cutoff_hz / sample_rate_hz)
    scale = 1.0 / (1.0 + math.sqrt(2.0) * k + k * k)
    return scale, 2.0 * (k * k - 1.0) * scale, (1.0 - math.sqrt(2.0) * k + k * k) * scale


@kernel
def screen(layer: Audio, bad_quanta: IntArray) -> int:
    """Find the loudest sample of a layer, and silence the quanta in which a number is lost.

    Parameters
    ----------
    layer : Audio, shape (k * 256, 2)
        Seen as whole numbers without sign, its samples are in order, and all that is no finite number lies above the
        finite ones.
    bad_quanta : array, shape (1,)
        Counts the quanta that were silenced.

    Returns
    -------
    loudest : int
        0 if nothing sounds.
    """
    bits, loudest = layer.reshape(-1).view(np.int32), np.int32(0)
    for q in range(bits.shape[0] // (2 * _QUANTUM)):
        quantum = bits[2 * q * _QUANTUM : 2 * (q + 1) * _QUANTUM]
        highest = np.int32(0)
        for n in range(2 * _QUANTUM):
            highest = max(highest, quantum[n] & _WITHOUT_SIGN)
        if highest >= _INFINITE:
            bad_quanta[0] += 1
            for n in range(2 * _QUANTUM):
                quantum[n] = np.int32(0)
        else:
            loudest = max(loudest, highest)
    return int(loudest)


@kernel
def shape_four(
    first: Audio, second: Audio, third: Audio, fourth: Audio, faders: FloatArray, strips: FloatArray,
    memory: FloatArray, who: IntArray, settings: FloatArray, states: FloatArray,
) -> None:  # fmt: skip
    """Cut, fade and place one span of four layers, in place.

    Parameters
    ----------
    first, second, third, fourth : Audio, shape (k * 256, 2)
        What the instruments played; becomes what the buses hear.
    faders : array, shape (4, k + 1)
        Gains of the layers at the quantum boundaries.
    strips : array, shape (n_layers, 2, 8)
        Of both channels, the first seven settings of `shape_abreast`, and the gain of the strip on top of the fader.
    memory : array, shape (n_layers, 2, 2)
        Of both channels, what the filters remember, kept between spans.
    who : array, shape (4,)
        Which rows of these belong to the four layers.
    settings, states : array, shapes (9, 8), (2, 8)
        Work space.
    """
    recall(memory, who, states)
    for i in range(FILTERS):
        for k in range(7):
            settings[k, i] = strips[who[i // 2], i % 2, k]
    for q in range(faders.shape[1] - 1):
        for i in range(FILTERS):
            level = strips[who[i // 2], i % 2, 7]
            gain_0, gain_1 = faders[i // 2, q] * level, faders[i // 2, q + 1] * level
            settings[7, i], settings[8, i] = gain_0, (gain_1 - gain_0) / _QUANTUM
        begin, end = q * _QUANTUM, (q + 1) * _QUANTUM
        part_0, part_1, part_2, part_3 = first[begin:end], second[begin:end], third[begin:end], fourth[begin:end]
        shape_abreast(part_0, part_1, part_2, part_3, settings, states, _QUANTUM)
        for i in range(FILTERS):
            for k in range(2):
                states[k, i] = states[k, i] if abs(states[k, i]) > _TINY else 0.0
    remember(states, who, memory)


@kernel
def add_scaled(audio: Mono, level: float, bus: Mono, fresh: bool) -> None:
    """Add what a strip plays to a bus, or to silence if the bus is fresh: whatever it holds is over then."""
    gain = np.float32(level)
    if fresh:
        for n in range(bus.shape[0]):
            bus[n] = _SILENCE + gain * audio[n]
    else:
        for n in range(bus.shape[0]):
            bus[n] += gain * audio[n]


@kernel
def add_four_scaled(
    a: Mono, b: Mono, c: Mono, d: Mono, level_a: float, level_b: float, level_c: float, level_d: float, bus: Mono,
    fresh: bool,
) -> None:  # fmt: skip
    """Add what four strips play, one after the other, while the bus is at hand."""
    gain_a, gain_b, gain_c, gain_d = np.float32(level_a), np.float32(level_b), np.float32(level_c), np.float32(level_d)
    if fresh:
        for n in range(bus.shape[0]):
            bus[n] = _SILENCE + gain_a * a[n] + gain_b * b[n] + gain_c * c[n] + gain_d * d[n]
    else:
        for n in range(bus.shape[0]):
            bus[n] = bus[n] + gain_a * a[n] + gain_b * b[n] + gain_c * c[n] + gain_d * d[n]


@kernel
def settle_bus(bus: Audio, middle_cut: FloatArray, side_cut: FloatArray, memory: FloatArray) -> None:
    """Cut the bottom of a bus in place: what is alike in both ears lower, what differs higher."""
    near, far, side_near, side_far = memory[0], memory[1], memory[2], memory[3]
    b, a1, a2 = middle_cut[0], middle_cut[1], middle_cut[2]
    c, d1, d2 = side_cut[0], side_cut[1], side_cut[2]
    line = bus.reshape(-1)
    for n in range(bus.shape[0]):
        x = 0.5 * b * (np.float64(line[2 * n]) + line[2 * n + 1])
        u = 0.5 * c * (np.float64(line[2 * n]) - line[2 * n + 1])
        y, v = x + near, u + side_near
        near, far = far - 2.0 * x - a1 * y, x - a2 * y
        side_near, side_far = side_far - 2.0 * u - d1 * v, u - d2 * v
        if n % _QUANTUM == _QUANTUM - 1:
            near, far = near if abs(near) > _TINY else 0.0, far if abs(far) > _TINY else 0.0
            side_near = side_near if abs(side_near) > _TINY else 0.0
            side_far = side_far if abs(side_far) > _TINY else 0.0
        line[2 * n], line[2 * n + 1] = y + v, y - v
    memory[0], memory[1], memory[2], memory[3] = near, far, side_near, side_far
