"""An MP3 that never ends: sound goes in, bytes come out a moment later."""

from ambience.errors import require
from ambience.io.wav import open_stream
from ambience.units import Audio

SAMPLE_RATES_HZ = (32_000, 44_100, 48_000)  # of MPEG-1 layer III, ISO/IEC 11172-3:1993

_LAYOUT = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT", "compression_level": 0.5}
_RATES_KBIT = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # the same, 2.4.2.3
_SUMMARIES = (b"Info", b"Xing")  # of a file's first frame, which tells how long it is; a stream's tells nothing true


class Mp3Encoder:
    """Encodes a stream that a player may enter at any frame.

    Parameters
    ----------
    sample_rate_hz : {32000, 44100, 48000}
        Frames a second.

    Raises
    ------
    ParameterError
        If an MP3 cannot have the sample rate.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        require_mp3(sample_rate_hz)
        self._sink = _Sink()
        self._rate_hz, self._rest = sample_rate_hz, b""
        self._file = open_stream(self._sink, sample_rate_hz, _LAYOUT)

    def encode(self, audio: Audio) -> bytes:
        """Return the MP3's frames that are whole after a block, shape (n_frames, 2); there may be none."""
        self._file.write(audio)
        ready = self._rest + self._sink.take()
        stop, summary_bytes = 0, 0
        while stop + 4 <= len(ready) and stop + (size := self._frame_bytes(ready[stop + 2])) <= len(ready):
            if any(word in ready[stop : stop + 64] for word in _SUMMARIES):
                summary_bytes = stop + size
            stop += size
        self._rest = ready[stop:]
        return ready[summary_bytes:stop]

    def _frame_bytes(self, third: int) -> int:
        """Tell how long a frame is by the third byte of its head: 1152 frames of sound at its bit rate."""
        return 144_000 * _RATES_KBIT[third >> 4] // self._rate_hz + (third >> 1 & 1)


def require_mp3(sample_rate_hz: int) -> None:
    """Raise `ParameterError` unless an MP3 can have the sample rate."""
    rule = f"must be one of {', '.join(map(str, SAMPLE_RATES_HZ))} for an MP3"
    require(sample_rate_hz in SAMPLE_RATES_HZ, "live", "sample_rate_hz", sample_rate_hz, rule)


class _Sink:
    """A file that cannot be read, whose writer may believe that it seeks."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._at = 0

    def write(self, chunk: bytes) -> int:
        self._chunks.append(bytes(chunk))
        self._at += len(chunk)
        return len(chunk)

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._at

    def take(self) -> bytes:
        chunks, self._chunks = self._chunks, []
        return b"".join(chunks)
