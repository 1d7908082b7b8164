"""Listening to a finished sound: loudness, faults, width, color and repetition, in one pass."""

import math
from dataclasses import dataclass

import numpy as np

from ambience.sound.clicks import ClickDetector
from ambience.sound.meter import Meter
from ambience.sound.repetition import repeated_share
from ambience.sound.windows import Windows, finished_runs
from ambience.units import AnyArray, Audio, FloatArray, gain_to_db

OCTAVES_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0)
"""Centers of the octave bands (IEC 61260-1, 2014, nominal)."""

_FULL_SCALE_GAIN, _CLIPPED_FRAMES = 0.9995, 3
_SILENT_GAIN, _GAP_S = 2.0**-16, 0.05  # half a step of 16 bits
_STEREO_HOP_S, _STEREO_HOPS = 0.1, 30
_STEREO_LEAST_GAIN = 10 ** (-50 / 20)  # what is softer has no width to speak of
_SPECTRUM_FRAMES, _SPECTRUM_HOP = 8192, 4096
_ROW_SPECTRA, _ROW_HOPS = 6, 2  # half a second a row, six rows a second: a loop that keeps no grid of ours still fits
_LIKENESS_HZ = 40.0 * 2.0 ** (np.arange(25) / 3.0)  # edges of third octaves
_LIKENESS_FLOOR = 1e-9  # -90 dB


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of digital silence within the piece."""

    at_s: float
    length_s: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard."""

    length_s: float
    integrated_lufs: float
    short_term_max_lufs: float
    range_lu: float
    true_peak_dbtp: float
    dc_db: tuple[float, float]  # left, right
    clicks_s: tuple[float, ...]
    clipped_runs: int
    gaps: tuple[Gap, ...]
    broken_frames: int  # that hold no finite number
    correlation: float  # -1..1, of the whole
    worst_correlation: float  # of the worst 3 s
    worst_correlation_at_s: float
    octaves_db: tuple[float, ...]  # of `OCTAVES_HZ`, relative to the whole
    repeated_share: float  # 0..1


class Listener:
    """Listen to audio that is handed over piece by piece.

    What is kept grows by about a kilobyte a second of sound, 10 MB for three hours.

    Parameters
    ----------
    sample_rate_hz : int
        Frames a second.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._meter, self._clicks = Meter(sample_rate_hz), ClickDetector(sample_rate_hz)
        self._n_frames = self._broken = 0
        self._sums = np.zeros(2)
        self._clipped, self._full = 0, [0, 0]
        self._gaps: list[Gap] = []
        self._silent = 0
        hop = max(1, round(_STEREO_HOP_S * sample_rate_hz))
        self._stereo_windows, self._products = Windows(hop, hop), list[FloatArray]()
        self._spectrum_windows = Windows(_SPECTRUM_FRAMES, _SPECTRUM_HOP)
        self._spectrum, self._rows = np.zeros(_SPECTRUM_FRAMES // 2 + 1), list[AnyArray]()
        self._bands = _band_matrix(_LIKENESS_HZ, sample_rate_hz)
        self._recent: FloatArray = np.zeros((0, self._bands.shape[1]))

    def add(self, audio: Audio) -> None:
        """Listen to the next piece."""
        if not np.isfinite(audio).all():
            finite = np.asarray(np.isfinite(audio).all(axis=1))
            self._broken += len(audio) - int(finite.sum())
            audio = np.where(finite[:, np.newaxis], audio, np.float32(0.0))
        audio = np.ascontiguousarray(audio)  # a file's reader may hand over columns
        self._meter.add(audio)
        self._clicks.add(audio)
        self._sums += audio.sum(axis=0, dtype=np.float64)
        self._hear_clipping(audio)
        self._hear_silence(audio)
        self._hear_width(audio)
        self._hear_color(audio)
        self._n_frames += len(audio)

    def hearing(self) -> Hearing:
        """Sum up what was heard; call it once, at the end."""
        meter, whole = self._meter, np.concatenate((np.zeros((1, 3)), *self._products)).sum(axis=0)
        worst, worst_at_s = self._worst_correlation()
        left, right = (gain_to_db(abs(float(total)) / max(1, self._n_frames)) for total in self._sums)
        unfinished = sum(run >= _CLIPPED_FRAMES for run in self._full)
        rows_per_s = self._rate_hz / (_SPECTRUM_HOP * _ROW_HOPS)
        return Hearing(
            self._n_frames / self._rate_hz, meter.integrated_lufs(), meter.short_term_max_lufs(), meter.range_lu(),
            meter.true_peak_dbtp(), (left, right), self._clicks.clicks_s(), self._clipped + unfinished,
            tuple(self._gaps), self._broken, float(_correlations(whole)), worst, worst_at_s, self._octaves_db(),
            repeated_share(np.concatenate(self._rows), rows_per_s) if self._rows else 0.0,
        )  # fmt: skip

    def _hear_clipping(self, audio: Audio) -> None:
        for side in (0, 1):
            full = np.abs(audio[:, side]) >= _FULL_SCALE_GAIN
            _, lengths, self._full[side] = finished_runs(full, self._full[side])
            self._clipped += int((lengths >= _CLIPPED_FRAMES).sum())

    def _hear_silence(self, audio: Audio) -> None:
        silent = np.maximum(np.abs(audio[:, 0]), np.abs(audio[:, 1])) <= _SILENT_GAIN
        ends, lengths, self._silent = finished_runs(silent, self._silent)
        for end, length in zip(self._n_frames + ends, lengths, strict=True):
            if length >= _GAP_S * self._rate_hz and end > length:  # what the piece begins with is no gap
                self._gaps.append(Gap(float(end - length) / self._rate_hz, float(length) / self._rate_hz))

    def _hear_width(self, audio: Audio) -> None:
        windows = self._stereo_windows.add(audio)
        left, right = windows[:, 0].astype(np.float64), windows[:, 1].astype(np.float64)
        pairs = ((left, left), (right, right), (left, right))
        self._products.append(np.stack([(one * other).mean(axis=1) for one, other in pairs], axis=1))

    def _worst_correlation(self) -> tuple[float, float]:
        products = np.concatenate((np.zeros((0, 3)), *self._products))
        if len(products) < _STEREO_HOPS:
            return math.nan, math.nan
        means = np.lib.stride_tricks.sliding_window_view(products, _STEREO_HOPS, axis=0).mean(axis=-1)
        loud = np.maximum(means[:, 0], means[:, 1]) > _STEREO_LEAST_GAIN**2
        correlations = np.where(loud, _correlations(means.T), np.inf)
        worst = int(np.argmin(correlations))
        return (float(correlations[worst]), worst * _STEREO_HOP_S) if loud.any() else (math.nan, math.nan)

    def _hear_color(self, audio: Audio) -> None:
        windows = self._spectrum_windows.add(audio)
        if not len(windows):
            return
        powers = (np.abs(np.fft.rfft(windows * np.hanning(_SPECTRUM_FRAMES))) ** 2).sum(axis=1)
        self._spectrum += powers.sum(axis=0)
        self._recent = np.concatenate((self._recent, powers @ self._bands / (_SPECTRUM_FRAMES / 4) ** 2))
        if len(self._recent) >= _ROW_SPECTRA:
            views = np.lib.stride_tricks.sliding_window_view(self._recent, _ROW_SPECTRA, axis=0)[::_ROW_HOPS]
            self._rows.append((10.0 * np.log10(views.mean(axis=-1) + _LIKENESS_FLOOR)).astype(np.float32))
            self._recent = self._recent[len(views) * _ROW_HOPS :]

    def _octaves_db(self) -> tuple[float, ...]:
        edges = np.array([center / math.sqrt(2.0) for center in (*OCTAVES_HZ, 2.0 * OCTAVES_HZ[-1])])
        powers = self._spectrum @ _band_matrix(edges, self._rate_hz)
        whole = max(float(self._spectrum.sum()), 1e-30)
        return tuple(10.0 * math.log10(max(float(power) / whole, 1e-12)) for power in powers)


def _band_matrix(edges_hz: FloatArray, sample_rate_hz: int) -> FloatArray:
    """Return the matrix that sums a spectrum's powers into bands; a bin on an edge belongs to the upper band."""
    bins_hz = np.fft.rfftfreq(_SPECTRUM_FRAMES, 1.0 / sample_rate_hz)[:, np.newaxis]
    return ((bins_hz >= edges_hz[:-1]) & (bins_hz < edges_hz[1:])).astype(np.float64)


def _correlations(products: FloatArray) -> FloatArray:
    """Return the correlation of left and right from their mean products (ll, rr, lr); silence on a side gives 0."""
    roots = np.sqrt(products[0] * products[1])
    found: FloatArray = products[2] / np.maximum(roots, 1e-20)
    return found
