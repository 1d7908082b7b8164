"""How `ambience` is asked: its own command line, as a user types it."""

import sys
from pathlib import Path

from systems.system import System

BOTH_CORES, ONE_CORE, ORCHESTRA = "ambience", "ambience, one core", "ambience, its orchestra"

_HERE = Path(__file__).parent
PRESETS = _HERE / "presets"
AMBIENCE = (sys.executable, str(_HERE / "play.py"))
_SEED = "1"
_ONE_CORE = ("taskset", "--cpu-list", "0")  # helpers beside the layers' threads must not escape to the other one


def render(
    preset: str | Path, folder: Path, length_s: float, *, name: str = BOTH_CORES, bit_depth: str = "32f"
) -> System:
    """Render a preset to a WAV file, with MIDI and sidecar."""
    options = ("--out", str(folder), "--seed", _SEED, "--duration", f"{length_s:g}", "--bit-depth", bit_depth)
    one_core = name == ONE_CORE
    command = (*AMBIENCE, "render", str(preset), *options, "--force", "--quiet")
    return System(
        name,
        "ours",
        ((*_ONE_CORE, *command, "--threads", "1") if one_core else command,),
        folder / f"{Path(preset).stem}-{_SEED}.wav",
        length_s,
        needs=("taskset",) if one_core else (),
        compiles=not one_core,  # the other one has done so for both
    )


def on_both_and_one(preset: str | Path, folder: Path, length_s: float, bit_depth: str = "32f") -> list[System]:
    """Render it on all processors, and on a single one."""
    return [
        render(preset, folder / name.replace(", ", "-").replace(" ", "-"), length_s, name=name, bit_depth=bit_depth)
        for name in (BOTH_CORES, ONE_CORE)
    ]


def same_and_dearer(workload: str, folder: Path, length_s: float) -> list[System]:
    """Render a workload with the voices that all play, on all processors and on one, and with our orchestra's."""
    orchestra = PRESETS / f"{workload}-orchestra.toml"
    return [
        *on_both_and_one(PRESETS / f"{workload}.toml", folder, length_s),
        render(orchestra, folder / "orchestra", length_s, name=ORCHESTRA),
    ]


def midi(preset: str, target: Path, length_s: float, name: str) -> System:
    """Compose a preset and write its notes."""
    command = (*AMBIENCE, "midi", preset, "--out", str(target), "--seed", _SEED, "--duration", f"{length_s:g}")
    return System(name, "ours", ((*command, "--force"),), target, length_s, compiles=True)


def hall(dry: Path, folder: Path, length_s: float, name: str) -> System:
    """Send a sound file through the hall."""
    target = folder / f"hall-{length_s:g}.wav"
    command = (sys.executable, str(_HERE / "hall.py"), str(dry), str(target))
    return System(name, "ours", (command,), target, length_s, compiles=True)
