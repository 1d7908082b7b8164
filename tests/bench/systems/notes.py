"""The notes that every system plays: a bank of drones that never stop, and string notes that overlap."""

import math
from dataclasses import dataclass
from pathlib import Path

from ambience.units import cents_to_ratio, midi_to_hz

DRONES = 32
STRINGS = 64  # sound at once
STRING_S = 8.0  # from key down until the release is over
STRING_EVERY_S = STRING_S / STRINGS

_GOLDEN, _ROOT_2 = 0.6180339887, 0.4142135624  # fractions of their multiples are scattered evenly over 0..1
CHORD_MIDI = (33, 40, 45, 47, 52, 57, 59, 64)
_SCALE_SEMITONES = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """One note of a workload."""

    number: int  # everybody scatters rates, phases and places by it
    onset_s: float
    pitch_midi: int
    detune_cents: float
    pan: float  # -1..1

    @property
    def frequency_hz(self) -> float:
        """The fundamental."""
        return midi_to_hz(self.pitch_midi) * cents_to_ratio(self.detune_cents)


def drone_pan(number: int) -> float:
    """Return where a drone stands, -1..1."""
    return 1.4 * (number * _ROOT_2 % 1.0) - 0.7


def string_pan(number: int) -> float:
    """Return where a string note stands, -1..1."""
    return 1.6 * (number * _GOLDEN % 1.0) - 0.8


def drones(count: int = DRONES) -> list[PlayedNote]:
    """List drones on the tones of one chord, none quite in tune with another."""
    return [
        PlayedNote(
            number=number,
            onset_s=0.0,
            pitch_midi=CHORD_MIDI[number % len(CHORD_MIDI)],
            detune_cents=12.0 * (number * _GOLDEN % 1.0) - 6.0,
            pan=drone_pan(number),
        )
        for number in range(count)
    ]


def string_notes(from_s: float, to_s: float) -> list[PlayedNote]:
    """List the string notes that begin within a stretch of time: one after the other, for ever."""
    first, last = (math.ceil(moment_s / STRING_EVERY_S - 1e-9) for moment_s in (from_s, to_s))
    return [
        PlayedNote(
            number=number,
            onset_s=number * STRING_EVERY_S,
            pitch_midi=45 + _SCALE_SEMITONES[number * 3 % 7] + 12 * (number * 5 % 3),
            detune_cents=0.0,
            pan=string_pan(number),
        )
        for number in range(first, last)
    ]


def write_notes(path: Path, length_s: float, *, bank: int = 0, strings: bool = False) -> Path:
    """Write what the peers read: kind, number, onset in seconds, fundamental in Hz and pan, a note a line."""
    kinds = [("drones", drone) for drone in drones(bank)]
    kinds += [("strings", note) for note in (string_notes(0.0, length_s) if strings else [])]
    lines = [f"{kind} {n.number} {n.onset_s:.6f} {n.frequency_hz:.6f} {n.pan:.6f}\n" for kind, n in kinds]
    path.write_text("".join(lines))
    return path
