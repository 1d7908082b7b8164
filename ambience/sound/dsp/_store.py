"""What the disk remembers of kernels: a folder for every state of our sources, of the compiler and of this machine."""

import contextlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from ambience.sound.dsp import _machine

_SEAL_BYTES = 16


def file_name(name: str, *told: object) -> str:
    """Return how the file of a kernel is called; what tells it from others of its name goes into it."""
    return f"{name}-{_digest(map(str, told))}.o"


def find(file_name: str) -> bytes | None:
    """Return what is remembered under that name, if the disk has not spoilt it: the loader would end the process."""
    try:
        kept = (_folder() / file_name).read_bytes() if _is_ours() else b""
    except OSError:
        return None
    code = kept[_SEAL_BYTES:]
    return code if kept == _seal(code) + code else None


def keep(file_name: str, code: bytes) -> None:
    """Remember it if that is possible; nobody ever reads half of it."""
    if not _is_ours():
        return
    with contextlib.suppress(OSError):
        _folder().mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=_folder(), delete=False) as file:
            file.write(_seal(code) + code)
        os.replace(file.name, _folder() / file_name)


def is_kept(name: str) -> bool:
    """Tell whether a kernel of that name is remembered."""
    return any(_folder().glob(f"{name}-*.o"))


def stamp(path: str | Path) -> str:
    """Tell one state of a file from the others."""
    try:
        stat = os.stat(path)
    except OSError:  # it was typed in
        return str(path)
    return f"{path}:{stat.st_mtime_ns}:{stat.st_size}"


@cache
def _folder() -> Path:
    return _all_folders() / _digest((*_sources(), *_compilers(), _machine.describe()))


@cache
def _is_ours() -> bool:
    """Tell whether there is a folder that can be written, and in which nobody else leaves code for us."""
    folder = _all_folders()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        mine = not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
        return mine and os.access(folder, os.W_OK)
    return False


def _all_folders() -> Path:
    from platformdirs import user_cache_path

    chosen = os.environ.get("NUMBA_CACHE_DIR")
    return Path(chosen) if chosen else user_cache_path("ambience") / "kernels"


def _sources() -> Iterable[str]:
    """Stamp all our files: that of a kernel does not tell that another one, which it calls, has changed."""
    return map(stamp, sorted(Path(__file__).parents[1].rglob("*.py")))


def _compilers() -> Iterator[str]:
    yield sys.version
    for library in ("numba", "llvmlite", "numpy"):
        spec = importlib.util.find_spec(library)
        yield stamp(spec.origin) if spec and spec.origin else library


def _seal(code: bytes) -> bytes:
    return blake2b(code, digest_size=_SEAL_BYTES).digest()


def _digest(told: Iterable[str]) -> str:
    return blake2b("\n".join(told).encode(), digest_size=8).hexdigest()
