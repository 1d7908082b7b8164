"""What a loudness meter computes frame by frame: K-weighted energy, and the peaks between the samples."""

import math
from functools import cache

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.loudest import loudest, sharpest
from ambience.units import AnyArray, Audio, FloatArray, IntArray, Mono

PHASES, TAPS = 4, 24
CHUNK = 64  # frames that are looked at or skipped together
_KAISER = 7.0  # stop band near -70 dB
_ROUNDING = 1.0001  # more than float32 loses in a row of the table


@cache
def k_weighting(sample_rate_hz: int) -> FloatArray:
    """Return the two K-weighting biquads, rows (b0, b1, b2, a1, a2), for any sample rate.

    Notes
    -----
    ITU-R BS.1770-4, 2015, annex 1, tables 1 and 2 give coefficients for 48 kHz only; these are the analog prototypes
    behind them (B. De Man, "Evaluation of Implementations of the EBU R128 Loudness Measurement", AES 145, 2018).
    """
    k, q = math.tan(math.pi * 1681.974450955533 / sample_rate_hz), 0.7071752369554196
    high = 10.0 ** (3.999843853973347 / 20.0)
    band = high**0.4996667741545416
    scale = 1.0 + k / q + k * k
    shelf = [high + band * k / q + k * k, 2.0 * (k * k - high), high - band * k / q + k * k]
    shelf += [2.0 * (k * k - 1.0), 1.0 - k / q + k * k]
    k2, q2 = math.tan(math.pi * 38.13547087602444 / sample_rate_hz), 0.5003270373238773
    scale2 = 1.0 + k2 / q2 + k2 * k2
    cut = [1.0, -2.0, 1.0, 2.0 * (k2 * k2 - 1.0) / scale2, (1.0 - k2 / q2 + k2 * k2) / scale2]
    return np.array([[value / scale for value in shelf], cut])


@cache
def interpolation_table() -> Mono:
    """Return the polyphase filter, shape (4, 24), that finds the signal between two samples.

    Notes
    -----
    Kaiser-windowed sinc: J. F. Kaiser, "Nonrecursive Digital Filter Design Using the I0-sinh Window Function", 1974;
    four times oversampling as in ITU-R BS.1770-4, annex 2. Row 0 is the signal itself, `TAPS` / 2 frames late.
    """
    time = np.arange(TAPS) - (TAPS // 2 - 1) - np.arange(PHASES)[:, None] / PHASES
    span = np.clip(1.0 - (time / (TAPS / 2)) ** 2, 0.0, None)
    table = np.sinc(time) * np.i0(_KAISER * np.sqrt(span)) / np.i0(_KAISER)
    table /= table.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(table[:, ::-1].astype(np.float32))


@cache
def interpolation_bounds() -> FloatArray:
    """Return what `may_exceed` knows of the table: three factors, of the loudest sample, of it again, and of the bend.

    Each row is the straight line between two samples plus weighted second differences, and music bends little from
    sample to sample: so its levels between the samples are known to 1 % where the sum of a row knows them to 125 %.
    """
    table = interpolation_table()
    bounds = np.array([float(np.abs(table).sum(axis=1).max()) * _ROUNDING, 0.0, 0.0])
    for phase in range(1, PHASES):
        curved = table[phase].astype(np.float64)
        curved[TAPS // 2 - 1 : TAPS // 2 + 1] -= phase / PHASES, 1.0 - phase / PHASES
        bends = np.cumsum(np.cumsum(curved))
        rest = abs(bends[-2]) + abs(bends[-1] - 2.0 * bends[-2])  # what no second difference of these taps explains
        bounds[1:] = np.maximum(bounds[1:], ((1.0 + rest) * _ROUNDING, np.abs(bends[:-2]).sum()))
    return bounds


@kernel
def weigh(
    audio: Audio, filters: FloatArray, memory: FloatArray, hop_frames: int, place: IntArray, energies: FloatArray
) -> int:
    """Sum the K-weighted energy of both channels over hops; return how many hops were completed.

    `memory` has 8 filter states, the running energy, and the plain sums of both channels; `place` the frames of the
    unfinished hop. Each completed hop's mean square goes to `energies`.
    """
    p0, p1, p2, p3, p4 = filters[0, 0], filters[0, 1], filters[0, 2], filters[0, 3], filters[0, 4]
    r3, r4 = filters[1, 3], filters[1, 4]
    a, b, c, d = memory[0], memory[1], memory[2], memory[3]
    e, f, g, h = memory[4], memory[5], memory[6], memory[7]
    energy, left_sum, right_sum = memory[8], memory[9], memory[10]
    filled, done = place[0], 0
    for n in range(audio.shape[0]):
        x, u = np.float64(audio[n, 0]), np.float64(audio[n, 1])
        left_sum += x
        right_sum += u
        y, v = p0 * x + a, p0 * u + e
        a, b = (p1 * x + b) - p3 * y, p2 * x - p4 * y
        e, f = (p1 * u + f) - p3 * v, p2 * u - p4 * v
        z, w = y + c, v + g
        c, d = (d - 2.0 * y) - r3 * z, y - r4 * z
        g, h = (h - 2.0 * v) - r3 * w, v - r4 * w
        energy += z * z + w * w
        filled += 1
        if filled == hop_frames:
            energies[done] = energy / hop_frames
            energy, filled, done = 0.0, 0, done + 1
            a, b, c, d = _flush(a), _flush(b), _flush(c), _flush(d)
            e, f, g, h = _flush(e), _flush(f), _flush(g), _flush(h)
    memory[0], memory[1], memory[2], memory[3] = a, b, c, d
    memory[4], memory[5], memory[6], memory[7] = e, f, g, h
    memory[8], memory[9], memory[10] = energy, left_sum, right_sum
    place[0] = filled
    return done


@kernel
def find_peak(
    audio: Audio, table: AnyArray, bounds: FloatArray, tail: AnyArray, scratch: AnyArray, peak: float
) -> float:
    """Return the greatest level between the samples of this and all earlier audio.

    `tail` holds the last `TAPS` - 1 frames of each channel before `audio`. Stretches that cannot exceed the peak known
    so far are skipped; `bounds` tells (`interpolation_bounds`). `scratch`, shape (2, `CHUNK` + `TAPS`), is work space.
    """
    history, count = TAPS - 1, audio.shape[0]
    line, window = audio.reshape(-1), scratch[0]
    for first in range(0, count, CHUNK):
        last = min(first + CHUNK, count)
        highest = loudest(line[2 * max(0, first - history) : 2 * last])
        if first < history:
            highest = max(highest, loudest(tail[0]), loudest(tail[1]))
        if highest * bounds[0] > peak:
            for channel in range(2):
                for n in range(last - first + history):
                    at = first - history + n
                    window[n] = audio[at, channel] if at >= 0 else tail[channel, at + history]
                heard = window[: last - first + history]
                if may_exceed(heard, peak, bounds):
                    peak = max(peak, np.float64(loudest(heard)), _peak_of(window, last - first, table, scratch[1]))
    for channel in range(2):
        _keep_tail(audio, channel, tail[channel])
    return peak


@inline_kernel
def may_exceed(sound: Mono, level: float, bounds: FloatArray) -> bool:
    """Tell whether the signal, at or between these samples, may exceed a level; no is certain, yes is not."""
    highest = np.float64(loudest(sound))
    if not highest * bounds[0] > level:
        return False
    return not highest * bounds[1] + np.float64(sharpest(sound)) * bounds[2] <= level  # may be no number


@inline_kernel
def interpolate(sound: Mono, weights: Mono, levels: Mono) -> None:
    """Write the signal at one place between the samples: one row of the table, eight taps at once, in their order."""
    for n in range(levels.shape[0]):
        levels[n] = np.float32(0.0)
    for tap in range(0, TAPS, 8):
        x = sound[tap:]
        a, b, c, d = weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]
        e, f, g, h = weights[tap + 4], weights[tap + 5], weights[tap + 6], weights[tap + 7]
        for n in range(levels.shape[0]):
            level = (((levels[n] + a * x[n]) + b * x[n + 1]) + c * x[n + 2]) + d * x[n + 3]
            levels[n] = (((level + e * x[n + 4]) + f * x[n + 5]) + g * x[n + 6]) + h * x[n + 7]


@inline_kernel
def _peak_of(window: Mono, count: int, table: AnyArray, levels: Mono) -> float:
    peak = np.float32(0.0)
    for phase in range(1, PHASES):
        interpolate(window, table[phase], levels[:count])
        peak = max(peak, loudest(levels[:count]))
    return np.float64(peak)


@inline_kernel
def _keep_tail(audio: Audio, channel: int, tail: Mono) -> None:
    history, count = tail.shape[0], audio.shape[0]
    for n in range(history):
        at = count - history + n
        tail[n] = audio[at, channel] if at >= 0 else tail[n + count]


@inline_kernel
def _flush(state: float) -> float:
    return state if abs(state) > 1e-20 else 0.0
