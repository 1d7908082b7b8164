"""The brickwall's inside: sees a peak between the samples coming, leans back smoothly, and lets go slowly."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.channels import join_channels
from ambience.sound.dsp.loudness import CHUNK, PHASES, TAPS, interpolate, may_exceed
from ambience.units import AnyArray, Audio, FloatArray, IntArray, Mono

_UNIT = 1 << 30
"""Gain reductions are whole multiples of 1 / _UNIT: their running sums are exact and return to exactly nothing."""


@kernel
def limit(
    audio: Audio,
    gain: float,
    ceiling: float,
    bounds: FloatArray,
    release: float,
    box_frames: int,
    table: AnyArray,
    kept: int,
    history: AnyArray,
    peaks: AnyArray,
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
    ceiling : float
        Highest level.
    bounds : array, shape (3,)
        `interpolation_bounds`: they tell where no peak between samples can reach it.
    release : float
        Share of the reduction that is kept from frame to frame.
    box_frames : int
        Length of each of the two moving averages that smooth the reduction.
    table : array, shape (4, 24)
        `interpolation_table`.
    kept : int
        How many of the last frames are kept: at least the delay and the filter.
    history : array, shape (2, `kept` + any number of `CHUNK`)
        Those frames, and room for what comes; they are moved to its head only when it is full.
    peaks : array, shape (2, `CHUNK`)
        Work space.
    wanted : array, shape (2 `box_frames` + 3,)
        Ring of the reductions asked for.
    boxes : array, shape (2, `box_frames`)
        Rings of the two averages.
    place : array, shape (8,)
        Places in the rings, two running sums, frames left of the greatest reduction, that reduction, and where in the
        history the frames that are kept begin.
    held : array, shape (1,)
        Reduction that is being released.

    Notes
    -----
    Minimum hold and two moving averages: the gain is below what each peak asks for when it passes, and has no corner.
    Compare P. Hämäläinen, "Smoothing of the Control Signal Without Clipped Output in Digital Peak Limiters", DAFx 2002.
    """
    line, late = audio.reshape(-1), kept - TAPS // 2 - 2 * box_frames
    for first in range(0, audio.shape[0], CHUNK):
        count = min(CHUNK, audio.shape[0] - first)
        chunk, at = line[2 * first : 2 * (first + count)], place[6]
        left, right = history[0, at : at + kept + count], history[1, at : at + kept + count]
        _take_in(chunk, gain, left[kept:], right[kept:])
        hot = may_exceed(left[kept - TAPS :], ceiling, bounds) or may_exceed(right[kept - TAPS :], ceiling, bounds)
        if hot:
            peaks[0, :count] = np.float32(0.0)
            _find_peaks(left[kept - TAPS + 1 :], table, peaks[0, :count], peaks[1, :count])
            _find_peaks(right[kept - TAPS + 1 :], table, peaks[0, :count], peaks[1, :count])
        if hot or place[5] > 0 or held[0] > 0.0 or place[3] > 0:
            _lean_back(
                chunk, hot, ceiling, release, box_frames, left[late:], right[late:], peaks[0], wanted, boxes, place,
                held,
            )  # fmt: skip
        else:
            join_channels(left[late:], right[late:], chunk)
        place[6] = at + count
        if place[6] + kept + CHUNK > history.shape[1]:
            for channel in range(2):  # upward, so that a place is read before it is written
                for n in range(kept):
                    history[channel, n] = history[channel, n + at + count]
            place[6] = 0


@inline_kernel
def _take_in(chunk: Mono, gain: float, left: Mono, right: Mono) -> None:
    """Lay a chunk behind what is kept, at its gain."""
    for n in range(left.shape[0]):
        left[n] = np.float32(gain * chunk[2 * n])
        right[n] = np.float32(gain * chunk[2 * n + 1])


@inline_kernel
def _find_peaks(sound: Mono, table: AnyArray, highest: Mono, levels: Mono) -> None:
    """Raise `highest` to the level at and after each frame that stands half the filter back in one channel."""
    count = highest.shape[0]
    for n in range(count):
        highest[n] = max(highest[n], abs(sound[TAPS // 2 + n]))
    for phase in range(1, PHASES):
        interpolate(sound, table[phase], levels)
        for n in range(count):
            highest[n] = max(highest[n], abs(levels[n]))


@inline_kernel
def _lean_back(
    chunk: Mono, hot: bool, ceiling: float, release: float, box_frames: int, left_sound: Mono, right_sound: Mono,
    peaks: Mono, wanted: IntArray, boxes: IntArray, place: IntArray, held: FloatArray,
) -> None:  # fmt: skip
    """Smooth what the peaks ask for, and give the delayed sound that gain."""
    span, scale = wanted.shape[0], 1.0 / (np.float64(_UNIT) * box_frames * box_frames)
    ring, box, first_sum, second_sum, left, deepest = place[0], place[1], place[2], place[3], place[4], place[5]
    holding = held[0]
    for n in range(chunk.shape[0] // 2):
        asked = 0
        if hot and peaks[n] > ceiling:
            asked = int(np.ceil((1.0 - ceiling / np.float64(peaks[n])) * _UNIT))
        wanted[ring] = asked
        ring = ring + 1 if ring + 1 < span else 0
        if asked >= deepest:
            deepest, left = asked, span
        else:
            left -= 1
            if left <= 0:
                deepest, left = _greatest(wanted, ring)
        kept = holding * release
        holding = max(np.float64(deepest), kept if kept > 1.0 else 0.0)
        target = int(np.ceil(holding))
        first_sum += target - boxes[0, box]
        boxes[0, box] = target
        second_sum += first_sum - boxes[1, box]
        boxes[1, box] = first_sum
        box = box + 1 if box + 1 < box_frames else 0
        factor = 1.0 - second_sum * scale
        chunk[2 * n] = factor * left_sound[n]
        chunk[2 * n + 1] = factor * right_sound[n]
    place[0], place[1], place[2], place[3], place[4], place[5] = ring, box, first_sum, second_sum, left, deepest
    held[0] = holding


@inline_kernel
def _greatest(wanted: IntArray, oldest: int) -> tuple[int, int]:
    """Return the greatest reduction in the ring, and for how many frames it still holds."""
    greatest, left, span = 0, 0, wanted.shape[0]
    for age in range(span):
        at = oldest + age if oldest + age < span else oldest + age - span
        if wanted[at] >= greatest:
            greatest, left = wanted[at], age + 1
    return greatest, left
