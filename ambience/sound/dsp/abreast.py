"""Filters side by side: both channels of four layers at once, since one filter alone waits for itself."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ambience.sound.dsp._jit import emitted, inline_kernel
from ambience.sound.dsp._machine import repeat
from ambience.sound.dsp.lanes import pick, pointer
from ambience.units import Audio, FloatArray, IntArray

FILTERS = 8
"""Filters that run side by side."""

LAYERS = FILTERS // 2
"""Layers that they hear; so many frames of each are loaded at once, too."""


@inline_kernel
def recall(memory: FloatArray, who: IntArray, states: FloatArray) -> None:
    """Let the filters of four layers go on from what is remembered of each, shape (n_layers, 2, 2)."""
    for i in range(FILTERS):
        states[0, i], states[1, i] = memory[who[i // 2], i % 2, 0], memory[who[i // 2], i % 2, 1]


@inline_kernel
def remember(states: FloatArray, who: IntArray, memory: FloatArray) -> None:
    """Keep what they have come to."""
    for i in range(FILTERS):
        memory[who[i // 2], i % 2, 0], memory[who[i // 2], i % 2, 1] = states[0, i], states[1, i]


def _turn(ir: Any, builder: Any, rows: Sequence[Any]) -> list[Any]:
    """Make rows of columns, four of each."""
    woven, joined = ((0, 4, 2, 6), (1, 5, 3, 7)), ((0, 1, 4, 5), (2, 3, 6, 7))
    halves = [[pick(ir, builder, rows[k], rows[k + 1], places) for k in (0, 2)] for places in woven]
    return [pick(ir, builder, one, other, places) for places in joined for one, other in halves]


def _row(ir: Any, builder: Any, array: Any, place: int) -> Any:
    return pointer(builder, array, ir.IntType(64)(place * FILTERS), ir.VectorType(ir.DoubleType(), FILTERS))


def _emit(
    ir: Any, builder: Any, layers: Sequence[Any], states: Any, count: Any, number: Any, step: Callable[..., Any]
) -> None:
    """Write a loop through four layers in place: `step` gets a frame of each, both states, and how many went before."""
    sound, four = ir.VectorType(ir.FloatType(), FILTERS), ir.VectorType(ir.DoubleType(), LAYERS)
    zero, one = (ir.Constant(ir.VectorType(number, FILTERS), [value] * FILTERS) for value in (0.0, 1.0))
    rows = [_row(ir, builder, states, place) for place in (0, 1)]

    def take(n: Any, *held: Any) -> Sequence[Any]:
        places = [pointer(builder, layer, builder.mul(n, n.type(2 * LAYERS)), four) for layer in layers]
        heard = []
        for frames in _turn(ir, builder, [builder.load(place, align=4) for place in places]):
            sounds, near, far = step(builder.bitcast(frames, sound), *held)
            held = near, far, builder.fadd(held[2], one)
            heard.append(builder.bitcast(sounds, four))
        for frames, place in zip(_turn(ir, builder, heard), places, strict=True):
            builder.store(frames, place, align=4)
        return held

    begin = [builder.load(row, align=8) for row in rows]
    rounds = builder.udiv(count, count.type(LAYERS))
    for state, row in zip(repeat(ir, builder, rounds, [*begin, zero], take), rows, strict=False):
        builder.store(state, row, align=8)


def _emit_dip(
    ir: Any, builder: Any, first: Any, second: Any, third: Any, fourth: Any, band: Any, depths: Any, states: Any,
    count: Any,
) -> None:  # fmt: skip
    single, double = ir.VectorType(ir.FloatType(), FILTERS), ir.VectorType(ir.DoubleType(), FILTERS)
    b, a1, a2 = (builder.load(_row(ir, builder, band, place), align=8) for place in range(3))
    depth, slope = (builder.load(_row(ir, builder, depths, place), align=8) for place in range(2))

    def dip(sounds: Any, near: Any, far: Any, since: Any) -> Sequence[Any]:
        x = builder.fmul(b, builder.fpext(sounds, double))
        y = builder.fadd(x, near)
        taken = builder.fmul(builder.fadd(depth, builder.fmul(slope, since)), y)
        return (
            builder.fsub(sounds, builder.fptrunc(taken, single)),
            builder.fsub(far, builder.fmul(a1, y)),
            builder.fsub(builder.fneg(x), builder.fmul(a2, y)),
        )

    _emit(ir, builder, (first, second, third, fourth), states, count, ir.DoubleType(), dip)


@emitted(_emit_dip)
def dip_abreast(
    first: Audio, second: Audio, third: Audio, fourth: Audio, band: FloatArray, depths: FloatArray,
    states: FloatArray, count: int,
) -> None:  # fmt: skip
    """Take a band out of four layers, in place.

    Parameters
    ----------
    first, second, third, fourth : Audio, shape (count, 2)
        The layers.
    band : array, shape (3, FILTERS)
        (b, a1, a2) of the band-pass ``b (1 - z²) / (1 + a1 z + a2 z²)``.
    depths : array, shape (2, FILTERS)
        Which part of the band is taken at the first frame, and how much more at each that follows.
    states : array, shape (2, FILTERS)
        What the filters remember.
    count : int, > 0
        How many frames; a multiple of `LAYERS`.
    """
    rows = np.concatenate((first, second, third, fourth), axis=1)
    for n in range(count):
        x = band[0] * rows[n]
        y = x + states[0]
        states[0], states[1] = states[1] - band[1] * y, -x - band[2] * y
        rows[n] -= ((depths[0] + depths[1] * n) * y).astype(np.float32)
    for layer, frames in zip((first, second, third, fourth), np.hsplit(rows, LAYERS), strict=True):
        layer[:] = frames


def _emit_shape(
    ir: Any, builder: Any, first: Any, second: Any, third: Any, fourth: Any, settings: Any, states: Any, count: Any
) -> None:
    single, double = ir.VectorType(ir.FloatType(), FILTERS), ir.VectorType(ir.DoubleType(), FILTERS)
    b, near_in, near_out, far_in, far_out, *places = (
        builder.load(_row(ir, builder, settings, place), align=8) for place in range(9)
    )
    own, other, fader, slope = (builder.fptrunc(setting, single) for setting in places)

    def shape(sounds: Any, near: Any, far: Any, since: Any) -> Sequence[Any]:
        x = builder.fmul(b, builder.fpext(sounds, double))
        y = builder.fptrunc(builder.fadd(x, near), single)
        across = pick(ir, builder, y, y, [lane ^ 1 for lane in range(FILTERS)])
        gain = builder.fadd(fader, builder.fmul(slope, since))
        return (
            builder.fmul(gain, builder.fadd(builder.fmul(own, y), builder.fmul(other, across))),
            builder.fsub(builder.fadd(far, builder.fmul(near_in, x)), builder.fmul(near_out, near)),
            builder.fsub(builder.fmul(far_in, x), builder.fmul(far_out, near)),
        )

    _emit(ir, builder, (first, second, third, fourth), states, count, ir.FloatType(), shape)


@emitted(_emit_shape)
def shape_abreast(
    first: Audio, second: Audio, third: Audio, fourth: Audio, settings: FloatArray, states: FloatArray,
    count: int,
) -> None:  # fmt: skip
    """Cut the bottom of four layers, place them and fade them, in place.

    Parameters
    ----------
    first, second, third, fourth : Audio, shape (count, 2)
        The layers.
    settings : array, shape (9, FILTERS)
        What passes at once; what the near state takes in, and what it loses; the same of the far one; how much stays in
        its channel, and how much comes over from the other; the gain at the first frame, and its step.
    states : array, shape (2, FILTERS)
        What the filters remember.
    count : int, > 0
        How many frames; a multiple of `LAYERS`.
    """
    rows = np.concatenate((first, second, third, fourth), axis=1)
    own, other, fader, slope = settings[5:].astype(np.float32)
    for n in range(count):
        x = settings[0] * rows[n]
        y = (x + states[0]).astype(np.float32)
        near, far = (states[1] + settings[1] * x) - settings[2] * states[0], settings[3] * x - settings[4] * states[0]
        states[0], states[1] = near, far
        rows[n] = (fader + slope * np.float32(n)) * (own * y + other * y.reshape(-1, 2)[:, ::-1].reshape(-1))
    for layer, frames in zip((first, second, third, fourth), np.hsplit(rows, LAYERS), strict=True):
        layer[:] = frames
