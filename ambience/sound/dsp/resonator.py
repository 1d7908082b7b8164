"""Wind: noise through a few resonators per voice, each wandering slowly in pitch and level."""

import math

import numpy as np
from numpy.random import Generator

from ambience.rng import noise_seed
from ambience.sound.block import BRIGHTNESS, LEVEL, QUANTUM_FRAMES
from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.channels import add_shaded
from ambience.sound.dsp.filter import exp2
from ambience.sound.dsp.gust import Gust
from ambience.sound.dsp.noise import white
from ambience.sound.dsp.roster import END, START, Roster
from ambience.sound.dsp.wander import smooth, wander
from ambience.units import AnyArray, Audio, FloatArray, IntArray, s_to_frames

LANES = 12
"""Most resonators of one voice; the kernel takes them four at a time."""

_NARROWEST_HZ = 0.5
_TINY = 1e-20
_UNSET = 2.0  # no stable resonator has it
_BLOCK = 64
_DB_TO_OCTAVES = math.log2(10.0) / 20.0

_KEY_UP, _GROUPS = 2, 3  # further columns of `when`
_ATTACK, _RELEASE, _FADE, _WANDER, _WANDER_STEP, _WAVER, _WAVER_STEP = range(7)
_CENTER, _SWEEP, _WIDTH, _GAIN, _LEFT, _RIGHT, _LATE, _TILT, _MASK = range(9)  # rows of `lanes`: what was asked
_A1, _A2, _B, _A1_NEXT, _A2_NEXT, _B_NEXT, _Y1, _Y2 = range(9, 17)  # what is sounding


class ResonatorBank:
    """Voices of filtered noise.

    Parameters
    ----------
    sample_rate_hz : int
        Frames per second.
    rng : Generator
        Seeds the noise and the movements of each voice.
    """

    def __init__(self, sample_rate_hz: int, rng: Generator) -> None:
        self._rate_hz = sample_rate_hz
        self._rng = rng
        self._frame = 0
        self._voices = Roster(4, (np.float64, (7,)), (np.float64, (17, LANES)), (np.uint64, ()))
        self._scratch = np.zeros((3, _BLOCK), dtype=np.float32)
        self._noise = np.zeros((9, _BLOCK + 2), dtype=np.float64)
        self._noise[2] = _signs()

    def blow(self, offset_frames: int, gust: Gust) -> None:
        """Begin a voice `offset_frames` after the start of the next span (it may lie beyond that span)."""
        rate_hz, start = self._rate_hz, self._frame + offset_frames
        key_up = start + s_to_frames(gust.held_s, rate_hz)
        end = key_up + s_to_frames(gust.release_s, rate_hz)
        row = self._voices.add(end)
        when, how, lanes, seeds = self._voices.arrays
        seeds[row] = noise_seed(self._rng)
        how[row, _ATTACK], how[row, _RELEASE] = gust.attack_s * rate_hz, max(gust.release_s * rate_hz, 1.0)
        how[row, _FADE] = gust.fade_db * _DB_TO_OCTAVES
        how[row, _WANDER], how[row, _WANDER_STEP] = gust.wander_cents / 1200.0, gust.wander_hz / rate_hz
        how[row, _WAVER], how[row, _WAVER_STEP] = gust.waver, gust.waver_hz / rate_hz
        top_hz = gust.center_hz * 2.0 ** np.maximum(gust.sweep_octaves, 0.0)
        keep = np.flatnonzero(top_hz < 0.42 * rate_hz)[:LANES]
        when[row] = start, end, key_up, -(-len(keep) // 4)
        self._set_lanes(lanes[row], gust, keep)

    def render(self, out: Audio, controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether no voice sounded."""
        self._voices.retire(self._frame)
        if self._voices.count:
            when, how, lanes, seeds = self._voices.arrays
            place = (out, self._frame, float(self._rate_hz), self._voices.count)
            rustle(*place, when, how, lanes, seeds, controls, self._noise, self._scratch)
        self._frame += len(out)
        return not self._voices.count

    def skip(self, n_frames: int) -> None:
        """Move on; there are no voices."""
        self._frame += n_frames

    def _set_lanes(self, lanes: FloatArray, gust: Gust, keep: IntArray) -> None:
        lanes[_CENTER], lanes[_WIDTH] = 1000.0, 1.0  # idle lanes: harmless, silent
        rows = lanes[:, : len(keep)]
        angle = (gust.pan[keep] + 1.0) * (math.pi / 4.0)
        rows[_CENTER], rows[_GAIN], rows[_WIDTH] = gust.center_hz[keep], gust.gain[keep], gust.width[keep]
        rows[_LEFT], rows[_RIGHT] = math.sqrt(2.0) * np.cos(angle), math.sqrt(2.0) * np.sin(angle)
        for place, value in ((_SWEEP, gust.sweep_octaves), (_TILT, gust.tilt), (_MASK, gust.mask_octaves)):
            rows[place] = np.broadcast_to(value, gust.center_hz.shape)[keep]
        rows[_LATE] = np.broadcast_to(gust.late_db, gust.center_hz.shape)[keep] * _DB_TO_OCTAVES
        lanes[_A2] = _UNSET


def _signs() -> FloatArray:
    """Return a block of signs, half of them minus, in an order that is as good as any (and two more, as it goes on)."""
    order = np.argsort((np.arange(_BLOCK) * 0.6180339887 + 0.31 * (np.arange(_BLOCK) % 7)) % 1.0)
    signs = np.where(order % 2 == 0, 1.0, -1.0)
    return np.concatenate([signs, signs[:2]])


@inline_kernel
def swell(age: float, held: float, attack: float, release: float, fade: float) -> float:
    """Return the gain, 0..1, `age` frames after key down; the power of an attack and an equal release sum to one."""
    gain = 1.0
    if age < attack:
        gain = np.sqrt(smooth(age / attack))
    if age > held:
        gain *= np.sqrt(smooth((held + release - age) / release)) * exp2(fade * (held - age) / release)
    return gain


@inline_kernel
def aim(
    lane: FloatArray,
    h: FloatArray,
    seed: np.uint64,
    used: int,
    age: float,
    held: float,
    level: float,
    brightness: float,
    sample_rate_hz: float,
) -> None:
    """Choose the coefficients that the resonators of one voice reach at the end of the quantum."""
    x = min(age / max(held, 1.0), 1.0)
    for k in range(used):
        own = seed + np.uint64(2 * k + 2)
        octaves = lane[_SWEEP, k] * x + lane[_MASK, k] * (1.0 - level)
        # 0.07 and 0.09 a lane: no two resonators turn at the same rate.
        octaves += h[_WANDER] * wander(own, age * h[_WANDER_STEP] * (1.0 + 0.07 * k))
        center_hz = min(lane[_CENTER, k] * exp2(octaves), 0.45 * sample_rate_hz)
        width_hz = min(max(center_hz * lane[_WIDTH, k], _NARROWEST_HZ), 0.2 * sample_rate_hz)
        u = math.pi * width_hz / sample_rate_hz
        r2 = ((1.0 - 0.5 * u) / (1.0 + 0.5 * u)) ** 2
        gain = 1.0 + h[_WAVER] * wander(own + np.uint64(1), age * h[_WAVER_STEP] * (1.0 + 0.09 * k))
        gain *= max(1.0 + lane[_TILT, k] * (2.0 * brightness - 1.0), 0.0)
        gain *= lane[_GAIN, k] * exp2(lane[_LATE, k] * (x - 1.0))
        lane[_A1_NEXT, k] = (1.0 + r2) * np.cos(2.0 * math.pi * center_hz / sample_rate_hz)
        lane[_A2_NEXT, k] = r2
        lane[_B_NEXT, k] = gain * np.sqrt(1.5 * (1.0 - r2))
        if lane[_A2, k] == _UNSET:
            lane[_A1, k], lane[_A2, k], lane[_B, k] = lane[_A1_NEXT, k], r2, lane[_B_NEXT, k]


@kernel
def rustle(
    out: Audio,
    first_frame: int,
    sample_rate_hz: float,
    count: int,
    when: IntArray,
    how: FloatArray,
    lanes: FloatArray,
    seeds: AnyArray,
    controls: FloatArray,
    noise: FloatArray,
    scratch: Audio,
) -> None:
    """Add all voices to `out`, quantum by quantum on the absolute grid.

    Notes
    -----
    Two-pole resonators with zeros at 0 Hz and half the sample rate, (1 - allpass) / 2, so that center and peak gain are
    exact: J. O. Smith, P. Angell, "A Constant-Gain Digital Resonator Tuned by a Single Coefficient", CMJ 6(4), 1982.
    Such a resonator passes the power (1 - r²) / 2 of white noise, whose own power here is 1/3.
    """
    left, right, env = scratch[0], scratch[1], scratch[2]
    own, other, signs, evens, odds = noise[0], noise[1], noise[2], noise[3], noise[4]
    s0, s1, s2, s3 = noise[5], noise[6], noise[7], noise[8]
    zero, line = np.float32(0.0), out.reshape(-1)
    for v in range(count):
        start, end, key_up, seed = when[v, START], when[v, END], when[v, _KEY_UP], seeds[v]
        h, lane = how[v], lanes[v]
        used = 4 * when[v, _GROUPS]
        for block in range(out.shape[0] // _BLOCK):
            frame = first_frame + block * _BLOCK
            if frame + _BLOCK <= start or frame >= end:
                continue
            first, last = max(start - frame, 0), min(end - frame, _BLOCK)
            steps = (QUANTUM_FRAMES - frame % QUANTUM_FRAMES) // _BLOCK  # blocks left in this quantum
            if frame % QUANTUM_FRAMES == 0 or start >= frame:
                row = block * _BLOCK // QUANTUM_FRAMES + 1
                age, held = float(frame + steps * _BLOCK - start), float(key_up - start)
                aim(lane, h, seed, used, age, held, controls[row, LEVEL], controls[row, BRIGHTNESS], sample_rate_hz)
            for k in range(used):
                lane[_A1, k] += (lane[_A1_NEXT, k] - lane[_A1, k]) / steps
                lane[_A2, k] += (lane[_A2_NEXT, k] - lane[_A2, k]) / steps
                lane[_B, k] += (lane[_B_NEXT, k] - lane[_B, k]) / steps

            # Two noises, differenced: odd and even resonators must not move as one. White noise under a fixed, balanced
            # order of signs is white again and owes nothing to the first: half the price of a second hash.
            for n in range(_BLOCK + 2):
                own[n] = white(seed, frame + n)
                other[n] = own[n] * signs[n]
            for n in range(_BLOCK):
                evens[n] = own[n] - own[n + 2]
                odds[n] = other[n] - other[n + 2]
            left[:] = zero
            right[:] = zero
            for k in range(0, used, 4):
                a1, a2, b = lane[_A1, k], lane[_A2, k], lane[_B, k]
                c1, c2, d = lane[_A1, k + 1], lane[_A2, k + 1], lane[_B, k + 1]
                e1, e2, f = lane[_A1, k + 2], lane[_A2, k + 2], lane[_B, k + 2]
                g1, g2, i = lane[_A1, k + 3], lane[_A2, k + 3], lane[_B, k + 3]
                y1, y2, z1, z2 = lane[_Y1, k], lane[_Y2, k], lane[_Y1, k + 1], lane[_Y2, k + 1]
                p1, p2, q1, q2 = lane[_Y1, k + 2], lane[_Y2, k + 2], lane[_Y1, k + 3], lane[_Y2, k + 3]
                for n in range(_BLOCK):
                    even, odd = evens[n], odds[n]
                    y0 = (b * even - a2 * y2) + a1 * y1
                    z0 = (d * odd - c2 * z2) + c1 * z1
                    p0 = (f * even - e2 * p2) + e1 * p1
                    q0 = (i * odd - g2 * q2) + g1 * q1
                    y2, y1, z2, z1, p2, p1, q2, q1 = y1, y0, z1, z0, p1, p0, q1, q0
                    s0[n], s1[n], s2[n], s3[n] = y0, z0, p0, q0
                lane[_Y1, k], lane[_Y2, k], lane[_Y1, k + 1], lane[_Y2, k + 1] = y1, y2, z1, z2
                lane[_Y1, k + 2], lane[_Y2, k + 2], lane[_Y1, k + 3], lane[_Y2, k + 3] = p1, p2, q1, q2
                l0, l1 = lane[_LEFT, k], lane[_LEFT, k + 1]
                l2, l3 = lane[_LEFT, k + 2], lane[_LEFT, k + 3]
                r0, r1 = lane[_RIGHT, k], lane[_RIGHT, k + 1]
                r2, r3 = lane[_RIGHT, k + 2], lane[_RIGHT, k + 3]
                for n in range(_BLOCK):
                    left[n] += np.float32((s0[n] * l0 + s1[n] * l1) + (s2[n] * l2 + s3[n] * l3))
                    right[n] += np.float32((s0[n] * r0 + s1[n] * r1) + (s2[n] * r2 + s3[n] * r3))
            for k in range(used):
                if abs(lane[_Y1, k]) + abs(lane[_Y2, k]) < _TINY:
                    lane[_Y1, k], lane[_Y2, k] = 0.0, 0.0

            gain0 = swell(float(frame + first - start), float(key_up - start), h[_ATTACK], h[_RELEASE], h[_FADE])
            gain1 = swell(float(frame + last - start), float(key_up - start), h[_ATTACK], h[_RELEASE], h[_FADE])
            gain, slope = np.float32(gain0), np.float32((gain1 - gain0) / (last - first))
            for n in range(_BLOCK):
                env[n] = gain + slope * np.float32(n - first)
            for n in range(first):
                env[n] = zero
            for n in range(last, _BLOCK):
                env[n] = zero
            add_shaded(left, right, env, line[2 * block * _BLOCK : 2 * (block + 1) * _BLOCK])
