"""Whatever may come to an open UDP port: nothing raises, nothing stands still, the next message works."""

import logging
import math
import random
import struct
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc import osc_message
from surface import Surface, bundle, message

from ambience.live.osc.door import OscDoor
from ambience.live.osc.packet import Malformed, OscMessage, read_packet, write_packet
from ambience.live.session import LiveSession


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


def test_a_flood_is_cut_to_2000_datagrams_a_second_and_one_line_a_second(
    session: LiveSession, door: OscDoor, caplog: pytest.LogCaptureFixture
) -> None:
    with Surface(door) as surface, caplog.at_level(logging.WARNING):
        began_s = time.monotonic()
        while time.monotonic() - began_s < 1.1:
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
