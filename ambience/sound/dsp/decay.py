"""How the modes of a body die away; worked out once, however often the body is struck."""

import math

import numpy as np

from ambience.sound.dsp.ringing import longest, means, rates, relative
from ambience.units import FloatArray

RING = math.inf
"""A decay time for modes that do not decay by themselves: a bowed or blown body."""


class Decay:
    """Two stages of decay for every mode; arrays have one entry per mode.

    Parameters
    ----------
    first_s : array
        T60 of the first stage.
    tail_s : array
        T60 of the second stage.
    tail : array
        Share of the second stage, 0..1; above 1 the mode swells before it decays.
    """

    def __init__(self, first_s: FloatArray, tail_s: FloatArray, tail: FloatArray) -> None:
        self.first_s, self.tail_s, self.tail = first_s, tail_s, tail
        self._powers: dict[float, FloatArray] = {}
        self._kept: dict[float, FloatArray] = {}

    def power(self, window_s: float) -> FloatArray:
        """Return the mean power of every mode over its first `window_s`, for a gain of 1."""
        if window_s not in self._powers:
            falls, power = np.empty((3, len(self.tail))), np.empty(len(self.tail))
            rates(self.first_s, self.tail_s, window_s, falls)
            means(self.tail, falls, np.expm1(falls), power)
            self._powers[window_s] = power
        return self._powers[window_s]

    def kept(self, nepers: float) -> FloatArray:
        """Return what is left of both stages, shape (2, n_modes), when a decay time would make it fall by `nepers`."""
        if nepers not in self._kept:
            self._kept[nepers] = np.exp([-nepers / self.first_s, -nepers / self.tail_s])
        return self._kept[nepers]

    def life_s(self, gain: FloatArray) -> float:
        """Return the seconds until the last mode is silent, struck with these gains."""
        size = np.empty(len(gain))
        relative(gain, size)
        return longest(np.log10(size, out=size), self.first_s, self.tail_s, self.tail)
