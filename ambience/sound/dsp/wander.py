"""Slow movement without a period: a smooth random line that is a function of seed and time."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel
from ambience.sound.dsp.noise import white


@inline_kernel
def wander(seed: np.uint64, position: float) -> float:
    """Return a smooth random value, -1..1, that takes a new direction at every whole `position` >= 0.

    Notes
    -----
    Value noise with a quintic fade: K. Perlin, "Improving Noise", SIGGRAPH 2002. It never repeats, whatever the rate.
    """
    step = int(position)
    x = position - step
    here, there = float(white(seed, step)), float(white(seed, step + 1))
    return here + (there - here) * (x * x * x * (x * (x * 6.0 - 15.0) + 10.0))


@inline_kernel
def smooth(position: float) -> float:
    """Rise from 0 to 1 over `position` 0..1 without a corner at either end, flat outside (quintic smoothstep)."""
    x = min(max(position, 0.0), 1.0)
    return x * x * x * (x * (x * 6.0 - 15.0) + 10.0)
