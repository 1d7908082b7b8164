"""MIDI ports, and the one door to rtmidi: those of the system, ports of our own, and MIDI bytes over TCP."""

import contextlib
import errno
import select
import socket
import time
from collections.abc import Sequence
from typing import Any, Literal, Protocol

from ambience.errors import ParameterError, explain, require
from ambience.live.midi.messages import MidiStream
from ambience.live.output.sinks import choose, hushed

_VIRTUAL, _TCP = "virtual:", "tcp:"
_HERE = "127.0.0.1"
_MOST_CLIENTS = 8
_CHUNK_BYTES = 1_024  # from each client at a time
_CONNECT_S = 0.5
_POLL_S = 0.005


class MidiInput(Protocol):
    """What messages come from."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def receive(self, timeout_s: float) -> Sequence[bytes]:
        """Return the channel messages that have come, after waiting for one if there is none."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class MidiOutput(Protocol):
    """What messages go to."""

    def send(self, message: bytes) -> None:
        """Send one message; never waits, raises OSError if it cannot be sent."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def open_input(name: str) -> MidiInput:
    """Open what a name means: a port of the system, ``virtual:NAME`` or ``tcp:PORT``.

    Raises
    ------
    ParameterError
        If there is no such port.
    OSError
        If it cannot be opened.
    """
    if name.startswith(_TCP):
        host, port = _address("midi_in", name)
        require(host == _HERE, "live", "midi_in", name, f"must listen on {_HERE}", "MIDI has no password.")
        return _TcpInput(port)
    return _SystemInput(name)


def open_output(name: str) -> MidiOutput:
    """Open what a name means: a port of the system, ``virtual:NAME`` or ``tcp:HOST:PORT``; raises as `open_input`."""
    return _TcpOutput(*_address("midi_out", name)) if name.startswith(_TCP) else _SystemOutput(name)


def output_names(names: str, count: int) -> tuple[str, ...]:
    """List the ports that a text with commas names, `count` at most; of one virtual port as many as are needed."""
    given = tuple(word.strip() for word in names.split(",") if word.strip())
    if len(given) == 1 and given[0].startswith(_VIRTUAL):
        return given + tuple(f"{given[0]} {number}" for number in range(2, count + 1))
    return given[:count]


def _address(option: str, name: str) -> tuple[str, int]:
    host, _, port = name.removeprefix(_TCP).rpartition(":")
    fits = port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) < 65_536
    require(fits, "live", option, name, "must end in a port number", "Such as tcp:127.0.0.1:9080.")
    return host or _HERE, int(port)


class _TcpInput:
    """Listens on this machine for clients that send MIDI bytes."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server((_HERE, port), backlog=_MOST_CLIENTS)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self.name = f"{_TCP}{_HERE}:{self.port}"
        self._clients: dict[socket.socket, MidiStream] = {}

    def receive(self, timeout_s: float) -> Sequence[bytes]:
        messages: list[bytes] = []
        readable, _, _ = select.select([self._listener, *self._clients], [], [], timeout_s)
        for one in readable:
            if one is self._listener:
                self._welcome()
            else:
                messages += self._read(one)
        return messages

    def close(self) -> None:
        for one in (self._listener, *self._clients):
            one.close()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):  # gone before it was there
            client, _ = self._listener.accept()
            if len(self._clients) == _MOST_CLIENTS:
                client.close()
                return
            client.setblocking(False)
            self._clients[client] = MidiStream()

    def _read(self, client: socket.socket) -> list[bytes]:
        try:
            received = client.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            received = b""
        if not received:
            del self._clients[client]
            client.close()
            return []
        return list(self._clients[client].feed(received))


class _TcpOutput:
    """Sends MIDI bytes to somebody who listens."""

    def __init__(self, host: str, port: int) -> None:
        try:
            self._socket = socket.create_connection((host, port), _CONNECT_S)
        except OSError as error:
            raise OSError(
                error.errno, f"nobody takes MIDI there ({error.strerror or error})", f"{host}:{port}"
            ) from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self._socket.setblocking(False)

    def send(self, message: bytes) -> None:
        if self._socket.send(message) < len(message):  # half a message is worse than none
            raise BlockingIOError(errno.EAGAIN, "the receiver does not read")

    def close(self) -> None:
        self._socket.close()


class _SystemInput:
    """A port of the system, or one of our own that other programs see."""

    def __init__(self, name: str) -> None:
        self._port = _open("MidiIn", "midi_in", name)
        self.name = name.removeprefix(_VIRTUAL)

    def receive(self, timeout_s: float) -> Sequence[bytes]:
        until_s = time.monotonic() + timeout_s
        while not (messages := self._waiting()) and time.monotonic() < until_s:
            time.sleep(_POLL_S)
        return messages

    def close(self) -> None:
        self._port.delete()

    def _waiting(self) -> list[bytes]:
        messages: list[bytes] = []
        while (received := self._port.get_message()) is not None:
            messages += MidiStream().feed(bytes(received[0]))
        return messages


class _SystemOutput:
    """A port of the system, or one of our own that other programs see."""

    def __init__(self, name: str) -> None:
        self._port = _open("MidiOut", "midi_out", name)

    def send(self, message: bytes) -> None:
        self._port.send_message(message)

    def close(self) -> None:
        self._port.delete()


def _open(kind: Literal["MidiIn", "MidiOut"], option: str, name: str) -> Any:
    """Open a port in the first MIDI system that has it."""
    clients = _clients(kind)
    if name.startswith(_VIRTUAL):
        client = clients[0]
        client.open_virtual_port(name.removeprefix(_VIRTUAL))
        return client
    ports = [(port, client, number) for client in clients for number, port in enumerate(client.get_ports())]
    try:
        wanted = choose(name, tuple(port for port, *_ in ports))
    except ParameterError:
        known = ", ".join(repr(port) for port, *_ in ports) or "none"
        hint = f"There are: {known}. One of our own: {_VIRTUAL}NAME."
        raise ParameterError(explain("live", option, name, "is not the name of one MIDI port", hint)) from None
    client, number = next((client, number) for port, client, number in ports if port == wanted)
    client.open_port(number)
    return client


def _clients(kind: Literal["MidiIn", "MidiOut"]) -> list[Any]:
    """Ask every MIDI system that the library knows of; those that are not there are left out."""
    import rtmidi

    clients = []
    for system in rtmidi.get_compiled_api():
        with hushed(), contextlib.suppress(OSError):
            clients.append(getattr(rtmidi, kind)(system, "ambience"))
    if not clients:
        hint = f"MIDI bytes can also go over TCP: {_TCP}{_HERE}:9080."
        raise OSError(errno.ENODEV, f"this machine has no MIDI system that answers. {hint}")
    return clients
