"""A room: predelay, early reflections, diffusion, and sixteen lines that feed one another and die away."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.sound.block import QUANTUM_FRAMES, SPACE
from ambience.sound.dsp.damping import band_gains, one_pole
from ambience.sound.dsp.network import DIFFUSERS, EARLY_DIFFUSERS, LINES, RAMP, SCRATCH_ROWS, reverberate
from ambience.units import Audio, FloatArray, IntArray, s_to_frames

_TAPS = 12
_DIFFUSER_S = (0.0031, 0.0047, 0.0079, 0.0113)  # short enough to smear an onset, not to double it
_EARLY_DIFFUSER_S = (0.0007, 0.0019)  # bare reflections of a drum would be heard as a rattle
_SPREAD = (0, 9, 4, 13, 2, 11, 6, 15, 1, 8, 5, 12, 3, 10, 7, 14)  # neighbors in the matrix differ in length
_CLIMBS = np.arange(LINES) % 4 == 1  # which lines may return an octave higher


@dataclass(frozen=True, slots=True)
class Room:
    """What a reverberation is, in physical terms; the effects turn their musical settings into one."""

    decay_s: float  # T60 of the middle register
    low_ratio: float  # T60 of the bass over `decay_s`
    high_ratio: float  # T60 of the top over `decay_s`
    low_hz: float  # where the bass ends
    high_hz: float  # where the top begins
    shortest_s: float  # shortest line
    longest_s: float  # longest line
    predelay_s: float
    early_s: float  # span of the early reflections
    early_gain: float
    late_gain: float
    tone_hz: float  # low-pass on what enters
    sway_s: float  # how far the lines wander
    sway_hz: float  # how fast the quickest of them wanders
    climb: float = 0.0  # 0..1: share of the climbing lines that returns an octave higher


class Reverb:
    """A room in the act of sounding; linear in its input and the same however time is cut."""

    def __init__(self, room: Room, sample_rate_hz: int, rng: Generator) -> None:
        delay_s = _line_lengths(room, rng)
        delay_frames = delay_s * sample_rate_hz
        self._gains = band_gains(delay_frames, room, sample_rate_hz)
        nearest = QUANTUM_FRAMES + 4 + room.sway_s * sample_rate_hz
        require(delay_frames.min() >= nearest, "reverb", "shortest_s", room.shortest_s, "is shorter than one quantum")
        self._delays = np.ascontiguousarray(
            np.stack([delay_frames, np.full(LINES, room.sway_s * sample_rate_hz), np.where(_CLIMBS, room.climb, 0.0)])
        )
        self._grains = _grain_frames(sample_rate_hz)
        self._sway = _sway(room.sway_hz, sample_rate_hz, rng)
        self._poles = np.array([one_pole(hz, sample_rate_hz) for hz in (room.low_hz, room.high_hz, room.tone_hz)])
        self._early_frames, self._early_gains = _early(room, sample_rate_hz, rng)
        self._predelay_frames = s_to_frames(room.predelay_s, sample_rate_hz)
        self._diffuser_frames = _diffusers(sample_rate_hz, rng)
        kept = np.mean(10.0 ** (-6.0 * delay_s / room.decay_s))  # of the energy, in one pass
        self._level = room.late_gain * float(np.sqrt(1.0 - kept)) / 2.0  # noise leaves as loud as it enters
        self._allocate(int(delay_frames.max() + room.sway_s * sample_rate_hz))

    def process(self, send: Audio, out: Audio, controls: FloatArray) -> None:
        """Add the room's answer to `send`; SPACE opens it from half to all, so that tails ring out in full."""
        wet = np.ascontiguousarray(0.5 + 0.5 * controls[:, SPACE])
        reverberate(
            send,
            out,
            wet,
            self._front,
            self._predelay_frames,
            self._early_frames,
            self._early_gains,
            self._diffusers,
            self._diffuser_frames,
            self._lines,
            self._delays,
            self._grains,
            self._sway,
            self._gains,
            self._poles,
            self._level,
            self._memory,
            self._place,
            self._scratch,
            self._abreast,
        )

    def _allocate(self, longest_frames: int) -> None:
        reach = max(self._predelay_frames, int(self._early_frames.max()))
        climb_frames = int(self._grains.max()) if self._delays[2].any() else 0
        self._front = np.zeros((2, _whole_quanta(reach)), np.float32)
        self._diffusers = np.zeros((2, DIFFUSERS + EARLY_DIFFUSERS, int(self._diffuser_frames.max())), np.float32)
        self._lines = np.zeros((LINES, _whole_quanta(longest_frames + climb_frames)), np.float32)
        self._memory = np.zeros((3, LINES))
        self._place = np.zeros(1, np.int64)
        self._abreast = np.zeros((QUANTUM_FRAMES, LINES), np.float32)
        self._scratch = np.zeros((SCRATCH_ROWS, QUANTUM_FRAMES + 8), np.float32)
        self._scratch[RAMP] = np.arange(QUANTUM_FRAMES + 8)


def _whole_quanta(reach_frames: int) -> int:
    return (reach_frames // QUANTUM_FRAMES + 3) * QUANTUM_FRAMES


def _line_lengths(room: Room, rng: Generator) -> FloatArray:
    """Space the lines evenly in logarithm, each nudged, so that their echoes never fall on one grid."""
    place = (np.array(_SPREAD) + rng.uniform(0.15, 0.85, LINES)) / LINES
    lengths: FloatArray = room.shortest_s * (room.longest_s / room.shortest_s) ** place
    return lengths


def _grain_frames(sample_rate_hz: int) -> IntArray:
    """Give each climbing line its own grain, 70 to 130 ms, so that no flutter is common to them."""
    grain_s = 0.070 * (130 / 70) ** (np.array(_SPREAD) / (LINES - 1))
    frames: IntArray = 4 * np.round(grain_s * sample_rate_hz / 4).astype(np.int64)
    return frames


def _sway(fastest_hz: float, sample_rate_hz: int, rng: Generator) -> FloatArray:
    """Draw two rates (cycles per quantum) and two phases for each line; no ratio is simple."""
    rates_hz = fastest_hz * rng.uniform([[0.31], [0.71]], [[0.53], [1.0]], (2, LINES))
    sway: FloatArray = np.concatenate([rates_hz * QUANTUM_FRAMES / sample_rate_hz, rng.uniform(0.0, 1.0, (2, LINES))])
    return sway


def _early(room: Room, sample_rate_hz: int, rng: Generator) -> tuple[IntArray, Audio]:
    """Draw the first reflections of each ear: denser and weaker with time, every third from the other side."""
    place = (np.arange(_TAPS) + rng.uniform(0.1, 0.9, (2, _TAPS))) / _TAPS
    time_s = room.predelay_s * 0.4 + room.early_s * place**0.7
    sign = rng.choice([-1.0, 1.0], (2, _TAPS))
    gain = sign * 10.0 ** (-0.7 * place)
    gain *= room.early_gain / np.sqrt(np.sum(gain * gain, axis=1, keepdims=True))
    return np.round(time_s * sample_rate_hz).astype(np.int64), gain.astype(np.float32)


def _diffusers(sample_rate_hz: int, rng: Generator) -> IntArray:
    length_s = np.array(_DIFFUSER_S + _EARLY_DIFFUSER_S) * rng.uniform(0.9, 1.1, (2, DIFFUSERS + EARLY_DIFFUSERS))
    frames: IntArray = np.round(length_s * sample_rate_hz).astype(np.int64)
    return frames
