"""What happens when something is blown or rubbed: bands of noise, how they swell, slide and waver."""

import math
from typing import NamedTuple

import numpy as np

from ambience.units import FloatArray, db_to_gain

_WANDER_POWER = 0.25  # mean square of `wander`


class Gust(NamedTuple):
    """One breath of noise; arrays have one entry per resonator, 1..12."""

    center_hz: FloatArray
    width: FloatArray  # bandwidth over center: 0.01 whistles, 1 rushes
    gain: FloatArray  # root mean square of each resonator
    pan: FloatArray  # -1 left … 1 right
    held_s: float  # from key down to key up
    attack_s: float  # equal power: an attack over another's release of the same length leaves no dip
    release_s: float
    fade_db: float = 0.0  # how far it falls in even decibels on top of that, as an echo does
    sweep_octaves: float | FloatArray = 0.0  # way of the center from key down to key up
    late_db: float | FloatArray = 0.0  # how far below its end a resonator begins; it rises in even decibels
    tilt: float | FloatArray = 0.0  # how much the control `brightness` adds (1) or takes (-1) around its middle
    mask_octaves: float | FloatArray = 0.0  # how far the center rises as the control `level` falls from 1 to 0
    wander_cents: float = 6.0  # slow movement of every center
    wander_hz: float = 0.21
    waver: float = 0.35  # slow movement of every level, 0..1
    waver_hz: float = 0.13

    def at_level(self, level_db: float) -> "Gust":
        """Scale all resonators so that together they measure `level_db` (full scale = 1.0) when fully open."""
        power = float(np.sum(np.square(self.gain))) * (1.0 + _WANDER_POWER * self.waver**2)
        return self._replace(gain=self.gain * (db_to_gain(level_db) / math.sqrt(power)))
