"""OSC as it stands on the wire: datagrams read strictly and written whole; no bytes whatever raise an error here."""

import struct
from dataclasses import dataclass

MOST_BYTES = 8_192
_MOST_DEPTH = 4  # of bundles in bundles
_MOST_MESSAGES = 64  # in one datagram
_MOST_ARGUMENTS = 8
_MOST_TEXT_BYTES = 64
_BUNDLE = b"#bundle\0"
_TIMETAG_BYTES = 8
_PATTERN = frozenset(" #*,?[]{}")  # what an address may not hold: patterns are not matched

Argument = int | float | str | bool


@dataclass(frozen=True, slots=True)
class OscMessage:
    """An address and what is said to it."""

    address: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a datagram was not read."""

    reason: str


class _Broken(Exception):
    """Something within a datagram is not as it must be."""


def read_packet(datagram: bytes) -> tuple[OscMessage, ...] | Malformed:
    """Read a datagram; of bundles the times are read as "now".

    Notes
    -----
    M. Wright, "The Open Sound Control 1.0 Specification", 2002; of its types i, f, s, and T and F of version 1.1.
    """
    if len(datagram) > MOST_BYTES:
        return Malformed(f"is longer than {MOST_BYTES} bytes")
    messages: list[OscMessage] = []
    try:
        _read_element(datagram, 0, messages)
    except _Broken as broken:
        return Malformed(str(broken))
    return tuple(messages)


def write_packet(address: str, *arguments: Argument) -> bytes:
    """Write one message; whole numbers beyond 32 bits take type h."""
    tags, content = ",", b""
    for argument in arguments:
        tag, written = _written(argument)
        tags, content = tags + tag, content + written
    return _padded(address) + _padded(tags) + content


def _written(argument: Argument) -> tuple[str, bytes]:
    if isinstance(argument, bool):
        return ("T" if argument else "F"), b""
    if isinstance(argument, int):
        return (
            ("i", struct.pack(">i", argument)) if -(2**31) <= argument < 2**31 else ("h", struct.pack(">q", argument))
        )
    if isinstance(argument, float):
        return "f", struct.pack(">f", argument)
    return "s", _padded(argument)


def _padded(text: str) -> bytes:
    raw = text.encode("utf-8", "replace").replace(b"\0", b"?")
    return raw + bytes(4 - len(raw) % 4)


def _read_element(element: bytes, depth: int, messages: list[OscMessage]) -> None:
    """Read a message, or a bundle with all that is in it."""
    if len(element) % 4:
        raise _Broken("is no multiple of 4 bytes long")
    if not element.startswith(_BUNDLE):
        if len(messages) == _MOST_MESSAGES:
            raise _Broken(f"holds more than {_MOST_MESSAGES} messages")
        messages.append(_read_message(element))
        return
    if depth == _MOST_DEPTH:
        raise _Broken(f"nests bundles more than {_MOST_DEPTH} deep")
    at = len(_BUNDLE) + _TIMETAG_BYTES
    if len(element) < at:
        raise _Broken("ends within a bundle's head")
    while at < len(element):
        size = int.from_bytes(element[at : at + 4], "big")
        if size == 0 or size > len(element) - at - 4:
            raise _Broken("holds an element of an impossible size")
        _read_element(element[at + 4 : at + 4 + size], depth + 1, messages)
        at += 4 + size


def _read_message(element: bytes) -> OscMessage:
    address, at = _read_text(element, 0)
    if not address.startswith("/") or not address.isascii() or not address.isprintable():
        raise _Broken("has no address")
    if not _PATTERN.isdisjoint(address):
        raise _Broken("has a pattern for an address")
    tags, at = _read_text(element, at)
    if not tags.startswith(","):
        raise _Broken("has no type tags")
    if len(tags) - 1 > _MOST_ARGUMENTS:
        raise _Broken(f"has more than {_MOST_ARGUMENTS} arguments")
    arguments: list[Argument] = []
    for tag in tags[1:]:
        argument, at = _read_argument(tag, element, at)
        arguments.append(argument)
    if at != len(element):
        raise _Broken("goes on after its arguments")
    return OscMessage(address, tuple(arguments))


def _read_argument(tag: str, element: bytes, at: int) -> tuple[Argument, int]:
    if tag in "TF":
        return tag == "T", at
    if tag == "s":
        return _read_text(element, at)
    if tag not in "if":
        raise _Broken("has an argument of a type other than i, f, s, T, F")
    if len(element) < at + 4:
        raise _Broken("ends within a number")
    argument: Argument = struct.unpack_from(">i" if tag == "i" else ">f", element, at)[0]
    return argument, at + 4


def _read_text(element: bytes, at: int) -> tuple[str, int]:
    end = element.find(b"\0", at, at + _MOST_TEXT_BYTES + 1)
    if end < 0:
        raise _Broken(f"has a text without an end, or of more than {_MOST_TEXT_BYTES} bytes")
    following = end + 4 - (end - at) % 4
    if following > len(element) or any(element[end:following]):
        raise _Broken("has a text that is not filled up with zeros")
    try:
        return element[at:end].decode("utf-8"), following
    except UnicodeDecodeError:
        raise _Broken("has a text that is not UTF-8") from None
