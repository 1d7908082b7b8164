"""MIDI in and the ports: real clients over TCP, any bytes whatever, and what each message means to a piece."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import mido
import mido.sockets
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_piece import SMALL, small

from ambience.errors import ParameterError, PresetError
from ambience.live.midi.inward import Mapping, MidiIn
from ambience.live.midi.messages import MidiStream
from ambience.live.midi.outward import MidiOut
from ambience.live.midi.ports import open_input, open_output, output_names
from ambience.live.session import LiveSession

pytest.importorskip("miniaudio")


def port_of(door: MidiIn) -> int:
    return int(door.line.rsplit(":", 1)[1])


def until(holds: Callable[[], Any], seconds: float = 3.0) -> bool:
    limit_s = time.monotonic() + seconds
    while not holds() and time.monotonic() < limit_s:
        time.sleep(0.01)
    return bool(holds())


@pytest.fixture(scope="module")
def session() -> Iterator[LiveSession]:
    with LiveSession(small(duration_s=60.0), None) as opened:
        yield opened


@pytest.fixture
def door(session: LiveSession) -> Iterator[MidiIn]:
    opened = MidiIn(session, open_input("tcp:0"))
    yield opened
    opened.close()


def changes(session: LiveSession) -> list[Any]:
    return list(session.log().changes)


def test_a_client_asks_for_states_by_note_and_by_program(session: LiveSession, door: MidiIn) -> None:
    with mido.sockets.connect("127.0.0.1", port_of(door)) as client:
        client.send(mido.Message("note_on", note=38, velocity=90))
        assert until(lambda: [c.state for c in changes(session)][-1:] == ["battle"])
        client.send(mido.Message("note_off", note=36))
        client.send(mido.Message("note_on", note=36, velocity=0))
        client.send(mido.Message("program_change", program=1, channel=5))
        assert until(lambda: [c.state for c in changes(session)][-1:] == ["opening"])
    assert "drift" not in [change.state for change in changes(session)]


def test_of_a_fader_the_last_value_counts_and_changes_are_20_ms_apart(session: LiveSession, door: MidiIn) -> None:
    before = len(changes(session))
    with mido.sockets.connect("127.0.0.1", port_of(door)) as client:
        began_s = time.monotonic()
        for number in range(400):
            client.send(mido.Message("control_change", control=1, value=number % 127))
            client.send(mido.Message("control_change", control=2, value=126 - number % 127))
            time.sleep(0.0005)
        client.send(mido.Message("control_change", control=1, value=127))
        client.send(mido.Message("control_change", control=2, value=0))
        assert until(lambda: (last := changes(session)[-1]).tension == 1.0 and last.level == 0.0)
        took_s = time.monotonic() - began_s
    assert 1 <= len(changes(session)) - before <= took_s / 0.02 + 3


def test_garbage_changes_nothing_and_the_next_message_is_heard(session: LiveSession, door: MidiIn) -> None:
    before = len(changes(session))
    with socket.create_connection(("127.0.0.1", port_of(door))) as client:
        client.sendall(
            b"\xf0" + b"\x11" * 5000 + b"\xf9\xfd\x05\x05\xf1\x01\xf4\xf7\x22\xb0\x50\x01\xb0\xff\x50\xf8\x02"
        )
        time.sleep(0.3)
        assert len(changes(session)) == before
        client.sendall(b"\xb0\x01\xfe\x20\x01\xf8\x40")  # real-time bytes within, running status
        assert until(lambda: changes(session)[-1].tension == 0x40 / 127.0)


@given(st.binary(max_size=400))
def test_any_bytes_give_whole_messages_however_they_are_cut(received: bytes) -> None:
    whole = list(MidiStream().feed(received))
    stream = MidiStream()
    assert [m for byte in received for m in stream.feed(bytes((byte,)))] == whole
    for message in whole:
        assert 0x80 <= message[0] < 0xF0
        assert len(message) == (2 if message[0] & 0xF0 in (0xC0, 0xD0) else 3)
        assert all(byte < 0x80 for byte in message[1:])


def test_the_parser_agrees_with_mido_on_what_mido_writes() -> None:
    messages = [
        mido.Message("note_on", note=60, velocity=1, channel=3),
        mido.Message("clock"),
        mido.Message("pitchwheel", pitch=-300),
        mido.Message("sysex", data=(1, 2, 3)),
        mido.Message("songpos", pos=77),
        mido.Message("aftertouch", value=9),
        mido.Message("program_change", program=127, channel=15),
    ]
    read = MidiStream().feed(b"".join(m.bin() for m in messages))
    assert list(read) == [bytes(m.bin()) for m in messages if hasattr(m, "channel")]


def test_the_preset_maps_numbers_to_states_and_controllers() -> None:
    table = "\n[midi_in]\nchannel = 2\nnotes = { battle = 60 }\nprograms = { drift = 9 }\ntension_controller = 11\n"
    mapping = Mapping(small(text=SMALL + table))
    assert mapping.read(bytes((0x91, 60, 1))) == {"state": "battle"}
    assert mapping.read(bytes((0xC1, 9))) == {"state": "drift"}
    assert mapping.read(bytes((0xB1, 11, 127))) == {"tension": 1.0}
    assert not mapping.read(bytes((0x90, 60, 1)))
    assert not mapping.read(bytes((0x91, 36, 1)))
    assert not mapping.read(bytes((0xB1, 1, 5)))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("notes = { batle = 60 }", "Did you mean 'battle'"),
        ("notes = { battle = 60, drift = 60 }", "two states the same number"),
        ("notes = { battle = 128 }", "128"),
        ("tension_controller = 2", "the same controller"),
        ("chanel = 1", "channel"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_in_one_line(table: str, said: str) -> None:
    with pytest.raises(PresetError, match=said) as caught:
        small(text=f"{SMALL}\n[midi_in]\n{table}\n")
    assert len(caught.value.lines) == 1


def test_a_lost_receiver_is_found_again_and_gets_programs_and_notes_anew(session: LiveSession) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    door = MidiOut(session, f"tcp:127.0.0.1:{port}")
    first, _ = listener.accept()
    assert first.recv(4096)[0] & 0xF0 == 0xC0
    first.close()
    listener.settimeout(5.0)
    again, _ = listener.accept()
    again.settimeout(5.0)
    statuses: set[int] = set()
    while not {0xC0, 0xB0, 0x90, 0xF8} <= statuses:
        received = again.recv(4096)
        assert received, statuses
        statuses |= {byte if byte >= 0xF0 else byte & 0xF0 for byte in received if byte >= 0x80}
    door.close()
    while received := again.recv(4096):
        last = received
    assert last[-1] == 0xFC
    listener.close()


def test_ports_that_cannot_be_meant_are_refused_in_one_line() -> None:
    for name in ("tcp:", "tcp:99999", "tcp:0.0.0.0:5000", "tcp:-1"):
        with pytest.raises(ParameterError, match="midi_in"):
            open_input(name)
    with pytest.raises(ParameterError, match="midi_out"):
        open_output("tcp:127.0.0.1:port")
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        open_input(f"tcp:{taken.getsockname()[1]}")


def test_one_virtual_port_stands_for_as_many_as_are_needed() -> None:
    assert output_names("virtual:ambience", 3) == ("virtual:ambience", "virtual:ambience 2", "virtual:ambience 3")
    assert output_names("a, b,c", 2) == ("a", "b")
    assert output_names("a", 2) == ("a",)


class FakeSystem:
    """What rtmidi offers, for machines without a MIDI system."""

    sent: ClassVar[list[list[int]]] = []

    def __init__(self, system: int, name: str) -> None:
        if system == 2:
            raise OSError("no such system")
        self.opened: int | str | None = None

    def get_ports(self) -> list[str]:
        return ["Through:0", "Synth:1 in", "Synth:2 in"]

    def open_port(self, number: int) -> None:
        self.opened = number

    def open_virtual_port(self, name: str) -> None:
        self.opened = name

    def send_message(self, message: bytes) -> None:
        self.sent.append(list(message))

    def get_message(self) -> Any:
        return None

    def delete(self) -> None:
        self.opened = None


def test_ports_of_the_system_are_found_by_part_of_their_name(monkeypatch: pytest.MonkeyPatch) -> None:
    rtmidi = pytest.importorskip("rtmidi")
    monkeypatch.setattr(rtmidi, "get_compiled_api", lambda: [2, 3])
    monkeypatch.setattr(rtmidi, "MidiOut", FakeSystem)
    monkeypatch.setattr(rtmidi, "MidiIn", FakeSystem)
    output = open_output("synth:2")
    output.send(b"\x90\x40\x7f")
    assert FakeSystem.sent == [[0x90, 0x40, 0x7F]]
    with pytest.raises(ParameterError, match="'Synth:1 in', 'Synth:2 in'"):
        open_output("Synth")
    assert open_input("virtual:mine").name == "mine"
    monkeypatch.setattr(rtmidi, "get_compiled_api", lambda: [2])
    with pytest.raises(OSError, match="no MIDI system"):
        open_output("Synth:2")
