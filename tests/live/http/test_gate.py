"""The gate: who is let in, who is not, and what he is told; without a socket."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from ambience.live.http.gate import Gate, Rules

HOST = "127.0.0.1:8000"
TOKEN = "a-token-of-the-evening"


async def behind(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """Echo the body, or the messages of a WebSocket until it is closed."""
    if scope["type"] == "http":
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": body})
        return
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        pass


def asked(
    rules: Rules,
    path: str = "/state",
    *,
    method: str = "GET",
    kind: str = "http",
    query: str = "",
    body: bytes = b"",
    messages: int = 0,
    twice: str = "",
    within: Any = behind,
    **headers: str,
) -> list[MutableMapping[str, Any]]:
    """Send one request through a gate, and return all that came out."""
    named = {"host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": kind,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [
            (name.encode(), value.encode())
            for name, value in named.items()
            for _ in range(2 if name == twice else 1)
            if value
        ],
        "server": ("127.0.0.1", 8000),
        **({"method": method} if kind == "http" else {}),
    }
    incoming = [{"type": "websocket.receive", "text": "{}"}] * messages if kind == "websocket" else []
    incoming.append({"type": "http.request", "body": body} if kind == "http" else {"type": "websocket.disconnect"})
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return incoming.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Gate(within, rules)(scope, receive, send))
    return sent


def status(sent: list[MutableMapping[str, Any]]) -> int:
    return 101 if sent[0]["type"] == "websocket.accept" else sent[0]["status"]


OPEN = Rules(8000)
LOCKED = Rules(8000, token=TOKEN)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "evil.example:8000", "127.0.0.1", "127.0.0.1:8001", "127.0.0.1.evil.example:8000"),
        *("localhost:8000.evil.example", "[::1]:80", "127.0.0.1:8000, evil.example", "0.0.0.0:8000"),
    ],
)
def test_a_host_that_is_not_this_session_is_refused(kind: str, host: str) -> None:
    assert status(asked(OPEN, kind=kind, host=host)) == 421


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "origin",
    [
        *("null", "http://evil.example", "https://127.0.0.1:8000", "http://127.0.0.1", "http://127.0.0.1:8001"),
        *("http://127.0.0.1:8000.evil.example", "http://evil.example:8000", "http://127.0.0.1:8000@evil.example"),
        "file://",
    ],
)
def test_a_foreign_origin_is_refused_whatever_it_wants(kind: str, origin: str) -> None:
    assert status(asked(OPEN, kind=kind, origin=origin)) == 403


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("name", [HOST, "localhost:8000", "LOCALHOST:8000", "[::1]:8000"])
def test_the_pages_of_the_session_itself_are_let_in(kind: str, name: str) -> None:
    assert status(asked(OPEN, kind=kind, host=name)) in (200, 101)
    assert status(asked(OPEN, kind=kind, origin=f"http://{name}", sec_fetch_site="same-origin")) in (200, 101)


def test_another_site_is_refused_even_where_a_browser_sends_no_origin() -> None:
    assert status(asked(OPEN, sec_fetch_site="cross-site")) == 403


def test_names_and_origins_can_be_allowed() -> None:
    rules = Rules(8000, hosts=("stage.local",), origins=("https://stage.example",))
    assert status(asked(rules, host="stage.local:8000", origin="http://stage.local:8000")) == 200
    assert status(asked(rules, origin="https://stage.example")) == 200
    assert status(asked(rules, host="stage.local.evil.example:8000")) == 421


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, 401),
        ({"authorization": f"Bearer {TOKEN}"}, 200),
        ({"authorization": f"Bearer {TOKEN}x"}, 401),
        ({"authorization": "Bearer \xe9"}, 401),
        ({"cookie": f"ambience_8000={TOKEN}"}, 200),
        ({"cookie": f"ambience_8001={TOKEN}"}, 401),
        ({"cookie": '";=\x01'}, 401),
        ({"query": f"token={TOKEN}"}, 401),  # an address is written into histories: of the page only
        ({"query": f"token={TOKEN}", "path": "/"}, 303),
        ({"query": "token=wrong", "path": "/"}, 401),
        ({"query": f"token={TOKEN}", "kind": "websocket"}, 101),
        ({"query": "token=", "kind": "websocket"}, 401),
        ({"kind": "websocket", "authorization": f"Bearer {TOKEN}"}, 101),
        ({"query": f"token={TOKEN}", "path": "/", "origin": "http://evil.example"}, 403),
    ],
)
def test_a_token_is_asked_of_everybody_where_there_is_one(request_: dict[str, Any], expected: int) -> None:
    assert status(asked(LOCKED, **request_)) == expected


def test_the_token_in_the_address_of_the_page_becomes_a_strict_cookie() -> None:
    headers = dict(asked(LOCKED, "/", query=f"token={TOKEN}")[0]["headers"])
    assert headers[b"location"] == b"/"
    assert headers[b"set-cookie"] == f"ambience_8000={TOKEN}; Path=/; HttpOnly; SameSite=Strict".encode()


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"content_type": "application/json", "content_length": "2"}, 200),
        ({"content_type": "application/json; charset=utf-8", "content_length": "2"}, 200),
        ({"content_type": "text/plain", "content_length": "2"}, 415),
        ({"content_type": "application/x-www-form-urlencoded", "content_length": "2"}, 415),
        ({"content_length": "2"}, 415),
        ({"content_type": "application/json"}, 411),
        ({"content_type": "application/json", "content_length": "2", "transfer_encoding": "chunked"}, 411),
        ({"content_type": "application/json", "content_length": "65537"}, 413),
        ({"content_type": "application/json", "content_length": "9" * 5000}, 413),
        ({"content_type": "application/json", "content_length": "-1"}, 411),
    ],
)
def test_a_body_is_json_and_says_how_long_it_is(request_: dict[str, Any], expected: int) -> None:
    sent = asked(OPEN, method="POST", body=b"{}", **request_)
    assert status(sent) == expected
    assert expected != 200 or sent[1]["body"] == b"{}"


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("name", ["host", "origin", "authorization"])
def test_what_decides_something_stands_there_once(kind: str, name: str) -> None:
    known = {"origin": f"http://{HOST}", "authorization": f"Bearer {TOKEN}"}
    assert status(asked(LOCKED, kind=kind, **known)) in (200, 101)
    assert status(asked(LOCKED, kind=kind, twice=name, **known)) == 400


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "TRACE", "PATCH"])
def test_other_methods_are_refused(method: str) -> None:
    assert status(asked(OPEN, method=method)) == 405


def test_what_is_too_long_is_refused() -> None:
    assert status(asked(OPEN, "/" + "x" * 2001)) == 414
    assert status(asked(OPEN, x="y" * 17_000)) == 431
    assert status(asked(OPEN, **{f"x_{number}": "y" for number in range(64)})) == 431


def test_every_answer_is_shielded_and_none_invites_another_site() -> None:
    for sent in (asked(OPEN), asked(OPEN, host="evil.example"), asked(OPEN, origin="null")):
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        assert headers["content-security-policy"].startswith("default-src 'self';")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert not [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize(("messages", "closed"), [(150, False), (260, True)])
def test_a_flood_of_messages_closes_the_web_socket(messages: int, closed: bool) -> None:
    sent = asked(OPEN, "/ws", kind="websocket", messages=messages)
    assert [message["code"] for message in sent if message["type"] == "websocket.close"] == [1008] * closed


def test_who_comes_when_all_places_are_taken_is_told_so() -> None:
    assert status(asked(Rules(8000, max_clients=0))) == 503


def test_an_application_that_fails_is_an_answer_and_not_the_end() -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("a secret")

    sent = asked(OPEN, within=failing)
    assert status(sent) == 500
    assert b"secret" not in sent[1]["body"]
