"""The brickwall's inside: sees a peak between the samples coming, leans back smoothly, and lets go slowly."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.loudness import TAPS
from ambience.units import AnyArray, Audio, FloatArray, IntArray

_UNIT = 1 << 30
"""Gain reductions are whole multiples of 1 / _UNIT: their running sums are exact and return to exactly nothing."""


@kernel
def limit(
    audio: Audio,
    gain: float,
    ceiling: float,
    near_ceiling: float,
    release: float,
    box_frames: int,
    table: AnyArray,
    history: AnyArray,
    wanted: IntArray,
    boxes: IntArray,
    place: IntArray,
    held: FloatArray,
) -> None:
    """Limit in place, late by half the filter, twice `box_frames` and a few frames.

    Parameters
    ----------
    audio : Audio, shape (n, 2)
        Any number of frames; overwritten by the limited signal.
    gain : float
        Applied before everything else.
    ceiling, near_ceiling : float
        Highest level, and the level below which no peak between samples can reach it.
    release : float
        Share of the reduction that is kept from frame to frame.
    box_frames : int
        Length of each of the two moving averages that smooth the reduction.
    table : array, shape (4, 24)
        `interpolation_table`.
    history : array, shape (2, m)
        The last frames, twice in a row, m / 2 of them: at least the delay and the filter.
    wanted : array, shape (w,)
        Ring of the reductions asked for, w at least 2 `box_frames` + 4.
    boxes : array, shape (2, `box_frames`)
        Rings of the two averages.
    place : array, shape (8,)
        Frame count, hot frames left, two running sums, frames left of the greatest reduction, and that reduction.
    held : array, shape (1,)
        Reduction that is being released.

    Notes
    -----
    Minimum hold and two moving averages: the gain is below what each peak asks for when it passes, and has no corner.
    Compare P. Hämäläinen, "Smoothing of the Control Signal Without Clipped Output in Digital Peak Limiters", DAFx 2002.
    """
    size, span = history.shape[1] // 2, 2 * box_frames + 3
    latency = TAPS // 2 + 2 * box_frames
    count, hot, first_sum, second_sum, left, deepest = place[0], place[1], place[2], place[3], place[4], place[5]
    for n in range(audio.shape[0]):
        at = count % size
        loudest = 0.0
        for channel in range(2):
            value = np.float32(gain * audio[n, channel])
            history[channel, at] = value
            history[channel, at + size] = value
            loudest = max(loudest, abs(np.float64(value)))
        hot = TAPS + 2 if loudest > near_ceiling else max(0, hot - 1)
        asked = 0
        if hot > 0:
            peak = np.float64(_peak_between(history, at + size, table))
            if peak > ceiling:
                asked = int(np.ceil((1.0 - ceiling / peak) * _UNIT))
        wanted[count % wanted.shape[0]] = asked
        if asked >= deepest:
            deepest, left = asked, span
        else:
            left -= 1
            if left <= 0 and deepest > 0:
                deepest, left = _greatest(wanted, count, span)
        kept = held[0] * release
        kept = kept if kept > 1.0 else 0.0
        held[0] = max(np.float64(deepest), kept)
        target = int(np.ceil(held[0]))
        box = count % box_frames
        first_sum += target - boxes[0, box]
        boxes[0, box] = target
        second_sum += first_sum - boxes[1, box]
        boxes[1, box] = first_sum
        late = at + size - latency
        factor = 1.0 - second_sum / (np.float64(_UNIT) * box_frames * box_frames)
        audio[n, 0] = factor * history[0, late]
        audio[n, 1] = factor * history[1, late]
        count += 1
    place[0], place[1], place[2], place[3], place[4], place[5] = count, hot, first_sum, second_sum, left, deepest


@inline_kernel
def _peak_between(history: AnyArray, newest: int, table: AnyArray) -> np.float32:
    """Return the level at and after the frame that stands half the filter back, in either channel."""
    peak = np.float32(0.0)
    now, early, middle, late = table[0], table[1], table[2], table[3]
    for channel in range(2):
        window = history[channel, newest - TAPS + 1 : newest + 1]
        a = b = c = d = np.float32(0.0)
        for tap in range(TAPS):
            x = window[tap]
            a, b, c, d = a + now[tap] * x, b + early[tap] * x, c + middle[tap] * x, d + late[tap] * x
        peak = max(peak, max(max(abs(a), abs(b)), max(abs(c), abs(d))))
    return peak


@inline_kernel
def _greatest(wanted: IntArray, count: int, span: int) -> tuple[int, int]:
    """Return the greatest reduction asked for in the last `span` frames, and for how long it still holds."""
    greatest, left = 0, 0
    for back in range(span - 1, -1, -1):
        value = wanted[(count - back) % wanted.shape[0]] if count >= back else 0
        if value >= greatest:
            greatest, left = value, span - back
    return greatest, left
