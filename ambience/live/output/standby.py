"""The output of a session: opened, watched, replaced by the clock while it is lost, and opened again."""

import contextlib
import threading
import time

from ambience.errors import AmbienceError
from ambience.live.output.outlet import Outlet
from ambience.live.output.sinks import MakeSink, PacedSink, Sink
from ambience.live.threads import eager_thread

_LOST_S = 0.6  # without a call: real devices ask a hundred times a second, machines stand still for less
_POLL_S = 0.1
_RETRY_S = 0.5


class Output:
    """Keeps frames flowing whatever the sound card does.

    Parameters
    ----------
    make : callable
        Opens the output that was wished for.
    sample_rate_hz : int
        Frames a second.

    Raises
    ------
    OSError, ParameterError
        If the output cannot be opened now.
    """

    def __init__(self, make: MakeSink, sample_rate_hz: int) -> None:
        self._make, self._rate_hz = make, sample_rate_hz
        self._sink: Sink = make()
        self.name = self._sink.name
        self.lost = False
        self.losses = self.reconnections = 0
        self._ended = threading.Event()
        self._thread = eager_thread(self._watch, "device")

    def start(self, outlet: Outlet) -> None:
        """Let the output speak, with the frames of an outlet."""
        self._outlet = outlet
        self._sink.start(self._outlet.give_word())
        self._thread.start()

    def close(self) -> None:
        """Stop and let go of the device."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()
        _close(self._sink)

    def _watch(self) -> None:
        retry_s = 0.0
        while not self._ended.wait(_POLL_S):
            now_s = time.perf_counter()
            if not self.lost and now_s - self._outlet.called_s > _LOST_S:
                self.lost, self.losses = True, self.losses + 1
                self._replace(PacedSink(self._rate_hz))
                retry_s = now_s + _RETRY_S
            elif self.lost and now_s >= retry_s:
                self._reopen()
                retry_s = time.perf_counter() + _RETRY_S

    def _reopen(self) -> None:
        """Try the device again while the clock goes on."""
        with contextlib.suppress(OSError, AmbienceError):
            self._replace(self._make())
            self.lost, self.reconnections = False, self.reconnections + 1

    def _replace(self, sink: Sink) -> None:
        """Give the word to another output; the one before may hang when it is closed, and is left to itself."""
        before, self._sink = self._sink, sink
        sink.start(self._outlet.give_word())
        threading.Thread(target=_close, args=(before,), name="ambience device closing", daemon=True).start()


def _close(sink: Sink) -> None:
    with contextlib.suppress(OSError):
        sink.close()
