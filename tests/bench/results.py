"""Whether a result may be counted: a whole, sounding stereo file, or MIDI with notes, of the right length."""

from pathlib import Path

import numpy as np
import soundfile
from mido import MidiFile

from systems.system import System

_RATE_HZ = 48_000
_SHORTER_S = 0.1
_FAINTEST_DBFS = -80.0
_PARTS = 10
_HEADROOM = 8  # peers that write floats may exceed full scale, but not by much
_BLOCK_FRAMES = 1 << 16


class Unsound(Exception):
    """A result that does not count."""


def check(system: System) -> None:
    """Raise `Unsound` if a system did not do its work."""
    length_s = _midi_s(system.result) if system.result.suffix == ".mid" else _sound_s(system.result)
    if not system.length_s - _SHORTER_S <= length_s <= system.length_s + system.longest_tail_s:
        raise Unsound(f"{system.result.name} lasts {length_s:.2f} s instead of {system.length_s:g} s")


def _sound_s(path: Path) -> float:
    """Return the length of a sound that is audible in every tenth of it."""
    with soundfile.SoundFile(path) as opened:
        if (opened.samplerate, opened.channels) != (_RATE_HZ, 2):
            raise Unsound(f"{path.name} has {opened.channels} channels at {opened.samplerate} Hz")
        energies, frames = np.zeros(_PARTS), 0
        for audio in opened.blocks(_BLOCK_FRAMES, dtype="float32"):
            if not np.abs(audio).max() < _HEADROOM:  # not a number is not below anything
                raise Unsound(f"{path.name} holds lost or huge numbers")
            energies[_PARTS * frames // opened.frames] += float(np.mean(np.square(audio)))
            frames += len(audio)
        if energies.min() < 10.0 ** (_FAINTEST_DBFS / 10.0):
            raise Unsound(f"{path.name} falls silent: {np.round(10.0 * np.log10(energies + 1e-30))} dB in its tenths")
        return frames / _RATE_HZ


def _midi_s(path: Path) -> float:
    """Return the length of a MIDI file that holds notes."""
    opened = MidiFile(path)
    if not any(message.type == "note_on" for message in opened):
        raise Unsound(f"{path.name} holds no notes")
    return float(opened.length)
