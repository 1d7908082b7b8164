"""How the compiled limit is asked: our own C program, built for this machine."""

from functools import partial
from pathlib import Path

from cost import spend
from systems.system import System

NAME = "limit: C, one thread"
_SOURCE = Path(__file__).with_name("limit.c")


def limit(job: str, source: Path, folder: Path, length_s: float, name: str = NAME) -> System:
    """Do a job of `limit.c` with a file of notes, or with a dry sound."""
    program, target = folder / "limit", folder / f"limit-{job}-{length_s:g}.wav"
    command = (str(program), job, f"{length_s:g}", str(source), str(target))
    return System(name, "limit", (command,), target, length_s, needs=("cc",), prepare=partial(_build, program))


def _build(program: Path) -> None:
    if not program.exists():
        spend(("cc", "-O3", "-march=native", "-ffast-math", str(_SOURCE), "-o", str(program), "-lm"))
