"""Sound files, and the one door to soundfile: WAV, FLAC and Ogg, written and read a block at a time."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt

from ambience.errors import ParameterError, explain, require
from ambience.io.atomic import named
from ambience.io.formats import FRAME_BYTES, BitDepth, Container, check_format
from ambience.io.ogg_pages import fix_serial
from ambience.io.settling import Settling
from ambience.io.wav_chunks import Tags, add_chunks
from ambience.sound.dsp.quantize import pack_24
from ambience.units import Audio

_SUBTYPES: dict[BitDepth, str] = {"16": "PCM_16", "24": "PCM_24", "32f": "FLOAT"}
_RIFF_LIMIT_BYTES = 2**32 - 2**20  # a RIFF counts its bytes in 32 bits; headers, tags and cues need a little
_SET_ADD_PEAK_CHUNK, _RF64_AUTO_DOWNGRADE = 0x1050, 0x1210  # libsndfile, sndfile.h
_OGG_COMPRESSION = 0.6  # about 105 kbit/s: transparent for drones, small enough to send
_FULL_BYTES = 2**16  # less room than this after a failed write: the disk was full


class AudioFile:
    """A sound file in the making: stereo blocks in, one whole file out.

    The same audio in the same blocks gives the same bytes.

    Parameters
    ----------
    path : Path
        File to write; `container` decides its format, not its name.
    sample_rate_hz : int
        Frames a second.
    length_frames : int or None
        How many frames will be written, if that is known; beyond 4 GiB a WAV becomes an RF64.
    container : {"wav", "flac", "ogg"}
        Kind of file.
    bit_depth : {"16", "24", "32f"}
        Sample format; Ogg has none of its own.
    tags : Tags
        Title, artist, comment and date; of a WAV also the named places.

    Raises
    ------
    ParameterError
        If the container cannot hold the bit depth or the sample rate.
    OSError
        If the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        sample_rate_hz: int,
        *,
        length_frames: int | None,
        container: Container,
        bit_depth: BitDepth,
        tags: Tags,
    ) -> None:
        check_format(container, bit_depth, sample_rate_hz)
        self.path = path
        self.sample_rate_hz = sample_rate_hz
        self._container, self._bit_depth, self._tags = container, bit_depth, tags
        self.dithered = bit_depth == "16" and container != "ogg"  # wants whole numbers of 16 bits
        self._packed = bit_depth == "24" and container == "wav"
        self.written_frames = 0
        with _as_os_errors(path):
            layout = _layout(length_frames, container, bit_depth)
            self._file, number = _create(path, sample_rate_hz, layout, open_ended=length_frames is None)
            self._settling = Settling(number)
            _set_tags(self._file, tags)

    def write(self, audio: Audio | npt.NDArray[np.int16]) -> None:
        """Append a block of floats, which the integer formats clip at ±1, or of 16-bit numbers."""
        with _as_os_errors(self.path):
            if self._packed:
                _write_packed(self._file, self.path, cast(Audio, audio))
            else:
                self._file.write(audio)
        with named(self.path):
            self._settling.wrote(audio.nbytes)
        self.written_frames += len(audio)

    def close(self) -> None:
        """Finish the file and make sure that all of it was written (OSError if not)."""
        try:
            with named(self.path):
                self._settling.end()
        finally:
            with _as_os_errors(self.path):
                self._file.close()
        with _as_os_errors(self.path):
            if _frames(self.path) != self.written_frames:
                raise _failure(self.path)
        if self._container == "wav":
            add_chunks(self.path, self.sample_rate_hz, self._bit_depth, self._tags)
        elif self._container == "ogg":
            fix_serial(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            with contextlib.suppress(OSError):
                self._settling.end()
            with contextlib.suppress(OSError), _as_os_errors(self.path):
                self._file.close()


class HeardFile:
    """A sound file to listen to; a single channel is heard on both sides.

    Parameters
    ----------
    path : Path
        File to read, in any format that libsndfile knows.

    Raises
    ------
    ParameterError
        If it cannot be read, now or while it plays, or has more than two channels.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _as_unreadable(path):
            self._file = _open(path)
        self.sample_rate_hz, self.length_frames = int(self._file.samplerate), int(self._file.frames)
        self.kind = f"{self._file.format} {self._file.subtype}".replace("_", " ")
        where, channels = str(path), self._file.channels
        require(channels <= 2, where, "channels", channels, "must be 1 or 2")
        require(self.length_frames > 0, where, "length_frames", self.length_frames, "must be above 0")

    def blocks(self, n_frames: int) -> Iterator[Audio]:
        """Play it once, `n_frames` at a time; the last block may be shorter."""
        with _as_unreadable(self.path), self._file as opened:
            while len(audio := opened.read(n_frames, dtype="float32", always_2d=True)):
                yield audio if audio.shape[1] == 2 else np.repeat(audio, 2, axis=1)


def library_versions() -> dict[str, str]:
    """Name the versions of what writes the files."""
    import soundfile

    return {"soundfile": soundfile.__version__, "libsndfile": soundfile.__libsndfile_version__}


def _layout(length_frames: int | None, container: Container, bit_depth: BitDepth) -> dict[str, Any]:
    if container == "ogg":
        return {"format": "OGG", "subtype": "VORBIS", "compression_level": _OGG_COMPRESSION}
    if container == "flac":
        return {"format": "FLAC", "subtype": _SUBTYPES[bit_depth]}
    large = length_frames is None or length_frames * FRAME_BYTES[bit_depth] > _RIFF_LIMIT_BYTES
    return {"format": "RF64" if large else "WAV", "subtype": _SUBTYPES[bit_depth]}


def _create(path: Path, sample_rate_hz: int, layout: dict[str, Any], *, open_ended: bool) -> tuple[Any, int]:
    """Create a file and tell its number; an open-ended RF64 becomes a WAV when it is closed, if it stayed small."""
    import soundfile

    # A number instead of a name: libsndfile would need the name as text, and not every name is text.
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
    opened = soundfile.SoundFile(number, "w", samplerate=sample_rate_hz, channels=2, closefd=True, **layout)
    # The PEAK chunk of float files holds the time of day, which would make every render another file.
    soundfile._snd.sf_command(opened._file, _SET_ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)
    soundfile._snd.sf_command(opened._file, _RF64_AUTO_DOWNGRADE, soundfile._ffi.NULL, open_ended)
    return opened, number


def open_stream(sink: Any, sample_rate_hz: int, layout: dict[str, Any]) -> Any:
    """Open a sound file that is written into an object with `write`, `tell` and `seek`."""
    import soundfile

    return soundfile.SoundFile(sink, "w", samplerate=sample_rate_hz, channels=2, **layout)


def _write_packed(opened: Any, path: Path, audio: Audio) -> None:
    """Append a block as bytes of 24 bits; libsndfile would turn and write them by thousands."""
    import soundfile

    packed = np.empty(3 * audio.size, np.uint8)
    pack_24(audio, packed)
    if soundfile._snd.sf_write_raw(opened._file, soundfile._ffi.from_buffer(packed), packed.size) != packed.size:
        raise _failure(path)


def _set_tags(opened: Any, tags: Tags) -> None:
    for name in ("title", "artist", "comment"):
        if text := getattr(tags, name):  # libsndfile refuses empty ones
            setattr(opened, name, text)
    if tags.date:
        opened.date = f"{tags.date:%Y-%m-%d}"


def _open(path: Path) -> Any:
    import soundfile

    number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    return soundfile.SoundFile(number, closefd=True)


def _frames(path: Path) -> int:
    with _open(path) as opened:
        return int(opened.frames)


@contextlib.contextmanager
def _as_unreadable(path: Path) -> Iterator[None]:
    """Turn whatever keeps a file from being read into one line."""
    import soundfile

    try:
        yield
    except (OSError, soundfile.SoundFileError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "error_string", None) or str(error)
        raise ParameterError(explain(str(path), "", None, f"cannot be read: {reason.rstrip('.')}")) from None


@contextlib.contextmanager
def _as_os_errors(path: Path) -> Iterator[None]:
    """Turn what soundfile raises when the system refuses a write into the system's own error."""
    import soundfile

    try:
        yield
    except (AssertionError, soundfile.SoundFileError):
        raise _failure(path) from None


def _failure(path: Path) -> OSError:
    full = shutil.disk_usage(path.parent).free < _FULL_BYTES
    code = errno.ENOSPC if full else errno.EIO
    return OSError(code, os.strerror(code), str(path))
