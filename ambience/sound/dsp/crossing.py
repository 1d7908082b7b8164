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

LINES = 16
ROW_FRAMES = 256 + 8
"""Length of the rows in which the lines lie: one quantum, and room for what is read around it."""

LEFT, RIGHT, IN_LEFT, IN_RIGHT = range(LINES, LINES + 4)
"""Rows after those of the lines: what both ears hear, and what enters at both sides."""

_QUANTUM = 256
_TINY, _TINIEST = float(np.float32(1e-20)), 1e-20


def _emit_cross(
    ir: Any, builder: Any, rows: Any, ears: Any, gains: Any, poles: Any, memory: Any, lines: Any, here: Any, length: Any
) -> None:
    index = ir.IntType(64)
    single, double = ir.VectorType(ir.FloatType(), LANES), ir.VectorType(ir.DoubleType(), LANES)
    halves = range(LINES // LANES)

    def constant(number: float) -> Any:
        return ir.Constant(single, [number] * LANES)

    def repeated(array: Any, place: int, kind: Any) -> Any:
        return everywhere(ir, builder, builder.load(builder.gep(array, [index(place)])), kind)

    def spot(array: Any, row: int, half: int) -> Any:
        return pointer(builder, array, index(row * LINES + half * LANES), double)

    def lines_of(array: Any, row: int) -> list[Any]:
        return [builder.load(spot(array, row, half), align=8) for half in halves]

    low, high = (repeated(poles, band, double) for band in range(2))
    top, middle, bass = (lines_of(gains, band) for band in range(3))

    def dull(half: int, frame: Any, slow: Any, quick: Any) -> tuple[Any, Any, Any]:
        x = builder.fpext(frame, double)
        slow = builder.fadd(builder.fmul(low, slow), x)
        quick = builder.fadd(builder.fmul(high, quick), x)
        above = builder.fadd(builder.fmul(top[half], x), builder.fmul(middle[half], quick))
        return builder.fptrunc(builder.fadd(above, builder.fmul(bass[half], slow)), single), slow, quick

    def cross_over(number: Any, *states: Any) -> Sequence[Any]:
        at = builder.mul(number, index(LANES))
        places = [pointer(builder, rows, builder.add(at, index(row * ROW_FRAMES)), single) for row in range(LINES + 4)]
        sounds = [builder.load(place, align=4) for place in places[:LINES]]
        for ear, place in enumerate(places[LEFT : RIGHT + 1]):
            shares = [repeated(ears, ear * LINES + i, single) for i in range(LINES)]
            builder.store(_sum(builder, sounds, shares, constant(0.0)), place, align=4)
        frames = [turn(ir, builder, sounds[half * LANES : (half + 1) * LANES]) for half in halves]
        kept = [list(states[2 * half : 2 * half + 2]) for half in halves]
        for n in range(LANES):
            for half in halves:
                frames[half][n], *kept[half] = dull(half, frames[half][n], *kept[half])
        sounds = [line for half in halves for line in turn(ir, builder, frames[half])]
        _mix(builder, sounds)
        entering = [builder.load(place, align=4) for place in places[IN_LEFT : IN_RIGHT + 1]]
        for i in range(LINES):
            sign = constant(0.5 if (i >> 1) & 1 == 0 else -0.5)
            mixed = builder.fadd(builder.fmul(constant(0.25), sounds[i]), builder.fmul(sign, entering[i & 1]))
            place = builder.add(builder.add(here, at), builder.mul(length, index(i)))
            builder.store(_settled(ir, builder, mixed, _TINY), pointer(builder, lines, place, single), align=4)
        return [state for both in kept for state in both]

    begin = [builder.load(spot(memory, band, half), align=8) for half in halves for band in range(2)]
    states = repeat(ir, builder, index(_QUANTUM // LANES), begin, cross_over)
    for half in halves:
        for band in range(2):
            state = _settled(ir, builder, states[2 * half + band], _TINIEST)
            builder.store(state, spot(memory, band, half), align=8)


def _sum(builder: Any, sounds: Sequence[Any], shares: Sequence[Any], total: Any) -> Any:
    """Add up shares of the lines, by fours."""
    for i in range(0, LINES, 4):
        w, x, y, z = (builder.fmul(shares[k], sounds[k]) for k in range(i, i + 4))
        total = builder.fadd(total, builder.fadd(builder.fadd(w, x), builder.fadd(y, z)))
    return total


def _mix(builder: Any, sounds: list[Any]) -> None:
    """Pass the lines through a Hadamard matrix (times four): twice by fours."""
    for step in (1, 4):
        for i in range(LINES):
            if not i & 3 * step:
                w, x, y, z = sounds[i : i + 4 * step : step]
                a, b, c, d = builder.fadd(w, x), builder.fsub(w, x), builder.fadd(y, z), builder.fsub(y, z)
                mixed = builder.fadd(a, c), builder.fadd(b, d), builder.fsub(a, c), builder.fsub(b, d)
                sounds[i : i + 4 * step : step] = mixed


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
        sign = np.float32(0.5 if (i >> 1) & 1 == 0 else -0.5)
        mixed = np.float32(0.25) * sounds[i] + sign * rows[IN_LEFT + (i & 1), :_QUANTUM]
        lines[i, here : here + _QUANTUM] = np.where(np.abs(mixed) > _TINY, mixed, np.float32(0.0))
