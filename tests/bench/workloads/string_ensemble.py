"""String ensemble: a note every 1/8 s, each of them 8 s long, so that 64 sound at once.

ambience, Csound, SuperCollider, the limit: a note is seven band-limited saws, 22 cents wide, with vibrato, through a
two-pole low-pass with an envelope of its own, a four-stage envelope of loudness, and a pan. Phases follow from the
number of a note; SuperCollider's saws choose their own. In every tenth of a minute, on either side, our instrument
(`bowed_saws`) is as loud as the limit within 0.01 %; our bus then takes away what differs between the ears below 60 Hz,
which makes up to 0.9 %. Against Csound it is softer by 1.4 to 1.8 %, since the low-pass there opens a little wider at
this resonance. That holds when Csound is asked to begin notes on the very frame; in the race it is spared that, notes
of one pitch then meet in other phases, and a tenth differs by 6 % at most. The limit computes all seven saws frame by
frame; our kernel writes where they jump, and adds up. ambience also reads the preset, composes a theme, keeps MIDI and
a sidecar, and measures loudness and true peak.

ambience, its orchestra: what a piece would really use for this, and much dearer, so no target is set for it. A note of
`strings` is four players, each with seat, lateness, vibrato and slow walks in pitch, level, color
and place of his own, who read tables in which every partial is a band 8 cents wide (the sound of several players),
cross-faded between three spectra with velocity, brightness and bow (that is its filter with envelope); then overdrive
at half tension. Four readers against seven oscillators, but each of the four reads two tables at once and
interpolates.
"""

from pathlib import Path

from rounds import Rounds
from systems import csound, limit, ours, supercollider
from systems.notes import write_notes
from systems.system import System
from verdicts import Verdict, against_all
from workloads.workload import Workload, by_length


def systems(folder: Path, length_s: float) -> list[System]:
    """List all who play it."""
    notes = write_notes(folder / "strings.txt", length_s, strings=True)
    return [
        *ours.same_and_dearer("string-ensemble", folder, length_s),
        *csound.notes(notes, "dry", folder, length_s),
        *supercollider.play("notes", notes, Path("none"), folder, length_s),
        limit.limit("strings", notes, folder, length_s),
    ]


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Four times as fast as the best peer over a minute, nine times over ten."""
    return against_all(
        rounds, ours.BOTH_CORES, ours.ONE_CORE, ours.ORCHESTRA, limit.NAME, by_length(length_s, 4.0, 9.0)
    )


WORKLOAD = Workload("string ensemble: 64 notes at once", systems, verdicts)
