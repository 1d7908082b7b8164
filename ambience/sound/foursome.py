"""Layers that are worked on side by side: the places that nobody takes are filled with silence."""

from collections.abc import Sequence

import numpy as np

from ambience.sound.dsp.abreast import LAYERS
from ambience.units import Audio, IntArray

_NOBODY = -1  # the last row of what is remembered, one more than there are layers


class Foursome:
    """Fills up to four layers, all as long, to four."""

    def __init__(self) -> None:
        self._silence: Audio = np.zeros((0, 2), np.float32)

    def seat(self, numbers: Sequence[int], layers: Sequence[Audio]) -> tuple[IntArray, list[Audio]]:
        """Return which rows of a memory belong to the four, and the four; silence has the last row."""
        missing = LAYERS - len(layers)
        if missing and len(self._silence) != len(layers[0]):
            self._silence = np.zeros_like(layers[0])
        return np.array([*numbers, *[_NOBODY] * missing]), [*layers, *[self._silence] * missing]
