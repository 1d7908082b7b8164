"""The event thread: tells whoever listens what happens, when it is heard; the render thread runs nobody's code."""

import asyncio
import contextlib
import heapq
import queue
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from ambience.live.threads import eager_thread

Kind = Literal["bar", "state", "marker"]

_POLL_S = 0.004
_IDLE_S = 0.25
_MOST_EVENTS = 256  # that wait for a slow reader; the oldest go first


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is heard now."""

    kind: Kind
    text: str  # name of the state or the marker; of a bar, the state it is in
    frame: int  # from the start of the session
    at_s: float
    bar: int  # index of the bar


Callback = Callable[[Event], object]
Unsubscribe = Callable[[], None]


class Herald:
    """Runs callbacks on a thread of its own, when the frame that they wait for is heard."""

    def __init__(self) -> None:
        self._news: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._waiting: list[tuple[int, int, Event]] = []
        self._listeners: tuple[tuple[Kind | None, Callback], ...] = ()
        self._changing = threading.Lock()
        self._number = 0
        self.errors = 0  # that callbacks raised
        self.over = False
        self._heard_frame: Callable[[], int] = _nothing_yet
        self._enders: tuple[Callable[[None], None], ...] = ()
        self._thread = eager_thread(self._run, "events")

    def start(self, heard_frame: Callable[[], int]) -> None:
        """Begin; `heard_frame` tells the frame that the output takes next."""
        self._heard_frame = heard_frame
        self._thread.start()

    def tell(self, event: Event) -> None:
        """Hand over an event, to be told when it is heard."""
        self._news.put(event)

    def subscribe(self, kind: Kind | None, callback: Callback) -> Unsubscribe:
        """Call back for every event of a kind, or of any; return what ends that."""
        entry = (kind, callback)
        with self._changing:
            self._listeners = (*self._listeners, entry)

        def unsubscribe() -> None:
            with self._changing:
                self._listeners = tuple(kept for kept in self._listeners if kept is not entry)

        return unsubscribe

    async def events(self) -> AsyncIterator[Event]:
        """Yield every event, in a running asyncio loop, until the session is over."""
        loop, arrived = asyncio.get_running_loop(), asyncio.Queue[Event | None](_MOST_EVENTS)

        def put(event: Event | None) -> None:
            if arrived.full():
                arrived.get_nowait()
            arrived.put_nowait(event)

        def hear(event: Event | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(put, event)

        self._enders = (*self._enders, hear)
        unsubscribe = self.subscribe(None, hear)
        try:
            if self.over:
                return
            while (event := await arrived.get()) is not None:
                yield event
        finally:
            unsubscribe()
            self._enders = tuple(ender for ender in self._enders if ender is not hear)

    def close(self) -> None:
        """Tell what is left and end the thread."""
        self._news.put(None)
        if self._thread.ident is not None and threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                event = self._news.get(timeout=_POLL_S if self._waiting else _IDLE_S)
            except queue.Empty:
                self._announce()
                continue
            if event is None:
                break
            self._number += 1
            heapq.heappush(self._waiting, (event.frame, self._number, event))
            self._announce()
        self.over, self._heard_frame = True, _nothing_yet  # hold on to nobody's session
        for ender in self._enders:
            ender(None)

    def _announce(self) -> None:
        heard = self._heard_frame()
        while self._waiting and self._waiting[0][0] <= heard:
            event = heapq.heappop(self._waiting)[2]
            for kind, callback in self._listeners:
                if kind in (None, event.kind):
                    try:
                        callback(event)
                    except Exception:  # somebody else's
                        self.errors += 1


def _nothing_yet() -> int:
    return 0
