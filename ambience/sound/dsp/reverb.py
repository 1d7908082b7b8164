"""The tail of a room: predelay, diffusion, and sixteen lines that feed one another and die away."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.sound.block import QUANTUM_FRAMES, SPACE, sounds
from ambience.sound.dsp.crossing import LINES, ROW_FRAMES
from ambience.sound.dsp.damping import band_gains, one_pole
from ambience.sound.dsp.network import DIFFUSERS, RAMP, SCRATCH_ROWS, reverberate
from ambience.units import Audio, FloatArray, IntArray, s_to_frames

_DIFFUSER_S = (0.0031, 0.0047, 0.0079, 0.0113)  # short enough to smear an onset, not to double it
_SPREAD = (0, 9, 4, 13, 2, 11, 6, 15, 1, 8, 5, 12, 3, 10, 7, 14)  # neighbors in the matrix differ in length
_LINE = np.arange(LINES)
_SIGNS = 1.0 - 2.0 * np.stack([(_LINE ^ _LINE >> 2) & 1, (_LINE >> 1 ^ _LINE >> 3) & 1])  # nothing in common
_CLIMBS = _LINE % 4 == 1  # which lines may return an octave higher
_SWAYS = np.isin(_LINE, (0, 3, 5, 6, 9, 10, 12, 15))  # which lines wander: half of those of each ear


class Room(NamedTuple):
    """What a reverberation is, in physical terms; the effects turn their musical settings into one."""

    decay_s: float  # T60 of the middle register
    low_ratio: float  # T60 of the bass over `decay_s`
    high_ratio: float  # T60 of the top over `decay_s`
    low_hz: float  # where the bass ends
    high_hz: float  # where the top begins
    shortest_s: float  # shortest line
    longest_s: float  # longest line
    predelay_s: float
    late_gain: float
    tone_hz: float  # low-pass on what enters
    sway_s: float  # how far the lines wander
    sway_hz: float  # how fast the quickest of them wanders
    climb: float = 0.0  # 0..1: share of the climbing lines that returns an octave higher


class Reverb:
    """A room in the act of sounding; linear in its input and the same however time is cut."""

    def __init__(self, room: Room, sample_rate_hz: int, rng: Generator) -> None:
        delay_frames = np.round(_line_lengths(room, rng) * sample_rate_hz)
        delay_s, sway_frames = delay_frames / sample_rate_hz, room.sway_s * sample_rate_hz
        self._gains = band_gains(delay_frames, room, sample_rate_hz)
        nearest = QUANTUM_FRAMES + 4 + sway_frames
        require(delay_frames.min() >= nearest, "reverb", "shortest_s", room.shortest_s, "is shorter than one quantum")
        self._delays = np.ascontiguousarray(
            np.stack([delay_frames, np.where(_SWAYS, sway_frames, 0.0), np.where(_CLIMBS, room.climb, 0.0)])
        )
        self._grains = _grain_frames(sample_rate_hz)
        self._sway = _sway(room.sway_hz, sample_rate_hz, rng)
        self._poles = np.array([one_pole(hz, sample_rate_hz) for hz in (room.low_hz, room.high_hz, room.tone_hz)])
        self._predelay_frames = s_to_frames(room.predelay_s, sample_rate_hz)
        self._diffuser_frames = _diffusers(sample_rate_hz, rng)
        kept = np.mean(10.0 ** (-6.0 * delay_s / room.decay_s))  # of the energy, in one pass
        level = room.late_gain * float(np.sqrt(1.0 - kept)) / 2.0  # noise leaves as loud as it enters
        self._ears = (level * _SIGNS).astype(np.float32)
        self._allocate(int(delay_frames.max() + sway_frames))
        self._still = False  # whether it is known that nothing sounds in it

    def process(self, send: Audio, out: Audio, controls: FloatArray) -> None:
        """Add the room's answer to `send`; SPACE opens it from half to all, so that tails ring out in full."""
        silent = not sounds(send)
        if silent and self._still:
            self._place += len(controls) - 1
            return
        wet = np.ascontiguousarray(0.5 + 0.5 * controls[:, SPACE])
        reverberate(
            send,
            out,
            wet,
            self._front,
            self._predelay_frames,
            self._diffusers,
            self._diffuser_frames,
            self._lines,
            self._delays,
            self._grains,
            self._sway,
            self._gains,
            self._poles,
            self._ears,
            self._memory,
            self._place,
            self._scratch,
        )
        self._still = silent and not any(
            part.any() for part in (self._front, self._memory, self._diffusers, self._lines)
        )

    def _allocate(self, longest_frames: int) -> None:
        climb_frames = int(self._grains.max()) if self._delays[2].any() else 0
        self._front = np.zeros((2, _whole_quanta(self._predelay_frames)), np.float32)
        self._diffusers = np.zeros((2, DIFFUSERS, int(self._diffuser_frames.max())), np.float32)
        self._lines = np.zeros((LINES, _whole_quanta(longest_frames + climb_frames)), np.float32)
        self._memory = np.zeros((3, LINES))
        self._place = np.zeros(1, np.int64)
        self._scratch: Audio = np.zeros((SCRATCH_ROWS, ROW_FRAMES), np.float32)
        self._scratch[RAMP] = np.arange(ROW_FRAMES)


def _whole_quanta(reach_frames: int) -> int:
    """Return the length of a ring: quanta of an odd number, else lines drive one another out of the nearest memory."""
    return (reach_frames // QUANTUM_FRAMES + 3 | 1) * QUANTUM_FRAMES


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


def _diffusers(sample_rate_hz: int, rng: Generator) -> IntArray:
    length_s = np.array(_DIFFUSER_S) * rng.uniform(0.9, 1.1, (2, DIFFUSERS))
    frames: IntArray = np.round(length_s * sample_rate_hz).astype(np.int64)
    return frames
