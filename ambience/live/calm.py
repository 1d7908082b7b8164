"""The interpreter keeps calm while somebody listens: garbage is collected by hand, and threads take short turns."""

import gc
import sys
import threading
import time
from types import TracebackType
from typing import Self

_EVERY_S = (0.5, 2.0, 60.0)  # per generation, the young first
_LONG_S = 0.01  # what takes longer goes through objects that will stay: they are set aside

# A quantum comes back from about a hundred kernels, and wherever another thread has taken the interpreter meanwhile, it
# waits so long to get it back; by default 5 ms, so that ten such moments empty the ring. Shorter turns are no better:
# waking up takes as long.
_TURN_S = 1e-4

_lock = threading.Lock()
_calm = 0  # sessions that are open
_was_enabled = True
_turn_before_s = 0.0


class Calm:
    """A stretch of time in which the collector never works by itself, and threads take short turns.

    Notes
    -----
    A collection holds the interpreter's lock and takes time in proportion to all living objects, so everything that
    is there at the beginning is set aside first (`gc.freeze`). Several stretches may overlap.
    """

    def __init__(self) -> None:
        self.collections = 0
        self.longest_s = 0.0
        self._due_s = [0.0, 0.0, 0.0]

    def __enter__(self) -> Self:
        global _calm, _was_enabled, _turn_before_s
        with _lock:
            if _calm == 0:
                _was_enabled = gc.isenabled()
                gc.collect()
                gc.disable()
                _turn_before_s = sys.getswitchinterval()
                sys.setswitchinterval(_TURN_S)
            gc.freeze()
            _calm += 1
        now_s = time.perf_counter()
        self._due_s = [now_s + every_s for every_s in _EVERY_S]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        global _calm
        with _lock:
            _calm -= 1
            if _calm == 0:
                gc.unfreeze()
                sys.setswitchinterval(_turn_before_s)
                if _was_enabled:
                    gc.enable()

    def breathe(self) -> None:
        """Collect what is due, if anything; for a thread that has time."""
        now_s = time.perf_counter()
        for generation in (2, 1, 0):
            if now_s >= self._due_s[generation]:
                gc.collect(generation)
                took_s = time.perf_counter() - now_s
                if took_s > _LONG_S:
                    gc.freeze()
                self._due_s[: generation + 1] = [now_s + every_s for every_s in _EVERY_S[: generation + 1]]
                self.collections, self.longest_s = self.collections + 1, max(self.longest_s, took_s)
                return
