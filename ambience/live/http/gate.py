"""The gate: who may speak to a session at all, and how much of it; for HTTP and WebSockets alike."""

import hmac
import json
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from ambience.errors import explain
from ambience.live.http.address import bracketed
from ambience.live.http.limits import Refused, limited, read_headers, with_body
from ambience.live.http.listener import Application, Receive, Scope, Send
from ambience.live.wire import VERSION

_NO_ROOM = 503
_CONTENT_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
_SHIELD = (
    (b"content-security-policy", _CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is let in."""

    port: int
    hosts: tuple[str, ...] = ()  # names besides the loopback's and the address that was reached
    origins: tuple[str, ...] = ()  # besides those hosts, such as "https://stage.example"
    token: str = ""  # empty: nobody has to show one
    max_clients: int = 64  # that are served at the same time


class Gate:
    """An ASGI application around another that lets in only what keeps the rules.

    Parameters
    ----------
    application : callable
        What is behind it.
    rules : Rules
        Who is let in.
    """

    def __init__(self, application: Application, rules: Rules) -> None:
        self._application, self._rules = application, rules
        self.clients = self.refused = self.failures = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection or turn it away."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        try:
            welcome = self._judge(scope)
            if welcome:
                await _answer(scope, send, 303, "", ((b"location", b"/"), (b"set-cookie", welcome.encode())))
                return
            if scope["type"] == "http":
                receive = await with_body(scope, receive)
            if self.clients >= self._rules.max_clients:
                raise Refused(_NO_ROOM, explain("live", "clients", self.clients, "are as many as can be served"))
        except Refused as refused:
            self.refused += 1
            await _answer(scope, send, refused.status, refused.line)
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def shielded(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message = {**message, "headers": _shielded(message.get("headers", ()))}
            await send(message)

        self.clients += 1
        try:
            await self._application(scope, limited(scope, receive, send), shielded)
        except OSError:
            pass  # the client is gone
        except Exception:
            self.failures += 1
            if not begun:
                await _answer(scope, send, 500, explain("live", "", None, "this cannot be answered"))
        finally:
            self.clients -= 1

    def _judge(self, scope: Scope) -> str:
        """Raise unless a request may come in; return the cookie of who showed the token in the address of the page."""
        headers = read_headers(scope)
        self._judge_origin(scope, headers)
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "POST"):
            raise Refused(405, explain("live", "method", scope["method"], "must be GET, HEAD or POST"))
        return self._judge_token(scope, headers)

    def _judge_origin(self, scope: Scope, headers: Mapping[str, str]) -> None:
        hosts = self._hosts(scope)
        host, origin = headers.get("host", "").lower(), headers.get("origin")
        if host not in hosts:
            hint = "Name it with --allowed-host if it is this machine's."
            raise Refused(421, explain("live", "Host", host[:100], "is not a name of this session", hint))
        if origin is not None and origin.lower() not in (*(f"http://{name}" for name in hosts), *self._rules.origins):
            hint = "Allow it with --allow-origin."
            raise Refused(403, explain("live", "Origin", origin[:100], "is not a page of this session", hint))
        if headers.get("sec-fetch-site") == "cross-site":
            raise Refused(403, explain("live", "", None, "another site's pages may not ask for anything"))

    def _hosts(self, scope: Scope) -> tuple[str, ...]:
        """Name this session as a client may: an address that was reached cannot have been made up by a name server."""
        reached = scope.get("server") or ("127.0.0.1", 0)
        names = ("127.0.0.1", "localhost", "[::1]", bracketed(reached[0]), *self._rules.hosts)
        port = self._rules.port
        return tuple(f"{name}:{port}" for name in names) + (names if port == 80 else ())

    def _judge_token(self, scope: Scope, headers: Mapping[str, str]) -> str:
        if not (token := self._rules.token):
            return ""
        name = f"ambience_{self._rules.port}"  # cookies do not tell ports apart
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if _same(bearer, token) or _same(_cookie(headers, name), token):
            return ""
        page, web_socket = scope["path"] == "/", scope["type"] == "websocket"
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not ((page or web_socket) and _same(given, token)):
            hint = "Send it as Authorization: Bearer, or open the page with ?token=."
            raise Refused(401, explain("live", "", None, "a token is needed", hint))
        return f"{name}={token}; Path=/; HttpOnly; SameSite=Strict" if page else ""


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _cookie(headers: Mapping[str, str], name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _shielded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    names = [name.lower() for name, _ in given]
    return given + [pair for pair in _SHIELD if pair[0] not in names]


async def _answer(
    scope: Scope, send: Send, status: int, error: str, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """Say why not, in the words of the command line."""
    body = json.dumps({"version": VERSION, "error": error}).encode() if error else b""
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    described = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *headers,
    ]
    await send({"type": f"{kind}.start", "status": status, "headers": _shielded(described)})
    await send({"type": f"{kind}.body", "body": body, "more_body": False})
