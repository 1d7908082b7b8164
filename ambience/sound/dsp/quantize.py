"""Rounding to whole steps under noise, so that the last fade ends in hiss and not in gravel."""

import numpy as np

from ambience.sound.dsp._jit import kernel
from ambience.sound.dsp.noise import white
from ambience.units import AnyArray, Audio

_FULL_SCALE = np.float32(2.0**31)
_HIGHEST = np.nextafter(_FULL_SCALE, np.float32(0.0))


@kernel
def quantize(audio: Audio, seed: np.uint64, first_frame: int, full_scale: float, out: AnyArray) -> None:
    """Write `audio` as whole steps: two independent uniform noises of half a step each are added, then rounded."""
    for n in range(audio.shape[0]):
        for channel in range(2):
            at = 4 * (first_frame + n) + 2 * channel
            noise = 0.5 * (np.float64(white(seed, at)) + np.float64(white(seed, at + 1)))
            step = np.floor(np.float64(audio[n, channel]) * full_scale + noise + 0.5)
            out[n, channel] = min(max(step, -full_scale - 1.0), full_scale)


@kernel
def pack_24(audio: Audio, out: AnyArray) -> None:
    """Write `audio` as whole numbers of 24 bits, the lowest of three bytes first; what exceeds full scale is clipped.

    Notes
    -----
    As libsndfile does it: rounded to 32 bits, of which the upper 24 are kept.
    """
    line = audio.reshape(-1)
    for n in range(line.shape[0]):
        scaled = np.rint(line[n] * _FULL_SCALE)
        whole = np.int32(min(max(scaled, -_FULL_SCALE), _HIGHEST))
        out[3 * n], out[3 * n + 1], out[3 * n + 2] = whole >> 8, whole >> 16, whole >> 24
