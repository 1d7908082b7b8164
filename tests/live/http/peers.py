"""Whoever comes to the web door: clients that behave, and sockets that send what they like."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from ambience.live.http.server import WebDoor, open_surface
from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions

PATIENCE_S = 0.5  # instead of five seconds


@contextmanager
def opened(session: LiveSession, **options: Any) -> Iterator[WebDoor]:
    door = open_surface(session, SurfaceOptions(http_port=0, **options))
    assert isinstance(door, WebDoor)
    try:
        yield door
    finally:
        door.close()


def talking_to(door: WebDoor, **options: Any) -> httpx.Client:
    """Return a client that keeps no connection: an idle one is closed after half a second here."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(base_url=door.url, timeout=5.0, limits=limits, verify=False, **options)


def web_socket(door: WebDoor, path: str = "ws", **options: Any) -> ClientConnection:
    return connect(f"ws{door.url[4:]}{path}", open_timeout=5.0, **options)


def raw(door: WebDoor, content: bytes, receive_bytes: int | None = None) -> socket.socket:
    sock = socket.socket()
    if receive_bytes is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    sock.settimeout(5.0)
    sock.connect(("127.0.0.1", int(door.url.rstrip("/").rsplit(":", 1)[1])))
    sock.sendall(content)
    return sock


def upgrade(door: WebDoor, path: str) -> bytes:
    """Write the request for a WebSocket by hand."""
    asked = f"GET {path} HTTP/1.1\r\nHost: {door.url[7:-1]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return f"{asked}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()


def received(sock: socket.socket, within_s: float = 5.0) -> bytes:
    """Read until the other side closes."""
    found, until_s = b"", time.perf_counter() + within_s
    try:
        while block := sock.recv(65_536):
            found += block
            assert time.perf_counter() < until_s
    except ConnectionError:
        pass
    return found


def eventually(holds: Callable[[], bool], within_s: float = 3.0) -> None:
    """Wait until something holds."""
    until_s = time.perf_counter() + within_s
    while not holds():
        assert time.perf_counter() < until_s
        time.sleep(0.01)


def answered(ws: ClientConnection, message: Any) -> dict[str, Any]:
    """Send something and wait for its answer between the states."""
    ws.send(message if isinstance(message, str | bytes) else json.dumps(message))
    while True:
        document: dict[str, Any] = json.loads(ws.recv(5.0))
        if "accepted" in document or "error" in document:
            return document
