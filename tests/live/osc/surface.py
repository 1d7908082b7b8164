"""A control surface of somebody else's, and OSC packets written by hand, right or wrong."""

import struct
from typing import Any, Self

from pythonosc import osc_message, udp_client

from ambience.live.osc.door import OscDoor


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


def message(address: bytes, tags: bytes = b"", content: bytes = b"") -> bytes:
    def padded(text: bytes) -> bytes:
        return text + bytes(4 - len(text) % 4)

    return padded(address) + padded(b"," + tags) + content


def bundle(*elements: bytes, time_tag: bytes = bytes(7) + b"\1") -> bytes:
    return b"#bundle\0" + time_tag + b"".join(struct.pack(">I", len(e)) + e for e in elements)
