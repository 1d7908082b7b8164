"""An instrument for the bench: drones of sixteen sines that drift, as those who are compared with us play them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.sound.block import QUANTUM_FRAMES, NoteOn, Player
from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.filter import exp2
from ambience.sound.dsp.oscillator import sine
from ambience.units import AnyArray, Audio, FloatArray, IntArray, Mono
from systems.abreast import (
    GOLDEN,
    ROOT_2,
    ROOT_3,
    ROOT_5,
    STATE_ROWS,
    TUNING_ROWS,
    pan,
    play_rows,
    scatter,
    settle,
    tune,
)
from systems.notes import drone_pan
from systems.rows import LANES
from systems.turning import RUN, TOGETHER, sing, spin

_PARTIALS, _FRAMES = 16, QUANTUM_FRAMES
_SINES = _PARTIALS * LANES
(_STEP, _COS, _SIN, _RUN_COS, _RUN_SIN, _STRENGTH, _DRIFT_HZ, _DRIFT, _SWELL_HZ, _SWELL, _PHASE, _LEVEL) = range(12)
(_SWEEP_HZ, _SWEEP, _CUTOFF_HZ, _DAMPING, _WAY_HZ, _WAY, _PAN) = range(7)
(_START_COS, _START_SIN, _TURN_COS, _TURN_SIN, _RUN_LEVEL, _NOTHING, _RUN_TURN_COS, _RUN_TURN_SIN) = range(8)
_NEVER = np.iinfo(np.int64).max
_QUARTER = np.float32(0.25)


@dataclass(frozen=True, slots=True)
class DriftingSines:
    """A bank of drones; each note begins one that never ends, as if it had sounded from the first frame."""

    first: int = setting(0, "number of the first note: rates and phases are scattered by it", low=0, high=1024)

    midi: ClassVar[MidiProfile] = MidiProfile(89, lowest_midi=21, highest_midi=72)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Make a bank without drones yet; nothing in it is left to chance."""
        return _Bank(self.first, sample_rate_hz)


class _Bank:
    def __init__(self, first: int, sample_rate_hz: int) -> None:
        self._number, self._rate_hz, self._frame, self._count = first, sample_rate_hz, 0, 0
        self._begins: IntArray = np.zeros((0, LANES), np.int64)
        self._partials: FloatArray = np.zeros((0, 12 * _SINES))
        self._manners: FloatArray = np.zeros((0, 7 * LANES))
        self._tunings: AnyArray = np.zeros((0, TUNING_ROWS * LANES), np.float32)
        self._states: AnyArray = np.zeros((0, STATE_ROWS * LANES), np.float32)
        self._spins = np.zeros(8 * _SINES, np.float32)
        self._waves, self._turns = np.zeros((2, TOGETHER * 2 * RUN * LANES), np.float32)
        self._rows = np.zeros(_FRAMES * LANES, np.float32)
        self._on = np.zeros(LANES)

    def render(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether no drone has begun."""
        for note in notes:
            self._begin(self._frame + note.offset_frames, note.frequency_hz)
        if self._count:
            play_drones(
                out, self._frame, float(self._rate_hz), self._begins, self._partials, self._manners, self._tunings,
                self._states, self._spins, self._waves, self._turns, self._rows, self._on,
            )  # fmt: skip
        self._frame += len(out)
        return not self._count

    def _begin(self, onset_frame: int, frequency_hz: float) -> None:
        group, lane = divmod(self._count, LANES)
        if not lane:
            self._grow()
        number, k = self._number + self._count, np.arange(1, _PARTIALS + 1)
        place, step, strength = number * 16 + k, frequency_hz * k / self._rate_hz, k**-0.8
        begin = -(-onset_frame // _FRAMES) * _FRAMES
        drift, swell_hz, swell = scatter(place, ROOT_2), 0.02 + 0.28 * scatter(place, ROOT_3), scatter(place, ROOT_5)
        come = begin * step * (1.0 + 0.004 * np.sin(2.0 * np.pi * drift))
        swells = np.sin(2.0 * np.pi * (swell + swell_hz * begin / self._rate_hz))
        angle = 2.0 * np.pi * step
        self._partials[group].reshape(-1, _PARTIALS, LANES)[:, :, lane] = (
            step, np.cos(angle), np.sin(angle), np.cos(RUN * angle), np.sin(RUN * angle), strength,
            0.03 + 0.17 * scatter(place, GOLDEN), drift, swell_hz, swell,
            (scatter(place, GOLDEN) + come) % 1.0, strength * (0.6 + 0.4 * swells),
        )  # fmt: skip
        self._manners[group].reshape(-1, LANES)[:, lane] = (
            0.02 + 0.13 * scatter(number, GOLDEN), scatter(number, ROOT_3),
            600.0 + 1900.0 * scatter(number, ROOT_2), 1.0 / (2.0 + 2.0 * scatter(number, ROOT_3)),
            0.02 + 0.08 * scatter(number, ROOT_5), scatter(number, GOLDEN), drone_pan(number),
        )  # fmt: skip
        self._begins[group, lane] = begin
        self._count += 1

    def _grow(self) -> None:
        """Make room for sixteen more."""
        for name in ("_begins", "_partials", "_manners", "_tunings", "_states"):
            rows = getattr(self, name)
            setattr(self, name, np.concatenate([rows, np.zeros_like(rows, shape=(1, rows.shape[1]))]))
        self._begins[-1] = _NEVER
        self._partials[-1] = 1.0  # of drones that do not sound, too, a level is divided by


@kernel
def play_drones(
    out: Audio, first_frame: int, rate_hz: float, begins: IntArray, partials: FloatArray, manners: FloatArray,
    tunings: AnyArray, states: AnyArray, spins: Mono, waves: Mono, turns: Mono, rows: Mono,
    on: FloatArray,
) -> None:  # fmt: skip
    """Add one span of all drones to `out`, sixteen after the other."""
    line = out.reshape(-1)
    for q in range(out.shape[0] // _FRAMES):
        frame = first_frame + q * _FRAMES
        now_s, later_s = frame / rate_hz, (frame + _FRAMES) / rate_hz
        for g in range(begins.shape[0]):
            for i in range(LANES):
                on[i] = 1.0 if frame >= begins[g, i] else 0.0
            _steer(manners[g], on, now_s, later_s, rate_hz, tunings[g])
            _move(partials[g], on, 0.5 * (now_s + later_s), later_s, spins)
            _add_up(spins, waves, turns, rows)
            play_rows(rows, tunings[g], states[g], line[2 * q * _FRAMES : 2 * (q + 1) * _FRAMES])
            settle(states[g])


@inline_kernel
def _wave(hz: float, at_s: float, phase: float) -> float:
    """Return a slow sine."""
    place = hz * at_s + phase
    return np.float64(sine(np.float32(place - np.floor(place))))


@inline_kernel
def _steer(
    manners: FloatArray, on: FloatArray, now_s: float, later_s: float, rate_hz: float, tuning: Mono
) -> None:  # fmt: skip
    """Sweep the filters, and let the places wander; who has not begun is not heard."""
    for i in range(LANES):
        sweep = _wave(manners[_SWEEP_HZ * LANES + i], 0.5 * (now_s + later_s), manners[_SWEEP * LANES + i])
        cutoff_hz = manners[_CUTOFF_HZ * LANES + i] * exp2(1.5 * sweep)
        tune(tuning, i, cutoff_hz, manners[_DAMPING * LANES + i], rate_hz)
        hz, phase, middle = manners[_WAY_HZ * LANES + i], manners[_WAY * LANES + i], manners[_PAN * LANES + i]
        here = np.float32(0.125 * (middle + 0.3 * _wave(hz, now_s, phase) + 1.0))
        there = np.float32(0.125 * (middle + 0.3 * _wave(hz, later_s, phase) + 1.0))
        left, right, next_left, next_right = sine(here + _QUARTER), sine(here), sine(there + _QUARTER), sine(there)
        pan(tuning, i, on[i] * left, on[i] * right, on[i] * next_left, on[i] * next_right)


@inline_kernel
def _move(partials: FloatArray, on: FloatArray, middle_s: float, later_s: float, spins: Mono) -> None:
    """Tell where every sine stands, how far it turns a frame and a run, and move it on by a quantum."""
    for k in range(_PARTIALS):
        mine, spun = partials[k * LANES :], spins[k * LANES :]
        for i in range(LANES):
            bend = 0.004 * _wave(mine[_DRIFT_HZ * _SINES + i], middle_s, mine[_DRIFT * _SINES + i])
            later = _wave(mine[_SWELL_HZ * _SINES + i], later_s, mine[_SWELL * _SINES + i])
            step, phase, level = mine[_STEP * _SINES + i], mine[_PHASE * _SINES + i], mine[_LEVEL * _SINES + i]
            new = mine[_STRENGTH * _SINES + i] * (0.6 + 0.4 * later)
            # The level grows in equal ratios; these are the first terms of its logarithm and of roots of it.
            share = (new - level) / (new + level)
            growth = 2.0 * share * (1.0 + share * share * (1.0 / 3.0))
            x = growth * (1.0 / _FRAMES)
            frame_growth = 1.0 + x * (1.0 + 0.5 * x)
            x *= RUN
            run_growth = 1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0)))
            # The turns are those without drift, turned by a little more.
            y = 2.0 * np.pi * step * bend
            c, s = frame_growth * (1.0 - 0.5 * y * y), frame_growth * y * (1.0 - y * y * (1.0 / 6.0))
            across, up = mine[_COS * _SINES + i], mine[_SIN * _SINES + i]
            spun[_TURN_COS * _SINES + i], spun[_TURN_SIN * _SINES + i] = across * c - up * s, up * c + across * s
            y *= RUN
            square = y * y
            c = run_growth * (1.0 - square * (0.5 - square * (1.0 / 24.0)))
            s = run_growth * y * (1.0 - square * (1.0 / 6.0 - square * (1.0 / 120.0)))
            across, up = mine[_RUN_COS * _SINES + i], mine[_RUN_SIN * _SINES + i]
            spun[_RUN_TURN_COS * _SINES + i] = across * c - up * s
            spun[_RUN_TURN_SIN * _SINES + i] = up * c + across * s
            spun[_START_COS * _SINES + i] = sine(np.float32(phase) + _QUARTER)
            spun[_START_SIN * _SINES + i] = sine(np.float32(phase))
            spun[_RUN_LEVEL * _SINES + i], spun[_NOTHING * _SINES + i] = on[i] * level, 0.0
            phase += on[i] * step * (1.0 + bend) * _FRAMES
            mine[_PHASE * _SINES + i] = phase - np.floor(phase)
            mine[_LEVEL * _SINES + i] = level + on[i] * (new - level)


@inline_kernel
def _add_up(spins: Mono, waves: Mono, turns: Mono, rows: Mono) -> None:
    """Sum the sines of each voice: some of a quantum's first run by turns, then all of it turned on."""
    for m in range(_FRAMES * LANES):
        rows[m] = 0.0
    for begin in range(0, _PARTIALS, TOGETHER):
        for k in range(TOGETHER):
            size = 2 * RUN * LANES
            spin(spins, _START_COS * _PARTIALS + begin + k, _PARTIALS, waves[k * size : (k + 1) * size])
            spin(spins, _RUN_LEVEL * _PARTIALS + begin + k, _PARTIALS, turns[k * size : (k + 1) * size])
        sing(waves, turns, rows)
