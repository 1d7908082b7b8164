"""Kernels on the disk: what it remembers is loaded without the compiler, and what it does not is compiled beside it."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from ambience.sound.dsp._jit import SEEN_THROUGH

LISTEN = """
import sys
import numpy as np
from ambience.sound.dsp.loudness import k_weighting, weigh  # calls another kernel

def energy(kind):
    audio = np.sin(np.arange(2_000)).reshape(-1, 2).astype(kind)
    energies = np.zeros(4)
    weigh(audio, k_weighting(48_000), np.zeros(11), 480, np.zeros(1, np.int64), energies)
    return energies[0]

for kind in sys.argv[1:]:
    print(energy(kind), "numba.np.linalg" in sys.modules)
"""


def listen(folder: Path, *kinds: str, **variables: str) -> list[tuple[float, bool]]:
    """Use a kernel on some kinds of array in a process of its own: what it says, and whether the compiler was there."""
    command = [sys.executable, "-c", LISTEN, *kinds]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder), **variables}
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return [(float(line.split()[0]), line.endswith("True")) for line in told.stdout.splitlines()]


def test_what_the_disk_remembers_needs_no_compiler_and_what_it_does_not_is_compiled(tmp_path: Path) -> None:
    if os.environ.get("NUMBA_DISABLE_JIT"):
        pytest.skip("nothing is compiled")
    [(energy, compiled)] = listen(tmp_path, "float32")
    assert compiled
    loaded, other = listen(tmp_path, "float32", "float64")
    unknown = numba.version_info.short not in SEEN_THROUGH
    assert loaded == (energy, unknown)
    assert other == (pytest.approx(energy, rel=1e-6), True)
    assert listen(tmp_path, "float64") == [(other[0], unknown)]


def test_nothing_is_compiled_for_who_wants_plain_python(tmp_path: Path) -> None:
    [(energy, _)] = listen(tmp_path, "float32")
    [(plain, _)] = listen(tmp_path / "none", "float32", NUMBA_DISABLE_JIT="1")
    assert plain == pytest.approx(energy, rel=1e-6)
    assert not (tmp_path / "none").exists()
