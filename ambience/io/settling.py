"""A file goes onto the disk while it is still being written, so that nobody has to wait for all of it at its end."""

import os
from concurrent.futures import Future, ThreadPoolExecutor

_EVERY_BYTES = 2**24
_store = getattr(os, "fdatasync", os.fsync)  # not every system knows the first, which stores no more than is needed


class Settling:
    """Asks the system to store what was written, again and again, on a thread of its own.

    Parameters
    ----------
    number : int
        Of the open file.
    """

    def __init__(self, number: int) -> None:
        self._number, self._fresh_bytes = number, 0
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="settling")
        self._asked: Future[None] | None = None

    def wrote(self, n_bytes: int) -> None:
        """Take note that more was written; raise `OSError` if the system could not store what was before."""
        self._fresh_bytes += n_bytes
        if self._fresh_bytes >= _EVERY_BYTES and (self._asked is None or self._asked.done()):
            self._settled()
            self._asked = self._hand.submit(_store, self._number)
            self._fresh_bytes = 0

    def end(self) -> None:
        """Wait until nothing is on its way any more; only then may the file be closed."""
        self._hand.shutdown(wait=True)
        self._settled()

    def _settled(self) -> None:
        if self._asked is not None:
            self._asked.result()
