"""A skin that is struck: no mode is hit twice in the same place, nor as hard, and the high ones stand more aside."""

from typing import NamedTuple

import numpy as np

from ambience.sound.dsp._jit import kernel
from ambience.units import FloatArray


class Skin(NamedTuple):
    """What stays the same from blow to blow; arrays have one entry per mode."""

    ratios: FloatArray  # frequencies, relative to the body
    thinning: FloatArray  # what the force that a mode gets is divided by
    bounds: FloatArray  # shape (3, 2): between what chance detunes a mode, feeds it, and moves it aside
    slope: float  # 6 dB an octave x slope are lost above the hardness of the mallet
    wide_hz: float  # lower modes stand nearer to the middle

    def struck(
        self, body_hz: float, hardness_hz: float, seat: float, chance: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return frequency, gain and pan of all modes.

        Parameters
        ----------
        body_hz : float
            Pitch of the drum.
        hardness_hz : float
            Low-pass of the mallet.
        seat : float, -1..1
            Where the drum stands.
        chance : array, 3 numbers per mode, 0..1
            First the tuning of all modes, then their force, then their place.
        """
        count = len(self.ratios)
        found = np.empty((4, count))
        strike_skin(
            self.ratios, self.thinning, self.bounds, chance.reshape(3, count), body_hz, hardness_hz, seat, self.wide_hz,
            found,
        )  # fmt: skip
        frequency_hz, force, loss, pan = found
        return frequency_hz, force * loss ** (-0.5 * self.slope), pan


@kernel
def strike_skin(
    ratios: FloatArray, thinning: FloatArray, bounds: FloatArray, chance: FloatArray, body_hz: float,
    hardness_hz: float, seat: float, wide_hz: float, found: FloatArray,
) -> None:  # fmt: skip
    """Write frequency, force, loss of power and pan of every mode; the power itself is left to numpy."""
    for k in range(len(ratios)):
        tuning = bounds[0, 0] + (bounds[0, 1] - bounds[0, 0]) * chance[0, k]
        force = bounds[1, 0] + (bounds[1, 1] - bounds[1, 0]) * chance[1, k]
        aside = bounds[2, 0] + (bounds[2, 1] - bounds[2, 0]) * chance[2, k]
        frequency_hz = body_hz * ratios[k] * tuning
        bright = frequency_hz / hardness_hz
        found[0, k], found[1, k], found[2, k] = frequency_hz, force / thinning[k], 1.0 + bright * bright
        found[3, k] = min(max(seat + aside, -1.0), 1.0) * min(frequency_hz / wide_hz, 1.0)
