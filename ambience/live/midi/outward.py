"""The MIDI door outward: a DAW's instruments play the piece along with us, note for note, at the moment it sounds."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from ambience.live.complaints import Complaints
from ambience.live.midi.ports import MidiOutput, open_output, output_names
from ambience.live.midi.stand import Sent, Stand
from ambience.live.output.heard_clock import HeardClock
from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions
from ambience.live.threads import eager_thread
from ambience.music.work import WrittenBar
from ambience.units import FloatArray

_LOST_S = 0.5  # for which an output may take nothing before its notes are ended
_POLL_S = 0.004
_SHORTEST_S = 0.0002
_RETRY_S = 1.0


class MidiOut:
    """Sends what a session plays.

    Parameters
    ----------
    session : LiveSession
        What is played.
    names : str
        Ports, separated by commas; 15 pitched layers and all percussion go to the first, 15 more to each of the others.

    Raises
    ------
    ParameterError, OSError
        If a port cannot be opened.
    """

    def __init__(self, session: LiveSession, names: str) -> None:
        self._session = session
        self._clock = HeardClock(lambda: session.heard_frame, session.sample_rate_hz)
        self._stand = Stand(session.preset, session.sample_rate_hz, session.heard_frame)
        self._ports = [_Port(name) for name in output_names(names, self._stand.ports)]
        self.line = _line(session, self._ports, self._stand.port_of_layers)
        self.complaints = Complaints("midi_out")
        self._news: deque[Callable[[], None]] = deque()
        self._silent = False
        self._retry_s = 0.0
        self._ended = threading.Event()
        self._thread = eager_thread(self._run, "midi out")
        session.admit(self)
        self._thread.start()

    def read_bar(self, written: WrittenBar, from_frame: int) -> None:
        """Note a bar."""
        self._news.append(partial(self._stand.read_bar, written, from_frame))

    def read_controls(self, frame: int, controls: FloatArray) -> None:
        """Note the controls."""
        self._news.append(partial(self._stand.read_controls, frame, controls))

    def close(self) -> None:
        """End all notes and let go of the ports."""
        self._session.dismiss(self)
        self._ended.set()
        self._thread.join()
        for port in self._ports:
            port.close()

    def _run(self) -> None:
        self._read()
        self._send(self._stand.opening())
        while not self._ended.is_set():
            self._read()
            frame = self._clock.frame()
            if not self._session.playing or self._clock.still_s > _LOST_S:
                if not self._silent:
                    self._silent = True
                    self._send(self._stand.silence())
            else:
                if self._silent:
                    self._silent = False
                    self._send(self._stand.resume())
                self._send(self._stand.due(frame))
                self._reopen()
            self._rest()
        if not self._silent:
            self._send(self._stand.silence())

    def _read(self) -> None:
        while self._news:
            self._news.popleft()()

    def _rest(self) -> None:
        """Sleep until something is due, or until there may be news."""
        next_frame = self._stand.next_frame
        wait_s = _POLL_S if next_frame is None or self._silent else min(self._clock.until_s(next_frame), _POLL_S)
        self._ended.wait(max(wait_s, _SHORTEST_S))

    def _send(self, messages: Iterable[Sent]) -> None:
        for number, message in messages:
            for port in self._ports[number : number + 1] if number >= 0 else self._ports:
                try:
                    port.send(message)
                except OSError as error:
                    self.complaints.note("lost", f"{port.name}: {error}")

    def _reopen(self) -> None:
        """Try ports again that were lost; everything begins anew with the one that is back."""
        if time.monotonic() < self._retry_s:
            return
        self._retry_s = time.monotonic() + _RETRY_S
        if any([port.reopen() for port in self._ports if port.lost]):
            self._send(self._stand.silence())
            self._send(self._stand.resume())


class _Port:
    """A port that may be lost and come back."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._output: MidiOutput | None = open_output(name)

    @property
    def lost(self) -> bool:
        """Whether it is not there."""
        return self._output is None

    def send(self, message: bytes) -> None:
        """Send one message, or nothing while the port is lost; raises OSError at the moment when it is lost."""
        if self._output is None:
            return
        try:
            self._output.send(message)
        except OSError:
            self.close()
            raise

    def reopen(self) -> bool:
        """Try to open it again, and tell whether it is there."""
        try:
            self._output = open_output(self.name)
        except Exception:  # whatever a driver raises: it is tried again
            return False
        return True

    def close(self) -> None:
        """Let go of it."""
        if self._output is not None:
            self._output.close()
            self._output = None


def open_surface(session: LiveSession, options: SurfaceOptions) -> MidiOut:
    """Open the door that the options ask for."""
    return MidiOut(session, options.midi_out)


def _line(session: LiveSession, ports: list[_Port], port_of_layers: tuple[int, ...]) -> str:
    layers = zip(session.preset.layers, port_of_layers, strict=True)
    left_out = [name for name, number in layers if number >= len(ports)]
    missing = f", which have no room for {', '.join(left_out)}" if left_out else ""
    return f"MIDI to {', '.join(port.name for port in ports)}{missing}"
