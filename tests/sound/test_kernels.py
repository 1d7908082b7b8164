"""Kernels: what the disk remembers needs no compiler, and nothing is taken for what it is not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ambience.sound.dsp._jit import kernel, stays_python
from ambience.units import AnyArray, FloatArray

LISTEN = """
import sys
import numpy as np
from ambience.sound.dsp.loudness import k_weighting, weigh  # calls another kernel

audio = np.sin(np.arange(2_000)).reshape(-1, 2).astype(sys.argv[1])
energies = np.zeros(4)
weigh(audio, k_weighting(48_000), np.zeros(11), 480, np.zeros(1, np.int64), energies)
print(energies[0], "numba" in sys.modules)
"""

compiled_only = pytest.mark.skipif(stays_python(), reason="nothing is compiled")


def listen(folder: Path, kind: str = "float32", **variables: str) -> tuple[float, bool]:
    """Use a kernel in a process of its own: what it says, and whether the compiler was there."""
    command = [sys.executable, "-c", LISTEN, kind]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder), **variables}
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    energy, compiled = told.stdout.split()
    return float(energy), compiled == "True"


@pytest.fixture(scope="module")
def remembered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A folder that remembers the kernel, and what the kernel says."""
    folder = tmp_path_factory.mktemp("kernels")
    energy, compiled = listen(folder)
    assert compiled
    return folder, energy


@compiled_only
def test_what_the_disk_remembers_needs_no_compiler_and_what_it_does_not_is_compiled(
    remembered: tuple[Path, float],
) -> None:
    folder, energy = remembered
    assert listen(folder) == (energy, False)
    assert listen(folder, "float64") == (pytest.approx(energy, rel=1e-6), True)
    assert listen(folder) == (energy, False)


@compiled_only
def test_what_the_disk_has_spoilt_is_compiled_again(remembered: tuple[Path, float], tmp_path: Path) -> None:
    folder, energy = remembered
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    for file in tmp_path.rglob("*.o"):
        file.write_bytes(file.read_bytes()[:-100] + bytes(100))
    assert listen(tmp_path) == (energy, True)
    assert listen(tmp_path) == (energy, False)


@compiled_only
def test_nothing_is_compiled_for_who_wants_plain_python(remembered: tuple[Path, float], tmp_path: Path) -> None:
    _, energy = remembered
    plain, compiled = listen(tmp_path / "none", NUMBA_DISABLE_JIT="1")
    assert plain == pytest.approx(energy, rel=1e-6)
    assert not compiled
    assert not (tmp_path / "none").exists()


@compiled_only
def test_without_a_folder_a_kernel_is_compiled_for_its_process_only(
    remembered: tuple[Path, float], tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    assert listen(tmp_path / "a file" / "below") == (remembered[1], True)


@kernel
def measure(row: FloatArray, plane: AnyArray, factor: float, first: int, seed: np.uint64, twice: bool) -> float:
    """Tell something that depends on every argument, and leave a trace in both arrays."""
    row[first] = factor
    plane[-1, first] = np.float32(seed % np.uint64(1_000))
    return row.sum() * (2.0 if twice else 1.0) + plane[0, 0] + plane.shape[1]


@kernel
def count(row: FloatArray) -> int:
    """Tell how long a row is, with a sign."""
    return -row.shape[0]


@kernel
def is_long(row: FloatArray) -> bool:
    """Tell whether a row is longer than two."""
    return row.shape[0] > 2


def test_a_kernel_says_what_its_function_says_whatever_kind_the_numbers_have() -> None:
    seed = np.uint64(2**64 - 7)
    for factor, first, twice in ((0.5, 1, True), (np.float32(0.25), np.int32(2), False), (2, 0, np.bool_(True))):
        said, plain = [], []
        for heard, function in ((said, measure), (plain, measure.__wrapped__)):  # type: ignore[attr-defined]
            row, plane = np.arange(3.0), np.ones((2, 3), np.float32)
            heard += [function(row, plane, factor, first, seed, twice), row.tolist(), plane.tolist()]
        assert said == plain
    assert (count(np.zeros(3)), is_long(np.zeros(3)), is_long(np.zeros(2))) == (-3, True, False)
    assert (type(count(np.zeros(1))), type(is_long(np.zeros(1)))) == (int, bool)


@compiled_only
def test_a_kernel_refuses_what_it_was_not_compiled_for() -> None:
    row, plane, seed = np.zeros(3), np.zeros((2, 3), np.float32), np.uint64(1)
    measure(row, plane, 0.5, 1, seed, False)
    sealed = np.zeros(3)
    sealed.setflags(write=False)
    for other in (
        row[::2],
        row.astype(np.float32),
        row[None],
        [0.0] * 3,
        sealed,
        row.astype(">f8"),
        row.view(np.matrix),
    ):
        with pytest.raises(TypeError, match="argument 'row' is no array of float64 with 1 axis, without gaps"):
            measure(other, plane, 0.5, 1, seed, False)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="argument 'plane' is no array of float32 with 2 axes"):
        measure(row, plane.T, 0.5, 1, seed, False)
    with pytest.raises(TypeError, match="takes 6 arguments"):
        measure(row, plane)  # type: ignore[call-arg]
    for wrong in ((row, plane, "loud", 1, seed, False), (row, plane, 0.5, 1.5, seed, False)):
        with pytest.raises(TypeError):
            measure(*wrong)  # type: ignore[arg-type]
    with pytest.raises(OverflowError):
        measure(row, plane, 0.5, 2**64, seed, False)
    assert not row[[0, 2]].any()


@compiled_only
def test_calling_a_kernel_a_thousand_times_keeps_no_memory() -> None:
    row, plane, seed = np.zeros(3), np.zeros((2, 3), np.float32), np.uint64(1)
    held = [sys.getrefcount(item) for item in (row, plane, seed, None, np.ndarray)]
    for _ in range(1_000):
        measure(row, plane, 0.5, 1, seed, False)
        with pytest.raises(TypeError):
            measure(row, row, 0.5, 1, seed, False)
    now = [sys.getrefcount(item) for item in (row, plane, seed, None, np.ndarray)]
    assert all(abs(after - before) < 100 for before, after in zip(held, now, strict=True))


@kernel
def half(number: np.float32) -> np.float32:
    """Tell the half of a number."""
    return number * np.float32(0.5)


@kernel
def turned(number: np.uint64) -> np.uint64:
    """Tell a number whose bits are the other ones."""
    return number ^ np.uint64(0xFFFF_FFFF_FFFF_FFFF)


def test_what_a_kernel_returns_is_the_number_that_it_found() -> None:
    assert half(np.float32(0.3)) == np.float32(0.3) * np.float32(0.5)
    assert turned(np.uint64(7)) == 2**64 - 8


@kernel
def unsaid(row: FloatArray, place) -> float:  # type: ignore[no-untyped-def]
    """Take a number of which nothing is said."""
    return row[place]


@kernel
def both_ends(row: FloatArray) -> tuple[float, float]:
    """Return two numbers."""
    return row[0], row[-1]


@compiled_only
def test_a_kernel_that_cannot_be_called_so_says_why() -> None:
    with pytest.raises(TypeError, match="argument 'place' is annotated as"):
        unsaid(np.zeros(3), 1)
    with pytest.raises(TypeError, match="both_ends: returns"):
        both_ends(np.zeros(3))
