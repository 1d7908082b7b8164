"""The words of the music as the numbers of MIDI: ticks, velocities, controllers, and who plays on which channel."""

import math
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple, TypeVar

import numpy as np

from ambience.plugins import MidiProfile
from ambience.units import FloatArray, IntArray, smoothstep

Amount = TypeVar("Amount", float, FloatArray)

TICKS_PER_BEAT = 960
DRUM_CHANNEL = 9  # counted from 0
PITCHED_CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)

TIMBRE, BREATH, VOLUME, PAN, EXPRESSION, REVERB = 1, 2, 7, 10, 11, 91

_SWELL_PEAK = 0.6  # where in the note a swell is loudest; by ear: later sounds like a cut
_SWELL_FLOOR = 0.35  # of the expression, at both ends of a swell


class Change(NamedTuple):
    """One new value of a controller."""

    tick: int
    controller: int
    value: int  # 0..127


class Chair(NamedTuple):
    """Where a layer plays."""

    port: int  # from 0
    channel: int  # 0..15

    @property
    def drums(self) -> bool:
        """Whether it is a kit, which several layers share."""
        return self.channel == DRUM_CHANNEL


def to_tick(beats: float) -> int:
    """Turn beats into the nearest tick."""
    return math.floor(beats * TICKS_PER_BEAT + 0.5)


def to_ticks(beats: FloatArray) -> IntArray:
    """Turn many beats into the nearest ticks."""
    return np.floor(beats * TICKS_PER_BEAT + 0.5).astype(np.int64)


def to_velocity(velocity: float) -> int:
    """Turn a velocity 0..1 into 1..127; 0 would be a note-off."""
    return 1 + round(126 * velocity)


def to_velocities(velocities: FloatArray) -> IntArray:
    """Turn many velocities 0..1 into 1..127."""
    return 1 + np.rint(126 * velocities).astype(np.int64)


def chairs(profiles: Sequence[MidiProfile]) -> tuple[Chair, ...]:
    """Give every layer its port and channel, each counted from 0; percussion shares one."""
    free = (divmod(number, len(PITCHED_CHANNELS)) for number in count())
    pitched = (Chair(port, PITCHED_CHANNELS[number]) for port, number in free)
    return tuple(next(pitched) if profile.drum_key is None else Chair(0, DRUM_CHANNEL) for profile in profiles)


def opening(gain_db: float, pan: float, reverb: int, expression: int, timbre: int) -> tuple[Change, ...]:
    """Set all controllers of a channel, before its first note."""
    return (
        Change(0, VOLUME, _volume(gain_db)),
        Change(0, PAN, round(64 + (63 if pan > 0 else 64) * pan)),
        Change(0, EXPRESSION, expression),
        Change(0, TIMBRE, timbre),
        Change(0, BREATH, timbre),
        Change(0, REVERB, reverb),
    )


def to_expression(tension: Amount, level: Amount) -> Amount:
    """Tell how loud everybody plays, 0..1."""
    # by ear: loudness is what listeners take tension from first, so it moves expression most; an empty supply fades it
    return (0.4 + 0.6 * tension) * (0.35 + 0.65 * level)


def to_timbre(brightness: Amount, tension: Amount) -> Amount:
    """Tell how bright everybody plays, 0..1."""
    return 0.5 * brightness + 0.5 * tension


def to_reverb(space: float) -> int:
    """Turn space, 0..1, into the depth of the reverberation."""
    return round(20 + 80 * space)


def swell_gain(position: float) -> float:
    """Tell how loud a note that swells is at a position, 0..1, within it."""
    height = position / _SWELL_PEAK if position < _SWELL_PEAK else (1.0 - position) / (1.0 - _SWELL_PEAK)
    return _SWELL_FLOOR + (1.0 - _SWELL_FLOOR) * smoothstep(height)


def to_controller(amount: float) -> int:
    """Turn an amount, 0..1, into the value of a controller, 1..127."""
    return min(max(math.floor(1.5 + 126.0 * amount), 1), 127)


def _volume(gain_db: float) -> int:
    # Gain in dB = 40 log10(value / 127): MIDI Manufacturers Association, "General MIDI Level 2", 1999, section 3.3.2.
    # A layer at 0 dB takes the standard's own default, 100.
    return min(max(round(100 * 10 ** (gain_db / 40)), 1), 127)
