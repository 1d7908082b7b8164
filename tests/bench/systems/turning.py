"""Sixteen sines abreast, a quantum at a time: sixteen frames of each, and these turned on to the next sixteen."""

from collections.abc import Sequence
from typing import Any

from ambience.sound.dsp._jit import emitted
from ambience.sound.dsp._machine import repeat
from ambience.units import Mono
from systems.rows import LANES, Rows

RUN = 16
"""Frames that are turned on together; a quantum is as many of them."""

TOGETHER = 4
"""Sines a voice that are sung at once, as many as the nearest memory holds."""

_TILE = 4  # runs and frames of which the sums stay within the processor


def _emit_spin(ir: Any, builder: Any, pointers: Any, at: Any, apart: Any, spun: Any) -> None:
    start, written = Rows(ir, builder, pointers), Rows(ir, builder, spun)
    c, s, across, up = (start[builder.add(at, builder.mul(apart, ir.IntType(64)(row)))] for row in range(4))
    add, sub, mul = builder.fadd, builder.fsub, builder.fmul
    for j in range(RUN):
        written[j], written[RUN + j] = c, s
        c, s = sub(mul(c, across), mul(s, up)), add(mul(s, across), mul(c, up))


@emitted(_emit_spin)
def spin(pointers: Mono, at: int, apart: int, spun: Mono) -> None:
    """Turn sixteen pointers on and on, and write where each stands: sixteen rows of cosines, then as many of sines.

    Parameters
    ----------
    pointers : array
        Row by row: cosines and sines of where they begin, and of how far they turn.
    at, apart : int
        Which row comes first, and how many rows lie between it and the next of the four.
    spun : array
        What is written.
    """
    c, s, across, up = pointers.reshape(-1, LANES)[at::apart][:4]
    for cosines, sines in zip(*spun.reshape(2, RUN, LANES), strict=True):
        cosines[:], sines[:] = c, s
        c, s = c * across - s * up, s * across + c * up


def _emit_sing(ir: Any, builder: Any, waves: Any, turns: Any, rows: Any) -> None:
    wave, turn, sung = (Rows(ir, builder, array) for array in (waves, turns, rows))
    whole, tiles = ir.IntType(64), RUN // _TILE

    def tile(number: Any) -> Sequence[Any]:
        run = builder.mul(builder.udiv(number, whole(tiles)), whole(_TILE))
        frame = builder.mul(builder.urem(number, whole(tiles)), whole(_TILE))
        places = [
            builder.add(builder.mul(builder.add(run, whole(j)), whole(RUN)), builder.add(frame, whole(n)))
            for j in range(_TILE)
            for n in range(_TILE)
        ]

        def add(k: Any, *sums: Any) -> Sequence[Any]:
            base = builder.mul(k, whole(2 * RUN))
            runs, frames = builder.add(base, run), builder.add(base, frame)
            turned = [[turn[builder.add(runs, whole(j + part))] for part in (0, RUN)] for j in range(_TILE)]
            results = list(sums)
            for n in range(_TILE):
                cosine, sine = (wave[builder.add(frames, whole(n + part))] for part in (0, RUN))
                for j, (across, up) in enumerate(turned):
                    both = builder.fadd(builder.fmul(across, sine), builder.fmul(up, cosine))
                    results[j * _TILE + n] = builder.fadd(sums[j * _TILE + n], both)
            return results

        sums = repeat(ir, builder, whole(TOGETHER), [sung[place] for place in places], add)
        for place, total in zip(places, sums, strict=True):
            sung[place] = total
        return ()

    repeat(ir, builder, whole(tiles * tiles), (), tile)


@emitted(_emit_sing)
def sing(waves: Mono, turns: Mono, rows: Mono) -> None:
    """Add sixteen runs of sines of sixteen voices to a quantum: those of the first run, turned on.

    Parameters
    ----------
    waves, turns : array
        Row by row, for each of the sines that are sung at once: sixteen cosines, then sixteen sines; of the frames of
        the first run, and of how far every run is turned.
    rows : array
        A row a frame.

    Notes
    -----
    sin(x + y) = cos y sin x + sin y cos x.
    """
    shape = (TOGETHER, 2, RUN, LANES)
    (cosines, sines), (turned, across) = (a.reshape(shape).swapaxes(0, 1) for a in (waves, turns))
    runs = turned[:, :, None] * sines[:, None] + across[:, :, None] * cosines[:, None]
    rows += runs.sum(axis=0).reshape(-1)
