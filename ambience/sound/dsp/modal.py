"""Things that ring when struck or bowed: each blow is a voice of decaying modes and a burst of noise."""

import math

import numpy as np
from numpy.random import Generator

from ambience.rng import noise_seed
from ambience.sound.dsp._jit import kernel
from ambience.sound.dsp.channels import add_shaded
from ambience.sound.dsp.noise import white
from ambience.sound.dsp.oscillator import sine
from ambience.sound.dsp.ringing import (
    AMP,
    KEEP,
    LEFT,
    NEPERS_PER_T60,
    PHASE,
    RIGHT,
    STEP,
    TAIL_AMP,
    TAIL_KEEP,
    sides_of,
    tune,
)  # fmt: skip
from ambience.sound.dsp.roster import END, START, Roster
from ambience.sound.dsp.stroke import Stroke
from ambience.sound.dsp.wander import smooth, wander
from ambience.units import AnyArray, Audio, FloatArray, IntArray, s_to_frames

_BLOCK = 64
_FADE_S = 0.02  # the last moments of a voice, so that it ends at exactly nothing
_INAUDIBLE = 8e-6
_SLOW_FRAMES = 4096.0  # an attack longer than this is straight within a block

_NOISE_END, _KEY_UP, _MODES = 2, 3, 4  # further columns of `when`
(_ATTACK, _RELEASE, _FADE, _DROP, _DROP_FALL, _GLIDE, _GLIDE_FRAMES, _DRIFT, _WAVER, _WAVER_STEP) = range(10)
(_NOISE, _NOISE_FALL, _NOISE_BAND, _SVF_G, _SVF_1, _SVF_2, _NOISE_LEFT, _NOISE_RIGHT) = range(10, 18)


class ModalBank:
    """Voices of up to `modes` modes each.

    Parameters
    ----------
    sample_rate_hz : int
        Frames per second; modes above 0.45 of it are left out.
    modes : int
        Most modes of one stroke.
    rng : Generator
        Seeds the noise and the slow movements of each stroke.
    """

    def __init__(self, sample_rate_hz: int, modes: int, rng: Generator) -> None:
        self._rate_hz = sample_rate_hz
        self._rng = rng
        self._frame = 0
        shapes = ((np.float64, (18,)), (np.float64, (8, modes + 1)), (np.uint64, ()))
        self._voices = Roster(5, *shapes)
        self._scratch = np.zeros((5, _BLOCK), dtype=np.float32)
        self._scratch[4] = np.arange(_BLOCK)
        self._alive = np.zeros(modes + 2, dtype=np.int64)

    def strike(self, offset_frames: int, stroke: Stroke, seed: np.uint64 | None = None) -> None:
        """Begin a stroke `offset_frames` after the start of the next span (it may lie beyond that span).

        The seed of its noise and its slow movements is drawn unless it is given.
        """
        start, end, noise_end, key_up = self._times(offset_frames, stroke)
        row = self._voices.add(end)
        when, how, modes, seeds = self._voices.arrays
        seeds[row] = noise_seed(self._rng) if seed is None else seed
        sides = sides_of(stroke.pan)
        glide = 2.0 ** max(stroke.glide_octaves, 0.0)
        kept = stroke.decay.kept(NEPERS_PER_T60 * _BLOCK / self._rate_hz)
        count = tune(
            modes[row], stroke.frequency_hz, stroke.gain, stroke.decay.tail, stroke.phase_cycles, kept, sides, glide,
            self._rate_hz,
        )  # fmt: skip
        when[row] = (start, end, noise_end, key_up, count)
        how[row] = self._manner(stroke, *sides[:, -1].tolist())

    def render(self, out: Audio, controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether no voice sounded."""
        self._voices.retire(self._frame)
        if self._voices.count:
            when, how, modes, seeds = self._voices.arrays
            ring(out, self._frame, self._voices.count, when, how, modes, seeds, self._scratch, self._alive)
        self._frame += len(out)
        return not self._voices.count

    def skip(self, n_frames: int) -> None:
        """Move on; there are no voices."""
        self._frame += n_frames

    def _times(self, offset_frames: int, stroke: Stroke) -> tuple[int, int, int, int]:
        """Return the first columns of `when`."""
        start = self._frame + offset_frames
        life_s = stroke.life_s() + _FADE_S
        noise_s = stroke.stick.decay_s * 1.5 if stroke.stick.gain else 0.0
        end = start + s_to_frames(life_s, self._rate_hz)
        noise_end = min(start + s_to_frames(noise_s, self._rate_hz), end)
        return start, end, noise_end, start + s_to_frames(min(stroke.held_s, life_s), self._rate_hz)

    def _manner(self, stroke: Stroke, left: float, right: float) -> tuple[float, ...]:
        """Return the columns of `how`; the stick stands where the modes do on average."""
        rate_hz, stick = self._rate_hz, stroke.stick
        # Uniform noise has a power of 1/3, spread to half the sample rate; what the filter leaves begins at unity.
        noise = stick.gain * math.sqrt(max(3.0 * rate_hz / (math.pi * stick.cutoff_hz), 3.0))
        return (
            max(stroke.attack_s * rate_hz, 1.0), NEPERS_PER_T60 / (stroke.release_s * rate_hz), _FADE_S * rate_hz,
            stroke.drop, 1.0 / (stroke.drop_s * rate_hz), stroke.glide_octaves, stroke.glide_s * rate_hz,
            stroke.drift_cents * math.log(2.0) / 1200.0, stroke.waver, stroke.waver_hz / rate_hz,
            noise, math.exp(-NEPERS_PER_T60 / (stick.decay_s * rate_hz)), stick.band,
            math.tan(math.pi * min(stick.cutoff_hz / rate_hz, 0.45)), 0.0, 0.0,  # of `filter.svf_gain`, at rest
            math.sqrt(2.0) * left, math.sqrt(2.0) * right,
        )  # fmt: skip


@kernel
def ring(
    out: Audio,
    first_frame: int,
    count: int,
    when: IntArray,
    how: FloatArray,
    modes: FloatArray,
    seeds: AnyArray,
    scratch: Audio,
    alive: IntArray,
) -> None:
    """Add all voices to `out`, block by block on the absolute grid.

    Notes
    -----
    A mode's level is the sum of two exponentials: strings and plates lose their first sound fast and their second
    slowly (G. Weinreich, "Coupled Piano Strings", JASA 62, 1977). Levels are exact at block ends, straight between.
    All modes of a voice share one warped clock, so that pitch moves cost nothing per mode.
    """
    left, right, clock, env, ramp = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    zero, line = np.float32(0.0), out.reshape(-1)
    for v in range(count):
        start, end, key_up, seed = when[v, START], when[v, END], when[v, _KEY_UP], seeds[v]
        h = how[v]
        silent = modes.shape[2] - 1
        for block in range(out.shape[0] // _BLOCK):
            frame = first_frame + block * _BLOCK
            if frame + _BLOCK <= start or frame >= end:
                continue
            first, last = max(start - frame, 0), min(end - frame, _BLOCK)
            span = float(_BLOCK - first)
            age = float(frame + first - start)

            # The clock: frames of this block as the modes live them.
            rate0, rate1 = 1.0, 1.0
            if h[_DROP] != 0.0:
                rate0 += h[_DROP] * np.exp(-age * h[_DROP_FALL])
                rate1 += h[_DROP] * np.exp(-(age + span) * h[_DROP_FALL])
            if h[_GLIDE] != 0.0:
                x0 = min(age / h[_GLIDE_FRAMES], 1.0)
                x1 = min((age + span) / h[_GLIDE_FRAMES], 1.0)
                rate0 *= 2.0 ** (h[_GLIDE] * x0 * x0)
                rate1 *= 2.0 ** (h[_GLIDE] * x1 * x1)
            gain0, gain1 = 1.0, 1.0
            if h[_DRIFT] != 0.0 or h[_WAVER] != 0.0:
                here, there = age * h[_WAVER_STEP], (age + span) * h[_WAVER_STEP]
                rate0 += h[_DRIFT] * wander(seed, here)
                rate1 += h[_DRIFT] * wander(seed, there)
                # 0.618…: the two movements never line up again.
                gain0 = 1.0 + h[_WAVER] * wander(seed + np.uint64(1), here * 0.6180339887)
                gain1 = 1.0 + h[_WAVER] * wander(seed + np.uint64(1), there * 0.6180339887)
            bend = 0.5 * (rate1 - rate0) / span
            lived = span * (rate0 + bend * span)

            # The envelope.
            if frame + _BLOCK > key_up:
                gain0 *= np.exp(-h[_RELEASE] * max(frame + first - key_up, 0))
                gain1 *= np.exp(-h[_RELEASE] * max(frame + _BLOCK - key_up, 0))
            if age < h[_ATTACK] and h[_ATTACK] > _SLOW_FRAMES:
                gain0 *= smooth(age / h[_ATTACK])
                gain1 *= smooth((age + span) / h[_ATTACK])
            slope = np.float32((gain1 - gain0) / span)
            for n in range(_BLOCK):
                x = ramp[n] - np.float32(first)
                clock[n] = x * (np.float32(rate0) + np.float32(bend) * x)
                env[n] = np.float32(gain0) + slope * x
                left[n] = zero
                right[n] = zero
            for n in range(first):
                env[n] = zero
            for n in range(last, _BLOCK):
                env[n] = zero
            if age < h[_ATTACK] and h[_ATTACK] <= _SLOW_FRAMES:
                for n in range(first, last):
                    env[n] *= np.float32(smooth((frame + n - start) / h[_ATTACK]))
            if frame + _BLOCK > end - h[_FADE]:
                for n in range(first, last):
                    env[n] *= np.float32(smooth((end - frame - n) / h[_FADE]))

            # The modes that can still be heard, two at a time.
            sounding = 0
            for k in range(when[v, _MODES]):
                loudest = max(abs(modes[v, LEFT, k]), abs(modes[v, RIGHT, k]))
                if (abs(modes[v, AMP, k]) + abs(modes[v, TAIL_AMP, k])) * loudest > _INAUDIBLE:
                    alive[sounding] = k
                    sounding += 1
            alive[sounding] = silent
            for pair in range(0, sounding, 2):
                i, j = alive[pair], alive[pair + 1]
                phase_i, step_i = np.float32(modes[v, PHASE, i]), np.float32(modes[v, STEP, i])
                phase_j, step_j = np.float32(modes[v, PHASE, j]), np.float32(modes[v, STEP, j])
                before_i = modes[v, AMP, i] + modes[v, TAIL_AMP, i]
                before_j = modes[v, AMP, j] + modes[v, TAIL_AMP, j]
                for k in (i, j):
                    keep, tail_keep = modes[v, KEEP, k], modes[v, TAIL_KEEP, k]
                    if first > 0:
                        keep, tail_keep = keep ** (span / _BLOCK), tail_keep ** (span / _BLOCK)
                    modes[v, AMP, k] *= keep
                    modes[v, TAIL_AMP, k] *= tail_keep
                    phase = modes[v, PHASE, k] + modes[v, STEP, k] * lived
                    modes[v, PHASE, k] = phase - np.floor(phase)
                fall_i = np.float32((modes[v, AMP, i] + modes[v, TAIL_AMP, i] - before_i) / span)
                fall_j = np.float32((modes[v, AMP, j] + modes[v, TAIL_AMP, j] - before_j) / span)
                amp_i = np.float32(before_i) - fall_i * np.float32(first)
                amp_j = np.float32(before_j) - fall_j * np.float32(first)
                left_i, right_i = np.float32(modes[v, LEFT, i]), np.float32(modes[v, RIGHT, i])
                left_j, right_j = np.float32(modes[v, LEFT, j]), np.float32(modes[v, RIGHT, j])
                for n in range(_BLOCK):
                    a = sine(phase_i + step_i * clock[n]) * (amp_i + fall_i * ramp[n])
                    b = sine(phase_j + step_j * clock[n]) * (amp_j + fall_j * ramp[n])
                    left[n] += a * left_i + b * left_j
                    right[n] += a * right_i + b * right_j

            # The stick.
            if frame < when[v, _NOISE_END]:
                g, low, band = h[_SVF_G], h[_SVF_2], h[_SVF_1]
                a1 = 1.0 / (1.0 + g * (g + 1.2))
                for n in range(first, min(when[v, _NOISE_END] - frame, _BLOCK)):
                    v3 = h[_NOISE] * white(seed, frame + n) - low
                    v1 = a1 * (band + g * v3)
                    v2 = low + g * v1
                    band, low = 2.0 * v1 - band, 2.0 * v2 - low
                    h[_NOISE] *= h[_NOISE_FALL]
                    burst = np.float32(v2 + h[_NOISE_BAND] * (v1 - v2))
                    left[n] += burst * np.float32(h[_NOISE_LEFT])
                    right[n] += burst * np.float32(h[_NOISE_RIGHT])
                h[_SVF_2], h[_SVF_1] = low, band
            add_shaded(left, right, env, line[2 * block * _BLOCK : 2 * (block + 1) * _BLOCK])
