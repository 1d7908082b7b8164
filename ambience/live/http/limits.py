"""How much of somebody's time and room a request may take, whoever sends it."""

import time
from collections.abc import MutableMapping
from typing import Any

from ambience.errors import explain
from ambience.live.http.listener import HEAD_BYTES, Receive, Scope, Send
from ambience.live.wire import MESSAGE_BYTES

_MOST_HEADERS, _LONGEST_URL_BYTES = 64, 2000
_MESSAGES_PER_S, _BURST = 100.0, 200.0
_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
_ALONE = ("host", "origin", "content-length", "content-type", "authorization", "sec-fetch-site")  # never twice


class Refused(Exception):
    """A request that is turned away.

    Parameters
    ----------
    status : int
        Of the HTTP answer.
    line : str
        Why.
    """

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status, self.line = status, line


def read_headers(scope: Scope) -> dict[str, str]:
    """Return the headers of a request that is not too long; those that decide something stand there once."""
    pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    names = [name for name, _ in pairs]
    size_bytes = sum(len(name) + len(value) + 4 for name, value in pairs)
    if len(pairs) > _MOST_HEADERS or size_bytes > HEAD_BYTES:
        raise Refused(431, explain("live", "headers", len(pairs), f"must be at most {_MOST_HEADERS} in 16 KiB"))
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_URL_BYTES:
        raise Refused(414, explain("live", "", None, f"the address must be at most {_LONGEST_URL_BYTES} characters"))
    if twice := [name for name in _ALONE if names.count(name) > 1]:
        raise Refused(400, explain("live", "header", twice[0], "stands there twice"))
    return dict(pairs)


async def with_body(scope: Scope, receive: Receive) -> Receive:
    """Read the body, which must be JSON and say how long it is, before anybody sees the request."""
    headers = read_headers(scope)
    length = headers.get("content-length", "")
    if scope["method"] != "POST":
        if "transfer-encoding" in headers or length not in ("", "0"):
            raise Refused(400, explain("live", "method", scope["method"], "has no body"))
        return receive
    kind = headers.get("content-type", "")
    if kind.split(";")[0].strip().lower() != "application/json":
        raise Refused(415, explain("live", "Content-Type", kind[:100], "must be application/json"))
    if "transfer-encoding" in headers or not (length.isascii() and length.isdecimal()):
        raise Refused(411, explain("live", "", None, "Content-Length is missing"))
    if len(length) > 9 or int(length) > MESSAGE_BYTES:
        raise Refused(413, explain("live", "Content-Length", length[:20], f"must be at most {MESSAGE_BYTES}"))
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, explain("live", "", None, "the body is not complete"))
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    waiting: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> MutableMapping[str, Any]:
        return waiting.pop() if waiting else await receive()

    return replayed


def limited(scope: Scope, receive: Receive, send: Send) -> Receive:
    """Count the messages of a WebSocket, and close it when they become too many."""
    if scope["type"] != "websocket":
        return receive
    credit, counted_s = _BURST, time.monotonic()

    async def counting() -> MutableMapping[str, Any]:
        nonlocal credit, counted_s
        message = await receive()
        if message["type"] != "websocket.receive":
            return message
        now_s = time.monotonic()
        credit, counted_s = min(credit + (now_s - counted_s) * _MESSAGES_PER_S, _BURST) - 1.0, now_s
        if credit >= 0.0:
            return message
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "too many messages"})
        return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}

    return counting
