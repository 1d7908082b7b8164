"""A sketch of a sound: its outline, its spectrum and its loudness over time, small enough for a picture."""

import math
from dataclasses import dataclass

import numpy as np

from ambience.sound.meter import Meter
from ambience.sound.windows import Windows
from ambience.units import Audio, FloatArray, IntArray, db_to_gain

LOWEST_HZ, HIGHEST_HZ = 30.0, 16_000.0

_COLUMNS, _ROWS = 1_080, 220
_WINDOW_FRAMES, _HOP_FRAMES = 8192, 2048
_SHORT_BLOCKS = 30  # of the meter: three seconds
_FLOOR_POWER = 1e-13


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a picture shows of a sound; every array has one entry or row for a column of equal time."""

    length_s: float
    low_gain: FloatArray  # outline of both channels, -1..1
    high_gain: FloatArray
    rms_gain: FloatArray
    spectrum_db: FloatArray  # (columns, rows), rows evenly spaced in octaves from `LOWEST_HZ` to `HIGHEST_HZ`
    short_term_at_s: FloatArray  # the middle of each 3 s
    short_term_lufs: FloatArray
    integrated_lufs: float
    true_peak_dbtp: float

    def louder(self, gain_db: float, ceiling_gain: float) -> "Sketch":
        """Return the same sound at another gain, its peaks held below a ceiling."""
        gain = db_to_gain(gain_db)
        return Sketch(
            self.length_s, np.maximum(self.low_gain * gain, -ceiling_gain),
            np.minimum(self.high_gain * gain, ceiling_gain), self.rms_gain * gain, self.spectrum_db + gain_db,
            self.short_term_at_s, self.short_term_lufs + gain_db, self.integrated_lufs + gain_db,
            min(self.true_peak_dbtp + gain_db, 20.0 * math.log10(ceiling_gain)),
        )  # fmt: skip


class Sketcher:
    """Draw a sound that is handed over piece by piece.

    Parameters
    ----------
    sample_rate_hz : int
        Frames a second.
    length_frames : int, > 0
        How many frames there will be.
    """

    def __init__(self, sample_rate_hz: int, length_frames: int) -> None:
        self._rate_hz, self._length_frames = sample_rate_hz, length_frames
        columns = max(1, min(_COLUMNS, length_frames // _HOP_FRAMES))
        self._frame = self._spectra = 0
        self._low, self._high = np.zeros(columns), np.zeros(columns)
        self._squares, self._counts = np.zeros(columns), np.zeros(columns)
        self._powers, self._power_counts = np.zeros((columns, _ROWS)), np.zeros(columns)
        self._windows = Windows(_WINDOW_FRAMES, _HOP_FRAMES)
        self._windows.add(np.zeros((_WINDOW_FRAMES // 2, 2), np.float32))  # so that each looks around its moment
        self.meter = Meter(sample_rate_hz)

    def add(self, audio: Audio) -> None:
        """Draw the next piece."""
        self.meter.add(audio)
        places = self._columns(self._frame + np.arange(len(audio)))
        lows, highs = np.minimum(audio[:, 0], audio[:, 1]), np.maximum(audio[:, 0], audio[:, 1])
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        touched = places[starts]
        self._low[touched] = np.minimum(self._low[touched], np.minimum.reduceat(lows, starts))
        self._high[touched] = np.maximum(self._high[touched], np.maximum.reduceat(highs, starts))
        squares = (audio[:, 0].astype(np.float64) ** 2 + audio[:, 1].astype(np.float64) ** 2) / 2.0
        self._squares += np.bincount(places, squares, len(self._squares))
        self._counts += np.bincount(places, minlength=len(self._counts))
        self._frame += len(audio)
        self._add_spectra(audio)

    def sketch(self) -> Sketch:
        """Return the finished sketch; call it once, at the end."""
        self._add_spectra(np.zeros((_WINDOW_FRAMES // 2, 2), np.float32))
        energies = self.meter.energies
        width = min(_SHORT_BLOCKS, len(energies))
        sums = np.concatenate(([0.0], np.cumsum(energies)))
        means: FloatArray = (sums[width:] - sums[: len(sums) - width]) / width if width else np.zeros(0)
        block_s = self.meter.block_frames / self._rate_hz
        lufs = np.float64(-0.691) + 10.0 * np.log10(np.maximum(means, _FLOOR_POWER))  # BS.1770-4, annex 1
        times_s = (np.arange(len(means), dtype=np.float64) + width / 2) * block_s
        return Sketch(
            self._length_frames / self._rate_hz, self._low, self._high,
            np.sqrt(self._squares / np.maximum(self._counts, 1.0)),
            10.0 * np.log10(self._powers / np.maximum(self._power_counts, 1.0)[:, np.newaxis] + _FLOOR_POWER),
            times_s, lufs, self.meter.integrated_lufs(), self.meter.true_peak_dbtp(),
        )  # fmt: skip

    def _columns(self, frames: IntArray) -> IntArray:
        return np.minimum(frames * len(self._counts) // self._length_frames, len(self._counts) - 1)

    def _add_spectra(self, audio: Audio) -> None:
        windows = self._windows.add(audio)
        if not len(windows):
            return
        spectra = np.fft.rfft(windows * np.hanning(_WINDOW_FRAMES)) / (_WINDOW_FRAMES / 4)
        powers = (np.abs(spectra) ** 2).sum(axis=1)
        frames = (self._spectra + np.arange(len(windows))) * _HOP_FRAMES
        self._spectra += len(windows)
        for column, power in zip(self._columns(frames), powers, strict=True):
            self._powers[column] += _in_octaves(power, self._rate_hz)
            self._power_counts[column] += 1.0


def _in_octaves(power: FloatArray, sample_rate_hz: int) -> FloatArray:
    """Sum a spectrum into rows of equal size in octaves, as the ear does; lower ones share a bin."""
    edges_hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (np.arange(_ROWS + 1) / _ROWS)
    bins = edges_hz * _WINDOW_FRAMES / sample_rate_hz
    sums = np.concatenate(([0.0], np.cumsum(power)))
    at_edges = np.interp(bins + 0.5, np.arange(len(sums)), sums)
    rows: FloatArray = np.diff(at_edges)
    return rows
