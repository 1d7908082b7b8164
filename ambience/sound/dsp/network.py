"""The reverberation itself, a quantum at a time: sixteen lines, three-band losses, one orthogonal matrix."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.channels import add_channels
from ambience.sound.dsp.crossing import IN_LEFT, IN_RIGHT, LEFT, LINES, RIGHT, cross
from ambience.sound.dsp.delay import climb_run, diffuse_run, glide_run, read_run
from ambience.sound.dsp.oscillator import sine
from ambience.units import AnyArray, Audio, FloatArray, IntArray, Mono

DIFFUSERS = 4
_QUANTUM = 256
_DIFFUSION = np.float32(0.62)
_RUN, RAMP, SCRATCH_ROWS = range(IN_RIGHT + 1, IN_RIGHT + 4)


@kernel
def reverberate(
    send: Audio,
    out: Audio,
    wet: FloatArray,
    front: AnyArray,
    predelay_frames: int,
    diffusers: AnyArray,
    diffuser_frames: IntArray,
    lines: AnyArray,
    delays: FloatArray,
    grains: IntArray,
    sway: FloatArray,
    gains: FloatArray,
    poles: FloatArray,
    ears: Audio,
    memory: FloatArray,
    place: IntArray,
    scratch: AnyArray,
) -> None:
    """Add one span of reverberation to `out`.

    Notes
    -----
    Feedback delay network: J. Stautner, M. Puckette, "Designing Multi-Channel Reverberators", CMJ 1982. Every line is
    longer than a quantum, so a whole quantum can be read, damped, mixed and written line by line.
    """
    sent, heard = send.reshape(-1), out.reshape(-1)
    for q in range(send.shape[0] // _QUANTUM):
        count = place[0]
        here = count * _QUANTUM
        _enter(
            sent[2 * q * _QUANTUM : 2 * (q + 1) * _QUANTUM],
            wet[q],
            wet[q + 1],
            poles[2],
            front,
            here % front.shape[1],
            memory,
        )
        for side in range(2):
            entering = scratch[IN_LEFT + side]
            read_run(front[side], here - predelay_frames, entering, _QUANTUM)
            for k in range(DIFFUSERS):
                length = diffuser_frames[side, k]
                diffuse_run(diffusers[side, k], length, here % length, _DIFFUSION, entering, _QUANTUM)
        _read(lines, here, count, delays, grains, sway, scratch)
        cross(scratch, ears, gains, poles, memory, lines, here % lines.shape[1], lines.shape[1])
        add_channels(scratch[LEFT], scratch[RIGHT], heard[2 * q * _QUANTUM : 2 * (q + 1) * _QUANTUM])
        place[0] = count + 1


@inline_kernel
def _enter(
    sent: Mono,
    wet: float,
    next_wet: float,
    pole: float,
    front: AnyArray,
    here: int,
    memory: FloatArray,
) -> None:
    """Darken and scale what is sent, and lay it into the predelay."""
    left, right = memory[2, 0], memory[2, 1]
    front_left, front_right = front[0, here : here + _QUANTUM], front[1, here : here + _QUANTUM]
    step, square = (next_wet - wet) / _QUANTUM * (1.0 - pole), pole * pole
    gain = wet * (1.0 - pole)
    for n in range(0, _QUANTUM, 2):  # two frames a step: the filter waits half as long for itself
        now, then = gain + step * n, gain + step * (n + 1)
        x, u = now * sent[2 * n], now * sent[2 * n + 1]
        y, v = then * sent[2 * n + 2] + pole * x, then * sent[2 * n + 3] + pole * u
        front_left[n], front_right[n] = x + pole * left, u + pole * right
        left, right = y + square * left, v + square * right
        front_left[n + 1], front_right[n + 1] = left, right
    memory[2, 0] = left if abs(left) > 1e-20 else 0.0
    memory[2, 1] = right if abs(right) > 1e-20 else 0.0


@inline_kernel
def _swayed(sway: FloatArray, i: int, count: int) -> float:
    """Return where line `i` stands in its wandering, -1..1, at the start of a quantum."""
    first = sway[2, i] + sway[0, i] * count
    second = sway[3, i] + sway[1, i] * count
    slow, quick = sine(np.float32(first - np.floor(first))), sine(np.float32(second - np.floor(second)))
    return 0.6 * np.float64(slow) + 0.4 * np.float64(quick)


@inline_kernel
def _read(
    lines: AnyArray,
    here: int,
    count: int,
    delays: FloatArray,
    grains: IntArray,
    sway: FloatArray,
    scratch: AnyArray,
) -> None:
    """Read every line into the scratch: as it is, gliding, or climbing."""
    for i in range(LINES):
        line = scratch[i, :_QUANTUM]
        if delays[1, i] > 0.0:
            first = delays[0, i] + delays[1, i] * _swayed(sway, i, count)
            last = delays[0, i] + delays[1, i] * _swayed(sway, i, count + 1)
            glide_run(lines[i], here, first, last, scratch[_RUN], scratch[RAMP], line, _QUANTUM)
        else:
            read_run(lines[i], here - int(delays[0, i]), line, _QUANTUM)
        if delays[2, i] > 0.0:
            spot = here % lines.shape[1]
            climb_run(lines[i], spot, int(delays[0, i]), grains[i], here, np.float32(delays[2, i]), line)
