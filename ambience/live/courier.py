"""Brings answers to those who asked, on a thread of its own: neither rendering nor anybody's callback delays them."""

import queue
from collections.abc import Callable

from ambience.live.threads import eager_thread


class Courier:
    """Does small errands in their order."""

    def __init__(self) -> None:
        self._errands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._over = False
        self._thread = eager_thread(self._run, "answers")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def deliver(self, errand: Callable[[], None]) -> None:
        """Do an errand soon; once all is over, at once."""
        if self._over:
            errand()
        else:
            self._errands.put(errand)

    def close(self) -> None:
        """Do what is left and end the thread."""
        self._errands.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while (errand := self._errands.get()) is not None:
            errand()
        self._over = True
