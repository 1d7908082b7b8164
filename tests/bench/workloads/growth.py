"""Growth: our engine alone, with twice and four times the voices, and with ten times the length.

ambience: the drone bank with 32, 64 and 128 voices in the same four layers, and the full mix at `--seconds` and at
ten times as much. Time should grow in proportion or less, memory not at all with the length.
"""

from pathlib import Path

from rounds import Rounds
from systems import ours
from systems.notes import DRONES
from systems.system import System
from verdicts import Verdict
from workloads.workload import Workload

_VOICES = (1, 2, 4)
_LONGER = 10
_MOST_GROWTH = 1.05


def systems(folder: Path, length_s: float) -> list[System]:
    """List all sizes."""
    voices = [ours.render(_bank(times, folder), folder, length_s, name=f"{times * DRONES} drones") for times in _VOICES]
    mixes = [
        ours.render(ours.PRESETS / "full-mix.toml", folder / f"{s:g}", s, name=f"full mix, {s:g} s")
        for s in (length_s, _LONGER * length_s)
    ]
    return voices + mixes


def _bank(times: int, folder: Path) -> Path:
    """Write the drone bank with so many times the chords in every layer."""
    text = (ours.PRESETS / "drone-bank.toml").read_text()
    path = folder / f"drone-bank-{times}.toml"
    path.write_text(text.replace('name = "held_drones"', f'name = "held_drones", chords = {times}'))
    return path


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Compare sizes in processor time."""
    found = []
    one = rounds[f"{DRONES} drones"]
    for times in _VOICES[1:]:
        more = rounds[f"{times * DRONES} drones"]
        if one is not None and more is not None:
            found.append(
                Verdict(f"{times} times the drones", more.cpu_s / one.cpu_s, "x the time", times, at_least=False)
            )
    short, long = rounds[f"full mix, {length_s:g} s"], rounds[f"full mix, {_LONGER * length_s:g} s"]
    if short is not None and long is not None:
        ratios = (("time", long.cpu_s / short.cpu_s, _LONGER), ("memory", long.peak_mb / short.peak_mb, 1.0))
        for what, ratio, times in ratios:
            claim, most = f"{_LONGER} times the length", _MOST_GROWTH * times
            found.append(Verdict(claim, ratio, f"x the {what}", most, at_least=False))
    return found


WORKLOAD = Workload("growth: more voices, more minutes", systems, verdicts)
