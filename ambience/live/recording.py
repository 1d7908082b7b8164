"""What stays of an evening: its log, kept up to date, and the sound that the output was given."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from ambience.errors import require
from ambience.io.atomic import Drafts, refuse_existing
from ambience.io.session import Session, write_session
from ambience.io.wav import AudioFile
from ambience.io.wav_chunks import Tags
from ambience.live.output.ring import Ring
from ambience.live.threads import eager_thread
from ambience.units import Audio

_LOG_EVERY_S = 8.0  # a crash loses no more than ten seconds
_POLL_S = 0.2
_TAPE_S = 12.0  # a disk may stand still for that long
_BLOCK_FRAMES = 16_384


class Keeper:
    """Writes the log and the sound on a thread of its own; leaving its block gives the sound its name.

    Parameters
    ----------
    record : path, optional
        File of the session log.
    capture : path, optional
        WAV file of 32-bit floats for what the output is given.
    sample_rate_hz : int
        Frames a second.
    title : str
        Of the piece.
    force : bool
        Replace files that exist.

    Raises
    ------
    ParameterError
        If a file is in the way.
    OSError
        If a file cannot be written.
    """

    def __init__(
        self, record: str | Path | None, capture: str | Path | None, sample_rate_hz: int, *, title: str, force: bool
    ) -> None:
        self._log = None if record is None else Path(record)
        self._describe: Callable[[], Session] | None = None
        self._failure: OSError | None = None
        self._ended = threading.Event()
        self._thread = eager_thread(self._run, "recording")
        self._drafts = Drafts(force=force)
        self._file: AudioFile | None = None
        self.tape: Ring | None = None
        if self._log is not None:
            refuse_existing(self._log, force)
        if capture is not None:
            path = Path(capture)
            require(path.suffix.lower() == ".wav", "live", "capture", str(capture), "must end in .wav")
            self.tape = Ring(round(_TAPE_S * sample_rate_hz))
            self._block: Audio = np.zeros((_BLOCK_FRAMES, 2), np.float32)
            self._file = AudioFile(
                self._drafts.add(path),
                sample_rate_hz,
                length_frames=None,
                container="wav",
                bit_depth="32f",
                tags=Tags(title),
            )

    def start(self, describe: Callable[[], Session]) -> None:
        """Begin; `describe` tells the session as it is now."""
        self._describe = describe
        self._write_log()
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()
        if kind is None:
            self._guarded(self._write_log)
            self._guarded(self._finish_sound)
        elif self._file is not None:
            self._file.__exit__(kind, error, None)
        self._describe = None  # hold on to nobody's session
        failure = self._failure or error
        self._drafts.__exit__(type(failure) if failure else None, failure, None)
        if kind is None and self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        due_s = time.monotonic() + _LOG_EVERY_S
        while not self._ended.wait(_POLL_S):
            self._guarded(self._drain)
            if time.monotonic() >= due_s:
                self._guarded(self._write_log)
                due_s = time.monotonic() + _LOG_EVERY_S

    def _drain(self) -> None:
        """Write what the tape holds."""
        if self._file is not None and self.tape is not None:
            while count := self.tape.read(self._block):
                self._file.write(self._block[:count])

    def _finish_sound(self) -> None:
        self._drain()
        if self._file is not None:
            self._file.close()

    def _write_log(self) -> None:
        if self._log is not None and self._describe is not None:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            write_session(self._describe(), self._log, force=True)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Go on when the disk fails, for the music does; it is told at the end."""
        try:
            work()
        except OSError as error:
            if self._file is not None and work != self._write_log:
                with contextlib.suppress(OSError):
                    self._file.close()
                self._file = None
            self._failure = self._failure or error
