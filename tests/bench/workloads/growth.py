"""Growth: our engine alone, with more and more voices, and with more and more minutes.

ambience: the drone bank of its orchestra with 32, 96 and 160 voices in the same four layers, and its full mix at one,
four and seven times `--seconds`. Each step adds as much as the one before, so it should cost as much, and a longer
piece no more memory.
"""

from pathlib import Path

from rounds import Rounds
from systems import ours
from systems.notes import DRONES
from systems.system import System
from verdicts import Verdict, memory
from workloads.workload import Workload

_VOICES, _LENGTHS = (1, 3, 5), (1, 4, 7)  # in equal steps
_MOST_GROWTH, _MOST_MB = 1.05, 400.0


def systems(folder: Path, length_s: float) -> list[System]:
    """List all sizes."""
    banks = [ours.render(_bank(times, folder), folder, length_s, name=_voices(times)) for times in _VOICES]
    mix = ours.PRESETS / "full-mix-orchestra.toml"
    lengths = [times * length_s for times in _LENGTHS]
    return banks + [ours.render(mix, folder / f"{s:g}", s, name=_length(s)) for s in lengths]


def _voices(times: int) -> str:
    return f"drone bank, {times * DRONES} voices"


def _length(length_s: float) -> str:
    return f"full mix, {length_s:g} s"


def _bank(times: int, folder: Path) -> Path:
    """Write the drone bank with so many times the chords in every layer."""
    text = (ours.PRESETS / "drone-bank-orchestra.toml").read_text()
    path = folder / f"drone-bank-{times}.toml"
    path.write_text(text.replace('name = "held_drones"', f'name = "held_drones", chords = {times}'))
    return path


def verdicts(rounds: Rounds, length_s: float) -> list[Verdict]:
    """Compare the second step with the first, in the least processor time of all rounds."""
    lengths = [_length(times * length_s) for times in _LENGTHS]
    return [
        *_step(rounds, "the second 64 voices against the first", [_voices(times) for times in _VOICES]),
        *_step(rounds, "later minutes against earlier ones", lengths),
        *memory(rounds[lengths[-1]], _MOST_MB),
    ]


def _step(rounds: Rounds, claim: str, names: list[str]) -> list[Verdict]:
    rows = [row for name in names if (row := rounds[name]) is not None]
    if len(rows) < len(names):
        return []
    first, second, third = rows
    growth = third.cpu_s_beyond(second) / second.cpu_s_beyond(first)
    return [Verdict(claim, growth, "x the cost", _MOST_GROWTH, at_least=False)]


WORKLOAD = Workload("growth: more voices, more minutes", systems, verdicts)
