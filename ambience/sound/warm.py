"""The first run ever: rooms and master are compiled by a second process while the first one compiles the players."""

import os
import subprocess
import sys
import threading

import numpy as np

from ambience import plugins
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.dsp._jit import is_compiled

_LIKELY = "reverberate"  # if this is on the disk, so is the rest


def compile_ahead() -> None:
    """Begin to fill the disk's memory of kernels, if it is empty, on another processor; return at once.

    The compiler lets only one thread of a process work. Nothing depends on this: a kernel that is not there in time is
    compiled where it is needed.
    """
    if os.environ.get("NUMBA_DISABLE_JIT") or not sys.executable or is_compiled(_LIKELY):
        return
    command = [sys.executable, "-m", "ambience.sound.warm"]
    threading.Thread(target=_run_quietly, args=(command,), daemon=True).start()


def compile_rooms_and_master() -> None:
    """Compile, by using each once, the kernels that every piece needs after its players."""
    from ambience.sound.master import Limiter
    from ambience.sound.meter import Meter

    silence = np.zeros((QUANTUM_FRAMES, 2), np.float32)
    room = plugins.build("effects", {"name": "hall"}).processor(48_000, stream(0, "warm"))
    room.process(silence, silence.copy(), np.zeros((2, 5)))
    Meter(48_000).add(silence)
    Limiter(48_000, -1.0).process(silence)


def _run_quietly(command: list[str]) -> None:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as process:
        process.wait()


def _end_with_parent() -> None:
    """End when the pipe from the first process closes, which it does however that process ends."""
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    compile_rooms_and_master()
