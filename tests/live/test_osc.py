"""OSC as clients use it, and whatever else may come to an open UDP port: real sockets, a real session."""

import logging
import math
import random
import struct
import time
from collections.abc import Iterator
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_piece import CAST, SMALL, small

from ambience.errors import ParameterError
from ambience.live.osc.door import OscDoor
from ambience.live.osc.packet import Malformed, OscMessage, read_packet, write_packet
from ambience.live.session import LiveSession

pytest.importorskip("miniaudio")
osc_bundle_builder = pytest.importorskip("pythonosc.osc_bundle_builder")
osc_message_builder = pytest.importorskip("pythonosc.osc_message_builder")
osc_message = pytest.importorskip("pythonosc.osc_message")
udp_client = pytest.importorskip("pythonosc.udp_client")


@pytest.fixture(scope="module")
def session() -> Iterator[LiveSession]:
    with LiveSession(small(duration_s=60.0, text=SMALL + CAST), None) as opened:
        yield opened


@pytest.fixture
def door(session: LiveSession) -> Iterator[OscDoor]:
    opened = OscDoor(session, "127.0.0.1", 0)
    yield opened
    opened.close()


class Surface:
    """A control surface of somebody else's: python-osc writes what it sends and reads what comes back."""

    def __init__(self, door: OscDoor, host: str = "127.0.0.1") -> None:
        self._client = udp_client.SimpleUDPClient(host, door.port)
        self.socket = self._client._sock
        self.socket.bind((host, 0))
        self.socket.settimeout(3.0)

    def say(self, address: str, *arguments: Any) -> None:
        self._client.send_message(address, list(arguments))

    def send(self, datagram: bytes) -> None:
        self.socket.sendto(datagram, (self._client._address, self._client._port))

    def hear(self, *addresses: str) -> tuple[str, list[Any]]:
        while True:
            message = osc_message.OscMessage(self.socket.recv(4096))
            if not addresses or message.address in addresses:
                return message.address, message.params

    def asked(self, address: str, *arguments: Any) -> tuple[str, list[Any]]:
        self.say(address, *arguments)
        return self.hear("/ok", "/error")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


@pytest.mark.parametrize(
    ("address", "arguments", "asked"),
    [
        ("/state", ("battle",), {"state": "battle", "when": "bar", "fade_s": 4.0}),
        ("/state", ("drift", "now"), {"state": "drift", "when": "now"}),
        ("/state", ("battle", "beat", 0.5), {"when": "beat", "fade_s": 0.5}),
        ("/state", ("battle", 2), {"when": "bar", "fade_s": 2.0}),
        ("/tension", (0.75,), {"tension": 0.75}),
        ("/tension", (1, 0.5), {"tension": 1.0, "fade_s": 0.5}),
        ("/level", (0.5,), {"level": 0.5}),
        ("/cue", ("lewis",), {"cue": "lewis"}),
        ("/stinger", (), {"stinger": True}),
        ("/stinger", (1.0,), {"stinger": True}),
        ("/countdown", (30,), {}),
        ("/countdown", (), {"zero_s": -1.0}),
        ("/countdown", ("off",), {"zero_s": -1.0}),
        ("/hold", (1,), {"hold": True}),
        ("/hold", (False,), {"hold": False}),
    ],
)
def test_every_address_is_obeyed_and_answered_with_frame_and_bar(
    session: LiveSession, door: OscDoor, address: str, arguments: tuple[Any, ...], asked: dict[str, Any]
) -> None:
    before = len(session.log().changes)
    with Surface(door) as surface:
        kind, answer = surface.asked(address, *arguments)
    assert (kind, answer[0]) == ("/ok", address)
    assert answer[1] > 0
    assert isinstance(answer[2], int)
    change = session.log().changes[-1]
    assert len(session.log().changes) == before + 1
    for name, value in asked.items():
        assert getattr(change, name) == value
    if arguments == (30,):
        assert change.zero_s == pytest.approx(session.heard_frame / 48_000 + 30.0, abs=1.0)


@pytest.mark.parametrize(
    ("address", "arguments", "said"),
    [
        ("/state", ("batle",), "Did you mean 'battle'"),
        ("/state", (), "arguments"),
        ("/state", ("battle", "now", "beat"), "arguments"),
        ("/state", (3,), "state"),
        ("/state", ("battle", "soon"), "when"),
        ("/tension", (1.5,), "tension"),
        ("/tension", (math.nan,), "tension"),
        ("/tension", (True,), "tension"),
        ("/tension", ("0.5",), "tension"),
        ("/level", (-math.inf,), "level"),
        ("/cue", ("nobody",), "nobody"),
        ("/countdown", (-3,), "countdown_s"),
        ("/hold", (2,), "hold"),
        ("/tensoin", (0.5,), "Did you mean '/tension'"),
        ("/state/", ("battle",), "not an address"),
        ("/subscribe", (0,), "port"),
        ("/subscribe", (70_000,), "port"),
    ],
)
def test_what_cannot_be_met_is_refused_in_words_and_changes_nothing(
    session: LiveSession, door: OscDoor, address: str, arguments: tuple[Any, ...], said: str
) -> None:
    before = session.log().changes
    with Surface(door) as surface:
        kind, answer = surface.asked(address, *arguments)
    assert (kind, answer[0]) == ("/error", address)
    assert said in answer[1]
    assert session.log().changes == before


def test_a_subscriber_is_told_and_nobody_else(session: LiveSession, door: OscDoor) -> None:
    with Surface(door) as surface, Surface(door) as stranger:
        assert surface.asked("/subscribe")[0] == "/ok"
        heard: dict[str, list[Any]] = {}
        surface.say("/tension", 0.9, 0.1)
        until_s = time.monotonic() + 6.0
        while {"/now/beat", "/now/bar", "/now/state", "/now/tension"} - heard.keys() and time.monotonic() < until_s:
            address, arguments = surface.hear()
            heard[address] = arguments
        assert heard["/now/state"][0] in session.preset.states
        assert 0 <= heard["/now/beat"][0] < 16
        assert surface.asked("/unsubscribe")[0] == "/ok"
        stranger.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            stranger.socket.recv(100)


def test_there_are_16_subscribers_at_most_and_each_is_forgotten_after_a_minute(
    session: LiveSession, door: OscDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = time.monotonic
    with Surface(door) as surface:
        kinds = [surface.asked("/subscribe", 40_000 + number)[0] for number in range(17)]
        assert kinds == ["/ok"] * 16 + ["/error"]
        assert surface.asked("/subscribe", 40_003)[0] == "/ok"  # once more
        monkeypatch.setattr("ambience.live.osc.audience.time.monotonic", lambda: clock() + 61.0)
        assert surface.asked("/subscribe", 41_000)[0] == "/ok"


def message(address: bytes, tags: bytes = b"", content: bytes = b"") -> bytes:
    def padded(text: bytes) -> bytes:
        return text + bytes(4 - len(text) % 4)

    return padded(address) + padded(b"," + tags) + content


def bundle(*elements: bytes, time_tag: bytes = bytes(7) + b"\1") -> bytes:
    return b"#bundle\0" + time_tag + b"".join(struct.pack(">I", len(e)) + e for e in elements)


def nested(depth: int) -> bytes:
    packet = message(b"/stinger")
    for _ in range(depth):
        packet = bundle(packet)
    return packet


NAN, INF = struct.pack(">f", math.nan), struct.pack(">f", math.inf)
TENSION = message(b"/tension", b"f", struct.pack(">f", 0.5))
GARBAGE = {
    "nothing": b"",
    "one byte": b"/",
    "no multiple of four": b"/tension\0\0\0",
    "zeros": bytes(64),
    "ones": b"\xff" * 64,
    "2,000 asterisks": b"/" + b"*" * 2_000 + bytes(3) + b",\0\0\0",
    "asterisk": message(b"/*", b"f", struct.pack(">f", 1.0)),
    "20 asterisks": message(b"/t" + b"*" * 20, b"f", NAN),
    "question marks": message(b"/????????"),
    "brackets": message(b"/[a-z]tate", b"s", b"battle\0\0"),
    "braces": message(b"/{state,tension}", b"f", NAN),
    "no slash": message(b"tension", b"f", INF),
    "only a slash": message(b"/"),
    "address without end": b"/tension",
    "address of 8,000": message(b"/" + b"a" * 7_900),
    "address with control bytes": message(b"/ten\x01sion"),
    "address not ascii": message("/tënsion".encode()),
    "address not utf-8": message(b"/\xff\xfe\xfd"),
    "no type tags": b"/tension\0\0\0\0",
    "type tags without comma": b"/tension\0\0\0\0f\0\0\0" + NAN,
    "missing argument": message(b"/tension", b"f"),
    "half an argument": message(b"/tension", b"f", b"\0\0"),
    "argument too many": TENSION + bytes(4),
    "2,000 arguments": message(b"/tension", b"i" * 1_000, bytes(4_000)),
    "unknown type": message(b"/tension", b"z", bytes(4)),
    "double": message(b"/tension", b"d", struct.pack(">d", 0.5)),
    "blob of 4 GiB": message(b"/tension", b"b", b"\xff\xff\xff\xff"),
    "array": message(b"/tension", b"[f]", NAN),
    "arrays open": message(b"/tension", b"[" * 60),
    "nil": message(b"/tension", b"N"),
    "NaN": message(b"/tension", b"f", NAN),
    "infinity": message(b"/level", b"f", INF),
    "minus infinity": message(b"/tension", b"f", struct.pack(">f", -math.inf)),
    "1e38": message(b"/tension", b"f", struct.pack(">f", 1e38)),
    "subnormal below 0": message(b"/level", b"f", struct.pack(">f", -1e-40)),
    "largest int": message(b"/countdown", b"i", b"\x7f\xff\xff\xff"),
    "NaN countdown": message(b"/countdown", b"f", NAN),
    "text not utf-8": message(b"/state", b"s", b"\xff\xfe\xfd\0"),
    "text without end": message(b"/state", b"s", b"battle!!"),
    "text of 6,000": message(b"/state", b"s", b"b" * 5_999 + b"\0"),
    "text with junk after its end": message(b"/state", b"s", b"drift\0ab"),
    "truth as tension": message(b"/tension", b"T"),
    "bundle head only": b"#bundle\0",
    "bundle of size 0": bundle(b""),
    "bundle of size beyond": b"#bundle\0" + bytes(8) + b"\x7f\xff\xff\xff" + TENSION,
    "bundle of negative size": b"#bundle\0" + bytes(8) + b"\xff\xff\xff\xff",
    "5 nested bundles": nested(5),
    "400 nested bundles": nested(400),
    "1,500 bundles nested beyond a datagram": nested(1_500),
    "too many messages": bundle(*[message(b"/stinger")] * 400),
    "from ourselves": message(b"/ok", b"sii", b"/ok\0" + bytes(8)),
}


def test_after_every_kind_of_garbage_the_next_message_works_at_once(session: LiveSession, door: OscDoor) -> None:
    assert len(GARBAGE) >= 48
    took_s = {}
    with Surface(door) as surface:
        for number, (kind, datagram) in enumerate(GARBAGE.items()):
            before = len(session.log().changes)
            surface.send(datagram[:65_000])
            tension = (number + 1) / 100.0
            began_s = time.monotonic()
            surface.say("/tension", tension)
            while (answer := surface.hear("/ok", "/error"))[0] == "/error":
                pass
            took_s[kind] = time.monotonic() - began_s
            assert answer[1][0] == "/tension", kind
            changes = session.log().changes
            assert len(changes) == before + 1, kind
            assert changes[-1].tension == pytest.approx(tension), kind
    assert sorted(took_s.values())[-3] < 0.2, took_s
    assert math.isfinite(session.now.tension)
    assert math.isfinite(session.now.level)


def test_a_bundle_an_hour_ahead_is_read_as_now(session: LiveSession, door: OscDoor) -> None:
    builder = osc_bundle_builder.OscBundleBuilder(time.time() + 3600.0)
    for address, value in (("/tension", 0.25), ("/level", 0.875)):
        one = osc_message_builder.OscMessageBuilder(address)
        one.add_arg(value)
        builder.add_content(one.build())
    with Surface(door) as surface:
        surface.send(builder.build().dgram)
        assert {surface.hear("/ok")[1][0] for _ in range(2)} == {"/tension", "/level"}
    assert [change.tension for change in session.log().changes][-2] == 0.25


def test_a_flood_is_cut_to_2000_datagrams_a_second_and_one_line_a_second(
    session: LiveSession, door: OscDoor, caplog: pytest.LogCaptureFixture
) -> None:
    with Surface(door) as surface, caplog.at_level(logging.WARNING):
        began_s = time.monotonic()
        while time.monotonic() - began_s < 1.5:
            for _ in range(50):
                surface.send(b"/***")
            time.sleep(0.001)
        took_s = time.monotonic() - began_s
        assert door.datagrams <= 2_000 * (took_s + 0.1)
        assert len(caplog.records) <= 3 * (took_s + 1.0)
        assert all(len(record.getMessage()) <= 200 for record in caplog.records)
        time.sleep(0.4)  # what the system kept is read first
        assert surface.asked("/tension", 0.5)[0] == "/ok"
    assert session.playing


def test_answers_are_never_answered(door: OscDoor) -> None:
    with Surface(door) as surface:
        for address in ("/ok", "/error", "/now/state"):
            surface.say(address, "x")
        surface.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            surface.socket.recv(100)


def test_only_allowed_senders_are_heard_and_an_open_address_needs_a_list(session: LiveSession) -> None:
    for host, allowed in (("0.0.0.0", ()), ("localhost", ("127.0.0.1",)), ("0.0.0.0", ("my-phone",))):
        with pytest.raises(ParameterError, match="osc_"):
            OscDoor(session, host, 0, allowed)
    door = OscDoor(session, "0.0.0.0", 0, ("127.0.0.2/32",))
    with Surface(door) as stranger, Surface(door, "127.0.0.2") as friend:
        stranger.say("/tension", 0.1)
        stranger.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            stranger.socket.recv(100)
        friend._client._address = "127.0.0.1"
        assert friend.asked("/tension", 0.2)[0] == "/ok"
    door.close()
    assert door.complaints.counts["stranger"] == 1


def test_a_port_that_is_taken_is_an_error_at_once(session: LiveSession, door: OscDoor) -> None:
    with pytest.raises(OSError, match="in use"):
        OscDoor(session, "127.0.0.1", door.port)


@given(st.binary(max_size=300))
def test_no_bytes_raise(datagram: bytes) -> None:
    assert isinstance(read_packet(datagram), tuple | Malformed)


def test_no_damage_to_a_real_packet_raises() -> None:
    dice = random.Random(1)
    whole = bundle(TENSION, bundle(message(b"/state", b"sf", b"battle\0\0" + NAN)), message(b"/hold", b"T"))
    for _ in range(20_000):
        damaged = bytearray(whole[: dice.randrange(len(whole) + 1)])
        for _ in range(dice.randrange(4)):
            if damaged:
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        read_packet(bytes(damaged))


arguments = st.lists(
    st.integers(-(2**31), 2**31 - 1) | st.floats(width=32, allow_nan=False) | st.text(max_size=12) | st.booleans(),
    max_size=8,
)


@settings(max_examples=50)
@given(arguments)
def test_what_is_written_is_read_again_here_and_by_others(said: list[Any]) -> None:
    said = [a.replace("\0", "") if isinstance(a, str) else a for a in said]
    packet = write_packet("/x/y", *said)
    assert read_packet(packet) == (OscMessage("/x/y", tuple(said)),)
    assert list(osc_message.OscMessage(packet).params) == said
