"""Whole piece: eight minutes of `single-piece` rendered by us, and by FluidSynth from the MIDI file that we exported.

ambience: reads the preset, composes the piece, synthesizes all layers, hall, void and shimmer, masters to -14 LUFS in
two passes, and writes 24-bit WAV, MIDI and sidecar. Stems are off.

FluidSynth: plays our exported .mid, composed beforehand, with a General MIDI soundfont: samples, a filter and two
envelopes a voice, one reverb and one chorus, no master; 24-bit WAV. Most of our layers have no samples there that do
them justice: it plays the same notes, not the same sound.

The length is eight times `--seconds`; the preset's own is 480 s.
"""

from pathlib import Path

from rounds import Rounds
from systems import ours
from systems.fluidsynth import play
from systems.system import System
from verdicts import Verdict, faster, memory, real_time
from workloads.workload import Workload

_PRESET = "single-piece"
_TIMES = 8
_FONTS = {"FluidR3_GM": 2.0, "MuseScore_General": 3.0}  # how many times faster than with each we want to be


def systems(folder: Path, length_s: float) -> list[System]:
    """List all who play it."""
    length_s *= _TIMES
    midi = ours.midi(_PRESET, folder / "single-piece.mid", length_s, "")
    return [
        *ours.on_both_and_one(_PRESET, folder, length_s, bit_depth="24"),
        *(play(midi, font, folder) for font in _FONTS),
    ]


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Tell speed and memory, and compare with one core and with FluidSynth."""
    mine = rounds[ours.BOTH_CORES]
    return [
        *real_time(mine, 80.0),
        *faster(mine, rounds[ours.ONE_CORE], 1.7),
        *(v for font, target in _FONTS.items() for v in faster(mine, rounds.named(f"FluidSynth, {font}"), target)),
        *memory(mine, 400.0),
    ]


WORKLOAD = Workload("whole piece: single-piece, and FluidSynth on its MIDI", systems, verdicts)
