"""Files that appear under their final name only when they are whole, and all together."""

import contextlib
import errno
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from hashlib import blake2b
from io import BufferedIOBase
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from ambience.errors import ParameterError, explain

_PREFIX = ".ambience-"
_SUFFIX = ".part"
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}


def refuse_existing(target: Path, force: bool) -> None:
    """Raise `ParameterError` if `target` is in the way: a folder or device always, a file unless `force`."""
    if target.is_dir():
        raise ParameterError(explain(str(target), "", None, "is a folder, a file name is needed"))
    if os.path.lexists(target) and not force:
        raise _exists(target)
    if target.exists() and not target.is_file():
        raise ParameterError(explain(str(target), "", None, "is not an ordinary file and is left alone"))


class Drafts:
    """A set of files being written, each under a hidden name beside its target.

    Leaving the ``with`` block gives all of them their final names; leaving it by any exception, `KeyboardInterrupt`
    included, removes all of them. Drafts that a killed run left behind go when the same target is next drafted.

    Parameters
    ----------
    force : bool
        Replace files that exist; otherwise they are refused, at once and again, atomically, at the end.
    """

    def __init__(self, *, force: bool = False) -> None:
        self.force = force
        self._drafts: list[tuple[Path, Path]] = []
        self._folders: list[Path] = []  # made for this set, outermost first
        self._open = contextlib.ExitStack()

    def add(self, target: Path) -> Path:
        """Reserve a file and return the path under which to write it.

        Raises
        ------
        ParameterError
            If the target exists and is not to be replaced.
        OSError
            If the folder cannot be made or written.
        """
        refuse_existing(target, self.force)
        self._make_folder(target.parent)
        with named(target):
            _remove_stale(target)
            draft = _create_hidden(target)
        self._drafts.append((draft, target))
        return draft

    def scratch(self, folder: Path) -> BufferedIOBase:
        """Open a nameless file in a folder; it is gone when the block is left, or the process killed."""
        self._make_folder(folder)
        with named(folder):
            opened = tempfile.TemporaryFile(dir=folder, prefix=_PREFIX, suffix=_SUFFIX)  # noqa: SIM115
        return cast(BufferedIOBase, self._open.enter_context(opened))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for draft, target in self._drafts:
            if isinstance(error, OSError) and error.filename in (str(draft), draft):
                error.filename = str(target)  # the file that was asked for, not the hidden one
        try:
            self._open.close()
            if kind is None:
                self._publish()
                self._folders.clear()
        finally:
            for draft, _target in self._drafts:
                with contextlib.suppress(OSError):
                    draft.unlink(missing_ok=True)
            for folder in reversed(self._folders):
                with contextlib.suppress(OSError):  # somebody else uses it by now
                    folder.rmdir()
            self._drafts.clear()

    def _make_folder(self, folder: Path) -> None:
        missing = [f for f in (folder, *folder.parents) if not f.exists()]
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            self._folders.append(new)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))

    def _publish(self) -> None:
        for draft, _ in self._drafts:
            flush(draft)
        published: list[Path] = []
        try:
            for draft, target in self._drafts:
                (_replace if self.force else _link)(draft, target)
                published.append(target)
        except BaseException:
            # Files that were replaced are whole and stay; names that this run created go, so that no half is there.
            for target in () if self.force else published:
                target.unlink(missing_ok=True)
            raise
        for folder in {target.parent: None for _, target in self._drafts}:
            _flush_folder(folder)


def write_whole(target: Path, write: Callable[[BinaryIO], object], *, force: bool = False) -> None:
    """Write one file by a function of an open file; it appears when the function has returned."""
    with Drafts(force=force) as drafts, drafts.add(target).open("wb") as opened:
        write(opened)


@contextlib.contextmanager
def named(place: Path) -> Iterator[None]:
    """Let an error name what the user asked for, not the hidden file beside it."""
    try:
        yield
    except OSError as error:
        error.filename = str(place)
        raise


def _exists(target: Path) -> ParameterError:
    return ParameterError(explain(str(target), "", None, "exists already", "Replace it with --force (force=True)."))


def _stem(target: Path) -> str:
    # A digest, not the name itself: a name of 255 bytes leaves no room for more. The machine counts too, since a
    # process number means nothing on another machine that writes to the same network folder.
    return (
        _PREFIX
        + blake2b(f"{platform.node()}\0{target.name}".encode(errors="surrogateescape"), digest_size=8).hexdigest()
    )


def _create_hidden(target: Path) -> Path:
    for attempt in range(1000):
        draft = target.parent / f"{_stem(target)}-{os.getpid()}-{attempt}{_SUFFIX}"
        with contextlib.suppress(FileExistsError):
            draft.touch(exist_ok=False)
            return draft
    raise FileExistsError(errno.EEXIST, "too many unfinished drafts", str(target))


def _remove_stale(target: Path) -> None:
    with os.scandir(target.parent) as entries:
        ours = [e.name for e in entries if e.name.startswith(f"{_stem(target)}-") and e.name.endswith(_SUFFIX)]
    for name in ours:
        pid = name.removesuffix(_SUFFIX).split("-")[-2]
        if pid.isdecimal() and not _alive(int(pid)):
            with contextlib.suppress(OSError):
                (target.parent / name).unlink()


def _alive(pid: int) -> bool:
    if sys.platform == "win32":  # signal 0 would interrupt it; an open file cannot be deleted there anyhow
        return pid == os.getpid()
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _replace(draft: Path, target: Path) -> None:
    os.replace(draft, target)


def _link(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)
    except FileExistsError:
        raise _exists(target) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim(draft, target)


def _claim(draft: Path, target: Path) -> None:
    """Take the name first, then its place: for file systems without links, such as FAT."""
    try:
        target.touch(exist_ok=False)
    except FileExistsError:
        raise _exists(target) from None
    try:
        os.replace(draft, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def flush(path: Path) -> None:
    """Wait until a file is on the disk."""
    opened = os.open(path, os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _flush_folder(folder: Path) -> None:
    if sys.platform == "win32":  # folders cannot be opened there
        return
    with contextlib.suppress(OSError):  # some network file systems refuse it; the files themselves are safe
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
