"""The reverberation itself, a quantum at a time: sixteen lines, three-band losses, one orthogonal matrix."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.channels import add_channels, unweave, weave
from ambience.sound.dsp.delay import climb_run, diffuse_run, glide_run, read_run
from ambience.sound.dsp.oscillator import sine
from ambience.units import AnyArray, Audio, FloatArray, IntArray, Mono

LINES = 16
DIFFUSERS = 4
_QUANTUM = 256
_DIFFUSION = np.float32(0.62)
_TINY = np.float32(1e-20)
_ZERO, _QUARTER = np.float32(0.0), np.float32(0.25)
_LEFT, _RIGHT, _IN_LEFT, _IN_RIGHT, _RUN, RAMP, SCRATCH_ROWS = range(LINES, LINES + 7)


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
    abreast: AnyArray,
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
            scratch[_LEFT + side, :_QUANTUM] = _ZERO
            entering = scratch[_IN_LEFT + side]
            read_run(front[side], here - predelay_frames, entering, _QUANTUM)
            for k in range(DIFFUSERS):
                length = diffuser_frames[side, k]
                diffuse_run(diffusers[side, k], length, here % length, _DIFFUSION, entering, _QUANTUM)
        _read(lines, here, count, delays, grains, sway, scratch)
        _hear(scratch, ears)
        _lay_abreast(scratch, abreast)
        _damp(abreast[1].reshape(_QUANTUM, LINES), gains, poles[0], poles[1], memory[0], memory[1])
        _lay_apart(abreast, scratch)
        _mix(scratch)
        _feed(lines, here % lines.shape[1], scratch)
        add_channels(scratch[_LEFT], scratch[_RIGHT], heard[2 * q * _QUANTUM : 2 * (q + 1) * _QUANTUM])
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


@inline_kernel
def _hear(scratch: AnyArray, ears: Audio) -> None:
    """Add every line to both ears; four at once is twice as fast as one by one."""
    left, right = scratch[_LEFT], scratch[_RIGHT]
    for i in range(0, LINES, 4):
        first, second, third, fourth = scratch[i], scratch[i + 1], scratch[i + 2], scratch[i + 3]
        l0, l1, l2, l3 = ears[0, i], ears[0, i + 1], ears[0, i + 2], ears[0, i + 3]
        r0, r1, r2, r3 = ears[1, i], ears[1, i + 1], ears[1, i + 2], ears[1, i + 3]
        for n in range(_QUANTUM):
            w, x, y, z = first[n], second[n], third[n], fourth[n]
            left[n] += (l0 * w + l1 * x) + (l2 * y + l3 * z)
            right[n] += (r0 * w + r1 * x) + (r2 * y + r3 * z)


@inline_kernel
def _lay_abreast(scratch: AnyArray, abreast: AnyArray) -> None:
    """Lay the lines side by side, frame by frame, into the second row of `abreast`: by fours, and these by fours."""
    fours = abreast[0].reshape(4, 4 * _QUANTUM)
    for i in range(4):
        weave(scratch[i], scratch[i + 4], scratch[i + 8], scratch[i + 12], fours[i])
    weave(fours[0], fours[1], fours[2], fours[3], abreast[1])


@inline_kernel
def _lay_apart(abreast: AnyArray, scratch: AnyArray) -> None:
    """Lay them one behind the other again."""
    fours = abreast[0].reshape(4, 4 * _QUANTUM)
    unweave(abreast[1], fours[0], fours[1], fours[2], fours[3])
    for i in range(4):
        unweave(fours[i], scratch[i], scratch[i + 4], scratch[i + 8], scratch[i + 12])


@inline_kernel
def _damp(
    abreast: AnyArray,
    gains: FloatArray,
    low: float,
    high: float,
    lows: FloatArray,
    highs: FloatArray,
) -> None:
    """Take from the lines what one pass through the room costs; they lie abreast, which vectorizes."""
    top, middle, bass = gains[0], gains[1], gains[2]
    for n in range(_QUANTUM):
        row = abreast[n]
        for i in range(LINES):
            x = np.float64(row[i])
            slow, quick = low * lows[i] + x, high * highs[i] + x
            lows[i], highs[i] = slow, quick
            row[i] = top[i] * x + middle[i] * quick + bass[i] * slow
    for i in range(LINES):
        lows[i] = lows[i] if abs(lows[i]) > 1e-20 else 0.0
        highs[i] = highs[i] if abs(highs[i]) > 1e-20 else 0.0


@inline_kernel
def _mix(scratch: AnyArray) -> None:
    """Pass the lines through a Hadamard matrix (times four): twice by fours."""
    for i in range(0, LINES, 4):
        _mix_four(scratch[i], scratch[i + 1], scratch[i + 2], scratch[i + 3])
    for i in range(4):
        _mix_four(scratch[i], scratch[i + 4], scratch[i + 8], scratch[i + 12])


@inline_kernel
def _mix_four(first: Mono, second: Mono, third: Mono, fourth: Mono) -> None:
    for n in range(_QUANTUM):
        w, x, y, z = first[n], second[n], third[n], fourth[n]
        a, b, c, d = w + x, w - x, y + z, y - z
        first[n], second[n], third[n], fourth[n] = a + c, b + d, a - c, b - d


@inline_kernel
def _feed(lines: AnyArray, here: int, scratch: AnyArray) -> None:
    """Write the mixed lines back, with what enters: left into the even, right into the odd ones."""
    for i in range(LINES):
        line, entering = lines[i, here : here + _QUANTUM], scratch[_IN_LEFT + (i & 1)]
        sign = np.float32(0.5 if (i >> 1) & 1 == 0 else -0.5)
        mixed = scratch[i]
        for n in range(_QUANTUM):
            value = _QUARTER * mixed[n] + sign * entering[n]
            line[n] = value if abs(value) > _TINY else _ZERO
