"""Drone bank: 32 voices that never stop, each with many partials and a low-pass that sweeps.

Csound, SuperCollider, the limit: 32 voices of 16 sines at k⁻⁰·⁸, each of which drifts by 0.4 % and swells at a rate
of its own; per voice a resonant two-pole low-pass that sweeps three octaves, and a pan that wanders. The three
compute the same numbers: their loudness agrees within 1 % in every tenth of the file.

ambience: 32 notes of `bed_drone`. A voice is seven readers, each with slow walks of its own in pitch, level, color
and place, of tables that hold the whole harmonic series as bands of noise, cross-faded through five low-pass and
formant curves (that is its sweeping filter); then overdrive at half tension. Partials within a reader drift together,
those of the seven do not. It also reads the preset, composes a theme, keeps MIDI and a sidecar, and measures loudness
and true peak, which the others do not.
"""

from pathlib import Path

from rounds import Rounds
from systems import csound, limit, ours, supercollider
from systems.notes import DRONES, write_notes
from systems.system import System
from verdicts import Verdict, against_all
from workloads.workload import Workload, by_length


def systems(folder: Path, length_s: float) -> list[System]:
    """List all who play it."""
    notes = write_notes(folder / "drones.txt", length_s, bank=DRONES)
    return [
        *ours.on_both_and_one(ours.PRESETS / "drone-bank.toml", folder, length_s),
        *csound.notes(notes, "dry", folder, length_s),
        *supercollider.play("notes", notes, Path("none"), folder, length_s),
        limit.limit("drones", notes, folder, length_s),
    ]


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Four times as fast as the best peer over a minute, seven times over ten."""
    return against_all(rounds, ours.BOTH_CORES, ours.ONE_CORE, limit.NAME, by_length(length_s, 4.0, 7.0))


WORKLOAD = Workload("drone bank: 32 voices that drift, a swept low-pass each", systems, verdicts)
