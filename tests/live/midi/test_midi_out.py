"""MIDI out while somebody listens: every note goes out at the moment it sounds."""

import socket
import threading
import time

import numpy as np
import pytest
from sent import assert_no_note_hangs_or_doubles
from small_piece import small

from ambience.io.midi_terms import TICKS_PER_BEAT, to_tick
from ambience.io.performance import perform
from ambience.live.midi.messages import CLOCK, NOTE_ON, STOP
from ambience.live.midi.outward import MidiOut
from ambience.live.midi.stand import CLOCKS_PER_BEAT
from ambience.live.output import heard_clock
from ambience.live.output.heard_clock import HeardClock
from ambience.live.output.sinks import Feed
from ambience.live.session import LiveSession

LIVE_RATE_HZ = 48_000


def test_the_heard_clock_is_steady_between_blocks_and_follows_after_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, now_s = 0, 100.0
    monkeypatch.setattr(heard_clock.time, "perf_counter", lambda: now_s)
    clock, errors = HeardClock(lambda: taken, LIVE_RATE_HZ), []
    for step in range(2200):  # milliseconds
        now_s = 100.0 + step / 1000.0
        held_s = 0.1 if step >= 1100 else 0.0
        if not 1000 < step < 1100 and step / 1000.0 - held_s >= taken / LIVE_RATE_HZ:
            taken += 480
        frame = clock.frame()
        if 300 < step < 1000 or step > 1800:
            errors.append(abs(frame / LIVE_RATE_HZ - (step / 1000.0 - held_s)))
    assert max(errors) < 0.0011


class Receiver:
    """A DAW at the other end of a TCP connection, which keeps when everything came."""

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.came: list[tuple[float, bytes]] = []
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._connection, _ = self._listener.accept()
        while received := self._connection.recv(4096):
            self.came.append((time.perf_counter(), received))

    def close(self) -> None:
        self._listener.close()
        if self._connection is not None:
            self._connection.close()

    @property
    def messages(self) -> list[tuple[float, bytes]]:
        """Split what came: everything sent has its status byte."""
        split = []
        for at_s, received in self.came:
            starts = [i for i, byte in enumerate(received) if byte >= 0x80]
            split += [(at_s, received[a:b]) for a, b in zip(starts, [*starts[1:], len(received)], strict=True)]
        return split


class WatchedSink:
    """A clocked output that notes when it took which frame."""

    name = "watched"

    def __init__(self) -> None:
        self.taken: list[tuple[float, int]] = []
        self._ended = threading.Event()

    def start(self, feed: Feed) -> None:
        self._thread = threading.Thread(target=self._run, args=(feed,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self, feed: Feed) -> None:
        out, frame, began_s = np.zeros((480, 2), np.float32), 0, time.perf_counter()
        while not self._ended.wait(max(0.0, began_s + frame / LIVE_RATE_HZ - time.perf_counter())):
            self.taken.append((time.perf_counter(), frame))
            feed.fill(out)
            frame += len(out)


class Witness:
    """Notes when the machine lets nobody in: what is late then is not our doing."""

    def __init__(self) -> None:
        self._stalls: list[tuple[float, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        before_s = time.perf_counter()
        while not self._ended.wait(0.001):
            now_s = time.perf_counter()
            if now_s - before_s > 0.004:
                self._stalls.append((before_s - 0.005, now_s + 0.005))
            before_s = now_s

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def excuses(self, due_s: float) -> bool:
        return any(begins_s < due_s < ends_s for begins_s, ends_s in self._stalls)


def test_a_receiver_gets_the_score_when_it_sounds_and_nothing_hangs_at_the_end() -> None:
    sink, receiver, witness = WatchedSink(), Receiver(), Witness()
    with LiveSession(small(duration_s=60.0), None, state="battle", look_ahead="robust", sink=lambda: sink) as session:
        door = MidiOut(session, f"tcp:127.0.0.1:{receiver.port}")
        time.sleep(1.6)
        session.set_state("drift", when="now", fade_s=0.1)
        time.sleep(1.0)
        ends_s = time.perf_counter()
        door.close()
        score, under_runs = session.score(), session.stats().under_runs
    time.sleep(0.05)
    receiver.close()
    witness.close()
    messages = receiver.messages
    assert_no_note_hangs_or_doubles([(0, 0, message) for _, message in messages])
    assert messages[-1][1] == bytes((STOP,))
    if under_runs:
        pytest.skip("the machine stood still")
    began_s = min(at_s - frame / LIVE_RATE_HZ for at_s, frame in sink.taken)
    last_tick = to_tick(score.beat_at(ends_s - began_s - 0.05))
    tracks = perform(score)
    due = sorted(
        (began_s + score.second_at(key.start / TICKS_PER_BEAT), one.channel, key.pitch_midi)
        for one in tracks
        for key in one.keys
        if key.start < last_tick
    )
    came = [(at_s, m[0] & 0x0F, m[1]) for at_s, m in messages if m[0] & 0xF0 == NOTE_ON and at_s < ends_s]
    assert abs(len(came) - len(due)) <= 2  # of those just at the end
    late_s = []
    for due_s, channel, pitch in due:
        came_s = min((at_s for at_s, *key in came if key == [channel, pitch]), key=lambda at_s: abs(at_s - due_s))
        late_s.append((due_s, came_s - due_s))
    for number, at_s in enumerate(at_s for at_s, m in messages if m[0] == CLOCK):
        due_s = began_s + score.second_at(number / CLOCKS_PER_BEAT)
        late_s.append((due_s, at_s - due_s))
    told = [late for due_s, late in late_s if due_s > began_s + 0.6 and not witness.excuses(due_s)]
    assert len(told) > 30
    assert np.median(np.abs(told)) < 0.005
