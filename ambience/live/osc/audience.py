"""Who wants to be told over OSC how the music goes, and what they are told."""

import threading
import time
from collections.abc import Callable

from ambience.engine_requests import Now
from ambience.errors import ParameterError, explain
from ambience.live.herald import Event
from ambience.live.osc.packet import Argument, write_packet
from ambience.live.session import LiveSession
from ambience.units import beats_to_s, s_to_frames

_MOST = 16
_STAY_S = 60.0  # after the last time that somebody asked
_TENSION_EVERY_S = 0.05
_LEAST_STEP = 0.0005  # of the tension; less is not worth a datagram

Address = tuple[str, int]
_Bar = tuple[int, float, int]
"""First frame, tempo in beats a minute, beats."""
Send = Callable[[bytes, Address], None]


class Audience:
    """Keeps up to 16 subscribers informed, each for a minute at a time.

    Parameters
    ----------
    session : LiveSession
        What is played.
    send : callable
        Sends a datagram to an address; never waits, never raises.
    """

    def __init__(self, session: LiveSession, send: Send) -> None:
        self._session, self._send = session, send
        self._until_s: dict[Address, float] = {}
        self._changing = threading.Lock()
        self._beat: _Bar = _bar_of(session.now, session.sample_rate_hz)
        self._told_beat = (0, -1)  # first frame of its bar, number in it
        self._told_tension, self._tension_due_s = -1.0, 0.0
        self._leave = (session.on_bar(self._hear_bar), session.on_state(self._hear_state))

    def __len__(self) -> int:
        """Count those who listen."""
        return len(self._until_s)

    def close(self) -> None:
        """Tell nobody anything more."""
        for unsubscribe in self._leave:
            unsubscribe()
        self._until_s = {}

    def add(self, address: Address) -> None:
        """Let somebody listen for a minute, or for another; raise `ParameterError` if there are too many."""
        self._expire()
        with self._changing:
            if address not in self._until_s and len(self._until_s) >= _MOST:
                raise ParameterError(explain("osc", "/subscribe", address[1], f"is one more than the {_MOST} allowed"))
            self._until_s = {**self._until_s, address: time.monotonic() + _STAY_S}

    def greet(self, address: Address) -> None:
        """Tell somebody how the music stands."""
        now = self._session.now
        for words in (("/now/state", now.state), ("/now/bar", now.bar), ("/now/tension", now.tension)):
            self._send(write_packet(*words), address)

    def remove(self, address: Address) -> None:
        """Tell somebody nothing more."""
        with self._changing:
            self._until_s = {kept: until_s for kept, until_s in self._until_s.items() if kept != address}

    def go_on(self) -> None:
        """Tell what has moved since the last time: tension and beats."""
        self._expire()
        if self._until_s:
            self._tell_tension()
            self._tell_beat()

    def _expire(self) -> None:
        now_s = time.monotonic()
        with self._changing:
            if any(until_s <= now_s for until_s in self._until_s.values()):
                self._until_s = {kept: until_s for kept, until_s in self._until_s.items() if until_s > now_s}

    def _tell(self, address: str, *arguments: Argument) -> None:
        datagram = write_packet(address, *arguments)
        for listener in self._until_s:
            self._send(datagram, listener)

    def _hear_bar(self, event: Event) -> None:
        now = self._session.now
        self._beat = (event.frame, *_bar_of(now, self._session.sample_rate_hz)[1:])
        self._tell("/now/bar", event.bar, event.frame)

    def _hear_state(self, event: Event) -> None:
        self._tell("/now/state", event.text, event.frame, event.bar)

    def _tell_tension(self) -> None:
        tension, now_s = self._session.now.tension, time.monotonic()
        if now_s >= self._tension_due_s and abs(tension - self._told_tension) >= _LEAST_STEP:
            self._told_tension, self._tension_due_s = tension, now_s + _TENSION_EVERY_S
            self._tell("/now/tension", tension)

    def _tell_beat(self) -> None:
        begins, tempo_bpm, beats = self._beat
        passed = self._session.heard_frame - begins
        beat_frames = max(s_to_frames(beats_to_s(1.0, tempo_bpm), self._session.sample_rate_hz), 1)
        number = min(passed // beat_frames, beats - 1)
        if (begins, number) != self._told_beat and number >= 0:
            self._told_beat = (begins, number)
            self._tell("/now/beat", number)


def _bar_of(now: Now, sample_rate_hz: int) -> _Bar:
    begins_s = now.at_s - beats_to_s(now.beat, now.tempo_bpm)
    return s_to_frames(begins_s, sample_rate_hz), now.tempo_bpm, max(round(now.bar_beats), 1)
