"""What a process costs: time on the clock, time of processors, memory."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LAST_WORDS = 400
_AS_INSTALLED = {"PYTHONDONTWRITEBYTECODE": ""}  # a program that was installed has its byte code beside it
# A new process counts the memory of the one that started it as its own peak, so a very small one starts it.
_STARTER = """
import os, subprocess, sys, time
start_s = time.perf_counter()
process = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
wall_s = time.perf_counter() - start_s
process.returncode = os.waitstatus_to_exitcode(status)
with open(sys.argv[1], "w") as told:
    told.write(f"[{wall_s}, {usage.ru_utime + usage.ru_stime}, {usage.ru_maxrss / 1024}]")
sys.exit(process.returncode != 0)
"""


class Failed(Exception):
    """A process that ended with an error; the message is its last words."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process, or several in a row, took."""

    wall_s: float
    cpu_s: float  # user and system, of all threads and of processes that it waited for
    peak_mb: float  # largest resident set

    def __add__(self, other: "Cost") -> "Cost":
        """Let another process follow."""
        return Cost(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s, max(self.peak_mb, other.peak_mb))


def spend(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end, and tell what it took.

    Parameters
    ----------
    command : sequence of str
        Program and arguments; it reads nothing, and what it says is kept for the case that it fails.
    environment : mapping, optional
        Variables in addition to our own.

    Raises
    ------
    Failed
        If it ends with another status than 0.
    """
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile("r") as told:
        starter = (sys.executable, "-I", "-S", "-c", _STARTER, told.name, *command)
        around = {**os.environ, **_AS_INSTALLED, **(environment or {})}
        done = subprocess.run(starter, env=around, stdout=said, stderr=said)
        if done.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()[-_LAST_WORDS:]
            raise Failed(f"{' '.join(command)} failed: {words}")
        return Cost(*json.load(told))
