"""The loudest of many samples: seen as whole numbers, without their signs, they are in order and compared abreast."""

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
