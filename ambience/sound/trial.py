"""Trial notes: how loud an instrument plays, so that another can take its place."""

import math
from collections.abc import Sequence

import numpy as np

from ambience.plugins import MidiProfile
from ambience.sound.block import QUANTUM_FRAMES, NoteOn, Player
from ambience.sound.meter import Meter
from ambience.units import Audio, midi_to_hz

MEZZO_FORTE = 0.6
_CONTROLS = (0.3, 0.5, 0.5, 0.5, 0.7)  # a quiet scene
_HELD_S, _RINGING_S, _PAUSE_S = 3.0, 0.5, 1.0  # a chorale's tone: sampled bows grow for longer than ours
_OFFSET_DB = -0.691  # ITU-R BS.1770-4, 2015, annex 1
_SILENT = 1e-12
_PLACES = (0.3, 0.5, 0.7)  # of the range


def trial_lufs(player: Player, sample_rate_hz: int, pitch_midi: float, velocity: float) -> float:
    """Play one note and return the loudness of all of it, spread over a second; the player is quiet again then.

    All of it, since what rings on after the key is up fills the room as well. Minus infinity if nothing is heard.
    """
    meter = Meter(sample_rate_hz, true_peak=False)
    note = NoteOn(0, round(_HELD_S * sample_rate_hz), midi_to_hz(pitch_midi), velocity)
    meter.add(_played(player, _HELD_S + _RINGING_S, sample_rate_hz, (note,)))
    _played(player, _PAUSE_S, sample_rate_hz, ())
    energy = float(meter.energies.sum()) * meter.block_frames / sample_rate_hz
    return _OFFSET_DB + 10.0 * math.log10(energy) if energy > _SILENT else -math.inf


def range_lufs(player: Player, sample_rate_hz: int, profile: MidiProfile, velocity: float = MEZZO_FORTE) -> float:
    """Return how loud a velocity is in the middle of a range: the mean, in dB, of three notes that are heard."""
    low, high = profile.lowest_midi, profile.highest_midi
    pitches = dict.fromkeys(round(low + place * (high - low)) for place in _PLACES)
    heard = [trial_lufs(player, sample_rate_hz, pitch, velocity) for pitch in pitches]
    audible = [level for level in heard if math.isfinite(level)]
    return sum(audible) / len(audible) if audible else -math.inf


def _played(player: Player, length_s: float, sample_rate_hz: int, notes: Sequence[NoteOn]) -> Audio:
    quanta = math.ceil(length_s * sample_rate_hz / QUANTUM_FRAMES)
    out: Audio = np.zeros((quanta * QUANTUM_FRAMES, 2), np.float32)
    player.render(out, notes, np.tile(_CONTROLS, (quanta + 1, 1)))
    return out
