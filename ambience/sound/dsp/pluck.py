"""Plucked strings: a shape that runs round a loop one period long and loses its edges on the way."""

import math
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.dsp._jit import kernel
from ambience.sound.dsp.roster import END, START, Roster
from ambience.sound.dsp.wander import smooth
from ambience.units import Audio, FloatArray, IntArray, Mono, s_to_frames

LOWEST_HZ = 16.0
"""Deepest string of the bank; it decides how much memory one string takes."""

_SHORTEST_FRAMES = 6  # period of the highest string: the loop needs that much to be a delay at all

_TAPS = 8
_MOST_GAIN = 0.99999
_SILENCE_DB = 90.0
_FADE_S = 0.03
_RISE_SHARE = 0.08  # of the fade: 2.4 ms; shorter is heard as a tick
_TINY = np.float32(1e-20)
_PERIOD = 2  # further column of `when`
_LEFT, _RIGHT, _FADE = range(_TAPS, _TAPS + 3)  # columns of `strings`, after the taps
_POWER_WINDOW_S = 0.5


class Pluck(NamedTuple):
    """One string set in motion."""

    frequency_hz: float  # 16 to a sixth of the sample rate
    decay_s: float  # T60 of the fundamental
    damping: float  # 0..0.25: how much faster the upper partials die
    position: float  # 0..0.5 of the string's length: near the end thin, at the middle hollow
    color_hz: float  # low-pass of the finger: soft below, nail above
    level_db: float  # mean level of the first half second, full scale = 1.0
    pan: float = 0.0  # -1 left … 1 right


class PluckBank:
    """Strings in the order in which they were plucked.

    Parameters
    ----------
    sample_rate_hz : int
        Frames per second.
    rng : Generator
        Draws the shape of every pluck.
    """

    def __init__(self, sample_rate_hz: int, rng: Generator) -> None:
        self._rate_hz = sample_rate_hz
        self._rng = rng
        self._frame = 0
        longest = math.ceil(sample_rate_hz / LOWEST_HZ) + _TAPS
        rows = ((np.float64, (_TAPS + 3,)), (np.float32, (longest + QUANTUM_FRAMES,)), (np.float32, (longest,)))
        self._voices = Roster(3, *rows)

    def pluck(self, offset_frames: int, string: Pluck) -> None:
        """Begin a note `offset_frames` after the start of the next span (it may lie beyond that span)."""
        highest_hz = self._rate_hz / _SHORTEST_FRAMES
        rule = f"must be {LOWEST_HZ:g} to {highest_hz:g}"
        require(LOWEST_HZ <= string.frequency_hz <= highest_hz, "Pluck", "frequency_hz", string.frequency_hz, rule)
        taps, period = loop_taps(string.frequency_hz, string.decay_s, string.damping, self._rate_hz)
        shape = self._shape(string, round(self._rate_hz / string.frequency_hz))
        life_s = string.decay_s * _SILENCE_DB / 60.0
        start = self._frame + offset_frames
        end = start + s_to_frames(life_s, self._rate_hz)
        row = self._voices.add(end)
        when, strings, _, shapes = self._voices.arrays
        when[row] = start, end, period
        past = period + _TAPS
        shapes[row, :past] = np.resize(shape, past)
        strings[row, :_TAPS] = taps
        angle = (string.pan + 1.0) * (math.pi / 4.0)
        strings[row, _LEFT], strings[row, _RIGHT] = math.sqrt(2.0) * math.cos(angle), math.sqrt(2.0) * math.sin(angle)
        strings[row, _FADE] = min(_FADE_S, 0.5 * life_s) * self._rate_hz

    def render(self, out: Audio, controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether no voice sounded."""
        self._voices.retire(self._frame)
        if self._voices.count:
            when, strings, lines, shapes = self._voices.arrays
            twang(out, self._frame, self._voices.count, when, strings, lines, shapes)
        self._frame += len(out)
        return not self._voices.count

    def skip(self, n_frames: int) -> None:
        """Move on; there are no voices."""
        self._frame += n_frames

    def _shape(self, string: Pluck, period: int) -> Mono:
        """Return one period of the string's first shape, without a mean.

        Made by its spectrum, so that it closes on itself; the comb is the echo from the bridge.
        """
        bins = period // 2 + 1
        frequency_hz = np.fft.rfftfreq(period, 1.0 / self._rate_hz)
        phase = self._rng.random(bins)
        phase[1] = 0.0  # the strings of one note begin together
        comb = np.abs(np.sin(np.pi * np.arange(bins) * string.position))
        spectrum = comb / (1.0 + (frequency_hz / string.color_hz) ** 2) / np.maximum(np.arange(bins), 1.0) ** 0.5
        spectrum[0] = 0.0
        shape = np.fft.irfft(spectrum * np.exp(2j * np.pi * phase), period)
        energy = math.sqrt(float(np.mean(shape**2)))
        kept = (1.0 - math.exp(-13.8 * _POWER_WINDOW_S / string.decay_s)) * string.decay_s / (13.8 * _POWER_WINDOW_S)
        gain = math.pow(10.0, string.level_db / 20.0) / (energy * math.sqrt(kept))
        return np.asarray(shape * gain, dtype=np.float32)


def loop_taps(frequency_hz: float, decay_s: float, damping: float, sample_rate_hz: int) -> tuple[FloatArray, int]:
    """Design the loop of one string: eight taps behind a whole-number delay.

    Returns
    -------
    taps : array, shape (8,)
        Weights of the frames `period`, `period` + 1 … + 7 ago.
    period : int
        The least delay, in frames.

    Notes
    -----
    Averaging of neighbors as in D. Jaffe, J. O. Smith, "Extensions of the Karplus-Strong Plucked-String Algorithm",
    CMJ 7(2), 1983; the fraction by third-order Lagrange interpolation instead of their allpass, so that the loop
    has no memory but the line and a whole period can be computed at once. The fraction is then moved until the phase
    delay of all taps at the fundamental is the period, and the gain set for the decay of the fundamental.
    """
    omega = 2.0 * math.pi * frequency_hz / sample_rate_hz
    wanted = sample_rate_hz / frequency_hz
    loss_gain = math.pow(10.0, -3.0 / (frequency_hz * decay_s))
    period = math.floor(wanted) - 3
    fraction = wanted - period - 2.0
    # The fundamental must not lose more to averaging and interpolation than its decay allows, else the loop would have
    # to make it up and would grow elsewhere.
    between = abs(complex(np.sum(_lagrange(fraction) * np.exp(-1j * omega * np.arange(4)))))
    most = (1.0 - math.sqrt(min(1.0002 * loss_gain / between, 1.0))) / (2.0 * (1.0 - math.cos(omega)))
    share = min(damping, most)
    average = np.convolve([share, 1.0 - 2.0 * share, share], [share, 1.0 - 2.0 * share, share])
    delays = np.arange(_TAPS)
    for _ in range(6):
        taps = np.convolve(_lagrange(fraction), average)
        response = complex(np.sum(taps * np.exp(-1j * omega * delays)))
        fraction += wanted - period + float(np.angle(response)) / omega
    # At the very top the interpolation itself eats more than a long decay may lose: such a string rings shorter.
    return taps * min(loss_gain / abs(response), _MOST_GAIN), period


def _lagrange(delay: float) -> FloatArray:
    """Four taps that delay by 1..2 frames.

    Notes
    -----
    T. Laakso et al., "Splitting the Unit Delay", IEEE Signal Processing Magazine 13(1), 1996.
    """
    d = delay
    return np.array(
        [
            -(d - 1.0) * (d - 2.0) * (d - 3.0) / 6.0,
            d * (d - 2.0) * (d - 3.0) / 2.0,
            -d * (d - 1.0) * (d - 3.0) / 2.0,
            d * (d - 1.0) * (d - 2.0) / 6.0,
        ]
    )


@kernel
def twang(
    out: Audio, first_frame: int, count: int, when: IntArray, strings: FloatArray, lines: Audio, shapes: Audio
) -> None:
    """Add all strings to `out`, quantum by quantum; a line holds its past, then the quantum that is being made."""
    whole = out.reshape(-1)
    for v in range(count):
        start, end, period = when[v, START], when[v, END], when[v, _PERIOD]
        line = lines[v]
        past = period + _TAPS
        t0, t1 = np.float32(strings[v, 0]), np.float32(strings[v, 1])
        t2, t3 = np.float32(strings[v, 2]), np.float32(strings[v, 3])
        t4, t5 = np.float32(strings[v, 4]), np.float32(strings[v, 5])
        t6, t7 = np.float32(strings[v, 6]), np.float32(strings[v, 7])
        left, right, fade = np.float32(strings[v, _LEFT]), np.float32(strings[v, _RIGHT]), strings[v, _FADE]
        for quantum in range(out.shape[0] // QUANTUM_FRAMES):
            frame = first_frame + quantum * QUANTUM_FRAMES
            if frame + QUANTUM_FRAMES <= start or frame >= end:
                continue
            first, last = max(start - frame, 0), min(end - frame, QUANTUM_FRAMES)
            if frame <= start:
                # The string begins with the finger's shape as its past, not with a burst fed into silence: an edge in
                # the loop is a tick in every period.
                for n in range(past):
                    line[first + n] = shapes[v, n]
            for chunk in range(first, QUANTUM_FRAMES, period):
                # Views, so that every index below counts from nought and the loop can be computed side by side.
                fresh, back = line[past + chunk :], line[chunk + past - period - _TAPS + 1 :]
                for n in range(min(period, QUANTUM_FRAMES - chunk)):
                    fresh[n] = ((t0 * back[n + 7] + t1 * back[n + 6]) + (t2 * back[n + 5] + t3 * back[n + 4])) + (
                        (t4 * back[n + 3] + t5 * back[n + 2]) + (t6 * back[n + 1] + t7 * back[n])
                    )
            target = whole[2 * quantum * QUANTUM_FRAMES : 2 * (quantum + 1) * QUANTUM_FRAMES]
            made = line[past:]
            if frame < start + fade * _RISE_SHARE or frame + QUANTUM_FRAMES > end - fade:
                for n in range(QUANTUM_FRAMES):
                    if first <= n < last:
                        age = frame + n - start
                        g = np.float32(smooth(age / (fade * _RISE_SHARE)) * smooth((end - frame - n) / fade))
                        target[2 * n] += made[n] * left * g
                        target[2 * n + 1] += made[n] * right * g
            else:
                for n in range(QUANTUM_FRAMES):
                    target[2 * n] += made[n] * left
                    target[2 * n + 1] += made[n] * right
            for n in range(past):
                y = line[n + QUANTUM_FRAMES]
                line[n] = y if abs(y) > _TINY else np.float32(0.0)
