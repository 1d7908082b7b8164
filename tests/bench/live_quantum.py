"""Tells what one quantum of a live engine takes, in the bars that ask most of it.

python tests/bench/live_quantum.py [--minutes 3] [--preset single-piece] [--states battle,opening]

The collector is kept as a live session keeps it, and its time counts. Bars are written between quanta, as the player
of a session does while its ring is full; what they take is listed by itself. A quantum may take 5.33 ms before it comes
late; "cpu" is what it takes when nobody else wants the processor.
"""

import argparse
import time
from dataclasses import dataclass, field

import numpy as np

import ambience
from ambience.engine import Engine
from ambience.live.calm import Calm
from ambience.sound.block import QUANTUM_FRAMES

_WARM_S = 20.0  # all kernels are loaded, and all tables built


@dataclass
class Timed:
    """What every quantum took."""

    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)
    writing_s: list[float] = field(default_factory=list)  # of every bar, between two quanta


def play(preset: str, state: str, minutes: float) -> Timed:
    """Play one state, a quantum at a time."""
    engine, timed = Engine(ambience.load(preset).override(state=state), endless=True), Timed()
    engine.render(int(_WARM_S * engine.sample_rate_hz) // QUANTUM_FRAMES * QUANTUM_FRAMES)
    with Calm() as calm:
        for _ in range(int(60.0 * minutes * engine.sample_rate_hz) // QUANTUM_FRAMES):
            wall_s = time.perf_counter()
            engine.write_ahead()
            if engine.is_ahead:
                timed.writing_s.append(time.perf_counter() - wall_s)
            cpu_s, wall_s = time.thread_time(), time.perf_counter()
            engine.render(QUANTUM_FRAMES)
            calm.breathe()
            timed.wall_s.append(time.perf_counter() - wall_s)
            timed.cpu_s.append(time.thread_time() - cpu_s)
    engine.close()
    return timed


def report(state: str, timed: Timed) -> None:
    """Print one line for each clock."""
    for clock, taken_s in (("cpu", timed.cpu_s), ("wall", timed.wall_s)):
        all_ms = 1000.0 * np.array(taken_s)
        median, rare = np.percentile(all_ms, (50.0, 99.9))
        print(f"{state:<12}{clock:<6}median {median:.2f}  99.9 % {rare:.2f}  worst {all_ms.max():.2f} ms")
    bars_ms = 1000.0 * np.array(timed.writing_s)
    median, worst = np.median(bars_ms), bars_ms.max()
    print(f"{'':<12}{len(bars_ms)} bars written between quanta: median {median:.1f}, worst {worst:.1f} ms")


def main() -> None:
    """Measure state after state."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--preset", default="single-piece")
    parser.add_argument("--states", default="battle,opening")
    options = parser.parse_args()
    for state in options.states.split(","):
        report(state, play(options.preset, state, options.minutes))


if __name__ == "__main__":
    main()
