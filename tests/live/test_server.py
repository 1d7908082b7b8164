"""The web door with real sockets: it tells, it takes, it sends sound, and nobody outside stops the music."""

import asyncio
import io
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from small_piece import CAST, SMALL, small
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ambience.errors import ParameterError
from ambience.live.http import listener
from ambience.live.http.server import WebDoor, open_surface
from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions

PATIENCE_S = 0.5  # instead of five seconds


@pytest.fixture(scope="module")
def session() -> Iterator[LiveSession]:
    with LiveSession(small(duration_s=300.0, text=SMALL + CAST), None, look_ahead="robust") as opened:
        yield opened


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


@pytest.fixture(scope="module")
def door(session: LiveSession) -> Iterator[WebDoor]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(listener, "_REQUEST_S", PATIENCE_S)
        patched.setattr(listener, "_STALLED_S", PATIENCE_S)
        with opened(session) as found:
            yield found


@pytest.fixture(scope="module")
def client(door: WebDoor) -> Iterator[httpx.Client]:
    with talking_to(door) as found:
        yield found


@pytest.fixture(autouse=True)
def music_goes_on(session: LiveSession, client: httpx.Client) -> Iterator[None]:
    """After every test: sound is made, and who asks is answered at once."""
    yield
    before = session.heard_frame
    began_s = time.perf_counter()
    assert client.get("/health").json() == {"version": 1, "ok": True, "playing": True}
    assert time.perf_counter() - began_s < 3.0
    eventually(lambda: session.heard_frame > before)
    stats = client.get("/stats").json()
    assert (stats["nan_resets"], stats["layer_failures"], stats["server_failures"]) == (0, 0, 0)


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


def test_the_state_tells_all_that_a_display_needs(client: httpx.Client, session: LiveSession) -> None:
    state = client.get("/state").json()
    assert (state["version"], state["title"], state["seed"]) == (1, "Small", 3)
    assert state["states"] == ["drift", "opening", "battle"]
    assert state["cast"] == ["lewis"]
    assert state["key"].startswith("D ")
    assert 0.0 <= state["tension"] <= 1.0
    assert 0.0 <= state["realized_tension"] <= 1.0
    assert {exit_["state"] for exit_ in state["next_exits"]} == {*state["states"]} - {state["state"]}
    for exit_ in state["next_exits"]:
        assert exit_["bar"] > state["bar"]
        assert exit_["in_s"] == pytest.approx((exit_["frame"] - state["heard_frame"]) / session.sample_rate_hz)
    assert set(state) >= {"next", "level", "tempo_bpm", "beat", "chord", "theme", "deadline_s", "held"}


def test_a_posted_change_is_answered_with_what_the_session_will_do(client: httpx.Client, session: LiveSession) -> None:
    answer = client.post("/state", json={"id": 4, "state": "battle", "when": "beat", "tension": 0.75}).json()
    accepted = answer["accepted"]
    assert answer["id"] == 4
    change = session.log().changes[-1]
    assert (change.state, change.when, change.tension) == ("battle", "beat", 0.75)
    assert round(change.at_s * session.sample_rate_hz) == accepted["from_frame"] <= accepted["frame"]
    assert accepted["at_s"] == pytest.approx(accepted["frame"] / session.sample_rate_hz)
    assert accepted["bar"] is not None
    deadline = client.post("/state", json={"countdown_s": 30}).json()["accepted"]
    assert deadline["bar"] is None
    eventually(lambda: client.get("/state").json()["deadline_s"] == pytest.approx(30.0, abs=1.0))
    assert client.post("/state", json={"countdown_s": None}).status_code == 200
    eventually(lambda: client.get("/state").json()["deadline_s"] is None)


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ('{"state": "batle"}', 422, "Did you mean 'battle'?"),
        ('{"stat": "battle"}', 422, "Did you mean 'state'?"),
        ('{"cue": "nobody"}', 422, "nobody"),
        ('{"tension": true}', 422, "tension = true, must be a number"),
        ("{}", 422, "nothing is asked for"),
        ('{"tension": NaN}', 400, "NaN is not a number"),
        ('{"tension": 1e400}', 400, "too large"),
        ("[" * 60_000, 400, "nested too deeply"),
        ('{"a":' * 10_000, 400, "nested too deeply"),
        ('{"tension": ' + "1" * 5000 + "}", 400, "too large"),
        ("{" + " " * 65_536, 413, "must be at most 65536"),
    ],
)
def test_a_change_that_cannot_be_is_an_error_in_words_and_alters_nothing(
    client: httpx.Client, session: LiveSession, content: str, status: int, said: str
) -> None:
    before = len(session.log().changes)
    answer = client.post("/state", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert len(session.log().changes) == before


def test_forms_foreign_pages_and_foreign_names_change_nothing(
    client: httpx.Client, door: WebDoor, session: LiveSession
) -> None:
    before = len(session.log().changes)
    assert client.post("/state", data={"state": "battle"}).status_code == 415
    assert client.post("/state", content='{"tension": 1}', headers={"content-type": "text/plain"}).status_code == 415
    for origin in ("http://evil.example", "null"):
        assert client.post("/state", json={"tension": 1}, headers={"origin": origin}).status_code == 403
        with pytest.raises(InvalidStatus) as caught:
            web_socket(door, additional_headers={"origin": origin})
        assert caught.value.response.status_code == 403
    assert client.get("/state", headers={"host": "evil.example"}).status_code == 421
    preflight = client.options("/state", headers={"origin": "http://evil.example"})
    assert preflight.status_code == 403
    assert not [name for name in preflight.headers if name.startswith("access-control")]
    assert len(session.log().changes) == before


def test_the_web_socket_pushes_states_and_answers_by_id(door: WebDoor) -> None:
    with web_socket(door) as ws:
        assert "next_exits" in json.loads(ws.recv(5.0))
        assert answered(ws, {"id": "a", "tension": 0.4})["id"] == "a"
        refused = answered(ws, {"id": 9, "tension": 4})
        assert (refused["id"], refused["error"]) == (
            9,
            "live: tension = 4, must be at most 1. Meaning: 0 calm to 1 unbearable.",
        )
        assert "not valid JSON" in answered(ws, "nonsense")["error"]
        assert "UTF-8" in answered(ws, b"\xff")["error"]
        began_s, pushed = time.perf_counter(), []
        while time.perf_counter() < began_s + 1.0:
            pushed.append(json.loads(ws.recv(5.0)))
        assert 5 <= len(pushed) <= 21
        assert [state["frame"] for state in pushed] == sorted(state["frame"] for state in pushed)


@pytest.mark.parametrize("name", ["s16", "f32"])
def test_the_sound_over_a_web_socket_is_the_sound_of_the_session(
    door: WebDoor, session: LiveSession, name: str
) -> None:
    tap = session.tap(480_000)
    with web_socket(door, f"audio?format={name}") as ws:
        assert json.loads(ws.recv(5.0)) == {"version": 1, "rate": 48_000, "channels": 2, "format": name}
        content = b"".join(ws.recv(5.0) for _ in range(12))  # type: ignore[misc]
    session.untap(tap)
    mine = np.zeros((tap.fill_frames, 2), np.float32)
    tap.read(mine)
    heard = np.frombuffer(content, "<i2" if name == "s16" else "<f4").reshape(-1, 2)
    heard = heard[4096:]  # what was on its way when the tap was opened
    wanted = np.clip(mine, -1.0, 1.0)
    if name == "s16":
        wanted = (wanted * 32767.0).round()
    starts = np.flatnonzero((wanted[: len(wanted) - len(heard) + 1] == heard[0]).all(axis=1))
    assert np.abs(heard).max() > 0
    assert any(np.array_equal(wanted[start : start + len(heard)], heard) for start in starts)


def test_a_listener_who_comes_later_hears_an_mp3_from_its_first_frame_on(client: httpx.Client) -> None:
    def listen(count: int) -> bytes:
        content = b""
        with client.stream("GET", "/audio.mp3") as stream:
            assert stream.headers["content-type"] == "audio/mpeg"
            for block in stream.iter_bytes():
                content += block
                if len(content) > count:
                    return content
        raise AssertionError("the stream ended")

    with client.stream("GET", "/audio.mp3"):
        time.sleep(0.2)
        content = listen(16_000)
    assert content[:2] == b"\xff\xfb"
    heard, rate = soundfile.read(io.BytesIO(content))
    assert (rate, heard.shape[1]) == (48_000, 2)
    assert 0.01 < np.abs(heard[4800:]).max() <= 1.0


def test_an_unknown_format_of_sound_is_refused_in_words(door: WebDoor) -> None:
    with web_socket(door, "audio?format=s24") as ws:
        assert "must be one of s16, f32" in json.loads(ws.recv(5.0))["error"]
        with pytest.raises(ConnectionClosed):
            ws.recv(5.0)


def test_the_page_and_the_manual_ask_nobody_else_for_anything(client: httpx.Client) -> None:
    for path in ("/", "/docs"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert "//" not in answer.text.replace("http://www.w3.org/", "")
    assert client.get("/openapi.json").json()["paths"]["/state"]["post"]["requestBody"]["required"]
    assert client.get("/../server.py").status_code == 404
    assert client.get("/%2e%2e/server.py").status_code == 404
    assert "is not here" in client.get("/nothing").json()["error"]


def test_a_flood_closes_the_one_who_sends_it(door: WebDoor, session: LiveSession) -> None:
    before = len(session.log().changes)
    with web_socket(door) as ws:
        with pytest.raises(ConnectionClosed) as caught:
            for number in range(3000):
                ws.send(json.dumps({"id": number, "tension": number % 10 / 10}))
            while True:
                ws.recv(5.0)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1008
    assert len(session.log().changes) - before < 1000


def test_messages_and_frames_that_are_too_much_close_the_web_socket(door: WebDoor) -> None:
    for content in ("x" * 65_537, ["x" * 40_000, "y" * 40_000]):
        with web_socket(door, compression=None) as ws, pytest.raises(ConnectionClosed) as caught:
            ws.send(content)
            while True:
                ws.recv(5.0)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009
    with web_socket(door) as ws:
        assert not ws.protocol.extensions  # no compression was agreed


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x05hello",
        b"\xf1\x80\0\0\0\0",
        b"\x83\x80\0\0\0\0",
        b"\x81\x82\0\0\0\0\xff\xfe",
        b"\x89\xfe\0\xff\0\0\0\0" + b"\0" * 255,
        b"\x81\xff\x7f" + b"\xff" * 7 + b"\0" * 4,
    ],
    ids=["unmasked", "reserved bits", "unknown opcode", "not UTF-8", "a long ping", "a claim of 2^63 bytes"],
)
def test_a_broken_frame_closes_the_web_socket(door: WebDoor, frame: bytes) -> None:
    sock = raw(door, upgrade(door, "/ws"))
    assert b"101" in sock.recv(64)
    sock.sendall(frame)
    received(sock)  # returns, so it was closed


def test_half_a_request_is_not_waited_for_and_keeps_nobody_else_out(door: WebDoor, client: httpx.Client) -> None:
    host = door.url[7:-1].encode()
    head = b"POST /state HTTP/1.1\r\nHost: " + host + b"\r\nContent-Type: application/json\r\nContent-Length: 40\r\n"
    halves = [b"", b"GET /state HTTP/1.1\r\nX-Drip: ", head, head + b'\r\n{"tension":']
    socks = [raw(door, half) for half in halves for _ in range(75)]
    began_s = time.perf_counter()
    assert client.get("/health").status_code == 200
    assert time.perf_counter() - began_s < 3.0
    for sock in socks[::-1][:100]:  # the oldest had to go at once
        assert received(sock)[:12] in (b"", b"HTTP/1.1 408")
    assert time.perf_counter() - began_s < 6.0
    for sock in socks:
        sock.close()


def test_a_dripping_head_is_cut_off_although_something_comes_all_the_time(door: WebDoor) -> None:
    sock = raw(door, b"GET / HTTP/1.1\r\n")
    began_s = time.perf_counter()
    with pytest.raises(ConnectionError):
        while time.perf_counter() < began_s + 5.0:
            sock.sendall(b"X")
            time.sleep(0.05)
    assert time.perf_counter() - began_s < PATIENCE_S + 2.0


@pytest.mark.parametrize("size", [20_000, 60_000])
def test_a_head_that_is_too_long_is_refused(door: WebDoor, size: int) -> None:
    sock = raw(door, b"GET / HTTP/1.1\r\nHost: " + door.url[7:-1].encode() + b"\r\nX: " + b"x" * size + b"\r\n\r\n")
    assert received(sock)[9:12] in (b"400", b"431", b"")


def test_who_does_not_read_is_dropped_and_who_reads_is_not(door: WebDoor, client: httpx.Client) -> None:
    dropped = client.get("/stats").json()["dropped_clients"]
    sock = raw(door, upgrade(door, "/audio?format=f32"), receive_bytes=4096)
    until_s = time.perf_counter() + 10.0
    with web_socket(door) as ws:
        while client.get("/stats").json()["dropped_clients"] == dropped:
            assert time.perf_counter() < until_s
            ws.recv(5.0)
        for _ in range(20):
            assert "frame" in json.loads(ws.recv(5.0))
    assert len(received(sock)) < 500_000


def test_beyond_the_most_clients_there_is_a_503_and_then_room_again(session: LiveSession) -> None:
    with opened(session, max_clients=3) as door, talking_to(door) as client, ExitStack() as held:
        sockets = [held.enter_context(web_socket(door)) for _ in range(3)]
        assert client.get("/state").status_code == 503
        with pytest.raises(InvalidStatus) as caught:
            web_socket(door)
        assert caught.value.response.status_code == 503
        sockets[0].close()
        eventually(lambda: client.get("/state").status_code == 200)


def test_sixty_clients_get_states_and_every_change_is_answered(door: WebDoor) -> None:
    async def one(number: int) -> int:
        states = 0
        async with connect_async(f"ws{door.url[4:]}ws", open_timeout=10.0) as ws:
            await ws.send(json.dumps({"id": number, "level": number / 100}))
            answer = None
            while answer is None or states < 3:
                document = json.loads(await asyncio.wait_for(ws.recv(), 10.0))
                states += "frame" in document
                answer = document if "accepted" in document else answer
            assert answer["id"] == number
        return states

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(one(number) for number in range(60)))

    assert min(asyncio.run(all_of_them())) >= 3


def test_an_address_for_others_needs_a_token_that_is_made_and_told_once(session: LiveSession) -> None:
    with opened(session, host="0.0.0.0") as door:
        page, _, token = door.line.partition("?token=")
        assert len(token) >= 40
        assert page == door.url
        with talking_to(door, follow_redirects=True) as client:
            assert client.get("/state").status_code == 401
            assert client.get("/state", headers={"authorization": f"Bearer {token}"}).status_code == 200
            assert client.get("/", params={"token": token}).url.query == b""
            assert client.get("/state").status_code == 200  # the cookie was kept
        with pytest.raises(InvalidStatus):
            web_socket(door)
        with web_socket(door, f"ws?token={token}") as ws:
            assert "next_exits" in json.loads(ws.recv(5.0))
    with opened(session, token="mine") as door:
        assert "mine" not in door.line
        with talking_to(door) as client:
            assert client.get("/state").status_code == 401


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"host": "stage"}, "host = 'stage', must be an IP address"),
        ({"token": "with space"}, "must be letters"),
        ({"max_clients": 0}, "max_clients = 0"),
        ({"max_clients": 10**9}, "ulimit"),
    ],
)
def test_options_that_cannot_be_are_one_line(session: LiveSession, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError) as caught, opened(session, **options):
        pass
    assert said in str(caught.value)
    assert "with space" not in str(caught.value)


def test_a_port_that_is_taken_is_one_line(session: LiveSession, door: WebDoor) -> None:
    port = int(door.url[:-1].rsplit(":", 1)[1])
    with pytest.raises(OSError, match=f"port {port}"):
        open_surface(session, SurfaceOptions(http_port=port))
