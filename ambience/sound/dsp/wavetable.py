"""Long tables in which every partial is a narrow band of noise: the sound of many players in one period."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ambience.rng import noise_seed, stream
from ambience.units import AnyArray, FloatArray, IntArray, Mono

GUARD_FRAMES = 2304
"""Frames repeated after a table's end, so that one quantum never has to wrap while it is read."""

_TABLE_S = 2.7
_HIGHEST_RATIO = 1.19  # a reader that far above its table still stays below the folding frequency
_REACH = 4.0  # bands are cut where they have fallen by exp(-16)
_PIECE_BINS = 8192  # computed together: intermediate results that stay near cost less than fresh memory


class Timbre(NamedTuple):
    """How strong each partial is: a slope over its number, times a body that stays where it is in hertz."""

    slope_db: float  # fall per octave above the fundamental, >= 0; larger is duller
    corner_hz: float = 16_000.0  # above it the spectrum falls by `steep_db` per octave more
    steep_db: float = 12.0
    peaks: tuple[tuple[float, float, float], ...] = ()  # (center in Hz, height in dB, width in octaves)
    floor_hz: float = 20.0  # below it the body does not radiate: 12 dB per octave
    even_db: float = 0.0  # offset of the even partials; a cylinder closed at one end has few
    first_db: float = 0.0  # offset of the fundamental

    def gains(self, harmonics: FloatArray, frequencies_hz: FloatArray) -> FloatArray:
        """Return the amplitude of each partial, given its number (may be fractional) and its frequency."""
        octaves = np.log2(np.maximum(frequencies_hz, 1.0))
        level_db = -self.slope_db * np.log2(np.maximum(harmonics, 0.25))
        level_db -= self.steep_db * 0.5 * np.log2(1.0 + (frequencies_hz / self.corner_hz) ** 2)
        level_db -= 6.0 * np.log2(1.0 + (self.floor_hz / np.maximum(frequencies_hz, 1.0)) ** 2)
        for center_hz, height_db, width in self.peaks:
            level_db += height_db * np.exp(-0.5 * ((octaves - np.log2(center_hz)) / width) ** 2)
        level_db += np.where(harmonics % 2.0 == 0.0, self.even_db, 0.0) + np.where(harmonics == 1.0, self.first_db, 0.0)
        return np.asarray(10.0 ** (level_db / 20.0), dtype=np.float64)


def table_frames(sample_rate_hz: int) -> int:
    """Return the length of a table: a power of two of about 2.7 s."""
    return 1 << round(float(np.log2(_TABLE_S * sample_rate_hz)))


def zone_centers(lowest_hz: float, highest_hz: float, zone_semitones: float) -> FloatArray:
    """Divide a range into equal zones and return their central frequencies."""
    octaves = float(np.log2(highest_hz / lowest_hz))
    count = max(1, int(np.ceil(octaves * 12.0 / zone_semitones)))
    return np.asarray(lowest_hz * 2.0 ** (octaves * (np.arange(count) + 0.5) / count), dtype=np.float64)


class TableSet:
    """Tables of one instrument: `n_timbres` rows for each pitch zone, then one row of colored noise.

    A zone takes milliseconds and megabytes, so it is built when `open` first asks for it, and the noise with the first
    of them; they sound the same whenever that is.

    Parameters
    ----------
    centers_hz : array, shape (n_zones,)
        Pitches wanted; each is moved to the nearest whole number of periods in the loop.
    timbres : sequence of Timbre
        Spectra from soft to loud. Those of a zone share their phases, so a cross-fade of tables is a cross-fade of
        spectra.
    breath : Timbre
        Color of the noise row; its partial number is the frequency in kilohertz.
    breath_gain : float, >= 0
        Noise that is mixed into every tone, relative to it.
    spread_cents : float, >= 0
        Width of a partial's band; 0 makes strictly periodic tables.
    sample_rate_hz : int
        Rate at which the tables will be read.
    rng : Generator
        Draws the phases.

    Attributes
    ----------
    rows : array, shape (n_zones * n_timbres + 1, n_frames + `GUARD_FRAMES`)
        The tables, each of RMS 1; those of a zone that was never opened hold nothing of use.
    fundamentals_hz : array, shape (n_zones,)
        Pitch of each zone when read one frame per frame.
    n_frames : int
        Length of the loop.

    Notes
    -----
    P. Nasca, "PADsynth algorithm", 2006. Linear interpolation dulls by ``sinc²``; the spectra are raised by as much.
    """

    def __init__(
        self,
        centers_hz: FloatArray,
        timbres: Sequence[Timbre],
        breath: Timbre,
        *,
        breath_gain: float,
        spread_cents: float,
        sample_rate_hz: int,
        rng: Generator,
    ) -> None:
        self.n_frames = table_frames(sample_rate_hz)
        self._timbres, self._breath_gain, self._spread_cents = timbres, breath_gain, spread_cents
        self._rate_hz = sample_rate_hz
        bin_hz = sample_rate_hz / self.n_frames
        self.fundamentals_hz: FloatArray = np.maximum(np.round(centers_hz / bin_hz), 1.0) * bin_hz
        log_hz = np.log(self.fundamentals_hz)
        self._borders = (0.5 * (log_hz[1:] + log_hz[:-1])).tolist()
        self._opened, self._opening = [False] * centers_hz.size, Lock()
        # Left unwritten, memory is not taken.
        self.rows: AnyArray = np.empty(
            (centers_hz.size * len(timbres) + 1, self.n_frames + GUARD_FRAMES), dtype=np.float32
        )
        self._breath, self._breath_angles = breath, _angles(rng, self.n_frames // 2 + 1)
        self._seed = int(noise_seed(rng))

    def zone_of(self, frequency_hz: float) -> int:
        """Return the zone whose pitch is nearest."""
        return bisect_left(self._borders, math.log(frequency_hz))

    def open(self, zone: int) -> None:
        """Build the tables of a zone, unless they are there; others may be asking for them."""
        if not self._opened[zone]:
            with self._opening:
                if not self._opened[zone]:
                    self._build(zone)
                    self._opened[zone] = True

    def _build(self, zone: int) -> None:
        if not any(self._opened):
            self._open_breath()
        _, lift = _bins(self.n_frames, self._rate_hz)
        fundamental_hz = float(self.fundamentals_hz[zone])
        indices, numbers, bands = _bands(
            fundamental_hz, self._spread_cents, self._rate_hz / self.n_frames, self.n_frames // 2
        )
        phases = _phases(_angles(stream(self._seed, "tables", zone), indices.size))
        bands *= lift[indices]
        harmonics = np.arange(1.0, numbers.max() + 1.0)
        spectrum = np.zeros(self.n_frames // 2 + 1, dtype=np.complex64)
        breath = np.float32(self._breath_gain) * self.rows[-1, : self.n_frames]
        for layer, timbre in enumerate(self._timbres):
            gains = timbre.gains(harmonics, harmonics * fundamental_hz)[numbers - 1]
            spectrum[indices] = (bands * gains).astype(np.float32) * phases
            _write_loop(spectrum, self.rows[zone * len(self._timbres) + layer], breath)

    def _open_breath(self) -> None:
        """Build the row of noise, of which every tone has a little."""
        bins_hz, lift = _bins(self.n_frames, self._rate_hz)
        gains = np.concatenate([self._breath.gains(some / 1000.0, some) for some in _pieces(bins_hz)])
        noise = (gains * lift).astype(np.float32) * _phases(self._breath_angles)
        _write_loop(noise, self.rows[-1], np.float32(0.0))

    def open_for(self, frequencies_hz: Iterable[float]) -> None:
        """Build the tables that notes of these pitches will need."""
        for frequency_hz in frequencies_hz:
            self.open(self.zone_of(frequency_hz))

    def open_all(self) -> None:
        """Build all tables, so that nothing is left to be done while others listen."""
        for zone in range(self.fundamentals_hz.size):
            self.open(zone)


def _bands(
    fundamental_hz: float, spread_cents: float, bin_hz: float, n_bins: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the bins that a tone occupies, their partials, and the shape of the bands, of equal power."""
    found = [_bands_among(bins, fundamental_hz, spread_cents, bin_hz) for bins in _pieces(np.arange(1, n_bins))]
    bins, harmonics, shape = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return bins, harmonics, shape


def _bands_among(
    bins: IntArray, fundamental_hz: float, spread_cents: float, bin_hz: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the same for some of the bins."""
    harmonics = np.maximum(np.round(bins * (bin_hz / fundamental_hz)), 1.0)
    relative = 2.0 ** (spread_cents / 1200.0) - 1.0
    widths_hz = np.maximum(relative * fundamental_hz * harmonics, 0.2 * bin_hz)
    offsets = (bins * bin_hz - harmonics * fundamental_hz) / widths_hz
    inside = np.flatnonzero(np.abs(offsets) < _REACH)
    shape = np.exp(-(offsets[inside] ** 2)) / np.sqrt(np.maximum(widths_hz[inside], bin_hz))
    return bins[inside], harmonics[inside].astype(np.int64), shape


def _pieces(bins: AnyArray) -> list[AnyArray]:
    return [bins[first : first + _PIECE_BINS] for first in range(0, bins.size, _PIECE_BINS)]


@lru_cache(maxsize=2)
def _bins(n_frames: int, sample_rate_hz: int) -> tuple[FloatArray, FloatArray]:
    """Return the frequencies of a table's bins, the first one moved off zero, and what `_lift` makes of them."""
    bin_hz = sample_rate_hz / n_frames
    bins_hz: FloatArray = np.arange(n_frames // 2 + 1, dtype=np.float64) * bin_hz
    bins_hz[0] = 0.5 * bin_hz
    return bins_hz, _lift(bins_hz, sample_rate_hz)


def _lift(bins_hz: FloatArray, sample_rate_hz: int) -> FloatArray:
    """Undo the dulling of linear interpolation, and end below the folding frequency without a corner."""
    position = bins_hz * (2.0 * _HIGHEST_RATIO / (0.95 * sample_rate_hz))
    fade = np.clip((1.0 - position) / 0.1, 0.0, 1.0)
    return np.asarray(fade * fade * (3.0 - 2.0 * fade) / np.sinc(bins_hz / sample_rate_hz) ** 2, dtype=np.float64)


def _angles(rng: Generator, count: int) -> Mono:
    return rng.random(count, dtype=np.float32) * np.float32(2.0 * np.pi)


def _phases(angles: Mono) -> AnyArray:
    return np.asarray(np.cos(angles) + np.complex64(1j) * np.sin(angles), dtype=np.complex64)


def _write_loop(spectrum: AnyArray, row: Mono, breath: Mono | np.float32) -> None:
    """Fill a row with the sound of a spectrum, of RMS 1 and without a mean, and with breath."""
    spectrum[0] = 0.0
    loop, tail = row[:-GUARD_FRAMES], row[-GUARD_FRAMES:]
    sound = np.fft.irfft(spectrum, loop.size)
    np.multiply(sound, 1.0 / np.sqrt(np.mean(np.square(sound))), out=loop)
    loop += breath
    tail[:] = loop[:GUARD_FRAMES]
