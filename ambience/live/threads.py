"""All threads of a session go before other programs: whichever holds the interpreter, the music waits for it."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable

_NICE = -11  # what desktop sound servers run at


def eager_thread(work: Callable[[], None], name: str) -> threading.Thread:
    """Make a thread that asks for priority before it works, and ends with the program."""

    def run() -> None:
        ask_for_priority()
        work()

    return threading.Thread(target=run, name=f"ambience {name}", daemon=True)


def ask_for_priority() -> None:
    """Let the calling thread go before others, where the system allows it; nothing depends on it."""
    if hasattr(os, "setpriority") and sys.platform == "linux":  # elsewhere it would mean the whole process
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
