"""Clicks: lone impulses that the sound before them does not foretell and that no sound follows."""

import numpy as np

from ambience.sound.windows import Windows
from ambience.units import AnyArray, Audio, FloatArray

_ORDER = 16  # of the predictor
_HOP = 1024  # frames for which one predictor holds; it looks at twice as many
_TRANSFORM = 2160  # two hops and the predictor's order at least, and quick to transform
_BODY_HOPS = 64  # judged at a time
_MARGIN_S = 0.2  # heard on either side of what is judged
_CELL_S = 0.0005
_FLOOR_CELLS = 50
_OVER_FLOOR = 5.0
_OVER_OTHERS = 2.5  # than all else within 0.1 s
_OTHERS_CELLS, _NEAR_CELLS = 200, 3
_LEAST_GAIN, _LEAST_SHARE = 5e-4, 0.004  # absolute, and of the level around it: below, nobody hears it
_SAME_S = 0.005  # both channels of one click
_EDGE_S = 0.002  # where a file begins and ends, it does not continue


class ClickDetector:
    """Find clicks in audio that is handed over piece by piece.

    Parameters
    ----------
    sample_rate_hz : int
        Frames a second.

    Notes
    -----
    The residual of a short-time linear prediction towers where a sample does not continue the sound: S. Godsill and
    P. Rayner, "Digital Audio Restoration", 1998, ch. 5. An attack does so too, but the sound goes on behind it.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._cell = max(8, int(_CELL_S * sample_rate_hz))
        self._margin = -(-int(_MARGIN_S * sample_rate_hz) // _HOP) * _HOP
        self._body = _BODY_HOPS * _HOP
        self._windows = Windows(self._body + 2 * self._margin, self._body)
        self._windows.add(np.zeros((self._margin, 2), np.float32))
        self._start = 0  # first frame of the next body
        self._n_frames = 0
        self._found: list[float] = []

    def add(self, audio: Audio) -> None:
        """Listen to the next piece."""
        self._n_frames += len(audio)
        for window in self._windows.add(audio):
            for channel in window:
                self._found += [(self._start + at) / self._rate_hz for at in self._judge(channel.astype(np.float64))]
            self._start += self._body

    def clicks_s(self) -> tuple[float, ...]:
        """Return when each click happens; call it once, at the end."""
        heard_frames = self._n_frames
        while self._start < heard_frames:
            self.add(np.zeros((self._windows.missing_frames, 2), np.float32))
        last_s = heard_frames / self._rate_hz - _EDGE_S
        found = sorted(at_s for at_s in self._found if _EDGE_S <= at_s <= last_s)
        return tuple(at for before, at in zip([-1.0, *found], found, strict=False) if at - before > _SAME_S)

    def _judge(self, signal: FloatArray) -> list[int]:
        """Return the frames of all clicks in the body of a stretch, from the body's start."""
        residual = np.abs(_residual(signal))
        count = len(signal) // self._cell
        cells = residual[: count * self._cell].reshape(count, self._cell)
        peaks, means = cells.max(axis=1), cells.mean(axis=1)
        powers = (signal[: count * self._cell] ** 2).reshape(count, self._cell).mean(axis=1)
        least = np.maximum(_LEAST_GAIN, _LEAST_SHARE * np.sqrt(_smooth(powers, _OTHERS_CELLS)))
        candidates = np.flatnonzero((peaks > _OVER_FLOOR * _floor(peaks)) & (peaks > least))
        found = []
        for cell in candidates.tolist():
            top = cell * self._cell + int(np.argmax(cells[cell]))
            inside = self._margin <= top < self._margin + self._body
            if inside and _is_lone(cell, peaks) and not _goes_on(cell, means, powers) and self._is_sharp(residual, top):
                found.append(top - self._margin)
        return found

    def _is_sharp(self, residual: FloatArray, top: int) -> bool:
        """Tell a fault of a few samples from the soft knock of a mallet or a plucked string."""
        near, wide = residual[top - 2 : top + 3], residual[top - self._cell : top + self._cell + 1]
        return bool((near**2).sum() > 0.5 * (wide**2).sum())


def _is_lone(cell: int, peaks: FloatArray) -> bool:
    before = peaks[max(0, cell - _OTHERS_CELLS) : cell - _NEAR_CELLS]
    after = peaks[cell + _NEAR_CELLS + 1 : cell + _OTHERS_CELLS + 1]
    near = peaks[cell - _NEAR_CELLS : cell + _NEAR_CELLS + 1]
    others = max(before.max(initial=0.0), after.max(initial=0.0))
    return bool(peaks[cell] > _OVER_OTHERS * others and peaks[cell] >= near.max())


def _goes_on(cell: int, means: FloatArray, powers: FloatArray) -> bool:
    """Tell whether sound follows, as it does behind an attack: 10 ms of the residual, 40 ms of the sound itself."""
    rough = means[cell + 4 : cell + 25].mean() > 2.5 * means[cell - 24 : cell - 3].mean() + 1e-4
    loud = powers[cell + 2 : cell + 81].mean() > 2.0 * powers[cell - 80 : cell - 1].mean() + 1e-9
    return bool(rough or loud)


def _floor(peaks: FloatArray) -> FloatArray:
    """Return what residual peaks are usual around each cell: the highest median of its block and both neighbors."""
    count = len(peaks) // _FLOOR_CELLS
    medians = np.median(peaks[: count * _FLOOR_CELLS].reshape(count, _FLOOR_CELLS), axis=1)
    padded = np.concatenate((medians[:1], medians, medians[-1:]))
    highest = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    return highest[np.minimum(np.arange(len(peaks)) // _FLOOR_CELLS, count - 1)] + 4e-6


def _smooth(values: FloatArray, width: int) -> FloatArray:
    sums = np.concatenate(([0.0], np.cumsum(values)))
    places = np.arange(len(values))
    low, high = np.maximum(places - width // 2, 0), np.minimum(places + width // 2 + 1, len(values))
    means: FloatArray = np.maximum(sums[high] - sums[low], 0.0) / (high - low)
    return means


def _residual(signal: FloatArray) -> AnyArray:
    """Return what a predictor of its own for every hop cannot foretell; whole hops in, as many frames out."""
    padded = np.concatenate((np.zeros(_HOP // 2 + _ORDER), signal, np.zeros(_HOP)))
    frames = np.lib.stride_tricks.sliding_window_view(padded[_ORDER:], 2 * _HOP)[::_HOP][: len(signal) // _HOP]
    spectra = np.fft.rfft(frames * np.hanning(2 * _HOP), _TRANSFORM)
    products = np.fft.irfft(spectra.real**2 + spectra.imag**2, _TRANSFORM)[:, : _ORDER + 1]
    products[:, 0] = products[:, 0] * (1.0 + 1e-9) + 1e-9  # keeps the equations solvable in silence
    lags = np.abs(np.subtract.outer(np.arange(_ORDER), np.arange(_ORDER)))
    weights = np.linalg.solve(products[:, lags], products[:, 1:, np.newaxis])[:, :, 0]
    first = _HOP // 2 + _ORDER
    out = signal.reshape(-1, _HOP).copy()
    for lag in range(1, _ORDER + 1):
        out -= weights[:, lag - 1 : lag] * padded[first - lag : first - lag + len(signal)].reshape(-1, _HOP)
    return out.reshape(-1)
