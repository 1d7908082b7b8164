"""The registrar: brings finished files onto the disk and identifies them, while the next ones are written."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ambience.io.atomic import flush
from ambience.io.sidecar import FileRecord, record

_HANDS = 2  # one waits for the disk, one counts


class Registrar:
    """Takes files one after the other; leaving its block waits for those that it has begun."""

    def __init__(self) -> None:
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="registrar")
        self._recorded: list[Future[FileRecord]] = []
        self._flushed: list[Future[None]] = []

    def take(self, draft: Path, name: str) -> None:
        """Take a file that is whole; `name` is the one under which it will be known.

        The disk has it then before all files are published together, and that waits for nothing any more.
        """
        self._flushed.append(self._hands.submit(flush, draft))
        self._recorded.append(self._hands.submit(record, draft, name))

    def write(self, draft: Path, name: str, write: Callable[[BinaryIO], object]) -> None:
        """Take a file that a function of an open file has yet to write."""

        def written() -> FileRecord:
            with draft.open("wb") as opened:
                write(opened)
            return record(draft, name)

        self._recorded.append(self._hands.submit(written))

    def records(self) -> list[FileRecord]:
        """Return what identifies each file, in the order in which they were taken, once all are on the disk."""
        for flushed in self._flushed:
            flushed.result()
        return [recorded.result() for recorded in self._recorded]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._hands.shutdown(wait=True, cancel_futures=kind is not None)
