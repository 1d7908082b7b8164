"""Channels, each for itself or as one line of frames, left and right by turns: how sound changes its form.

Kernels that go through frames take `audio.reshape(-1)`, one line of numbers: so the step from frame to frame is known
when they are compiled, and many frames are moved at once. Of rows of two, it is known only when they run.
"""

from ambience.sound.dsp._jit import inline_kernel
from ambience.units import Mono


@inline_kernel
def add_channel(sound: Mono, total: Mono) -> None:
    """Add one channel to another of the same length."""
    for n in range(total.shape[0]):
        total[n] += sound[n]


@inline_kernel
def add_channels(left: Mono, right: Mono, line: Mono) -> None:
    """Add the heads of two channels to a line of frames."""
    for n in range(line.shape[0] // 2):
        line[2 * n] += left[n]
        line[2 * n + 1] += right[n]


@inline_kernel
def add_shaded(left: Mono, right: Mono, gains: Mono, line: Mono) -> None:
    """Add the heads of two channels, each frame at its gain, to a line of frames."""
    for n in range(line.shape[0] // 2):
        line[2 * n] += left[n] * gains[n]
        line[2 * n + 1] += right[n] * gains[n]


@inline_kernel
def join_channels(left: Mono, right: Mono, line: Mono) -> None:
    """Lay the heads of two channels into a line of frames."""
    for n in range(line.shape[0] // 2):
        line[2 * n] = left[n]
        line[2 * n + 1] = right[n]
