"""Order of the tests: what is silent goes first, while a second process compiles the kernels for the rest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_MANY = 500  # in a run of fewer tests, each compiles what it needs
_SOUNDING = {
    "sound",
    "live",
    "test_engine.py",
    "test_engine_desk.py",
    "test_bundled_presets.py",
    "test_cli.py",
    "test_listen.py",
    "test_picture.py",
    "test_session.py",
}
_warming: list[subprocess.Popen[bytes]] = []


def _sounds(item: pytest.Item) -> bool:
    return not _SOUNDING.isdisjoint(item.path.parts)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put sounding tests last, and begin to compile for them."""
    items.sort(key=_sounds)  # stable
    if len(items) >= _MANY and not os.environ.get("NUMBA_DISABLE_JIT"):
        _warming.append(subprocess.Popen([sys.executable, str(Path(__file__).with_name("warm_kernels.py"))]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Wait for the kernels before the first test that sounds."""
    if _sounds(item) and _warming:
        _warming.pop().wait(timeout=180)


def pytest_sessionfinish() -> None:
    """Leave no process behind."""
    for process in _warming:
        process.terminate()
        process.wait()
