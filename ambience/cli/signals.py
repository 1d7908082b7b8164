"""Signals as exceptions: an interrupted command clears up behind itself before it ends."""

import os
import signal
import sys
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


def end(stopped: Stopped) -> NoReturn:
    """Say what happened and end the process at once: a thread that compiles would hold it for seconds."""
    sys.stderr.write("error: interrupted\n" if stopped.number == signal.SIGINT else "error: terminated\n")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(128 + stopped.number)
