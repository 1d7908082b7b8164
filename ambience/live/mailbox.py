"""The one queue of a session: whoever asks puts a question in, the render thread answers between two quanta."""

import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from ambience.engine import Engine
from ambience.errors import AmbienceError

T = TypeVar("T")

_MOST = 256  # questions that wait
_OVER = "live: the session is over."


class Mailbox:
    """Takes questions from any thread.

    Parameters
    ----------
    deliver : callable
        Takes an answer to the one who asked, on another thread.
    """

    def __init__(self, deliver: Callable[[Callable[[], None]], None]) -> None:
        self._deliver = deliver
        self._asked: deque[tuple[Callable[[Engine], Any], Future[Any]]] = deque()
        self._over = False
        self.refused = 0

    def ask(self, question: Callable[[Engine], T]) -> "Future[T]":
        """Let the render thread ask the engine something; `AmbienceError` if too much waits."""
        if len(self._asked) >= _MOST:
            self.refused += 1
            raise AmbienceError("live: too many requests at once. Wait until they are answered.")
        future: Future[T] = Future()
        self._asked.append((question, future))
        if self._over:
            self.close()
        return future

    def answer(self, engine: Engine) -> None:
        """Answer all that waits, in its order."""
        while self._asked:
            question, future = self._asked.popleft()
            try:
                answer = question(engine)
            except Exception as error:
                self.refused += 1
                self._deliver(partial(_refuse, future, error))
            else:
                self._deliver(partial(_grant, future, answer))

    def close(self) -> None:
        """Refuse all that waits, and all that will come."""
        self._over = True
        with contextlib.suppress(IndexError):
            while True:
                self._deliver(partial(_refuse, self._asked.popleft()[1], AmbienceError(_OVER)))


def _grant(future: "Future[T]", answer: T) -> None:
    if future.set_running_or_notify_cancel():
        future.set_result(answer)


def _refuse(future: "Future[Any]", error: Exception) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)
