"""Gains that follow a level: how loud a quantum is, who gives way to whom, and what holds a mix together."""

import math

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.units import Audio, FloatArray

_QUANTUM = 256
_STRIDE = 8  # frames between those that are measured: a level does not need them all
_SILENT = 1e-12  # power
_CLEAR_DB = 6.0  # by which a melody should stand above what accompanies it
_UNHEARD_DB, _HEARD_DB = -54.0, -42.0  # by ear: between them a theme begins to claim its place
_KNEE_DB = 6.0


@kernel
def add_power(audio: Audio, powers: FloatArray) -> None:
    """Add to `powers`, shape (k,), the mean square of every quantum of a layer."""
    for q in range(powers.shape[0]):
        quantum = audio[q * _QUANTUM : (q + 1) * _QUANTUM]
        left, right = 0.0, 0.0
        for n in range(0, _QUANTUM, _STRIDE):
            left += np.float64(quantum[n, 0]) * quantum[n, 0]
            right += np.float64(quantum[n, 1]) * quantum[n, 1]
        powers[q] += (left + right) * (0.5 * _STRIDE / _QUANTUM)


@kernel
def give_way(theme: FloatArray, others: FloatArray, rates: FloatArray, memory: FloatArray, shares: FloatArray) -> None:
    """Tell how far those who accompany give way to the theme, 0 not at all .. 1 as far as they are asked to.

    Parameters
    ----------
    theme, others : array, shape (k,)
        Power of each quantum.
    rates : array, shape (3,)
        Shares of the way that a quantum goes: of the levels, of giving way, and of coming back.
    memory : array, shape (3,)
        Smoothed powers and the share, kept between spans.
    shares : array, shape (k + 1,)
        Overwritten: the share at every quantum boundary.
    """
    shares[0] = memory[2]
    for q in range(theme.shape[0]):
        memory[0] += rates[0] * (theme[q] - memory[0])
        memory[1] += rates[0] * (others[q] - memory[1])
        theme_db = 10.0 * math.log10(memory[0] + _SILENT)
        excess_db = 10.0 * math.log10(memory[1] + _SILENT) + _CLEAR_DB - theme_db
        wanted = _rise(excess_db / _CLEAR_DB) * _rise((theme_db - _UNHEARD_DB) / (_HEARD_DB - _UNHEARD_DB))
        memory[2] += rates[1 if wanted > memory[2] else 2] * (wanted - memory[2])
        shares[q + 1] = memory[2]


@kernel
def hold(
    powers: FloatArray, threshold_db: float, slope: float, rates: FloatArray, memory: FloatArray, gains: FloatArray
) -> None:
    """Tell by which gains a compressor holds a bus.

    Parameters
    ----------
    powers : array, shape (k,)
        Power of each quantum.
    threshold_db : float
        Level above which it begins to hold, softly.
    slope : float, 0..1
        Part of what is above that is taken away; 0.5 is a ratio of 2:1.
    rates : array, shape (2,)
        Shares of the way that a quantum goes: down, and up again.
    memory : array, shape (1,)
        The reduction in dB, kept between spans.
    gains : array, shape (k + 1,)
        Overwritten: the linear gain at every quantum boundary.

    Notes
    -----
    Soft knee and smoothing in the log domain: D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic Range
    Compressor Design", JAES 60, 2012.
    """
    gains[0] = 10.0 ** (-0.05 * memory[0])
    for q in range(powers.shape[0]):
        above_db = 10.0 * math.log10(powers[q] + _SILENT) - threshold_db
        if above_db < 0.5 * _KNEE_DB:
            above_db = max(above_db + 0.5 * _KNEE_DB, 0.0) ** 2 / (2.0 * _KNEE_DB)
        wanted_db = slope * above_db
        memory[0] += rates[0 if wanted_db > memory[0] else 1] * (wanted_db - memory[0])
        gains[q + 1] = 10.0 ** (-0.05 * memory[0])


@kernel
def warm_gain(bus: Audio, gains: FloatArray, warmth: float, curve: Audio) -> None:
    """Write the gain of every sample of a bus: ramped, and less for what is loud, which is soft saturation.

    Parameters
    ----------
    bus : Audio, shape (k * 256, 2)
        What is heard; stays as it is.
    gains : array, shape (k + 1,)
        Gains at the quantum boundaries.
    warmth : float, >= 0
        Inverse of the level at which saturation has taken 3 dB.
    curve : Audio, shape (k * 256, 2)
        Overwritten with the gains.
    """
    one, drive = np.float32(1.0), np.float32(warmth)
    line, written_line = bus.reshape(-1), curve.reshape(-1)
    for q in range(gains.shape[0] - 1):
        start, step = np.float32(gains[q]), np.float32((gains[q + 1] - gains[q]) / _QUANTUM)
        first, last = 2 * q * _QUANTUM, 2 * (q + 1) * _QUANTUM
        quantum, written = line[first:last], written_line[first:last]
        for n in range(_QUANTUM):
            gain = start + step * np.float32(n)
            left, right = drive * gain * quantum[2 * n], drive * gain * quantum[2 * n + 1]
            written[2 * n] = gain / np.sqrt(one + left * left)
            written[2 * n + 1] = gain / np.sqrt(one + right * right)


@kernel
def apply_curve(audio: Audio, curve: Audio) -> None:
    """Multiply a bus by the gains of its samples, in place."""
    line, gains = audio.reshape(-1), curve.reshape(-1)
    for n in range(line.shape[0]):
        line[n] *= gains[n]


@inline_kernel
def _rise(position: float) -> float:
    """Rise from 0 to 1 over 0..1, without corners."""
    x = min(max(position, 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)
