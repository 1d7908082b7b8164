"""The hands on the faders: accompaniment gives way to the theme, and the bus holds together."""

import math
from collections.abc import Sequence

import numpy as np

from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.channel import Strip
from ambience.sound.dsp.abreast import FILTERS, LAYERS
from ambience.sound.dsp.dip import dip_band, dip_four
from ambience.sound.dsp.dynamics import add_power, apply_curve, give_way, hold, warm_gain
from ambience.sound.foursome import Foursome
from ambience.units import Audio, FloatArray

_THEME = "theme"  # the stem group to which others give way
_LISTEN_S, _YIELD_S, _RETURN_S = 0.25, 0.5, 1.6  # by ear: slow enough not to be heard as a movement
_SUNG_HZ, _SUNG_OCTAVES = 800.0, 3.5  # where melodies and their first partials lie
_HOLD_S, _LET_GO_S = 0.03, 0.35
_HOLD_ABOVE_DB = -20.0  # by ear: a mix is -26 to -14 dB before its master
_FULL_SLOPE, _FULL_WARMTH = 0.5, 0.7  # of glue 1: a ratio of 2:1, and 3 dB from a peak of 1.4


class Courtesy:
    """Dip those who accompany where the theme is heard, as far as it does not stand clear of them anyway.

    What happens depends only on the shaped layers, a quantum at a time, so it is the same for the mix and for stems.

    Parameters
    ----------
    strips : sequence of Strip
        All layers; those with a `duck_db` give way to those of the theme that have none.
    sample_rate_hz : int
        Frames per second.
    """

    def __init__(self, strips: Sequence[Strip], sample_rate_hz: int) -> None:
        self._yielding = [(i, strip.duck_db) for i, strip in enumerate(strips) if strip.duck_db > 0.0]
        self._theme = [i for i, strip in enumerate(strips) if strip.stem == _THEME and strip.duck_db == 0.0]
        self._rates = np.array([_rate(time_s, sample_rate_hz) for time_s in (_LISTEN_S, _YIELD_S, _RETURN_S)])
        self._memory = np.zeros(3)
        self._band = np.tile(dip_band(_SUNG_HZ, _SUNG_OCTAVES, sample_rate_hz), (FILTERS, 1)).T.copy()
        self._dips = np.zeros((len(strips) + 1, 2, 2))
        self._dipped: list[int] = []  # whose dips may not be zero
        self._foursome = Foursome()
        self._scratch = np.zeros((2, FILTERS)), np.zeros((2, FILTERS))

    def balance(self, layers: Sequence[Audio | None], quanta: int) -> None:
        """Dip one span of the layers in place; None is silence."""
        if not self._yielding or not self._theme:
            return
        theme, others, shares = np.zeros(quanta), np.zeros(quanta), np.zeros(quanta + 1)
        for powers, numbers in ((theme, self._theme), (others, [i for i, _ in self._yielding])):
            for number in numbers:
                if (layer := layers[number]) is not None:
                    add_power(layer, powers)
        give_way(theme, others, self._rates, self._memory, shares)
        if not shares.any():
            self._dips[:] = 0.0
            self._dipped = []
            return
        sounding = [
            (number, duck_db, layer) for number, duck_db in self._yielding if (layer := layers[number]) is not None
        ]
        for number in self._dipped:
            if layers[number] is None:
                self._dips[number] = 0.0
        self._dipped = [number for number, _, _ in sounding]
        for first in range(0, len(sounding), LAYERS):
            self._dip(sounding[first : first + LAYERS], shares)

    def _dip(self, sounding: Sequence[tuple[int, float, Audio]], shares: FloatArray) -> None:
        """Dip up to four layers side by side; for who is missing, silence is dipped."""
        numbers, ducks_db, layers = zip(*sounding, strict=True)
        depths = np.zeros((LAYERS, len(shares)))
        for place, duck_db in enumerate(ducks_db):
            depths[place] = 1.0 - 10.0 ** (-0.05 * duck_db * shares)
        who, (first, second, third, fourth) = self._foursome.seat(numbers, layers)
        dip_four(first, second, third, fourth, depths, self._band, self._dips, who, *self._scratch)


class Glue:
    """Hold a mix together: gentle compression, then soft saturation; stems take the gains of the mix and still add up.

    Parameters
    ----------
    amount : float, 0..1
        0 leaves every sample as it is.
    sample_rate_hz : int
        Frames per second.
    """

    def __init__(self, amount: float, sample_rate_hz: int) -> None:
        self._amount = amount
        self._rates = np.array([_rate(time_s, sample_rate_hz) for time_s in (_HOLD_S, _LET_GO_S)])
        self._memory = np.zeros(1)

    def hold(self, mix: Audio, stems: Sequence[Audio]) -> None:
        """Hold one span of the mix and of its stems, in place."""
        if self._amount == 0.0:
            return
        quanta = len(mix) // QUANTUM_FRAMES
        powers, gains, curve = np.zeros(quanta), np.zeros(quanta + 1), np.empty_like(mix)
        add_power(mix, powers)
        hold(powers, _HOLD_ABOVE_DB, _FULL_SLOPE * self._amount, self._rates, self._memory, gains)
        warm_gain(mix, gains, _FULL_WARMTH * self._amount, curve)
        for bus in (mix, *stems):
            apply_curve(bus, curve)


def _rate(time_s: float, sample_rate_hz: int) -> float:
    """Return the share of its way that a level goes in one quantum."""
    return 1.0 - math.exp(-QUANTUM_FRAMES / (time_s * sample_rate_hz))
