"""What a processor can do and no compiler finds by itself: to read frames abreast, and to read ahead."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ambience.sound.dsp._jit import emitted, inline_kernel
from ambience.units import AnyArray, Mono

LANES = 8
"""Frames that are read side by side."""

NEAR = 0.28
"""How far a step may be from 1: the places of so many frames are then at most 2 off from where a step of 1 leads."""

LINE_FRAMES = 16
"""Numbers that memory brings at once, on nearly all processors."""


def pointer(builder: Any, array: Any, place: Any, kind: Any) -> Any:
    """Write where a vector of some kind begins in an array."""
    return builder.bitcast(builder.gep(array, [place]), kind.as_pointer())


def pick(ir: Any, builder: Any, one: Any, other: Any, places: Sequence[int]) -> Any:
    """Write a vector of numbers from two others, which are counted through."""
    return builder.shuffle_vector(one, other, ir.Constant(ir.VectorType(ir.IntType(32), len(places)), list(places)))


def everywhere(ir: Any, builder: Any, value: Any, kind: Any) -> Any:
    """Write a vector of one number again and again."""
    alone = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.IntType(32)(0))
    return pick(ir, builder, alone, alone, [0] * kind.count)


def turn(ir: Any, builder: Any, rows: Sequence[Any]) -> list[Any]:
    """Write how `LANES` vectors of as many numbers become columns: their halves change places, then fours are woven."""
    halves = (0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15)
    woven = (0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15)
    turned = [pick(ir, builder, rows[i], rows[i + 4], half) for half in halves for i in range(4)]
    for _ in range(2):
        turned = [pick(ir, builder, turned[i], turned[i + 2], half) for i in (0, 1, 4, 5) for half in woven]
    return turned


def _emit_read(ir: Any, builder: Any, line: Any, picks: Any, fractions: Any, heard: Any, at: Any) -> None:
    whole, real = ir.VectorType(ir.IntType(32), LANES), ir.VectorType(ir.FloatType(), LANES)

    def load(array: Any, place: Any, kind: Any) -> Any:
        return builder.load(pointer(builder, array, place, kind), align=4)

    def constant(number: int) -> Any:
        return ir.Constant(whole, [number] * LANES)

    def either(first: Any, second: Any, third: Any) -> Any:
        return builder.select(none, first, builder.select(one, second, third))

    straight = builder.sub(load(picks, at, whole), ir.Constant(whole, list(range(LANES))))
    first, last = (builder.extract_element(straight, ir.IntType(32)(lane)) for lane in (0, LANES - 1))
    lowest = builder.select(builder.icmp_signed("<", first, last), first, last)
    off = builder.sub(straight, everywhere(ir, builder, lowest, whole))
    none, one = (builder.icmp_signed("==", off, constant(number)) for number in (0, 1))
    start = builder.sext(lowest, ir.IntType(64))
    runs = [load(line, builder.add(start, ir.IntType(64)(number)), real) for number in range(4)]
    here, there = either(*runs[:3]), either(*runs[1:])
    share = builder.fmul(load(fractions, at, real), builder.fsub(there, here))
    builder.store(builder.fadd(here, share), pointer(builder, heard, at, real), align=4)


@emitted(_emit_read)
def read_abreast(line: Mono, picks: AnyArray, fractions: Mono, heard: Mono, at: int) -> None:
    """Write frames `at` to `at + LANES` of what is heard when a line is read between its numbers.

    Parameters
    ----------
    line : array
        What is read; it must be a part of more, since up to two numbers before it may be loaded, though none is heard.
    picks : array of int32
        Where every frame lies, in steps that differ from 1 by less than `NEAR`.
    fractions : array
        How far it lies beyond.
    heard : array
        What is written.
    at : int
        The first frame.

    Notes
    -----
    Numbers that lie anywhere are loaded one by one; here runs of them are loaded at once, and each frame chooses.
    """
    for n in range(at, at + LANES):
        here = line[picks[n]]
        heard[n] = here + fractions[n] * (line[picks[n] + 1] - here)


@inline_kernel
def read_between(line: Mono, picks: AnyArray, fractions: Mono, heard: Mono, count: int, near: bool) -> None:
    """Write what is heard when a line is read between its numbers: as `read_abreast` does it, or one by one."""
    abreast = count // LANES * LANES if near else 0
    for n in range(0, abreast, LANES):
        read_abreast(line, picks, fractions, heard, n)
    for n in range(abreast, count):  # a loop of its own: with unsigned places known beforehand, it runs faster
        j = np.uint32(picks[n])
        low = line[j]
        heard[n] = low + fractions[n] * (line[j + np.uint32(1)] - low)


def _emit_prefetch(ir: Any, builder: Any, rows: Any, place: Any) -> None:
    byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), (byte, number, number, number))
    instruction = builder.module.declare_intrinsic("llvm.prefetch", (byte,), kind)
    to_read, into_nearest, numbers = number(0), number(3), number(1)
    builder.call(instruction, (builder.bitcast(builder.gep(rows, [place]), byte), to_read, into_nearest, numbers))


@emitted(_emit_prefetch)
def prefetch(rows: AnyArray, place: int) -> None:
    """Have memory bring a line of numbers, while other work is done; `place` counts through all rows of an array."""
