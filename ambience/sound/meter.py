"""A loudness meter as broadcasters use it: LUFS, loudness range, true peak and DC, in one pass."""

import math

import numpy as np

from ambience.sound.dsp.loudness import (
    CHUNK,
    TAPS,
    find_peak,
    interpolation_bounds,
    interpolation_table,
    k_weighting,
    weigh,
)
from ambience.units import Audio, FloatArray, gain_to_db

_HOPS_PER_S = 100
_PER_BLOCK = 10  # hops of 10 ms in one stored block of 100 ms
_MOMENTARY_HOPS, _SHORT_HOPS = 40, 300
_ABSOLUTE_GATE_LUFS = -70.0
_OFFSET_DB = -0.691  # so that 997 Hz reads its own level: BS.1770-4, annex 1


class Meter:
    """Measure audio that is handed over piece by piece; the pieces' lengths do not matter.

    Parameters
    ----------
    sample_rate_hz : int
        Frames per second.
    true_peak : bool
        Whether to look for peaks between the samples.

    Notes
    -----
    ITU-R BS.1770-4, 2015; EBU Tech 3341, 2023; EBU Tech 3342, 2023. Ten energies are kept per second of sound,
    80 bytes: three hours are 0.9 MB. Momentary and short-term maxima look every 10 ms.
    """

    def __init__(self, sample_rate_hz: int, *, true_peak: bool = True) -> None:
        self._filters = k_weighting(sample_rate_hz)
        self._hop_frames = max(1, round(sample_rate_hz / _HOPS_PER_S))
        self._memory, self._place = np.zeros(11), np.zeros(1, np.int64)
        self._blocks = np.empty(600)
        self._n_blocks, self._n_frames = 0, 0
        self._recent = np.zeros(0)
        self._n_hops = 0
        self._loudest_momentary = self._loudest_short = 0.0
        self._seeks_peak, self._table = true_peak, interpolation_table()
        self._bounds = interpolation_bounds()
        self._tail, self._peak = np.zeros((2, TAPS - 1), np.float32), 0.0
        self._scratch = np.zeros((2, CHUNK + TAPS), np.float32)

    def add(self, audio: Audio) -> None:
        """Measure the next piece."""
        self._n_frames += audio.shape[0]
        energies = np.empty(audio.shape[0] // self._hop_frames + 1)
        done = weigh(audio, self._filters, self._memory, self._hop_frames, self._place, energies)
        if done:
            self._remember(energies[:done])
        if self._seeks_peak:
            self._peak = find_peak(audio, self._table, self._bounds, self._tail, self._scratch, self._peak)

    def integrated_lufs(self) -> float:
        """Return the gated loudness of all that was measured; minus infinity when all of it is silent."""
        return gated_lufs(self.energies)

    @property
    def energies(self) -> FloatArray:
        """The weighted energy of every whole block of `block_frames`, about 0.1 s."""
        return self._blocks[: self._n_blocks]

    @property
    def block_frames(self) -> int:
        """Frames of one of the `energies`."""
        return _PER_BLOCK * self._hop_frames

    def range_lu(self) -> float:
        """Return the loudness range, 0 for less than three seconds."""
        energies = _windowed(self._blocks[: self._n_blocks], 30)
        energies = energies[energies >= _lufs_to_energy(_ABSOLUTE_GATE_LUFS)]
        if not energies.size:
            return 0.0
        energies = np.sort(energies[energies >= energies.mean() * 10.0 ** (-20.0 / 10.0)])
        low, high = (energies[round((energies.size - 1) * share)] for share in (0.10, 0.95))
        return _energy_to_lufs(float(high)) - _energy_to_lufs(float(low))

    def momentary_max_lufs(self) -> float:
        """Return the loudest 0.4 s."""
        return _energy_to_lufs(self._loudest_momentary)

    def short_term_max_lufs(self) -> float:
        """Return the loudest 3 s."""
        return _energy_to_lufs(self._loudest_short)

    def momentary_lufs(self) -> float:
        """Return the loudness of the last 0.4 s."""
        return _energy_to_lufs(float(self._recent[-_MOMENTARY_HOPS:].sum()) / _MOMENTARY_HOPS)

    def short_term_lufs(self) -> float:
        """Return the loudness of the last 3 s."""
        return _energy_to_lufs(float(self._recent[-_SHORT_HOPS:].sum()) / _SHORT_HOPS)

    def true_peak_dbtp(self) -> float:
        """Return the highest level between the samples, in dB of full scale."""
        return gain_to_db(self._peak)

    def dc_db(self) -> float:
        """Return the greater of both channels' mean, in dB of full scale."""
        return gain_to_db(max(abs(self._memory[9]), abs(self._memory[10])) / max(1, self._n_frames))

    def _remember(self, hops: FloatArray) -> None:
        known = np.concatenate([self._recent, hops])
        for width, name in ((_MOMENTARY_HOPS, "_loudest_momentary"), (_SHORT_HOPS, "_loudest_short")):
            windows = _windowed(known[-(width - 1 + hops.size) :], width)
            if windows.size:
                setattr(self, name, max(getattr(self, name), float(windows.max())))
        begun = self._n_hops % _PER_BLOCK
        self._n_hops += hops.size
        fresh = known[known.size - hops.size - begun :]
        blocks = fresh[: fresh.size // _PER_BLOCK * _PER_BLOCK].reshape(-1, _PER_BLOCK).mean(axis=1)
        self._store(blocks)
        self._recent = known[-_SHORT_HOPS:]

    def _store(self, blocks: FloatArray) -> None:
        end = self._n_blocks + blocks.size
        if end > self._blocks.size:
            self._blocks = np.concatenate([self._blocks, np.empty(max(blocks.size, self._blocks.size))])
        self._blocks[self._n_blocks : end] = blocks
        self._n_blocks = end


def gated_lufs(energies: FloatArray) -> float:
    """Return the integrated loudness of `Meter.energies`; minus infinity when all of it is silent."""
    energies = _windowed(energies, 4)
    energies = energies[energies > _lufs_to_energy(_ABSOLUTE_GATE_LUFS)]
    if not energies.size:
        return -math.inf
    loud = energies[energies > energies.mean() * 10.0 ** (-10.0 / 10.0)]
    return _energy_to_lufs(float(loud.mean()))


def _windowed(energies: FloatArray, width: int) -> FloatArray:
    """Return the means of all whole windows of `width`; each is summed anew, so that pieces do not matter."""
    if energies.size < width:
        return np.zeros(0)
    means: FloatArray = np.lib.stride_tricks.sliding_window_view(energies, width).mean(axis=1)
    return means


def _energy_to_lufs(energy: float) -> float:
    return _OFFSET_DB + 10.0 * math.log10(energy) if energy > 0.0 else -math.inf


def _lufs_to_energy(level_lufs: float) -> float:
    return math.pow(10.0, (level_lufs - _OFFSET_DB) / 10.0)
