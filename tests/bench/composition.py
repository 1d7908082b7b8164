"""Measures how fast a piece is composed: processor time a bar for every bundled preset; run by hand, never as a test.

python tests/bench/composition.py [--runs 3] [--long] [--json FILE]
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import ambience
from ambience import rng
from ambience.music.conducting.commission import commission
from ambience.music.conducting.conductor import Conductor
from ambience.music.pitch import parse_tonic
from ambience.music.scale import Scale
from ambience.music.theme.candidates import theme_scale, theme_spec
from ambience.music.theme.theme import search_theme
from ambience.music.work import meter_beats
from ambience.preset import Preset
from ambience.preset.bundled import bundled
from ambience.timeline import SceneTimeline
from table import tell

BARS = 200


@dataclass(frozen=True, slots=True)
class Figure:
    """What one task costs."""

    name: str
    processor_s: float  # the best of the runs: what else the machine does only ever adds to it
    bars: int = 0

    @property
    def line(self) -> str:
        """The figure as a row of the table."""
        a_bar = f"{1e3 * self.processor_s / self.bars:8.2f} ms a bar{self.bars:7d} bars" if self.bars else ""
        return f"{self.name:<40}{self.processor_s:8.3f} s{a_bar}"


def first_bars(preset: Preset) -> int:
    """Compose a theme and `BARS` bars of a piece that could go on."""
    work = commission(preset, endless=True)
    conductor = Conductor(work, SceneTimeline(work.scenes, [layer.name for layer in work.layers], work.seed))
    for _ in range(BARS):
        conductor.next_bar()
    return BARS


def whole(preset: Preset, hours: float) -> int:
    """Compose a piece of some hours."""
    return len(ambience.compose(preset, duration_s=3600.0 * hours).score.chords)


def theme_alone(preset: Preset) -> int:
    """Search for the theme of a preset."""
    scale = theme_scale(preset, Scale(parse_tonic(preset.tonic), preset.mode))
    search_theme(theme_spec(preset), scale, meter_beats(preset.meter), rng.stream(preset.seed, "theme"))
    return 0


def command(*arguments: str) -> int:
    """Run a whole process; its processor time counts as that of a child."""
    with tempfile.TemporaryDirectory() as folder:
        words = [argument.replace("{out}", folder) for argument in arguments]
        subprocess.run([sys.executable, "-m", "ambience", *words], check=True, stdout=subprocess.DEVNULL)
    return 0


def measure(name: str, task: Callable[[], int], runs: int) -> Figure:
    """Do something several times, and keep the best."""
    costs, bars = [], 0
    for _ in range(runs):
        before = _processor_s()
        bars = task()
        costs.append(_processor_s() - before)
    return Figure(name, min(costs), bars)


def figures(runs: int, long: bool) -> Iterator[Figure]:
    """Yield every figure in turn."""
    yield measure("--help", lambda: command("--help"), runs)
    yield measure("list", lambda: command("list"), runs)
    yield measure("check single-piece", lambda: command("check", "single-piece"), runs)
    yield measure("midi single-piece", lambda: command("midi", "single-piece", "--out", "{out}/x.mid"), runs)
    for name in sorted(bundled()):
        preset = ambience.load(name)
        yield measure(f"{name}: theme", lambda preset=preset: theme_alone(preset), runs)
        yield measure(f"{name}: theme and {BARS} bars", lambda preset=preset: first_bars(preset), runs)
        for hours in (1, 3) if long else ():
            yield measure(f"{name}: {hours} h", lambda preset=preset, hours=hours: whole(preset, hours), 1)


def _processor_s() -> float:
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


if __name__ == "__main__":
    tell(__doc__, figures, "also compose an hour and three of each")
