"""The few conversions between the units that the names of this package carry."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Audio = npt.NDArray[np.float32]  # shape (n_frames, 2), C order
Mono = npt.NDArray[np.float32]  # shape (n_frames,)
IntArray = npt.NDArray[np.int64]
AnyArray = npt.NDArray[Any]

SECONDS_PER_MINUTE = 60.0
SAMPLE_RATES_HZ = (22_050, 192_000)
"""Lowest and highest rate: below, the rooms' delays would be shorter than a quantum."""


def db_to_gain(level_db: float) -> float:
    """Turn a level in decibels into a linear gain."""
    return math.pow(10.0, level_db / 20.0)


def gain_to_db(gain: float) -> float:
    """Turn a linear gain, > 0, into decibels; silence is minus infinity."""
    return 20.0 * math.log10(gain) if gain > 0.0 else -math.inf


def midi_to_hz(pitch_midi: float) -> float:
    """Turn a note number (69 = A4 = 440 Hz, equal temperament) into a frequency."""
    return 440.0 * math.pow(2.0, (pitch_midi - 69.0) / 12.0)


def hz_to_midi(frequency_hz: float) -> float:
    """Turn a frequency, > 0, into a fractional note number (69 = 440 Hz)."""
    return 69.0 + 12.0 * math.log2(frequency_hz / 440.0)


def cents_to_ratio(interval_cents: float) -> float:
    """Turn an interval in cents into a frequency ratio."""
    return math.pow(2.0, interval_cents / 1200.0)


def beats_to_s(duration_beats: float, tempo_bpm: float) -> float:
    """Turn beats into seconds at a constant tempo."""
    return duration_beats * SECONDS_PER_MINUTE / tempo_bpm


def s_to_beats(duration_s: float, tempo_bpm: float) -> float:
    """Turn seconds into beats at a constant tempo."""
    return duration_s * tempo_bpm / SECONDS_PER_MINUTE


def s_to_frames(time_s: float, sample_rate_hz: int) -> int:
    """Turn seconds into the nearest whole frame."""
    return math.floor(time_s * sample_rate_hz + 0.5)


def smoothsteps(positions: FloatArray) -> FloatArray:
    """Apply `smoothstep` to every position of an array."""
    x = np.clip(positions, 0.0, 1.0)
    rise: FloatArray = x * x * x * (x * (x * 6.0 - 15.0) + 10.0)
    return rise


def smoothstep(position: float) -> float:
    """Rise from 0 to 1 over `position` 0..1 without a corner at either end, flat outside.

    Notes
    -----
    Quintic smoothstep: K. Perlin, "Improving Noise", SIGGRAPH 2002.
    """
    x = min(max(position, 0.0), 1.0)
    return x * x * x * (x * (x * 6.0 - 15.0) + 10.0)
