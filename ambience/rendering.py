"""What is told of a render: how far it has come, and what it left on the disk."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ambience.io.sidecar import Loudness

Stage = Literal["compiling", "rendering", "mastering"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a render has come."""

    stage: Stage
    done: float  # 0..1 of the whole work


Report = Callable[[Progress], None]
"""Is told how far the work has come."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a render left on the disk."""

    audio: Path
    midi: Path
    sidecar: Path
    stems: tuple[Path, ...]
    loudness: Loudness
    length_s: float
    elapsed_s: float

    @property
    def files(self) -> tuple[Path, ...]:
        """All files, the sound first."""
        return (self.audio, *self.stems, self.midi, self.sidecar)

    @property
    def speed(self) -> float:
        """Seconds of sound made in one second."""
        return self.length_s / self.elapsed_s
