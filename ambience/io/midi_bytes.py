"""How MIDI writes its messages down: each after the time since the one before, and none with a word too much."""

from collections.abc import Iterable

import numpy as np

from ambience.units import AnyArray, IntArray

_SEVEN_BITS, _MORE_FOLLOWS = 0x7F, 0x80
_GROUPS = (21, 14, 7, 0)  # bits below each group of seven; the format has no longer times


def meta_bytes(messages: Iterable[tuple[int, bytes]], before_tick: int = 0) -> bytes:
    """Write messages that no instrument plays, given as (tick, message) by rising tick."""
    written = bytearray()
    for tick, message in messages:
        written += _delta(tick - before_tick) + message
        before_tick = tick
    return bytes(written)


def channel_bytes(ticks: IntArray, messages: AnyArray) -> bytes:
    """Write messages to one channel; one of the same kind as the last does not name it again.

    Parameters
    ----------
    ticks : array, shape (n,)
        When each is sent, rising.
    messages : array of uint8, shape (n, 3)
        What is sent: kind and channel, and two numbers.

    Notes
    -----
    Variable-length quantities and running status: MIDI Manufacturers Association, "Standard MIDI Files 1.0", 1988.
    """
    deltas = np.diff(ticks, prepend=0)
    columns = np.empty((len(ticks), len(_GROUPS) + 3), np.uint8)
    written = np.ones(columns.shape, dtype=np.bool_)
    for place, bits in enumerate(_GROUPS):
        columns[:, place] = deltas >> bits & _SEVEN_BITS | (_MORE_FOLLOWS if bits else 0)
        written[:, place] = (deltas >> bits > 0) | (bits == 0)
    columns[:, -3:] = messages
    written[1:, -3] = messages[1:, 0] != messages[:-1, 0]
    return columns[written].tobytes()


def _delta(ticks: int) -> bytes:
    """Write a number in groups of seven bits, all but the last marked."""
    groups = [ticks & _SEVEN_BITS]
    while ticks := ticks >> 7:
        groups.append(ticks & _SEVEN_BITS | _MORE_FOLLOWS)
    return bytes(reversed(groups))
