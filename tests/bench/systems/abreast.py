"""Sixteen voices abreast: the filter, the pan and the sum that drones and strings of the bench share.

Whatever the voices have is a row of sixteen numbers, so that a processor treats them side by side; nothing is summed in
another order than is written. The disk remembers the kernels by the files of the instruments alone: who changes this
one, `rows` or `turning` touches those too.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.dsp._jit import emitted, inline_kernel
from ambience.sound.dsp._machine import repeat
from ambience.sound.dsp.filter import svf_gain
from ambience.units import Mono
from systems.rows import LANES, Rows

GOLDEN, ROOT_2, ROOT_3, ROOT_5 = 0.6180339887, 0.4142135624, 0.7320508076, 0.2360679775
VOICE_GAIN = 0.01

KEEP, REACH, DEPTH, LEFT, RIGHT, LEFT_STEP, RIGHT_STEP, RISE, TUNING_ROWS = range(9)
"""Rows of a tuning: the filter, two gains and what they gain every frame, and what the sum of steps gains besides."""

FIRST, SECOND, SUM, STATE_ROWS = range(4)
"""Rows of what is remembered: the filter, and the sum of steps."""

_FRAMES, _FOLDED = QUANTUM_FRAMES, 8


def scatter(number: Any, root: float) -> Any:
    """Return the fraction of a multiple of an irrational number: even over 0..1, and never the same twice."""
    return number * root % 1.0


@inline_kernel
def tune(tuning: Mono, lane: int, cutoff_hz: float, damping: float, rate_hz: float) -> None:
    """Set the low-pass of one voice for a quantum; `damping` is 1/Q.

    Notes
    -----
    The trapezoidal filter of `ambience.sound.dsp.filter`, with its doublings drawn into the coefficients, so that a
    frame waits for only three operations of the one before. What comes out is twice as loud.
    """
    g = svf_gain(cutoff_hz, rate_hz)
    twice = 2.0 / (1.0 + g * (g + damping))
    tuning[KEEP * LANES + lane] = twice - 1.0
    tuning[REACH * LANES + lane] = g * twice
    tuning[DEPTH * LANES + lane] = g * g * twice


@inline_kernel
def pan(tuning: Mono, lane: int, left: float, right: float, next_left: float, next_right: float) -> None:
    """Set the gains of one voice at both ends of a quantum."""
    half, step = 0.5 * VOICE_GAIN, 0.5 * VOICE_GAIN / _FRAMES  # half, since the filter doubles
    tuning[LEFT * LANES + lane], tuning[RIGHT * LANES + lane] = half * left, half * right
    tuning[LEFT_STEP * LANES + lane] = step * (next_left - left)
    tuning[RIGHT_STEP * LANES + lane] = step * (next_right - right)


@inline_kernel
def settle(states: Mono) -> None:
    """Forget what is too small to be heard."""
    for i in range(states.shape[0]):
        states[i] = states[i] if abs(states[i]) > 1e-20 else 0.0


def _emit_play(ir: Any, builder: Any, rows: Any, tuning: Any, states: Any, line: Any, *, summed: bool) -> None:
    heard, tuned, kept, frames = (Rows(ir, builder, array) for array in (rows, tuning, states, line))
    add, sub, mul, whole = builder.fadd, builder.fsub, builder.fmul, ir.IntType(64)
    keep, reach, depth, left_step, right_step, rise = (
        tuned[row] for row in (KEEP, REACH, DEPTH, LEFT_STEP, RIGHT_STEP, RISE)
    )

    def fold(one: Any, other: Any, group: int) -> Any:
        def half(second: bool) -> Any:
            lanes = [lane for lane in range(2 * LANES) if (lane % group >= group // 2) == second]
            return builder.shuffle_vector(one, other, ir.Constant(ir.VectorType(ir.IntType(32), LANES), lanes))

        return add(half(False), half(True))

    def play(number: Any, s: Any, t: Any, total: Any, left: Any, right: Any) -> Sequence[Any]:
        sums = []
        for frame in range(_FOLDED):
            x = heard[builder.add(builder.mul(number, whole(_FOLDED)), whole(frame))]
            if summed:
                x = total = add(total, add(x, rise))
            high = sub(x, t)
            low = add(add(t, mul(reach, s)), mul(depth, high))
            s = add(mul(keep, s), mul(reach, high))
            y, t = add(t, low), low
            sums.append(fold(mul(y, left), mul(y, right), LANES))
            left, right = add(left, left_step), add(right, right_step)
        for group in (8, 4, 2):
            sums = [fold(one, other, group) for one, other in zip(sums[::2], sums[1::2], strict=True)]
        frames[number] = add(frames[number], sums[0])
        return s, t, total, left, right

    begin = (kept[FIRST], kept[SECOND], kept[SUM], tuned[LEFT], tuned[RIGHT])
    kept[FIRST], kept[SECOND], kept[SUM], *_ = repeat(ir, builder, whole(_FRAMES // _FOLDED), begin, play)


@emitted(partial(_emit_play, summed=False))
def play_rows(rows: Mono, tuning: Mono, states: Mono, line: Mono) -> None:
    """Filter and place a quantum of sixteen voices, and add them to a line of frames.

    Parameters
    ----------
    rows : array
        A number a voice, row by row; a row a frame.
    tuning, states : array
        What `tune` and `pan` set, and what the filters remember, row by row.
    line : array
        Left and right by turns.
    """
    _play(rows, tuning, states, line)


@emitted(partial(_emit_play, summed=True))
def play_steps(rows: Mono, tuning: Mono, states: Mono, line: Mono) -> None:
    """Do the same with voices of which only the steps from frame to frame are given, but for a steady rise."""
    steps = rows.reshape(-1, LANES) + tuning[RISE * LANES : (RISE + 1) * LANES]
    sums = states[SUM * LANES : (SUM + 1) * LANES] + np.cumsum(steps, axis=0)
    states[SUM * LANES : (SUM + 1) * LANES] = sums[_FRAMES - 1]
    _play(sums.reshape(-1), tuning, states, line)


def _play(rows: Mono, tuning: Mono, states: Mono, line: Mono) -> None:
    tuned, kept = tuning.reshape(-1, LANES), states.reshape(-1, LANES)
    for n in range(_FRAMES):
        high = rows[n * LANES : (n + 1) * LANES] - kept[SECOND]
        low = kept[SECOND] + tuned[REACH] * kept[FIRST] + tuned[DEPTH] * high
        kept[FIRST] = tuned[KEEP] * kept[FIRST] + tuned[REACH] * high
        heard, kept[SECOND] = kept[SECOND] + low, low
        line[2 * n] += np.sum(heard * (tuned[LEFT] + n * tuned[LEFT_STEP]))
        line[2 * n + 1] += np.sum(heard * (tuned[RIGHT] + n * tuned[RIGHT_STEP]))
