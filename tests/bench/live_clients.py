"""WebSocket clients for the soak: most read what a session tells them, some never do and come again when dropped.

python tests/bench/live_clients.py ws://127.0.0.1:PORT/ws READING SLOW — ends with its standard input, then counts.
"""

import asyncio
import contextlib
import socket
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

_PATIENCE_S = 0.5
_SMALL_BYTES = 4096  # a slow client's buffer, so that the server's side fills soon


async def read(address: str, counted: Counter[str]) -> None:
    """Read every state that is pushed, and note the longest silence."""
    while True:
        with contextlib.suppress(OSError, WebSocketException):
            async with connect(address) as socket_:
                last_s = time.perf_counter()
                async for _ in socket_:
                    now_s = time.perf_counter()
                    counted["states"] += 1
                    counted["longest silence, ms"] = max(counted["longest silence, ms"], round(1e3 * (now_s - last_s)))
                    last_s = now_s
        counted["readers dropped"] += 1
        await asyncio.sleep(_PATIENCE_S)


async def dawdle(address: str, counted: Counter[str]) -> None:
    """Open a WebSocket, never read from it, and come again when the server has had enough."""
    url = urlsplit(address)
    path = f"{url.path.rsplit('/', 1)[0]}/audio"  # what fills buffers fastest
    head = (
        f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    while True:
        with contextlib.suppress(OSError):
            slow = socket.socket()
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BYTES)
            slow.setblocking(False)
            with slow:
                await asyncio.get_running_loop().sock_connect(slow, (url.hostname, url.port))
                slow.send(head.encode())
                while slow.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    await asyncio.sleep(_PATIENCE_S)
                    slow.send(b"")
        counted["slow ones dropped"] += 1


async def main(address: str, reading: int, slow: int) -> None:
    """Keep all clients going until the standard input ends."""
    counted: Counter[str] = Counter()
    tasks = [asyncio.create_task(read(address, counted)) for _ in range(reading)]
    tasks += [asyncio.create_task(dawdle(address, counted)) for _ in range(slow)]
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(", ".join(f"{name} {count}" for name, count in sorted(counted.items())))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
