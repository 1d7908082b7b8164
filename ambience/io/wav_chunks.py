"""What a WAV says besides its sound: cue markers and the broadcast extension, written behind the samples."""

import os
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ambience.errors import ParameterError, explain

_HEADER_BYTES = 12
_LARGEST = 2**32 - 1  # what a RIFF can count


class Cue(NamedTuple):
    """A named place."""

    at_frames: int
    text: str


class Tags(NamedTuple):
    """What a player or a workstation shows about a file."""

    title: str
    artist: str = "ambience"
    comment: str = ""  # under 2,000 characters: libsndfile drops longer ones from WAV
    cues: tuple[Cue, ...] = ()  # named places, of a WAV
    date: datetime | None = None  # absent: no file depends on the day it was made


def recording_date() -> datetime | None:
    """Return the date that `SOURCE_DATE_EPOCH` demands, if it does: no file may depend on the day it was made.

    Raises
    ------
    ParameterError
        If it is no number of seconds.

    Notes
    -----
    Reproducible Builds project, "SOURCE_DATE_EPOCH Specification 1.1", 2017.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(text), UTC) if text else None
    except (ValueError, OverflowError, OSError):
        rule = "must be a whole number of seconds since 1970"
        raise ParameterError(explain("environment", "SOURCE_DATE_EPOCH", text, rule)) from None


def add_chunks(path: Path, sample_rate_hz: int, bit_depth: str, tags: Tags) -> None:
    """Append cues and broadcast extension to a finished WAV or RF64.

    No loop is written: a piece fades in and out, so no stretch of it repeats without a seam.

    Notes
    -----
    A RIFF may hold its chunks in any order: Microsoft and IBM, "Multimedia Programming Interface and Data
    Specifications 1.0", 1991. RF64: EBU Tech 3306, 2009.
    """
    chunks = [_chunk(b"bext", _broadcast(tags, sample_rate_hz, bit_depth))]
    if tags.cues:
        chunks += [_chunk(b"cue ", _cue_points(tags.cues)), _chunk(b"LIST", _labels(tags.cues))]
    with path.open("r+b") as opened:
        end = opened.seek(0, os.SEEK_END)
        opened.write(b"\0" * (end % 2) + b"".join(chunks))
        _set_length(opened, opened.tell())


def _set_length(opened: BinaryIO, length_bytes: int) -> None:
    """Tell the head of the file how long it has become."""
    opened.seek(0)
    kind = opened.read(4)
    riff_bytes = length_bytes - 8
    if kind == b"RF64":  # "RF64", -1, "WAVE", "ds64", its length, then the true length as 64 bits
        opened.seek(_HEADER_BYTES + 8)
        opened.write(struct.pack("<Q", riff_bytes))
    else:
        opened.seek(4)
        opened.write(struct.pack("<I", min(riff_bytes, _LARGEST)))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _cue_points(cues: Sequence[Cue]) -> bytes:
    points = (
        struct.pack("<II4sIII", number, cue.at_frames, b"data", 0, 0, cue.at_frames)
        for number, cue in enumerate(cues, 1)
    )
    return struct.pack("<I", len(cues)) + b"".join(points)


def _labels(cues: Sequence[Cue]) -> bytes:
    texts = ((number, cue.text.encode() + b"\0") for number, cue in enumerate(cues, 1))
    return b"adtl" + b"".join(_chunk(b"labl", struct.pack("<I", number) + text) for number, text in texts)


def _broadcast(tags: Tags, sample_rate_hz: int, bit_depth: str) -> bytes:
    """Write version 1 of the extension: EBU Tech 3285, 2011, section 2.3; an unknown date is left empty."""
    date = f"{tags.date:%Y-%m-%d%H:%M:%S}" if tags.date else ""
    description = _plain(f"{tags.title} {tags.comment}".strip(), 256)
    time_reference_frames = 0
    words = (description, _plain(tags.artist, 32), b"", date.encode(), time_reference_frames, 1, b"", b"")
    # The history as in EBU Recommendation R98, "Format for the <CodingHistory> Field in Broadcast Wave Format", 1999.
    width = bit_depth.removesuffix("f")
    history = f"A=PCM,F={sample_rate_hz},W={width},M=stereo,T={tags.artist}\r\n"
    return struct.pack("<256s32s32s18sQH64s190s", *words) + history.encode("ascii", "replace")


def _plain(text: str, most_bytes: int) -> bytes:
    """Spell a text in the letters that the extension knows."""
    return text.encode("ascii", "replace")[:most_bytes]
