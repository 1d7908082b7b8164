"""WebSocket clients in a process of their own: most read what a session tells them, some never do, one asks.

python tests/bench/live_clients.py http://127.0.0.1:PORT/ [--reading 15] [--slow 5] [--slow-path audio] [--asks-per-s 0]

They stay until the standard input ends; then what they counted is printed as one JSON object.
"""

import argparse
import asyncio
import contextlib
import json
import re
import socket
import sys
import time
from array import array
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np

_PATIENCE_S = 0.5
_SMALL_BYTES = 4096  # a slow client's buffer, so that the server's side fills soon
_READERS_BYTES = 16_384
_AT_ONCE = 50  # that connect: a session keeps no more than 256 on its porch
_LEVEL = re.compile(rb'"level":([0-9.e-]+)')
_STEPS = 5000  # of the level: a state tells which change it shows
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A


@dataclass
class Counted:
    """What all clients together have seen."""

    states: int = 0
    longest_silence_s: float = 0.0
    lost_readers: int = 0
    failed_connections: int = 0
    slow_connections: int = 0
    slow_dropped: int = 0
    asked_s: list[float] = field(default_factory=list)  # when each change was sent
    seen_after_s: array = field(default_factory=lambda: array("d"))  # by each reader, each change or a later one

    def document(self) -> dict[str, Any]:
        """Return it as plain numbers."""
        names = ("states", "longest_silence_s", "lost_readers", "failed_connections", "slow_connections")
        told = {name: getattr(self, name) for name in (*names, "slow_dropped")}
        after_s = np.array(self.seen_after_s) if self.seen_after_s else np.zeros(1)
        quantiles = np.quantile(after_s, (0.5, 0.95, 1.0)).tolist()
        names = ("seen_median_s", "seen_p95_s", "seen_worst_s")
        return {
            **told,
            "asked": len(self.asked_s),
            "seen": len(self.seen_after_s),
            **dict(zip(names, quantiles, strict=True)),
        }


class Reader(asyncio.Protocol):
    """A client that reads every state; as little work as can be, for there may be a thousand in one process."""

    def __init__(self, address: str, counted: Counted) -> None:
        self._address, self._counted = address, counted
        self._bytes, self._upgraded = bytearray(), False
        self._last_s, self._seen = 0.0, 0
        loop = asyncio.get_running_loop()
        self.admitted, self.gone = loop.create_future(), loop.create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(upgrade(self._address, "ws"))
        self._seen = len(self._counted.asked_s)

    def connection_lost(self, error: Exception | None) -> None:
        for told in (self.admitted, self.gone):
            if not told.done():
                told.set_result(None)

    def data_received(self, content: bytes) -> None:
        self._bytes += content
        if not self._upgraded:
            head, found, rest = self._bytes.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:20]:
                self.transport.abort()
                return
            self._upgraded, self._bytes, self._last_s = True, rest, time.perf_counter()
            self.admitted.set_result(None)
        while (size := self._frame()) is not None:
            del self._bytes[:size]

    def limit_backlog(self) -> None:
        """Let the system keep little for this client: what he has not read yet is old."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _READERS_BYTES)

    def say(self, text: str) -> None:
        """Send a text."""
        self._send(_TEXT, text.encode())

    def _send(self, kind: int, content: bytes) -> None:
        size = bytes([0x80 | len(content)]) if len(content) < 126 else b"\xfe" + len(content).to_bytes(2, "big")
        self.transport.write(bytes([kind]) + size + b"\0\0\0\0" + content)  # a mask of zeros changes nothing

    def _frame(self) -> int | None:
        """Read the frame at the front, if it is whole, and tell its length."""
        if len(self._bytes) < 4:
            return None
        start, length = 2, self._bytes[1]
        if length == 126:
            start, length = 4, int.from_bytes(self._bytes[2:4], "big")
        if len(self._bytes) < start + length:
            return None
        kind, content = self._bytes[0], self._bytes[start : start + length]
        if kind == _TEXT:
            self._hear(content)
        elif kind == _PING:
            self._send(_PONG, bytes(content))
        elif kind == _CLOSE:
            self.transport.close()
        return start + length

    def _hear(self, content: bytearray) -> None:
        found = _LEVEL.search(content)
        if found is None or b'"heard_frame"' not in content:  # an answer
            return
        now_s, counted = time.perf_counter(), self._counted
        counted.states += 1
        counted.longest_silence_s = max(counted.longest_silence_s, now_s - self._last_s)
        self._last_s = now_s
        number = round((1.0 - float(found.group(1))) * _STEPS)
        if self._seen < number <= len(counted.asked_s):
            counted.seen_after_s.extend(now_s - asked_s for asked_s in counted.asked_s[self._seen : number])
            self._seen = number


def upgrade(address: str, path: str) -> bytes:
    """Write the request for a WebSocket."""
    return (
        f"GET /{path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


async def read(address: str, counted: Counted, door: asyncio.Semaphore) -> None:
    """Read every state that is pushed; come again when dropped."""
    url = urlsplit(address)
    while True:
        try:
            async with door:
                make = asyncio.get_running_loop().create_connection(
                    lambda: Reader(address, counted), url.hostname, url.port
                )
                _, reader = await make
                reader.limit_backlog()
                await reader.admitted
            await reader.gone
            counted.lost_readers += 1
        except OSError:
            counted.failed_connections += 1
        await asyncio.sleep(_PATIENCE_S)


async def dawdle(address: str, path: str, counted: Counted) -> None:
    """Open a WebSocket, never read from it, and come again when the server has had enough."""
    url = urlsplit(address)
    while True:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BYTES)
        slow.setblocking(False)
        with slow, contextlib.suppress(OSError):
            await asyncio.get_running_loop().sock_connect(slow, (url.hostname, url.port))
            slow.send(upgrade(address, path))
            counted.slow_connections += 1
            while slow.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                await asyncio.sleep(_PATIENCE_S)
            counted.slow_dropped += 1


async def ask(address: str, per_s: float, counted: Counted) -> None:
    """Lower the level by a small step again and again."""
    url = urlsplit(address)
    _, asker = await asyncio.get_running_loop().create_connection(
        lambda: Reader(address, counted), url.hostname, url.port
    )
    due_s = time.perf_counter() + 1.0
    while len(counted.asked_s) < _STEPS:
        await asyncio.sleep(max(due_s - time.perf_counter(), 0.0))
        due_s += 1.0 / per_s
        counted.asked_s.append(time.perf_counter())
        asker.say(json.dumps({"level": 1.0 - len(counted.asked_s) / _STEPS, "fade_s": 0.0}))


async def main() -> None:
    """Keep all clients going until the standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--reading", type=int, default=15)
    parser.add_argument("--slow", type=int, default=5)
    parser.add_argument("--slow-path", default="audio", choices=("audio", "ws"))
    parser.add_argument("--asks-per-s", type=float, default=0.0)
    wishes = parser.parse_args()
    counted, door = Counted(), asyncio.Semaphore(_AT_ONCE)
    tasks = [asyncio.create_task(read(wishes.address, counted, door)) for _ in range(wishes.reading)]
    tasks += [asyncio.create_task(dawdle(wishes.address, wishes.slow_path, counted)) for _ in range(wishes.slow)]
    if wishes.asks_per_s:
        tasks.append(asyncio.create_task(ask(wishes.address, wishes.asks_per_s, counted)))
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(counted.document()))


if __name__ == "__main__":
    asyncio.run(main())
