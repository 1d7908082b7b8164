"""How quickly bass, middle and top die away in a loop of a given length."""

from typing import TYPE_CHECKING

import numpy as np

from ambience.units import FloatArray

if TYPE_CHECKING:
    from ambience.sound.dsp.reverb import Room

_CONVERGED = 8  # rounds; each shrinks the error at least fivefold


def one_pole(cutoff_hz: float, sample_rate_hz: int) -> float:
    """Return the pole of a one-pole low-pass, ``y += (1 - pole) (x - y)``."""
    return float(np.exp(-2.0 * np.pi * min(cutoff_hz, 0.49 * sample_rate_hz) / sample_rate_hz))


def band_gains(delay_frames: FloatArray, room: "Room", sample_rate_hz: int) -> FloatArray:
    """Find the gains by which each line's top, middle and bass come out right in every pass.

    Parameters
    ----------
    delay_frames : array, shape (n_lines,)
        Length of each line.
    room : Room
        Decay times and corner frequencies.
    sample_rate_hz : int
        Frames per second.

    Returns
    -------
    gains : array, shape (3, n_lines)
        Factors of the line itself and of its leaky sums, ``y = pole y + x``, at `room.high_hz` and `room.low_hz`.

    Notes
    -----
    A loop of d frames loses 60 d / (T60 rate) dB in each pass: J.-M. Jot, A. Chaigne, "Digital Delay Networks for
    Designing Artificial Reverberators", AES 90, 1991. The skirts of one-pole filters reach into the middle, so the
    three factors are iterated until the response is exact at 0 Hz, between the corners, and at half the rate.
    """
    middle_hz = np.sqrt(room.low_hz * room.high_hz)
    wanted = np.stack(
        [
            10.0 ** (-3.0 * delay_frames / (room.decay_s * ratio * sample_rate_hz))
            for ratio in (room.high_ratio, 1.0, room.low_ratio)
        ]
    )
    low, high = (_low_pass(hz, middle_hz, sample_rate_hz) for hz in (room.low_hz, room.high_hz))
    low_top, high_top = (_low_pass(hz, sample_rate_hz / 2.0, sample_rate_hz).real for hz in (room.low_hz, room.high_hz))
    top, middle, bass = (row.copy() for row in wanted)
    for _ in range(_CONVERGED):
        response = top + (middle - top) * high + (bass - middle) * low
        middle *= wanted[1] / np.abs(response)
        top = wanted[0] - (middle - top) * high_top - (bass - middle) * low_top
    high_leak, low_leak = (1.0 - one_pole(hz, sample_rate_hz) for hz in (room.high_hz, room.low_hz))
    return np.stack([top, (middle - top) * high_leak, (bass - middle) * low_leak])


def _low_pass(cutoff_hz: float, at_hz: float, sample_rate_hz: int) -> complex:
    pole = one_pole(cutoff_hz, sample_rate_hz)
    return complex((1.0 - pole) / (1.0 - pole * np.exp(-2j * np.pi * at_hz / sample_rate_hz)))
