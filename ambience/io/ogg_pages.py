"""Ogg pages: the number of a stream, which encoders draw by lot, becomes a fixed one."""

import zlib
from pathlib import Path

_HEAD_BYTES = 27
_SERIAL, _CHECKSUM = slice(14, 18), slice(22, 26)
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def fix_serial(path: Path, serial: int = 1) -> None:
    """Give the only stream of an Ogg file a number, page by page: the same sound is then the same file.

    Notes
    -----
    S. Pfeiffer, "The Ogg Encapsulation Format Version 0", RFC 3533, 2003, section 6.
    """
    with path.open("r+b") as opened:
        while head := opened.read(_HEAD_BYTES):
            lengths = opened.read(head[-1])
            page = bytearray(head + lengths + opened.read(sum(lengths)))
            page[_SERIAL] = serial.to_bytes(4, "little")
            page[_CHECKSUM] = bytes(4)
            page[_CHECKSUM] = _checksum(page).to_bytes(4, "little")
            opened.seek(-len(page), 1)
            opened.write(page)
            opened.flush()


def _checksum(page: bytearray) -> int:
    """Return the page's cyclic redundancy check: polynomial 04C11DB7, most significant bit first, from zero.

    It is that of zlib seen in a mirror, without the complements at both ends.
    """
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
