"""Order of the tests: what is silent goes first, while a process of its own compiles the kernels for the rest."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)  # whoever runs it sees the same
hypothesis.settings.load_profile("suite")

gc.set_threshold(50_000, 20, 100)  # thousands of tests and their modules are there to stay: seldom look through them

_WARM = "AMBIENCE_TESTS_WARM"  # variable that names the file whose absence says: kernels are still being compiled
_PATIENCE_S = 180.0
_SOUNDING = {
    "sound",
    "live",
    "test_bench_voices.py",
    "test_bundled_sound.py",
    "test_cli.py",
    "test_engine.py",
    "test_engine_desk.py",
    "test_engine_requests.py",
    "test_layer_stems.py",
    "test_listen.py",
    "test_picture.py",
    "test_rehearsal.py",
    "test_session.py",
}
_warming: list[subprocess.Popen[bytes]] = []


def _sounds(item: pytest.Item) -> bool:
    return not _SOUNDING.isdisjoint(item.path.parts)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to compile, in a run of all tests; workers that share them find out when it is done."""
    whole = config.args == config.getini("testpaths")
    if not whole or hasattr(config, "workerinput") or os.environ.get("NUMBA_DISABLE_JIT"):
        return
    done = Path(tempfile.mkdtemp(prefix="ambience-tests-")) / "warm"
    os.environ[_WARM] = str(done)
    script = Path(__file__).with_name("warm_kernels.py")
    _warming.append(subprocess.Popen([sys.executable, str(script), str(done)]))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put sounding tests last."""
    items.sort(key=_sounds)  # stable


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Wait for the kernels before the first test that sounds."""
    if not _sounds(item):
        return
    gc.freeze()  # or else every session looks through all that as it begins
    if _WARM not in os.environ:
        return
    patience_s = time.monotonic() + _PATIENCE_S
    while not Path(os.environ[_WARM]).exists() and time.monotonic() < patience_s:
        time.sleep(0.1)
    del os.environ[_WARM]


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    for process in _warming:
        process.terminate()
        process.wait()
        shutil.rmtree(Path(str(process.args[-1])).parent, ignore_errors=True)
