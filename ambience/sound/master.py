"""The last stage: one constant gain towards a delivery loudness, and a limiter that guards the ceiling."""

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ambience.errors import require
from ambience.sound.dsp.limiter import limit
from ambience.sound.dsp.loudness import CHUNK, TAPS, interpolation_bounds, interpolation_table
from ambience.units import Audio, db_to_gain, s_to_frames

_BOX_S = 0.0022  # two of them lie within the 5 ms for which the ear masks what comes before a stroke
_RELEASE_S = 0.12
_CHUNKS_AHEAD = 32  # after so many, what the limiter remembers is moved
_ROUNDS = 6
_NEAR_LU = 0.05


class Master(NamedTuple):
    """Where a render is to be heard."""

    name: str
    target_lufs: float | None  # integrated loudness; None leaves the level alone
    ceiling_dbtp: float | None  # highest true peak; None does not limit


MASTERS = MappingProxyType(
    {
        master.name: master
        for master in (
            Master("stream", -14.0, -1.0),
            Master("film-bed", -27.0, -2.0),
            Master("r128", -23.0, -1.0),
            Master("game", -23.0, -1.0),
            Master("raw", None, None),
        )
    }
)
"""Delivery levels by name. r128: EBU R 128, 2020; game: Sony ASWG-R001, 2013; stream: what music services level to."""


class Limiter:
    """Hold a true-peak ceiling; what stays below it passes bit for bit.

    Parameters
    ----------
    sample_rate_hz : int
        Frames per second.
    ceiling_dbtp : float or None
        Highest level between the samples; None only applies the gain.
    gain_db : float
        Applied before the limiter.
    """

    def __init__(self, sample_rate_hz: int, ceiling_dbtp: float | None, *, gain_db: float = 0.0) -> None:
        require(ceiling_dbtp is None or ceiling_dbtp <= 0.0, "limiter", "ceiling_dbtp", ceiling_dbtp, "must be below 0")
        self._gain = db_to_gain(gain_db)
        self._box_frames = max(8, s_to_frames(_BOX_S, sample_rate_hz))
        self._ceiling = math.inf if ceiling_dbtp is None else db_to_gain(ceiling_dbtp)
        self._release = math.exp(-1.0 / (_RELEASE_S * sample_rate_hz))
        self._table = interpolation_table()
        self._bounds = interpolation_bounds()
        self.latency_frames = 0 if ceiling_dbtp is None else TAPS // 2 + 2 * self._box_frames
        self._owed = self.latency_frames
        self._kept_frames = self.latency_frames + TAPS + 8
        self._history = np.zeros((2, self._kept_frames + _CHUNKS_AHEAD * CHUNK), np.float32)
        self._peaks = np.zeros((2, CHUNK), np.float32)
        self._wanted = np.zeros(2 * self._box_frames + 3, np.int64)
        self._boxes = np.zeros((2, self._box_frames), np.int64)
        self._place, self._held = np.zeros(8, np.int64), np.zeros(1)

    def process(self, audio: Audio) -> Audio:
        """Limit the next frames; the first `latency_frames` are kept back until `flush`."""
        return self.hold(audio.copy())

    def hold(self, out: Audio) -> Audio:
        """Do the same in place: what is returned is a part of `out`."""
        if self.latency_frames == 0:
            out *= np.float32(self._gain)
            return out
        limit(
            out,
            self._gain,
            self._ceiling,
            self._bounds,
            self._release,
            self._box_frames,
            self._table,
            self._kept_frames,
            self._history,
            self._peaks,
            self._wanted,
            self._boxes,
            self._place,
            self._held,
        )
        skipped = min(self._owed, out.shape[0])
        self._owed -= skipped
        return out[skipped:]

    def flush(self) -> Audio:
        """Return what was kept back; in all, as many frames came out as went in."""
        return self.hold(np.zeros((self.latency_frames, 2), np.float32))


def gain_to_target(master: Master, measured_lufs: float, *, remeasure: Callable[[float], float] | None = None) -> float:
    """Find the one constant gain, in dB, that brings a piece to its delivery loudness.

    Parameters
    ----------
    master : Master
        Where it is going.
    measured_lufs : float
        Integrated loudness before the limiter, at 0 dB.
    remeasure : callable, optional
        Integrated loudness after the limiter for a gain in dB. Given this, the gain makes up for what limiting costs,
        to 0.05 LU if the ceiling lets it be reached.

    Returns
    -------
    gain_db : float
        0 when the master has no target or the piece is silent.
    """
    if master.target_lufs is None or not math.isfinite(measured_lufs):
        return 0.0
    gain_db = master.target_lufs - measured_lufs
    if remeasure is None:
        return gain_db
    slope, before = 1.0, (0.0, 0.0)
    for round_ in range(_ROUNDS):
        reached_lufs = remeasure(gain_db)
        missing = master.target_lufs - reached_lufs
        if abs(missing) <= _NEAR_LU:
            break
        if round_ and gain_db != before[0]:
            slope = min(1.0, max(0.25, (reached_lufs - before[1]) / (gain_db - before[0])))
        before = (gain_db, reached_lufs)
        gain_db += missing / slope
    return gain_db
