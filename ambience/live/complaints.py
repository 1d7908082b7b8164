"""What is wrong with what comes in is logged, but seldom: a flood of nonsense must not become a flood of lines."""

import logging
import threading
import time

_EVERY_S = 1.0
_LONGEST = 200


class Complaints:
    """Logs at most one line a second of each kind, and tells with it how many were left out.

    Parameters
    ----------
    door : str
        Name of the way in, such as ``osc``.
    """

    def __init__(self, door: str) -> None:
        self._logger = logging.getLogger(f"ambience.live.{door}")
        self._changing = threading.Lock()
        self._due_s: dict[str, float] = {}
        self._left_out: dict[str, int] = {}
        self.counts: dict[str, int] = {}  # of all, by kind

    def note(self, kind: str, text: str) -> None:
        """Note something; `kind` is one of a few words of the program's own."""
        now_s = time.monotonic()
        with self._changing:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            if now_s < self._due_s.get(kind, 0.0):
                self._left_out[kind] = self._left_out.get(kind, 0) + 1
                return
            self._due_s[kind] = now_s + _EVERY_S
            more = self._left_out.pop(kind, 0)
        line = f"{kind}: {text}" + (f" (and {more} more)" if more else "")
        self._logger.warning("%s", line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")
