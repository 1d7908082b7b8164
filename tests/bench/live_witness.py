"""Processes that do next to nothing, one on each processor, and note when the machine did not let them.

An under-run during such a moment is the machine's, not the program's: nobody can render while everybody stands still.
"""

import os
import subprocess
import sys
from collections.abc import Iterable

from ambience.live.figures import UnderRun

Stall = tuple[float, float]  # from, to; seconds on the clock that all processes share

_AFTER_S = 0.3  # a ring takes as long to fill again
_WATCHING = """
import os, select, sys, time
if len(sys.argv) > 1:
    os.sched_setaffinity(0, {int(sys.argv[1])})
began_s, busy_s = time.perf_counter(), time.thread_time()
while not select.select([sys.stdin], [], [], 0.005)[0]:
    sum(range(20_000))
    ended_s, spent_s = time.perf_counter(), time.thread_time()
    if ended_s - began_s - (spent_s - busy_s) > 0.025:
        print(began_s, ended_s, flush=True)
    began_s, busy_s = ended_s, spent_s
"""


class Witness:
    """Watches every processor of the machine from its making until it is asked: one may stand still alone."""

    def __init__(self) -> None:
        processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [""]
        self._watching = [_watch(str(processor)) for processor in processors]

    def stalls(self) -> tuple[Stall, ...]:
        """End it, and return from when to when something was held up."""
        said = "".join(process.communicate()[0] for process in self._watching)
        return tuple(sorted((float(start), float(end)) for start, end in map(str.split, said.splitlines())))


def _watch(processor: str) -> "subprocess.Popen[str]":
    command, pipe = [sys.executable, "-c", _WATCHING, *filter(None, [processor])], subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)


def unexplained(under_runs: Iterable[UnderRun], stalls: Iterable[Stall], opened_s: float) -> tuple[UnderRun, ...]:
    """Return the under-runs during which, and shortly before which, the machine did not stand still."""
    kept = tuple(stalls)
    return tuple(
        missed
        for missed in under_runs
        if not any(start - _AFTER_S < opened_s + missed.at_s < end + _AFTER_S for start, end in kept)
    )
