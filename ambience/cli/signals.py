"""How a command ends: at once when it is done; interrupted, by an exception, so that it clears up behind itself."""

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn


class Stopped(BaseException):
    """A signal asked the process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def heed_signals() -> None:
    """Let SIGINT and SIGTERM raise `Stopped` once; a second one does not disturb the clearing up.

    What was ignored when the process began, such as SIGINT under nohup, stays ignored.
    """

    def stop(number: int, _frame: object) -> None:
        for ended in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ended, signal.SIG_IGN)
        raise Stopped(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)


def end_stopped(stopped: Stopped) -> NoReturn:
    """Say what happened and end the process."""
    sys.stderr.write("error: interrupted\n" if stopped.number == signal.SIGINT else "error: terminated\n")
    end(128 + stopped.number)


def end(status: int) -> NoReturn:
    """End the process at once: all that a command opened it has closed.

    To wait for a thread that compiles would take seconds, and to take apart all that was imported a sixth of a `check`.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):  # a process may have been given none
        with suppress(OSError):  # nobody listens any more
            stream.flush()
    os._exit(status)
