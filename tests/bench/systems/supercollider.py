"""How SuperCollider is asked: its language compiles our definitions and a score, its server renders it offline."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cost import Failed, spend
from systems.system import System

BLOCKS_FRAMES = (64, 256)
_SCORE = Path(__file__).parent / "supercollider" / "score.scd"
_MEMORY_KB, _NODES = "262144", "8192"


def play(
    job: str, text: Path, dry: Path, folder: Path, length_s: float, *, name: str = "SuperCollider",
    blocks: Sequence[int] = BLOCKS_FRAMES, then: tuple[tuple[str, ...], ...] = (),
) -> list[System]:  # fmt: skip
    """Do a job of `score.scd`; a row for each block size."""
    score = folder / f"{job}-{length_s:g}.osc"
    prepare = partial(_compile, job, length_s, text, dry, score)
    systems = []
    for block in blocks:
        target = folder / f"{job}-{block}-{length_s:g}.wav"
        options = ("-o", "2", "-z", str(block), "-m", _MEMORY_KB, "-n", _NODES, "-D", "0")
        render = ("scsynth", "-N", str(score), "_", str(target), "48000", "WAV", "float", *options)
        commands = (render, *(tuple(str(target) if w == "SOUND" else w for w in words) for words in then))
        needs = ("sclang", *(words[0] for words in commands))
        systems.append(System(f"{name}, blocks of {block}", "peer", commands, target, length_s, needs, prepare))
    return systems


def _compile(job: str, length_s: float, text: Path, dry: Path, score: Path) -> None:
    if score.exists():
        return
    home = score.parent / "sclang"  # it leaves its settings there, not with the user
    home.mkdir(exist_ok=True)
    # The language has a window of its own, which nobody sees.
    unseen = {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
    folders = {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_DATA_HOME": str(home),
    }
    command = ("sclang", str(_SCORE), job, f"{length_s:g}", str(text), str(dry), str(score))
    spend(command, {**unseen, **folders, "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8")})
    if not score.exists():
        raise Failed(f"sclang wrote no score for {job}; are its classes installed?")
