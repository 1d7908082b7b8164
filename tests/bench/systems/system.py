"""What is compared: a program that is ready to do one workload, in processes of its own."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Side = Literal["ours", "peer", "limit"]


@dataclass(frozen=True, slots=True)
class System:
    """One row of a table."""

    name: str
    side: Side
    commands: tuple[tuple[str, ...], ...]  # one after the other
    result: Path  # the sound or the MIDI file that they leave
    length_s: float  # of it
    needs: tuple[str, ...] = ()  # programs and files without which it cannot be asked
    prepare: Callable[[], None] | None = None  # what a user does once, such as compiling; it is not measured
    compiles: bool = False  # its very first run on a machine does, so one run goes before those that are measured
    longest_tail_s: float = 0.5  # by which the result may be longer

    @property
    def missing(self) -> str:
        """Name what it needs and is not here; empty if all is."""
        return ", ".join(need for need in self.needs if not (shutil.which(need) or Path(need).exists()))
