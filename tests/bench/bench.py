"""Measures what a user waits for: whole processes, wall time and peak memory; run by hand, never as a test.

python tests/bench/bench.py [--runs 3] [--long] [--json FILE]
"""

import statistics
import sys
import tempfile
from dataclasses import dataclass

from cost import spend
from table import tell

AMBIENCE = [sys.executable, "-m", "ambience"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One command's cost."""

    name: str
    wall_s: float  # median
    peak_mb: float  # largest resident set of the runs
    sound_s: float | None = None

    @property
    def line(self) -> str:
        """The figure as a row of the table."""
        speed = f"{self.sound_s / self.wall_s:7.1f} x real time" if self.sound_s else ""
        return f"{self.name:<44}{self.wall_s:9.2f} s {self.peak_mb:7.0f} MB {speed}"


def measure(name: str, arguments: list[str], *, runs: int, sound_s: float | None = None, cold: bool = False) -> Figure:
    """Run a command several times, each in a fresh folder, and keep the median time and the peak memory."""
    costs = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            kernels = {"NUMBA_CACHE_DIR": f"{folder}/kernels"} if cold else {}
            costs.append(spend([*AMBIENCE, *[a.replace("{out}", folder) for a in arguments]], kernels))
    wall_s, peak_mb = statistics.median(cost.wall_s for cost in costs), max(cost.peak_mb for cost in costs)
    return Figure(name, wall_s, peak_mb, sound_s)


def figures(runs: int, long: bool):
    """Yield every figure in turn."""
    render = ["render", "single-piece", "--out", "{out}", "--quiet"]
    yield measure("--help", ["--help"], runs=runs)
    yield measure("check single-piece", ["check", "single-piece"], runs=runs)
    yield measure("midi single-piece", ["midi", "single-piece", "--out", "{out}/x.mid"], runs=runs)
    yield measure("render 30 s, kernels compiled first", [*render, "--duration", "30"], runs=1, sound_s=30, cold=True)
    yield measure("render 30 s", [*render, "--duration", "30"], runs=runs, sound_s=30)
    yield measure("render single-piece, 1 thread", [*render, "--threads", "1"], runs=runs, sound_s=480)
    yield measure("render single-piece", render, runs=runs, sound_s=480)
    if long:
        yield measure("render single-piece, 60 min", [*render, "--duration", "3600"], runs=1, sound_s=3600)


if __name__ == "__main__":
    tell(__doc__, figures, "also render an hour")
