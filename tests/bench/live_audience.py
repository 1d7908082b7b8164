"""An audience for a session: WebSocket clients in a process of their own, some of which never read."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions, check_surfaces, open_surfaces
from live_report import Figure

_WEB = SurfaceOptions(http_port=0)


class Crowd:
    """Clients of a web door, wherever it is, until they are told to leave.

    Parameters
    ----------
    address : str
        Of the web page.
    options : str
        For the clients.
    """

    def __init__(self, address: str, *options: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name("live_clients.py")), address, *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def leave(self) -> dict[str, Any]:
        """Let them go, and return what they counted."""
        said, _ = self._process.communicate()
        counted: dict[str, Any] = json.loads(said)
        return counted


def expect_audience() -> None:
    """Load what the web needs, as the command does before it opens a session."""
    check_surfaces(_WEB)


class Audience:
    """Opens the web door of a session and lets clients in."""

    def __init__(self, session: LiveSession, reading: int, slow: int) -> None:
        self._stack, self._slow = contextlib.ExitStack(), slow
        (line,) = self._stack.enter_context(open_surfaces(session, _WEB))
        self._crowd = Crowd(line, f"--reading={reading}", f"--slow={slow}")

    def leave(self) -> tuple[Figure, ...]:
        """Let them go, close the door, and tell how they fared."""
        counted = self._crowd.leave()
        self._stack.close()
        lost, dropped = counted["lost_readers"] + counted["failed_connections"], counted["slow_dropped"]
        return (
            Figure("states read by clients", counted["states"]),
            Figure("longest silence for a client", counted["longest_silence_s"], "s"),
            Figure("clients lost although they read", lost, holds=lost == 0),
            Figure("slow clients dropped", dropped, "times", dropped >= self._slow),
        )
