"""Where the sixteen lines of a room cross: heard, dulled, mixed and sent on, eight frames abreast.

Between reading the lines and writing them, no number leaves the processor.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ambience.sound.dsp._jit import emitted
from ambience.sound.dsp._machine import repeat
from ambience.sound.dsp.lanes import LANES, everywhere, pointer, turn
from ambience.units import AnyArray, Audio, FloatArray

_QUANTUM = 256

LINES = 16
ROW_FRAMES = _QUANTUM + 8
"""Length of the rows in which the lines lie: one quantum, and room for what is read around it."""

LEFT, RIGHT, IN_LEFT, IN_RIGHT = range(LINES, LINES + 4)
"""Rows after those of the lines: what both ears hear, and what enters at both sides."""

_TINY, _TINIEST = float(np.float32(1e-20)), 1e-20


def _emit_cross(
    ir: Any, builder: Any, rows: Any, ears: Any, gains: Any, poles: Any, memory: Any, lines: Any, here: Any, length: Any
) -> None:
    index, halves = ir.IntType(64), range(LINES // LANES)
    single, double = ir.VectorType(ir.FloatType(), LANES), ir.VectorType(ir.DoubleType(), LANES)

    def repeated(array: Any, place: int, kind: Any) -> Any:
        return everywhere(ir, builder, builder.load(builder.gep(array, [index(place)])), kind)

    def spot(array: Any, row: int, half: int) -> Any:
        return pointer(builder, array, index(row * LINES + half * LANES), double)

    bands = [repeated(poles, band, double) for band in range(2)]
    losses = [[builder.load(spot(gains, band, half), align=8) for band in range(3)] for half in halves]

    def cross_over(number: Any, *states: Any) -> Sequence[Any]:
        at = builder.mul(number, index(LANES))
        places = [pointer(builder, rows, builder.add(at, index(row * ROW_FRAMES)), single) for row in range(LINES + 4)]
        sounds = [builder.load(place, align=4) for place in places[:LINES]]
        for ear, place in enumerate(places[LEFT : RIGHT + 1]):
            shares = [repeated(ears, ear * LINES + i, single) for i in range(LINES)]
            builder.store(_sum(ir, builder, sounds, shares), place, align=4)
        frames = [turn(ir, builder, sounds[half * LANES : (half + 1) * LANES]) for half in halves]
        kept = [states[2 * half : 2 * half + 2] for half in halves]
        for n in range(LANES):
            for half in halves:
                frames[half][n], kept[half] = _dull(builder, frames[half][n], kept[half], bands, losses[half])
        sounds = [line for half in halves for line in turn(ir, builder, frames[half])]
        _mix(builder, sounds)
        entering = [builder.load(place, align=4) for place in places[IN_LEFT : IN_RIGHT + 1]]
        for i, sound in enumerate(_joined(ir, builder, sounds, entering)):
            place = builder.add(builder.add(here, at), builder.mul(length, index(i)))
            builder.store(sound, pointer(builder, lines, place, single), align=4)
        return [state for both in kept for state in both]

    memories = [spot(memory, band, half) for half in halves for band in range(2)]
    states = [builder.load(place, align=8) for place in memories]
    states = repeat(ir, builder, index(_QUANTUM // LANES), states, cross_over)
    for state, place in zip(states, memories, strict=True):
        builder.store(_settled(ir, builder, state, _TINIEST), place, align=8)


def _sum(ir: Any, builder: Any, sounds: Sequence[Any], shares: Sequence[Any]) -> Any:
    """Add up shares of the lines, by fours."""
    total = ir.Constant(sounds[0].type, None)
    for i in range(0, LINES, 4):
        w, x, y, z = (builder.fmul(shares[k], sounds[k]) for k in range(i, i + 4))
        total = builder.fadd(total, builder.fadd(builder.fadd(w, x), builder.fadd(y, z)))
    return total


def _dull(builder: Any, frame: Any, kept: Sequence[Any], poles: Sequence[Any], gains: Sequence[Any]) -> tuple[Any, Any]:
    """Take from eight lines what one pass through the room costs; return them, and what the filters keep."""
    x = builder.fpext(frame, kept[0].type)
    slow, quick = (builder.fadd(builder.fmul(pole, state), x) for pole, state in zip(poles, kept, strict=True))
    top, middle, bass = (builder.fmul(*pair) for pair in zip(gains, (x, quick, slow), strict=True))
    return builder.fptrunc(builder.fadd(builder.fadd(top, middle), bass), frame.type), (slow, quick)


def _mix(builder: Any, sounds: list[Any]) -> None:
    """Pass the lines through a Hadamard matrix (times four): twice by fours."""
    for step in (1, 4):
        for i in range(LINES):
            if not i & 3 * step:
                w, x, y, z = sounds[i : i + 4 * step : step]
                a, b, c, d = builder.fadd(w, x), builder.fsub(w, x), builder.fadd(y, z), builder.fsub(y, z)
                mixed = builder.fadd(a, c), builder.fadd(b, d), builder.fsub(a, c), builder.fsub(b, d)
                sounds[i : i + 4 * step : step] = mixed


def _joined(ir: Any, builder: Any, sounds: Sequence[Any], entering: Sequence[Any]) -> list[Any]:
    """Return a quarter of the lines with half of what enters, left in the even, right in the odd ones."""
    joined = []
    for i, sound in enumerate(sounds):
        quarter, half = (ir.Constant(sound.type, [gain] * LANES) for gain in (0.25, -0.5 if i & 2 else 0.5))
        both = builder.fadd(builder.fmul(quarter, sound), builder.fmul(half, entering[i & 1]))
        joined.append(_settled(ir, builder, both, _TINY))
    return joined


def _settled(ir: Any, builder: Any, vector: Any, tiny: float) -> Any:
    """Forget what is too small to be heard."""
    above, below, zero = (ir.Constant(vector.type, [number] * LANES) for number in (tiny, -tiny, 0.0))
    loud = builder.or_(builder.fcmp_ordered(">", vector, above), builder.fcmp_ordered("<", vector, below))
    return builder.select(loud, vector, zero)


@emitted(_emit_cross)
def cross(
    rows: AnyArray,
    ears: Audio,
    gains: FloatArray,
    poles: FloatArray,
    memory: FloatArray,
    lines: AnyArray,
    here: int,
    length: int,
) -> None:
    """Let a quantum of what the lines brought be heard, take what one pass through the room costs, and mix it.

    Parameters
    ----------
    rows : array of float32, shape (at least 20, `ROW_FRAMES`)
        What the lines brought, and what enters; what the ears hear is written there.
    ears : array, shape (2, 16)
        Gain of every line at both ears.
    gains : array, shape (3, 16)
        Of every line's top, middle and bass: `band_gains`.
    poles : array
        Of the low-passes under which bass and middle lie.
    memory : array, shape (at least 2, 16)
        What these remember of every line.
    lines : array of float32, shape (16, `length`)
        The lines; what is mixed with what enters, left into the even, right into the odd ones, is written there.
    here : int
        From which frame on.
    length : int
        Their length.

    Notes
    -----
    Every line filters for itself: of one, frames wait for one another; eight lines are one instruction. For mixing, it
    is frames that are best side by side. So the numbers are turned, and turned back.
    """
    sounds = rows[:LINES, :_QUANTUM].copy()
    for ear in range(2):
        rows[LEFT + ear, :_QUANTUM] = 0.0
        for i in range(0, LINES, 4):
            w, x, y, z = (ears[ear, k] * sounds[k] for k in range(i, i + 4))
            rows[LEFT + ear, :_QUANTUM] += (w + x) + (y + z)
    slow, quick = memory[0], memory[1]
    for n in range(_QUANTUM):
        frame = sounds[:, n].astype(np.float64)
        slow[:], quick[:] = poles[0] * slow + frame, poles[1] * quick + frame
        sounds[:, n] = gains[0] * frame + gains[1] * quick + gains[2] * slow
    memory[:2][np.abs(memory[:2]) <= _TINIEST] = 0.0
    for step in (1, 4):
        for i in range(LINES):
            if not i & 3 * step:
                w, x, y, z = sounds[i : i + 4 * step : step].copy()
                a, b, c, d = w + x, w - x, y + z, y - z
                sounds[i : i + 4 * step : step] = a + c, b + d, a - c, b - d
    for i in range(LINES):
        sign = np.float32(-0.5 if i & 2 else 0.5)
        mixed = np.float32(0.25) * sounds[i] + sign * rows[IN_LEFT + (i & 1), :_QUANTUM]
        lines[i, here : here + _QUANTUM] = np.where(np.abs(mixed) > _TINY, mixed, np.float32(0.0))
