"""MIDI composition: the notes of `single-piece` alone, at two lengths: a bar costs what the longer one adds.

ambience: reads the preset, composes theme, form, harmony and every layer bar by bar, measures the tension of each bar
on its notes, and writes the MIDI file. Nobody else is compared: no other system that we know composes such a piece.

The lengths are eight times `--seconds` and three hours.
"""

import math
from pathlib import Path

from mido import MidiFile

from rounds import Rounds
from systems import ours
from systems.system import System
from verdicts import Verdict
from workloads.workload import Workload

_PRESET = "single-piece"
_TIMES, _LONG_S = 8, 3 * 3600.0
_PIECE, _THREE_HOURS = "ambience midi", "ambience midi, 3 h"
_BARS = 200


def systems(folder: Path, length_s: float) -> list[System]:
    """List both lengths."""
    return [
        ours.midi(_PRESET, folder / "piece.mid", _TIMES * length_s, _PIECE),
        ours.midi(_PRESET, folder / "three-hours.mid", _LONG_S, _THREE_HOURS),
    ]


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Tell what all of it takes, and what a bar does."""
    piece, long = rounds[_PIECE], rounds[_THREE_HOURS]
    if piece is None or long is None:
        return []
    bars, long_bars = _bars(piece.system.result), _bars(long.system.result)
    bar_s = long.cpu_s_beyond(piece) / (long_bars - bars)
    return [
        Verdict(f"{_PIECE}, {bars} bars, in all", piece.wall_s, "s", 1.0, at_least=False),
        Verdict(f"{_THREE_HOURS}, {long_bars} bars, in all", long.wall_s, "s", 10.0, at_least=False),
        Verdict("another bar", 1e3 * bar_s, "ms of a processor"),
        Verdict(f"{_BARS} bars without start-up", _BARS * bar_s, "s of a processor", 0.3, at_least=False),
    ]


def _bars(path: Path) -> int:
    """Count the bars of a MIDI file."""
    opened = MidiFile(path)
    meter_quarters, bars = 4.0, 0.0
    for message in opened.tracks[0]:
        bars += message.time / opened.ticks_per_beat / meter_quarters
        if message.type == "time_signature":
            meter_quarters = 4.0 * message.numerator / message.denominator
    return math.ceil(bars - 1e-6)


WORKLOAD = Workload("MIDI composition: single-piece without a sound", systems, verdicts)
