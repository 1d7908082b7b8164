"""Dither: 16-bit files that keep what is quieter than their last bit."""

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from ambience.rng import noise_seed
from ambience.sound.dsp.quantize import quantize
from ambience.units import Audio

_FULL_SCALE = 32767.0


class Dither:
    """Turn float audio into 16-bit audio, piece by piece; the pieces' lengths do not matter.

    Parameters
    ----------
    rng : Generator
        Its first value seeds the noise.

    Notes
    -----
    Triangular noise of two steps' width makes the error's mean and power independent of the signal: S. P. Lipshitz,
    R. A. Wannamaker, J. Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 1992.
    """

    def __init__(self, rng: Generator) -> None:
        self._seed = noise_seed(rng)
        self._frame = 0

    def to_int16(self, audio: Audio) -> npt.NDArray[np.int16]:
        """Quantize the next frames; full scale is 1.0, what exceeds it clips."""
        out = np.empty(audio.shape, np.int16)
        quantize(audio, self._seed, self._frame, _FULL_SCALE, out)
        self._frame += audio.shape[0]
        return out
