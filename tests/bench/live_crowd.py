"""Lets a thousand WebSocket clients in while somebody changes the music, and tells whether it was borne.

python tests/bench/live_crowd.py [--clients 1000] [--slow 100] [--asks-per-s 20] [--seconds 60] [--json FILE]

The session is `ambience live` in a process of its own; the slow clients never read. Exit status 1: a limit is broken.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from live_audience import Crowd
from live_report import Figure, finish

_SETTLED_S = 15.0  # tables and caches are full
_GONE_S = 8.0  # for connections that were cut to be noticed
_MOST_GROWTH_BYTES = 150_000_000
_LATEST_S = 0.25
_OWN_FILES = 512  # besides the clients


class Server:
    """A session of its own, watched from outside."""

    def __init__(self, preset: str, clients: int) -> None:
        _allow_files(clients + _OWN_FILES)
        words = ["live", preset, "--device", "none", "--http-port", "0", "--max-clients", str(clients)]
        command = [sys.executable, "-m", "ambience", *words]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        opening = self._process.stderr.readline()
        found = re.search(r"http://[^ ;]+", opening)
        if found is None:
            raise SystemExit(opening)
        self.address = found.group()
        self.most_bytes = 0
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def stats(self) -> dict[str, Any]:
        """Ask what it has counted."""
        with urllib.request.urlopen(f"{self.address}stats", timeout=30.0) as answer:
            counted: dict[str, Any] = json.load(answer)
        return counted

    @property
    def files(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))

    @property
    def resident_bytes(self) -> int:
        """How much memory it occupies."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize()

    def watch(self) -> None:
        """Begin to note the most memory."""
        self._watching.start()

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()

    def _watch(self) -> None:
        while self._process.poll() is None:
            self.most_bytes = max(self.most_bytes, self.resident_bytes)
            time.sleep(0.2)


def _wait_until_gone(server: Server, files: int) -> None:
    """Give connections that were cut the time to be noticed."""
    until_s = time.perf_counter() + _GONE_S
    while server.files > files and time.perf_counter() < until_s:
        time.sleep(0.1)


def _allow_files(count: int) -> None:
    """Let this process and its children open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(count, hard)), hard))


def main() -> None:
    """Let them in, let them go, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1000, help="on WebSockets")
    parser.add_argument("--slow", type=int, default=100, help="of them, that never read")
    parser.add_argument("--asks-per-s", type=float, default=20.0, help="changes of the level")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--preset", default="single-piece")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args()
    server = Server(options.preset, options.clients + options.slow + 8)  # slow ones come again before they are missed
    try:
        time.sleep(_SETTLED_S)
        before_bytes, before_files = server.resident_bytes, server.files
        server.watch()
        reading = [f"--reading={options.clients - options.slow}", f"--slow={options.slow}", "--slow-path=ws"]
        crowd = Crowd(server.address, *reading, f"--asks-per-s={options.asks_per_s}")
        time.sleep(options.seconds)
        during = server.stats()
        counted = crowd.leave()
        _wait_until_gone(server, before_files)
        left = server.files - before_files
        after = server.stats()
        growth_bytes = server.most_bytes - before_bytes
    finally:
        server.close()
    lost, dropped = counted["lost_readers"] + counted["failed_connections"], counted["slow_dropped"]
    met = after["requests"] >= counted["asked"] > 0
    figures = [
        Figure("clients at once", during["clients"], holds=during["clients"] >= options.clients - options.slow),
        Figure("states read", counted["states"]),
        Figure("changes asked for", counted["asked"], holds=met),
        Figure("seen by a client after, median", 1e3 * counted["seen_median_s"], "ms"),
        Figure("95 %", 1e3 * counted["seen_p95_s"], "ms", 0.0 < counted["seen_p95_s"] <= _LATEST_S),
        Figure("worst", 1e3 * counted["seen_worst_s"], "ms"),
        Figure("longest silence for a client", counted["longest_silence_s"], "s"),
        Figure("clients lost although they read", lost, holds=lost == 0),
        Figure("slow clients dropped", dropped, "times", dropped >= options.slow),
        Figure("memory, growth", growth_bytes / 1e6, "MB", growth_bytes < _MOST_GROWTH_BYTES),
        Figure("files left open", left, holds=left <= 0),
        Figure("clients left", after["clients"] - 1, holds=after["clients"] <= 1),
        Figure("under-runs", after["under_runs"]),
        Figure("failures of the server", after["server_failures"], holds=after["server_failures"] == 0),
    ]
    asked = {name: value for name, value in vars(options).items() if name != "json"}
    finish(figures, {"asked": asked, "under_runs": after["under_run_list"]}, options.json)


if __name__ == "__main__":
    main()
