"""MIDI as it stands on the wire: a stream of bytes is read message by message, whatever else is in it."""

from collections.abc import Iterator

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0
SONG_POSITION, CLOCK, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
ALL_NOTES_OFF = 123  # controller

_SYSTEM, _REALTIME = 0xF0, 0xF8
_ONE_BYTE_LONG = (0xC0, 0xD0)  # program change and channel pressure; all others of a channel have two


class MidiStream:
    """Finds the messages of channels in a stream of bytes.

    Running status is understood, real-time bytes may stand anywhere, everything else is passed over in constant memory.

    Notes
    -----
    MIDI Manufacturers Association, "MIDI 1.0 Detailed Specification", 1996, section 2.
    """

    def __init__(self) -> None:
        self._status = 0  # 0: none is running
        self._parameters: list[int] = []

    def feed(self, received: bytes) -> Iterator[bytes]:
        """Yield the messages that are complete with these bytes: status and one or two parameters."""
        for byte in received:
            if byte >= _REALTIME:
                continue
            if byte >= 0x80:
                self._status = byte if byte < _SYSTEM else 0
                self._parameters.clear()
            elif self._status:
                self._parameters.append(byte)
                if len(self._parameters) == (1 if self._status & 0xF0 in _ONE_BYTE_LONG else 2):
                    yield bytes((self._status, *self._parameters))
                    self._parameters.clear()


def song_position(sixteenths: int) -> bytes:
    """Write where a song stands; it has room for 4,096 quarters and begins anew after them."""
    return bytes((SONG_POSITION, sixteenths & 0x7F, sixteenths >> 7 & 0x7F))
