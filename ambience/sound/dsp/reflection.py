"""How a place on the stage is heard: the direct sound, dulled by the way, and a few reflections from dark walls."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.channels import add_channels
from ambience.sound.dsp.delay import add_run
from ambience.units import Audio, FloatArray, IntArray, Mono

_QUANTUM = 256


@kernel
def reflect(
    stage: Audio,
    out: Audio,
    direct: FloatArray,
    pole: float,
    delays: IntArray,
    gains: Audio,
    ring: Audio,
    memory: FloatArray,
    place: IntArray,
    heard: Audio,
) -> None:
    """Add one span of what is played at one distance to `out`.

    Parameters
    ----------
    stage : Audio, shape (k * 256, 2)
        What is played there.
    out : Audio
        What the ears hear.
    direct : array, shape (2,)
        Gain of the direct sound as it is, and of its share that has lost the top.
    pole : float
        Of the one-pole low-pass by which the walls darken.
    delays : array, shape (2, n_taps)
        Frames by which the reflections come later, for each ear.
    gains : array, shape (2, n_taps)
        Their gains; every other one comes from the channel of the other side.
    ring : array, shape (2, whole quanta)
        What has been played, darkened.
    memory : array, shape (2,)
        Filter states, kept between spans.
    place : array, shape (1,)
        Quanta done.
    heard : array, shape (2, whole quanta)
        Work space.
    """
    bright, dull = np.float32(direct[0]), np.float32(direct[1])
    done, length = 0, ring.shape[1]
    line, heard_line = stage.reshape(-1), out.reshape(-1)
    while done < stage.shape[0]:
        here = place[0] * _QUANTUM
        first = here % length
        count = min(min(stage.shape[0] - done, heard.shape[1]), length - first)  # a long run costs least
        for q in range(first, first + count, _QUANTUM):
            _darken(line[2 * (done + q - first) :], pole, ring[0, q:], ring[1, q:], memory)
        played, both = line[2 * done : 2 * (done + count)], heard_line[2 * done : 2 * (done + count)]
        for ear in range(2):
            sound, dulled = heard[ear, :count], ring[ear, first : first + count]
            for n in range(count):
                sound[n] = bright * played[2 * n + ear] + dull * dulled[n]
            for tap in range(delays.shape[1]):
                source = ear if tap % 2 == 0 else 1 - ear
                add_run(ring[source], here - delays[ear, tap], gains[ear, tap], sound, count)
        add_channels(heard[0], heard[1], both)
        done += count
        place[0] += count // _QUANTUM


@inline_kernel
def _darken(played: Mono, pole: float, left: Mono, right: Mono, memory: FloatArray) -> None:
    """Pass one quantum through a one-pole low-pass, two frames a step: it waits half as long for itself."""
    near, far, gain, square = memory[0], memory[1], 1.0 - pole, pole * pole
    for n in range(0, _QUANTUM, 2):
        x, u = gain * played[2 * n], gain * played[2 * n + 1]
        y, v = gain * played[2 * n + 2] + pole * x, gain * played[2 * n + 3] + pole * u
        left[n], right[n] = x + pole * near, u + pole * far
        near, far = y + square * near, v + square * far
        left[n + 1], right[n + 1] = near, far
    memory[0] = near if abs(near) > 1e-20 else 0.0
    memory[1] = far if abs(far) > 1e-20 else 0.0
