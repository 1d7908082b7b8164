"""Delay memories, read and written a quantum at a time: plain, all-pass, gliding, and climbing an octave."""

import numpy as np

from ambience.sound.dsp._jit import inline_kernel
from ambience.units import Mono

_ZERO, _TINY = np.float32(0.0), np.float32(1e-20)
_ONE, _TWO, _THREE = np.float32(1.0), np.float32(2.0), np.float32(3.0)
_HALF, _SIXTH = np.float32(0.5), np.float32(1.0 / 6.0)


@inline_kernel
def read_run(ring: Mono, start: int, target: Mono, count: int) -> None:
    """Copy `count` frames of a ring, from any `start` (it may be negative), to the head of `target`."""
    length = ring.shape[0]
    first = start % length
    whole = min(count, length - first)
    ahead, wrapped = ring[first : first + whole], target[whole:count]
    for n in range(whole):
        target[n] = ahead[n]
    for n in range(count - whole):
        wrapped[n] = ring[n]


@inline_kernel
def add_run(ring: Mono, start: int, gain: np.float32, target: Mono, count: int) -> None:
    """Add `count` frames of a ring, scaled, to the head of `target`."""
    length = ring.shape[0]
    first = start % length
    whole = min(count, length - first)
    ahead, wrapped = ring[first : first + whole], target[whole:count]
    for n in range(whole):
        target[n] += gain * ahead[n]
    for n in range(count - whole):
        wrapped[n] += gain * ring[n]


@inline_kernel
def diffuse_run(memory: Mono, length: int, place: int, gain: np.float32, sound: Mono, count: int) -> None:
    """Pass `count` frames of `sound`, in place, through one all-pass of `length` frames; `place` is where it stands.

    Notes
    -----
    M. R. Schroeder, "Natural Sounding Artificial Reverberation", JAES 1962. Runs end where the memory wraps, so each
    frame reads and writes one element and the loop vectorizes however short the all-pass is.
    """
    done = 0
    while done < count:
        run = min(count - done, length - place)
        held, heard = memory[place : place + run], sound[done : done + run]
        for n in range(run):
            old = held[n]
            fresh = heard[n] + gain * old
            held[n] = fresh if abs(fresh) > _TINY else _ZERO
            heard[n] = old - gain * fresh
        done += run
        place = 0


@inline_kernel
def glide_run(
    ring: Mono, here: int, first_frames: float, last_frames: float, spare: Mono, ramp: Mono, target: Mono, count: int
) -> None:
    """Read `count` frames behind `here` while the delay glides from `first_frames` to `last_frames`.

    Notes
    -----
    Third-order Lagrange in its central interval, where its gain never exceeds one: T. I. Laakso et al., "Splitting the
    Unit Delay", IEEE Signal Processing Magazine 1996. `spare` has room for `count` + 3 frames, `ramp` holds 0, 1, 2 …
    """
    step = (last_frames - first_frames) / count
    done = 0
    while done < count:
        end = _steady_end(first_frames, step, done, count)
        whole = int(np.floor(first_frames + step * done))
        oldest = ring[(here + done - whole - 2) % ring.shape[0] :]
        if oldest.shape[0] < end - done + 3:  # it wraps
            read_run(ring, here + done - whole - 2, spare, end - done + 3)
            oldest = spare
        start, slope = np.float32(first_frames + step * done - whole), np.float32(step)
        older, newer, newest, glided = oldest[1:], oldest[2:], oldest[3:], target[done:end]
        for n in range(end - done):
            f = start + slope * ramp[n]
            below, above, far = f - _ONE, f + _ONE, f - _TWO
            glided[n] = (oldest[n] * above - newest[n] * far) * f * below * _SIXTH + (
                newer[n] * below - older[n] * f
            ) * above * far * _HALF
        done = end


@inline_kernel
def _steady_end(first_frames: float, step: float, begin: int, end: int) -> int:
    """Return up to where all delays have as many whole frames as at `begin`; they never turn, so halving finds it."""
    whole, last = np.floor(first_frames + step * begin), begin
    if np.floor(first_frames + step * (end - 1)) == whole:
        return end
    while end - last > 1:
        middle = (last + end) // 2
        if np.floor(first_frames + step * middle) == whole:
            last = middle
        else:
            end = middle
    return end


@inline_kernel
def climb_run(ring: Mono, here: int, delay: int, grain: int, frame: int, amount: np.float32, target: Mono) -> None:
    """Cross-fade `target` towards the same line read an octave higher.

    Two heads run at twice the speed through grains of `grain` frames (a multiple of four), half a grain apart, under
    windows that sum to one. `delay` + `grain` must be shorter than the ring, `here` its write position.

    Notes
    -----
    One head reads the even frames, one the odd: over all grains each frame of the line is read with a total weight of
    one, so by convexity no more energy leaves than entered. Mixing with the straight line keeps that bound; this is
    why a loop with the shifter inside it still dies away.
    """
    length, count = ring.shape[0], target.shape[0]
    phase, behind = frame % grain, (frame + grain // 2) % grain
    turn = np.float32(1.0 / grain)
    done = 0
    while done < count:  # as far as neither head jumps
        near = (here + done + phase - delay - grain) % length
        far = (here + done + behind - 1 - delay - grain) % length
        run = min(min(grain - phase, grain - behind), count - done)
        run = min(run, min((length - near + 1) // 2, (length - far + 1) // 2))
        even, odd, heard, start = ring[near:], ring[far:], target[done : done + run], np.float32(phase)
        for n in range(run):
            weight = _window((start + np.float32(n)) * turn)
            climbed = odd[2 * n] + weight * (even[2 * n] - odd[2 * n])
            heard[n] += amount * (climbed - heard[n])
        done += run
        phase = phase + run if phase + run < grain else 0
        behind = behind + run if behind + run < grain else 0


@inline_kernel
def _window(x: np.float32) -> np.float32:
    """Rise and fall over 0..1 without corners; half a turn away it is one minus itself."""
    ramp = min(_TWO * x, _TWO - _TWO * x)
    return np.float32(ramp * ramp * (_THREE - _TWO * ramp))
