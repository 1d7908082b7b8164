"""The web door under siege: who is slow, broken, greedy or one of many keeps nobody else out."""

import asyncio
import json
import time
from contextlib import ExitStack

import httpx
import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ambience.live.http.server import WebDoor
from ambience.live.session import LiveSession
from peers import PATIENCE_S, eventually, opened, raw, received, talking_to, upgrade, web_socket

pytestmark = pytest.mark.usefixtures("music_goes_on")


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
        b"\x80\x80\0\0\0\0",
        b"\x09\x80\0\0\0\0",
        b"\x88\x81\0\0\0\0x",
        b"\x01\x81\0\0\0\0a\x81\x81\0\0\0\0b",
    ],
    ids=[
        *("unmasked", "reserved bits", "unknown opcode", "not UTF-8", "a long ping", "a claim of 2^63 bytes"),
        *("a continuation of nothing", "a ping in fragments", "a close of one byte", "two texts at once"),
    ],
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
