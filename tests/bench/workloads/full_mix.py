"""Full mix: the drone bank and the string ensemble together, in a room, limited, and measured for loudness.

All play the notes of both workloads, with the same voices (see there for what a note is).

Csound: a bus through `reverbsc`, a compressor that looks 5 ms ahead as limiter; SuperCollider: `FreeVerb2`,
`Limiter`. Both have no loudness meter: FFmpeg's `ebur128` measures the file afterwards, as a user would. Nobody then
turns the file to a loudness; ambience does.

ambience: four layers, sent to `hall` so loudly that what comes back stands to what is dry as Csound's does, 2 dB below
(sixteen lines that die away over 8 s, where `reverbsc` has eight); the bus is cut below 20 Hz and made mono below 60
Hz; a first pass to tape measures loudness and true peak, one gain brings it to -14 LUFS, a true-peak limiter guards -1
dB, and what comes out is measured again. With this material peaks stay below -1 dB, as those of the others do: the
limiters watch all of it and have nothing to hold.

ambience, its orchestra: the same notes on `bed_drone` and `strings`, which are much dearer, in eight layers; no target
is set for it.

There is no compiled limit: it would be the sum of the limits of the three workloads before.
"""

from pathlib import Path

from rounds import Rounds
from systems import csound, ours, supercollider
from systems.notes import DRONES, write_notes
from systems.system import System
from verdicts import Verdict, faster, memory, real_time
from workloads.workload import Workload, by_length

_MEASURE = (("ffmpeg", "-nostdin", "-loglevel", "error", "-i", "SOUND", "-af", "ebur128", "-f", "null", "-"),)
_MOST_MB = 400.0


def systems(folder: Path, length_s: float) -> list[System]:
    """List all who play it."""
    notes = write_notes(folder / "all.txt", length_s, bank=DRONES, strings=True)
    return [
        *ours.same_and_dearer("full-mix", folder, length_s),
        *csound.notes(notes, "mixed", folder, length_s, then=_MEASURE),
        *supercollider.play("mixed", notes, Path("none"), folder, length_s, then=_MEASURE),
    ]


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Four times as fast as the best peer over a minute, twelve times over ten."""
    mine = rounds[ours.BOTH_CORES]
    return [
        *faster(mine, rounds.best_peer(), by_length(length_s, 4.0, 12.0)),
        *faster(mine, rounds[ours.ONE_CORE]),
        *faster(rounds[ours.ORCHESTRA], rounds.best_peer()),
        *real_time(mine),
        *memory(mine, _MOST_MB),
    ]


WORKLOAD = Workload("full mix: drones and strings in a room, limited and measured", systems, verdicts)
