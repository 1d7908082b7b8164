"""The reverberation itself, a quantum at a time: sixteen gliding lines, three-band losses, one orthogonal matrix."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.delay import add_run, climb_run, diffuse_run, glide_run, read_run
from ambience.sound.dsp.oscillator import sine
from ambience.units import AnyArray, Audio, FloatArray, IntArray, Mono

LINES = 16
DIFFUSERS = 4  # of the tail; behind them stand those of the early reflections
EARLY_DIFFUSERS = 2
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
    early_frames: IntArray,
    early_gains: AnyArray,
    diffusers: AnyArray,
    diffuser_frames: IntArray,
    lines: AnyArray,
    delays: FloatArray,
    grains: IntArray,
    sway: FloatArray,
    gains: FloatArray,
    poles: FloatArray,
    level: float,
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
    for q in range(send.shape[0] // _QUANTUM):
        count = place[0]
        here = count * _QUANTUM
        _enter(
            send[q * _QUANTUM : (q + 1) * _QUANTUM], wet[q], wet[q + 1], poles[2], front, here % front.shape[1], memory
        )
        for side in range(2):
            scratch[_LEFT + side, :_QUANTUM] = _ZERO
            for tap in range(early_frames.shape[1] if early_gains[0, 0] != 0.0 else 0):
                source = side if tap % 3 < 2 else 1 - side
                start = here - early_frames[side, tap]
                add_run(front[source], start, early_gains[side, tap], scratch[_LEFT + side], _QUANTUM)
            read_run(front[side], here - predelay_frames, scratch[_IN_LEFT + side], _QUANTUM)
            for k in range(DIFFUSERS + EARLY_DIFFUSERS):
                length = diffuser_frames[side, k]
                sound = scratch[(_IN_LEFT if k < DIFFUSERS else _LEFT) + side]
                diffuse_run(diffusers[side, k], length, here % length, _DIFFUSION, sound, _QUANTUM)
        _listen(lines, here, count, delays, grains, sway, level, scratch)
        _damp(scratch, abreast, gains, poles[0], poles[1], memory[0], memory[1])
        _mix(scratch)
        _feed(lines, here % lines.shape[1], scratch)
        heard, left, right = out[q * _QUANTUM : (q + 1) * _QUANTUM], scratch[_LEFT], scratch[_RIGHT]
        for n in range(_QUANTUM):
            heard[n, 0] += left[n]
            heard[n, 1] += right[n]
        place[0] = count + 1


@inline_kernel
def _enter(
    send: Audio,
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
    step = (next_wet - wet) / _QUANTUM
    for n in range(_QUANTUM):
        gain = (wet + step * n) * (1.0 - pole)
        left = pole * left + gain * send[n, 0]
        right = pole * right + gain * send[n, 1]
        front_left[n] = left
        front_right[n] = right
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
def _listen(
    lines: AnyArray,
    here: int,
    count: int,
    delays: FloatArray,
    grains: IntArray,
    sway: FloatArray,
    level: float,
    scratch: AnyArray,
) -> None:
    """Read every line into the scratch, and add it to both ears under signs that have nothing in common."""
    for i in range(LINES):
        first = delays[0, i] + delays[1, i] * _swayed(sway, i, count)
        last = delays[0, i] + delays[1, i] * _swayed(sway, i, count + 1)
        line = scratch[i, :_QUANTUM]
        glide_run(lines[i], here, first, last, scratch[_RUN], scratch[RAMP], line, _QUANTUM)
        if delays[2, i] > 0.0:
            spot = here % lines.shape[1]
            climb_run(lines[i], spot, int(delays[0, i]), grains[i], here, np.float32(delays[2, i]), line)
        left = np.float32(level if (i ^ (i >> 2)) & 1 == 0 else -level)
        right = np.float32(level if ((i >> 1) ^ (i >> 3)) & 1 == 0 else -level)
        left_ear, right_ear = scratch[_LEFT], scratch[_RIGHT]
        for n in range(_QUANTUM):
            left_ear[n] += left * line[n]
            right_ear[n] += right * line[n]


@inline_kernel
def _damp(
    scratch: AnyArray,
    abreast: AnyArray,
    gains: FloatArray,
    low: float,
    high: float,
    lows: FloatArray,
    highs: FloatArray,
) -> None:
    """Take from the lines what one pass through the room costs; they lie abreast meanwhile, which vectorizes."""
    for i in range(LINES):
        line = scratch[i]
        for n in range(_QUANTUM):
            abreast[n, i] = line[n]
    top, middle, bass = gains[0], gains[1], gains[2]
    for n in range(_QUANTUM):
        row = abreast[n]
        for i in range(LINES):
            x = np.float64(row[i])
            lows[i] = low * lows[i] + x
            highs[i] = high * highs[i] + x
            row[i] = top[i] * x + middle[i] * highs[i] + bass[i] * lows[i]
    for i in range(LINES):
        line = scratch[i]
        for n in range(_QUANTUM):
            line[n] = abreast[n, i]
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
