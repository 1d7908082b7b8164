"""The loudest of many samples, and their sharpest bend.

Seen as whole numbers, without their signs, samples are in order and compared abreast.
"""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel
from ambience.units import Mono

_WITHOUT_SIGN = np.int32(0x7FFFFFFF)


@inline_kernel
def loudest(line: Mono) -> np.float32:
    """Return the greatest absolute value of float32 samples; what is no number counts as the greatest."""
    bits, highest = line.view(np.int32), np.int32(0)
    for n in range(bits.shape[0]):
        highest = max(highest, bits[n] & _WITHOUT_SIGN)
    return np.int32(highest).view(np.float32)


@inline_kernel
def sharpest(line: Mono) -> np.float32:
    """Return the greatest absolute second difference of float32 samples; what is no number counts as the greatest."""
    highest = np.int32(0)
    for n in range(line.shape[0] - 2):
        bend = np.float32((line[n + 2] - line[n + 1]) - (line[n + 1] - line[n]))
        highest = max(highest, bend.view(np.int32) & _WITHOUT_SIGN)
    return np.int32(highest).view(np.float32)
