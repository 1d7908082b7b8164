"""White noise that is a function of where it sounds: the same seed and frame give the same sample."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S40 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(40)
_SCALE = np.float32(1.0 / (1 << 23))
_ONE = np.float32(1.0)


@inline_kernel
def white(seed: np.uint64, frame: int) -> np.float32:
    """Return the white noise sample, -1..1, uniform, of one absolute frame.

    Notes
    -----
    SplitMix64's output function on a counter: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number
    Generators", OOPSLA 2014.
    """
    x = seed + np.uint64(frame) * _GOLDEN
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    x = x ^ (x >> _S31)
    return np.float32(x >> _S40) * _SCALE - _ONE
