"""Channel strips: low cut, fader, pan and width, and the way to every bus; and the buses' own cut."""

import math

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.units import Audio, FloatArray, Mono

_QUANTUM = 256
_ZERO = np.float32(0.0)


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
def mix_strip(
    layer: Audio,
    faders: FloatArray,
    image: FloatArray,
    cut: FloatArray,
    memory: FloatArray,
    levels: Mono,
    buses: Audio,
    scratch: Mono,
) -> None:
    """Add one span of a layer to every bus that hears it.

    Parameters
    ----------
    layer : Audio, shape (k * 256, 2)
        What the instrument played.
    faders : array, shape (k + 1,)
        Gains at the quantum boundaries.
    image : array, shape (4,)
        Left from left, left from right, right from left, right from right.
    cut : array, shape (3,)
        `low_cut` of the strip.
    memory : array, shape (4,)
        Filter states, kept between spans.
    levels : array, shape (n_buses,)
        Linear levels; 0 is not connected.
    buses : array, shape (n_buses, k * 512)
        What is added to, left and right in turn.
    scratch : array, shape (512,)
        Work space.
    """
    for q in range(layer.shape[0] // _QUANTUM):
        _pass(layer[q * _QUANTUM : (q + 1) * _QUANTUM], faders[q], faders[q + 1], image, cut, memory, scratch)
        if faders[q] != 0.0 or faders[q + 1] != 0.0:
            for b in range(buses.shape[0]):
                if levels[b] != _ZERO:
                    bus, level = buses[b, 2 * q * _QUANTUM : 2 * (q + 1) * _QUANTUM], levels[b]
                    for n in range(2 * _QUANTUM):
                        bus[n] += level * scratch[n]


@inline_kernel
def _pass(
    layer: Audio, gain: float, next_gain: float, image: FloatArray, cut: FloatArray, memory: FloatArray, strip: Mono
) -> None:
    """Cut, place and fade one quantum: transposed direct form II, in double precision."""
    b, a1, a2 = cut[0], cut[1], cut[2]
    near_in, far_in = -2.0 - a1, 1.0 - a2  # the states' own recursion, not through the output: a third faster
    near, far, right_near, right_far = memory[0], memory[1], memory[2], memory[3]
    step = (next_gain - gain) / _QUANTUM
    ll, lr, rl, rr = np.float32(image[0]), np.float32(image[1]), np.float32(image[2]), np.float32(image[3])
    for n in range(_QUANTUM if b < 1.0 else 0):
        x, u = b * layer[n, 0], b * layer[n, 1]
        y, v = x + near, u + right_near
        near, far = (far + near_in * x) - a1 * near, far_in * x - a2 * near
        right_near, right_far = (right_far + near_in * u) - a1 * right_near, far_in * u - a2 * right_near
        strip[2 * n], strip[2 * n + 1] = y, v
    for n in range(0 if b < 1.0 else _QUANTUM):
        strip[2 * n], strip[2 * n + 1] = layer[n, 0], layer[n, 1]
    for n in range(_QUANTUM):
        left, right, fader = strip[2 * n], strip[2 * n + 1], np.float32(gain + step * n)
        strip[2 * n] = fader * (ll * left + lr * right)
        strip[2 * n + 1] = fader * (rl * left + rr * right)
    memory[0], memory[1] = near if abs(near) > 1e-20 else 0.0, far if abs(far) > 1e-20 else 0.0
    memory[2] = right_near if abs(right_near) > 1e-20 else 0.0
    memory[3] = right_far if abs(right_far) > 1e-20 else 0.0


@kernel
def settle_bus(bus: Audio, middle_cut: FloatArray, side_cut: FloatArray, memory: FloatArray) -> None:
    """Cut the bottom of a bus in place: what is alike in both ears lower, what differs higher."""
    near, far, side_near, side_far = memory[0], memory[1], memory[2], memory[3]
    b, a1, a2 = middle_cut[0], middle_cut[1], middle_cut[2]
    c, d1, d2 = side_cut[0], side_cut[1], side_cut[2]
    for n in range(bus.shape[0]):
        x = 0.5 * b * (np.float64(bus[n, 0]) + bus[n, 1])
        u = 0.5 * c * (np.float64(bus[n, 0]) - bus[n, 1])
        y, v = x + near, u + side_near
        near, far = far - 2.0 * x - a1 * y, x - a2 * y
        side_near, side_far = side_far - 2.0 * u - d1 * v, u - d2 * v
        if n % _QUANTUM == _QUANTUM - 1:
            near, far = near if abs(near) > 1e-20 else 0.0, far if abs(far) > 1e-20 else 0.0
            side_near = side_near if abs(side_near) > 1e-20 else 0.0
            side_far = side_far if abs(side_far) > 1e-20 else 0.0
        bus[n, 0], bus[n, 1] = y + v, y - v
    memory[0], memory[1], memory[2], memory[3] = near, far, side_near, side_far
