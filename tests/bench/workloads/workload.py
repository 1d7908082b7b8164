"""What every workload tells: who takes part, and what its figures mean."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rounds import Rounds
from systems.system import System
from verdicts import Verdict

LONG_S = 600.0  # so much sound that starting up counts no more


@dataclass(frozen=True, slots=True)
class Workload:
    """The same work for every system."""

    title: str
    systems: Callable[[Path, float], list[System]]  # into which folder, and how many seconds of sound
    verdicts: Callable[[Rounds, float], list[Verdict]]


def by_length(length_s: float, short: float, long: float) -> float:
    """Choose the target for a length: that for a minute, or that for ten."""
    return long if length_s >= LONG_S else short
