"""Drone bank: 32 voices that never stop, each with many partials and a low-pass that sweeps.

ambience, Csound, SuperCollider, the limit: 32 voices of 16 sines at k⁻⁰·⁸, each of which drifts by 0.4 % and swells
at a rate of its own; per voice a resonant two-pole low-pass that sweeps three octaves, and a pan that wanders. Rates,
phases and places follow from the number of a note, so that all compute the same numbers: in every tenth of a minute, on
either side, our instrument (`drifting_sines`) is as loud as the limit within 0.1 %, and as Csound within 0.8 %. Our bus
then takes away what differs between the ears below 60 Hz, which makes up to 1.4 %. Slow movements are told once a
quantum of 256 frames and levels ramped between; the peers hold theirs for 64 or 256. The limit plays sine by sine; our
kernel turns short runs of sines on, which takes fewer operations. ambience also reads the preset, composes a theme,
keeps MIDI and a sidecar, and measures loudness and true peak, which the others do not.

ambience, its orchestra: what a piece would really use for this, and much dearer: 32 notes of `bed_drone`. A voice is
seven readers, each with slow walks of its own in pitch, level, color and place, of tables that hold the whole harmonic
series as bands of noise, cross-faded through five low-pass and formant curves (that is its sweeping filter); then
overdrive at half tension. It is not the same work, so no target is set for it.
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
        *ours.same_and_dearer("drone-bank", folder, length_s),
        *csound.notes(notes, "dry", folder, length_s),
        *supercollider.play("notes", notes, Path("none"), folder, length_s),
        limit.limit("drones", notes, folder, length_s),
    ]


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Four times as fast as the best peer over a minute, seven times over ten."""
    return against_all(
        rounds, ours.BOTH_CORES, ours.ONE_CORE, ours.ORCHESTRA, limit.NAME, by_length(length_s, 4.0, 7.0)
    )


WORKLOAD = Workload("drone bank: 32 voices that drift, a swept low-pass each", systems, verdicts)
