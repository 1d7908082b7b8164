"""Reverb: one dry sound file through one long room, at two lengths: a minute costs what the longer one adds.

ambience: `hall`, predelay, four diffusers a side, then sixteen lines of which half wander, mixed by a Hadamard
matrix, with a decay of their own for bass, middle and top.

Csound: `reverbsc`, eight lines that wander at random and lose the top (the target is set against it), and `freeverb`.
SuperCollider: `FreeVerb2`, and `JPverb` where its classes are installed. SoX: `reverb`, a Freeverb. A Freeverb is
eight combs and four all-passes a side that never move and lose the top alike. The limit: sixteen lines that all
wander, with three decays, without predelay and diffusers.

All of them write the wet sound alone, as floats. All work on one thread.
"""

from itertools import cycle
from pathlib import Path

import numpy as np
import soundfile

from rounds import Rounds
from systems import csound, limit, ours, supercollider
from systems.system import System
from verdicts import Verdict
from workloads.workload import Workload

_RATE_HZ = 48_000
_LONGER = 10
_REVERBSC, _TARGET = "Csound reverbsc", 1.5


def systems(folder: Path, length_s: float) -> list[System]:
    """List all rooms, at both lengths."""
    return [system for seconds in (length_s, _LONGER * length_s) for system in _rooms(folder, seconds)]


def _rooms(folder: Path, length_s: float) -> list[System]:
    dry, after = _dry_sound(folder / f"dry-{length_s:g}.wav", length_s), f", {length_s:g} s"
    scd = [
        (f"SuperCollider {room}{after}", f"room{job}")
        for room, job in (("FreeVerb2", "Freeverb"), ("JPverb", "JPverb"))
    ]
    wet = folder / f"sox-{length_s:g}.wav"
    sox = ("sox", "-V1", str(dry), str(wet), "reverb", "--wet-only", "95", "20", "100")
    return [
        ours.hall(dry, folder, length_s, f"ambience hall{after}"),
        csound.room(f"{_REVERBSC}{after}", "reverbsc aLeft, aRight, 0.95, 9000", dry, folder, length_s),
        csound.room(f"Csound freeverb{after}", "freeverb aLeft, aRight, 0.98, 0.2", dry, folder, length_s),
        *(
            s
            for name, job in scd
            for s in supercollider.play(job, dry, dry, folder, length_s, name=name, blocks=(256,))
        ),
        System(f"SoX reverb{after}", "peer", (sox,), wet, length_s, needs=("sox",)),
        limit.limit("hall", dry, folder, length_s, f"{limit.NAME}{after}"),
    ]


def _dry_sound(path: Path, length_s: float) -> Path:
    """Write a burst of noise that dies away, every other second, left and right in turn."""
    draws = np.random.default_rng(3)
    burst = draws.normal(0.0, 0.2, 24_000) * np.exp(-np.arange(24_000) / 4_800)
    audio = np.zeros((round(length_s * _RATE_HZ), 2), np.float32)
    for start, side in zip(range(0, len(audio) - len(burst) + 1, 2 * _RATE_HZ), cycle((0, 1))):
        audio[start : start + len(burst), side] = burst
    soundfile.write(path, audio, _RATE_HZ, subtype="FLOAT")
    return path


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Tell what another minute costs each of them, and compare ours with `reverbsc`."""
    costs_s = {}
    for row in rounds.rows:
        room, _, after = row.system.name.partition(f", {length_s:g} s")
        longer = rounds.named(f"{room}, {_LONGER * length_s:g} s")
        if f"{room}, {length_s:g} s" + after == row.system.name and longer is not None:
            costs_s[room] = longer.cpu_s_beyond(row) * 60.0 / ((_LONGER - 1) * length_s)
    found = [
        Verdict(f"{room}, another minute of sound", 1e3 * cost_s, "ms of a processor")
        for room, cost_s in costs_s.items()
    ]
    if {"ambience hall", _REVERBSC} <= costs_s.keys():
        ratio = costs_s[_REVERBSC] / costs_s["ambience hall"]
        found.append(Verdict(f"ambience hall against {_REVERBSC}, another minute", ratio, "x", _TARGET))
    return found


WORKLOAD = Workload("reverb: one dry file through one long room", systems, verdicts)
