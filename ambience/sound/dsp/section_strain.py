"""What tension does to a voice of a section: it is overdriven, and in the end it shakes."""

import math

import numpy as np

from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.dsp._jit import inline_kernel
from ambience.sound.dsp.oscillator import sine
from ambience.sound.dsp.section_motion import DRIVE, GAIN, ROUGH_ABOVE, ROUGHNESS, SAMPLE_RATE_HZ, SEED, START
from ambience.sound.dsp.wander import smooth, wander
from ambience.units import FloatArray, Mono

_ONE, _THREE, _NINE, _27 = np.float32(1.0), np.float32(3.0), np.float32(9.0), np.float32(27.0)
_FRAMES = QUANTUM_FRAMES
_SETTLING = 0.01  # share of the mean taken out per quantum: below 1 Hz
_EVERY = 4  # a mean of every fourth frame is as good
_NOTHING = 1e-9
_ROUGH_HZ = 68.0  # middle of the shaking: near the roughest rate (E. Terhardt, "On the Perception of Roughness", 1974)


@inline_kernel
def strain(
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
def settle(side: int, total: Mono, ramp: Mono, rest: FloatArray) -> None:
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
