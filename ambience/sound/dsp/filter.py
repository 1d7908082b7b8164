"""Coefficients of the filters that voices carry: one state-variable form, and how far octaves lead a cutoff away."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel


@inline_kernel
def svf_gain(cutoff_hz: float, sample_rate_hz: float) -> float:
    """Return ``g = tan(pi fc / fs)`` of the trapezoidal state-variable filter, `cutoff_hz` held below 0.45 fs.

    Notes
    -----
    A. Simper, "Linear Trapezoidal Integrated State Variable Filter", Cytomic 2013. One sample, with damping
    ``k = 1/Q``: ``a1 = 1/(1 + g (g + k)); a2 = g a1; a3 = g a2; v3 = x - ic2; v1 = a1 ic1 + a2 v3;
    v2 = ic2 + a2 ic1 + a3 v3; ic1 = 2 v1 - ic1; ic2 = 2 v2 - ic2``; low = v2, band = v1, high = x - k v1 - v2.
    The tangent is its continued fraction, good to 1e-4 over the range.
    """
    x = np.pi * min(cutoff_hz / sample_rate_hz, 0.45)
    x2 = x * x
    return x * (945.0 - 105.0 * x2 + x2 * x2) / (945.0 - 420.0 * x2 + 15.0 * x2 * x2)


@inline_kernel
def exp2(x: float) -> float:
    """Return two to the power of `x`, -16..16, to a relative 1e-5: the series of x / 32, squared five times."""
    y = x * (0.6931471805599453 / 32.0)
    y = 1.0 + y * (1.0 + y * (0.5 + y * (1.0 / 6.0 + y * (1.0 / 24.0 + y / 120.0))))
    y *= y
    y *= y
    y *= y
    y *= y
    return y * y
