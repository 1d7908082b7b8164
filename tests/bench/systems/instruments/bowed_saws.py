"""An instrument for the bench: string notes of seven saws, as those who are compared with us play them."""

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
from ambience.units import AnyArray, Audio, FloatArray, Mono, cents_to_ratio
from systems.abreast import (
    GOLDEN,
    RISE,
    ROOT_2,
    ROOT_3,
    ROOT_5,
    STATE_ROWS,
    SUM,
    TUNING_ROWS,
    pan,
    play_steps,
    settle,
    tune,
)
from systems.notes import STRING_S, string_pan
from systems.rows import LANES

_FRAMES = QUANTUM_FRAMES
_CENTS = (-11.0, -7.0, -3.0, 0.0, 3.0, 7.0, 11.0)
_SAWS = len(_CENTS)
_RATIOS = np.array([cents_to_ratio(cents) for cents in _CENTS])
_SCATTER = ((0.0, GOLDEN), (0.0, ROOT_2), (0.0, ROOT_3), (0.0, ROOT_5), (0.5, GOLDEN), (0.5, ROOT_2), (0.5, ROOT_3))
_BEFORE, _AFTER = 1, 3  # frames that a jump reaches beyond a quantum
_ROWS = _BEFORE + _FRAMES + _AFTER
(_BEGIN, _STEP, _LEFT, _RIGHT, _PHASES) = range(5)
_VOICE_ROWS = _PHASES + _SAWS
_ENTRY = 2 + _VOICE_ROWS
_VIBRATO, _VIBRATO_HZ = 0.00231, 5.0
_DAMPING = 1.0 / 1.2
_UP, _DOWN, _OUT = np.log2(4000.0 / 400.0), np.log2(4000.0 / 1200.0), np.log2(1200.0 / 400.0)  # octaves of the color
_NEVER = 1e15


@dataclass(frozen=True, slots=True)
class BowedSaws:
    """Strings; each note lasts as long as its envelope, however long its key is held."""

    first: int = setting(0, "number of the first note: phases and places are scattered by it", low=0, high=1024)
    every: int = setting(1, "how much higher the number of each next note is", low=1, high=64)

    midi: ClassVar[MidiProfile] = MidiProfile(81, lowest_midi=28, highest_midi=96)  # a saw keeps its temper

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Seat players who do not play yet; nothing is left to chance."""
        return _Desks(self.first, self.every, sample_rate_hz)


class _Desks:
    def __init__(self, first: int, every: int, sample_rate_hz: int) -> None:
        self._number, self._every, self._rate_hz, self._frame = first, every, sample_rate_hz, 0
        self._note_frames = int(STRING_S * sample_rate_hz)
        self._free_from: list[int] = []  # the first frame at which a lane has nothing to play
        self._waiting: list[list[float]] = []  # what is given to those who begin with the next quantum
        self._voices: FloatArray = np.zeros((0, _VOICE_ROWS * LANES))
        self._tunings: AnyArray = np.zeros((0, TUNING_ROWS * LANES), np.float32)
        self._states: AnyArray = np.zeros((0, STATE_ROWS * LANES), np.float32)
        self._jumps: AnyArray = np.zeros((0, _ROWS * LANES), np.float32)
        self._steps = np.zeros(LANES)

    def render(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether nobody played."""
        self._waiting += [self._seat(note) for note in notes]
        busy = max(self._free_from, default=0) > self._frame
        if busy:
            entries = np.array(self._waiting).reshape(-1, _ENTRY)
            entered = play_strings(
                out, self._frame, float(self._rate_hz), entries, self._voices, self._tunings, self._states, self._jumps,
                self._steps,
            )  # fmt: skip
            del self._waiting[:entered]
        self._frame += len(out)
        return not busy

    def _seat(self, note: NoteOn) -> list[float]:
        """Give a note a lane, and return lane, group and all that the lane has to know."""
        onset, number, step = self._frame + note.offset_frames, self._number, note.frequency_hz / self._rate_hz
        begin = -(-onset // _FRAMES) * _FRAMES
        lane = next((lane for lane, frame in enumerate(self._free_from) if frame <= begin), len(self._free_from))
        if lane == len(self._free_from):
            self._grow()
        self._free_from[lane] = begin + self._note_frames
        self._number += self._every
        angle = (string_pan(number) + 1.0) * np.pi / 4.0
        late = step * _RATIOS * (begin - onset)  # so far the saws have come when the quantum begins
        phases = [(first + number * root + more) % 1.0 for (first, root), more in zip(_SCATTER, late, strict=True)]
        return [*divmod(lane, LANES), float(onset), step, np.cos(angle), np.sin(angle), *phases]

    def _grow(self) -> None:
        """Make room for sixteen more."""
        self._free_from += [0] * LANES
        for name in ("_voices", "_tunings", "_states", "_jumps"):
            rows = getattr(self, name)
            setattr(self, name, np.concatenate([rows, np.zeros_like(rows, shape=(1, rows.shape[1]))]))
        self._voices[-1].reshape(-1, LANES)[_BEGIN] = _NEVER
        self._voices[-1].reshape(-1, LANES)[_PHASES:] = 0.5


@kernel
def play_strings(
    out: Audio, first_frame: int, rate_hz: float, entries: FloatArray, voices: FloatArray, tunings: AnyArray,
    states: AnyArray, jumps: AnyArray, steps: FloatArray,
) -> int:  # fmt: skip
    """Add one span of all notes to `out`, sixteen after the other, and return how many of `entries` began."""
    line, later = out.reshape(-1), 0
    for q in range(out.shape[0] // _FRAMES):
        frame = first_frame + q * _FRAMES
        while later < entries.shape[0] and entries[later, 2] <= frame:
            _enter(entries[later], voices, states, jumps)
            later += 1
        for g in range(voices.shape[0]):
            _bow(voices[g], float(frame), rate_hz, tunings[g], steps)
            _jump(voices[g], steps, tunings[g], states[g], jumps[g])
            begin = _BEFORE * LANES
            play_steps(
                jumps[g, begin : begin + _FRAMES * LANES],
                tunings[g],
                states[g],
                line[2 * q * _FRAMES : 2 * (q + 1) * _FRAMES],
            )
            settle(states[g])
    return later


@inline_kernel
def _enter(entry: FloatArray, voices: FloatArray, states: AnyArray, jumps: AnyArray) -> None:
    """Let a note begin on its lane; nothing is left there of the one before."""
    g, lane = int(entry[0]), int(entry[1])
    for row in range(_VOICE_ROWS):
        voices[g, row * LANES + lane] = entry[2 + row]
    for row in range(STATE_ROWS):
        states[g, row * LANES + lane] = 0.0
    for row in range(_ROWS - _BEFORE - _AFTER, _ROWS):
        jumps[g, row * LANES + lane] = 0.0


@inline_kernel
def _within(x: float, first: float, last: float) -> float:
    """Return how far `x` has come on the way from `first` to `last`, 0..1."""
    return min(max((x - first) * (1.0 / (last - first)), 0.0), 1.0)


@inline_kernel
def _force(age_s: float) -> float:
    """Return the loudness of a note: up, a little down, held, out; nothing before and after."""
    return _within(age_s, 0.0, 1.5) - 0.3 * _within(age_s, 1.5, 2.5) - 0.7 * _within(age_s, 5.5, 8.0)


@inline_kernel
def _bow(voices: FloatArray, frame: float, rate_hz: float, tuning: Mono, steps: FloatArray) -> None:
    """Lead pitch, color and loudness of sixteen notes through a quantum."""
    quantum_s = _FRAMES / rate_hz
    for i in range(LANES):
        age_s = (frame - voices[_BEGIN * LANES + i]) / rate_hz
        middle_s = age_s + 0.5 * quantum_s
        place = _VIBRATO_HZ * max(middle_s, 0.0)
        vibrato = 1.0 + _VIBRATO * np.float64(sine(np.float32(place - np.floor(place))))
        steps[i] = voices[_STEP * LANES + i] * vibrato
        octaves = _UP * _within(middle_s, 0.0, 2.0)
        octaves -= _DOWN * _within(middle_s, 2.0, 5.0) + _OUT * _within(middle_s, 5.5, 8.0)
        tune(tuning, i, 400.0 * exp2(octaves), _DAMPING, rate_hz)
        here, there = _force(age_s), _force(age_s + quantum_s)
        left, right = voices[_LEFT * LANES + i], voices[_RIGHT * LANES + i]
        pan(tuning, i, here * left, here * right, there * left, there * right)


@inline_kernel
def _jump(voices: FloatArray, steps: FloatArray, tuning: Mono, states: Mono, jumps: Mono) -> None:
    """Write where the saws of sixteen notes jump: by how much their sum changes from frame to frame besides its rise.

    Notes
    -----
    A parabola rounds the corner on either side of a jump: V. Välimäki, A. Huovilainen, "Antialiasing Oscillators in
    Subtractive Synthesis", IEEE Signal Processing Magazine 24, 2007. What still is to come of the last jump is
    taken off the sum beforehand, which begins each quantum at what the phases say.
    """
    reach, end = (_BEFORE + _AFTER) * LANES, _ROWS * LANES
    for i in range(reach):
        jumps[i] = jumps[end - reach + i]
    for i in range(reach, end):
        jumps[i] = 0.0
    for i in range(LANES):
        rise, total = 0.0, 0.0
        for k in range(_SAWS):
            rise += 2.0 * steps[i] * _RATIOS[k]
            total += 2.0 * voices[(_PHASES + k) * LANES + i] - 1.0
        owed = jumps[LANES + i] + jumps[2 * LANES + i] + jumps[3 * LANES + i]
        tuning[RISE * LANES + i] = rise
        states[SUM * LANES + i] = total - rise - owed
    for k in range(_SAWS):
        for i in range(LANES):
            phase, step = voices[(_PHASES + k) * LANES + i], steps[i] * _RATIOS[k]
            after = phase + step * _FRAMES
            count = int(after)
            voices[(_PHASES + k) * LANES + i] = after - count
            for jump in range(1, count + 1):
                moment = (jump - phase) / step
                n = int(np.ceil(moment))
                since = np.float32(n - moment)
                left = np.float32(1.0) - since
                up, down = since * since, left * left
                at = np.uint64(n * LANES + i)
                jumps[at] -= up
                jumps[at + np.uint64(LANES)] += up + down - np.float32(2.0)
                jumps[at + np.uint64(2 * LANES)] -= down
