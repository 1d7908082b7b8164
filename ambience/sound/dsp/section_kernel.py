"""The one loop that plays every sustained instrument: readers of long tables, voice by voice, quantum by quantum.

Everything slow is known at quantum boundaries (`section_motion`) and ramped between them; only the edges of a note are
computed frame by frame.
"""

import math

import numpy as np

from ambience.sound.block import BRIGHTNESS, QUANTUM_FRAMES, TENSION
from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.oscillator import sine
from ambience.sound.dsp.section_motion import (
    ATTACK_S,
    BOWING,
    DRIVE,
    EQUAL_POWER,
    GAIN,
    KEY_UP,
    LAST,
    LEFT,
    ONSET_S,
    POSITION,
    RELEASE_S,
    RIGHT,
    ROUGH_ABOVE,
    ROUGHNESS,
    SAMPLE_RATE_HZ,
    SEED,
    START,
    STEP,
    WEIGHTS,
    ZONE,
    arrive,
    steer,
    walk,
)
from ambience.sound.dsp.wander import smooth, wander
from ambience.units import AnyArray, Audio, FloatArray, Mono

# Rows of the scratch buffer; the ramp holds 0, 1, 2 … (to convert a counter in every loop costs more than to load it).
RAMP, MIXED, FRACTIONS, HEARD, EDGE, LEFT_SUM, RIGHT_SUM, LEFT_ALL, RIGHT_ALL, SCRATCH_ROWS = range(10)

_ZERO, _ONE, _TWO, _THREE = np.float32(0.0), np.float32(1.0), np.float32(2.0), np.float32(3.0)
_NINE, _27 = np.float32(9.0), np.float32(27.0)
_FRAMES = QUANTUM_FRAMES
_SETTLING = 0.01  # share of the mean taken out per quantum: below 1 Hz
_EVERY = 4  # a mean of every fourth frame is as good
_NOTHING = 1e-9
_ROUGH_HZ = 68.0  # middle of the shaking: near the roughest rate (E. Terhardt, "On the Perception of Roughness", 1974)


@inline_kernel
def _sound(
    v: int, tables: AnyArray, loop_frames: int, voices: FloatArray, readers: FloatArray, aims: FloatArray,
    seats: FloatArray, bowings: FloatArray, tone: FloatArray, ramp: Mono, mixed: Mono, fractions: Mono, heard: Mono,
    edge: Mono, left_sum: Mono, right_sum: Mono, picks: AnyArray, frame: int,
) -> None:  # fmt: skip
    """Add one quantum of all readers of voice `v` to the two sums, and move them on."""
    n_timbres = aims.shape[1] - WEIGHTS - 1
    b = int(voices[v, BOWING])
    attack, release = bowings[b, ATTACK_S] * tone[SAMPLE_RATE_HZ], bowings[b, RELEASE_S] * tone[SAMPLE_RATE_HZ]
    for r in range(seats.shape[0]):
        first = voices[v, START] + seats[r, ONSET_S] * tone[SAMPLE_RATE_HZ]
        last = first + voices[v, KEY_UP] - voices[v, START] + release
        if frame + _FRAMES <= first or frame >= last:
            continue
        # The weighted tables, as far as this quantum reaches.
        position, old_step, new_step = readers[v, r, POSITION], readers[v, r, STEP], aims[r, STEP]
        distance = 0.5 * (old_step + new_step) * _FRAMES
        base = int(position)
        begin = position - base
        here = np.uint64(base)
        count = int(begin + distance) + 3
        empty = True
        for layer in range(n_timbres + 1):
            old, new = readers[v, r, WEIGHTS + layer], aims[r, WEIGHTS + layer]
            if old == 0.0 and new == 0.0:
                continue
            row = int(voices[v, ZONE]) * n_timbres + layer if layer < n_timbres else tables.shape[0] - 1
            slope = np.float32((new - old) / distance)
            weight = np.float32(old - (new - old) / distance * begin)
            if empty:
                for i in range(count):
                    mixed[i] = tables[row, here + np.uint64(i)] * (weight + slope * ramp[i])
            else:
                for i in range(count):
                    mixed[i] += tables[row, here + np.uint64(i)] * (weight + slope * ramp[i])
            empty = False
        # The mix, read at its pitch.
        start, step = np.float32(begin), np.float32(old_step)
        bend = np.float32(0.5 * (new_step - old_step) / _FRAMES)
        for n in range(_FRAMES):
            x = start + ramp[n] * (step + bend * ramp[n])
            whole = np.int32(x)
            picks[n] = whole
            fractions[n] = x - np.float32(whole)
        # A loop of its own: with unsigned places known beforehand, it runs three times as fast.
        for n in range(_FRAMES):
            j = np.uint32(picks[n])
            low = mixed[j]
            heard[n] = low + fractions[n] * (mixed[j + np.uint32(1)] - low)
        position += distance
        readers[v, r, POSITION] = position - loop_frames if position >= loop_frames else position
        # The note's rise and fall, where the quantum touches them.
        if frame < first + attack or frame + _FRAMES > last - release:
            up, down = np.float32(1.0 / attack), np.float32(1.0 / release)
            since, left = np.float32(frame - first), np.float32(last - frame)
            for n in range(_FRAMES):
                x = min(max((since + ramp[n]) * up, _ZERO), _ONE)
                y = min(max((left - ramp[n]) * down, _ZERO), _ONE)
                edge[n] = x * x * (_THREE - _TWO * x) * y * y * (_THREE - _TWO * y)
            if tone[EQUAL_POWER] > 0.0:
                for n in range(_FRAMES):
                    edge[n] = np.sqrt(edge[n])
            for n in range(_FRAMES):
                heard[n] *= edge[n]
        left_gain, right_gain = np.float32(readers[v, r, LEFT]), np.float32(readers[v, r, RIGHT])
        left_slope = np.float32((aims[r, LEFT] - readers[v, r, LEFT]) / _FRAMES)
        right_slope = np.float32((aims[r, RIGHT] - readers[v, r, RIGHT]) / _FRAMES)
        for n in range(_FRAMES):
            left_sum[n] += heard[n] * (left_gain + left_slope * ramp[n])
            right_sum[n] += heard[n] * (right_gain + right_slope * ramp[n])


@inline_kernel
def _strain(
    v: int, voices: FloatArray, tone: FloatArray, left: Mono, right: Mono, ramp: Mono, tense_0: float, tense_1: float,
    frame: int,
) -> None:  # fmt: skip
    """Let tension overdrive a voice, and above its threshold shake it at 30 to 150 Hz.

    The curve is the first Padé approximant of the hyperbolic tangent; where that stops clipping, so does this.
    """
    drive_0, drive_1 = tone[DRIVE] * tense_0, tone[DRIVE] * tense_1
    if drive_0 > 0.0 or drive_1 > 0.0:
        unit, level = np.float32(1.0 / voices[v, GAIN]), np.float32(voices[v, GAIN])
        drive, slope = np.float32(drive_0), np.float32((drive_1 - drive_0) / _FRAMES)
        for n in range(_FRAMES):
            amount = drive + slope * ramp[n]
            push = unit * (_ONE + _THREE * amount)
            x, y = left[n] * push, right[n] * push
            x2, y2 = x * x, y * y
            left[n] += amount * (level * x * (_27 + x2) / (_27 + _NINE * x2) - left[n])
            right[n] += amount * (level * y * (_27 + y2) / (_27 + _NINE * y2) - right[n])
    span = 1.0 - tone[ROUGH_ABOVE]
    depth_0 = tone[ROUGHNESS] * smooth((tense_0 - tone[ROUGH_ABOVE]) / span)
    depth_1 = tone[ROUGHNESS] * smooth((tense_1 - tone[ROUGH_ABOVE]) / span)
    if depth_0 > 0.0 or depth_1 > 0.0:
        seed = np.uint64(int(voices[v, SEED]) + 15)
        time_0 = (frame - voices[v, START]) / tone[SAMPLE_RATE_HZ] + 4.0
        time_1 = time_0 + _FRAMES / tone[SAMPLE_RATE_HZ]
        turn_0 = _ROUGH_HZ * time_0 + 6.0 * wander(seed, time_0 * 1.3)
        turn_1 = _ROUGH_HZ * time_1 + 6.0 * wander(seed, time_1 * 1.3)
        phase = np.float32(turn_0 - math.floor(turn_0))
        turns = np.float32((turn_1 - turn_0) / _FRAMES)
        depth, slope = np.float32(depth_0), np.float32((depth_1 - depth_0) / _FRAMES)
        for n in range(_FRAMES):
            gain = _ONE + (depth + slope * ramp[n]) * sine(phase + turns * ramp[n])
            left[n] *= gain
            right[n] *= gain


@inline_kernel
def _settle(side: int, total: Mono, ramp: Mono, rest: FloatArray) -> None:
    """Take the mean of what has sounded so far out of one channel: an overdriven voice is not symmetrical."""
    mean = 0.0
    for n in range(0, _FRAMES, _EVERY):
        mean += total[n]
    mean *= _EVERY / _FRAMES
    start, slope = np.float32(rest[side, 0]), np.float32((rest[side, 1] - rest[side, 0]) / _FRAMES)
    for n in range(_FRAMES):
        total[n] -= start + slope * ramp[n]
    rest[side, 0] = rest[side, 1]
    rest[side, 1] += (_SETTLING if mean != 0.0 else 8.0 * _SETTLING) * (mean - rest[side, 1])
    if mean == 0.0 and abs(rest[side, 1]) < _NOTHING:
        rest[side, 1] = 0.0


@kernel
def play_section(
    out: Audio, controls: FloatArray, tables: AnyArray, loop_frames: int, voices: FloatArray, readers: FloatArray,
    seats: FloatArray, bowings: FloatArray, tone: FloatArray, scratch: AnyArray, picks: AnyArray, aims: FloatArray,
    rest: FloatArray, first_frame: int,
) -> None:  # fmt: skip
    """Add one span of all voices, in the order in which they began, to `out`."""
    ramp, mixed, fractions, heard, edge = (
        scratch[RAMP],
        scratch[MIXED],
        scratch[FRACTIONS],
        scratch[HEARD],
        scratch[EDGE],
    )
    left_sum, right_sum = scratch[LEFT_SUM], scratch[RIGHT_SUM]
    left_all, right_all = scratch[LEFT_ALL], scratch[RIGHT_ALL]
    for q in range(controls.shape[0] - 1):
        frame = first_frame + q * _FRAMES
        quantum = frame // _FRAMES
        tense_0, tense_1 = controls[q, TENSION], controls[q + 1, TENSION]
        bright_0, bright_1 = controls[q, BRIGHTNESS], controls[q + 1, BRIGHTNESS]
        for n in range(_FRAMES):
            left_all[n] = _ZERO
            right_all[n] = _ZERO
        for v in range(voices.shape[0]):
            if frame + _FRAMES <= voices[v, START] or frame >= voices[v, LAST]:
                continue
            if readers[v, 0, STEP] == 0.0:  # it begins: find where the ramps of its first quantum start
                walk(v, voices, readers, tone, quantum - 1, True)
                steer(v, voices, readers, aims, seats, bowings, tone, tense_0, bright_0, frame)
                arrive(v, readers, aims)
            walk(v, voices, readers, tone, quantum, False)
            steer(v, voices, readers, aims, seats, bowings, tone, tense_1, bright_1, frame + _FRAMES)
            for n in range(_FRAMES):
                left_sum[n] = _ZERO
                right_sum[n] = _ZERO
            _sound(
                v, tables, loop_frames, voices, readers, aims, seats, bowings, tone, ramp, mixed, fractions, heard,
                edge, left_sum, right_sum, picks, frame,
            )  # fmt: skip
            arrive(v, readers, aims)
            _strain(v, voices, tone, left_sum, right_sum, ramp, tense_0, tense_1, frame)
            for n in range(_FRAMES):
                left_all[n] += left_sum[n]
                right_all[n] += right_sum[n]
        if tone[DRIVE] > 0.0:
            _settle(0, left_all, ramp, rest)
            _settle(1, right_all, ramp, rest)
        here = q * _FRAMES
        for n in range(_FRAMES):
            out[here + n, 0] += left_all[n]
            out[here + n, 1] += right_all[n]
