"""MIDI out: what a DAW gets while a piece is played is what its exported score says, at the moment it sounds."""

import socket
import threading
import time
from collections import Counter

import numpy as np
import pytest
from small_piece import CAST, SMALL, STINGING, small

from ambience.engine import Engine
from ambience.io.midi_terms import EXPRESSION, TICKS_PER_BEAT, TIMBRE, to_tick
from ambience.io.performance import perform
from ambience.live.midi.messages import ALL_NOTES_OFF, CLOCK, CONTINUE, CONTROL, NOTE_OFF, NOTE_ON, START, STOP
from ambience.live.midi.outward import MidiOut
from ambience.live.midi.stand import CLOCKS_PER_BEAT, Stand
from ambience.live.output.heard_clock import HeardClock
from ambience.live.output.sinks import Feed
from ambience.live.session import LiveSession
from ambience.music.sheet import Score
from ambience.preset import Preset

RATE_HZ = 22_050  # where sound does not matter, the cheapest
LIVE_RATE_HZ = 48_000
Sent = list[tuple[int, int, bytes]]  # frame, port, message


def played(piece: Preset, seconds: float, seed: int, joined_frame: int = 0) -> tuple[Sent, Score]:
    """Play a piece in blocks of any size, change its scene at any moment, and keep what is sent."""
    rng, engine = np.random.default_rng(seed), Engine(piece, sample_rate_hz=RATE_HZ, threads=1, endless=True)
    stand, sent = Stand(piece, RATE_HZ, joined_frame), []
    engine.render(joined_frame)
    engine.admit(stand)
    sent += [(joined_frame, *one) for one in stand.opening()]
    engine.set_state("battle", when="bar")
    while engine.frame < seconds * RATE_HZ:
        engine.render(int(rng.integers(1, 12)) * 256)
        sent += [(engine.frame, *one) for one in stand.due(engine.frame)]
        if rng.random() < 0.05:
            engine.set_state(str(rng.choice(list(piece.states))), when=str(rng.choice(["now", "beat", "bar"])))  # type: ignore[arg-type]
        if rng.random() < 0.02:
            engine.stinger()
    sent += [(engine.frame, *one) for one in stand.silence()]
    engine.close()
    return sent, engine.score()


def strikes(sent: Sent) -> "Counter[tuple[int, int, int, int]]":
    """Count port, channel, pitch and velocity of all notes."""
    notes = [(port, m) for _, port, m in sent if m[0] & 0xF0 == NOTE_ON]
    return Counter((port, m[0] & 0x0F, m[1], m[2]) for port, m in notes)


def assert_no_note_hangs_or_doubles(sent: Sent) -> None:
    sounding: set[tuple[int, int, int]] = set()
    for _, port, message in sent:
        key = (port, message[0] & 0x0F, message[1] if len(message) > 1 else 0)
        if message[0] & 0xF0 == NOTE_ON:
            assert key not in sounding
            sounding.add(key)
        elif message[0] & 0xF0 == NOTE_OFF:
            assert key in sounding
            sounding.remove(key)
    assert not sounding


@pytest.mark.parametrize("seed", [1, 2])
def test_the_notes_are_those_of_the_exported_score_however_the_scene_changes(seed: int) -> None:
    sent, score = played(small(duration_s=600.0, text=SMALL + CAST + STINGING), 15.0, seed)
    assert_no_note_hangs_or_doubles(sent)
    last_tick = to_tick(score.beat_at(sent[-1][0] / RATE_HZ))
    expected = Counter(
        (one.port, one.channel, key.pitch_midi, key.velocity)
        for one in perform(score)
        for key in one.keys
        if key.start < last_tick
    )
    assert sum(expected.values()) > 30
    assert strikes(sent) == expected


def test_the_clock_ticks_24_times_a_quarter_through_every_tempo() -> None:
    sent, score = played(small(duration_s=600.0), 12.0, 4)
    assert len(score.tempos) > 1
    kinds = [m[0] for _, port, m in sent if port < 0]
    assert kinds[0] == START
    assert kinds[-1] == STOP
    assert set(kinds[1:-1]) == {CLOCK}
    frames = [frame for frame, port, m in sent if m[0] == CLOCK]
    for number, frame in enumerate(frames):
        late_s = frame / RATE_HZ - score.second_at(number / CLOCKS_PER_BEAT)
        assert 0.0 <= late_s < 12 * 256 / RATE_HZ + 1e-6
    assert abs(score.beat_at(frames[-1] / RATE_HZ) * CLOCKS_PER_BEAT - len(frames)) < 3


def test_who_joins_later_goes_on_at_the_song_position_of_the_next_sixteenth() -> None:
    sent, score = played(small(duration_s=600.0), 5.0, 5, joined_frame=RATE_HZ * 5 // 2)
    first, second, third = [m for _, port, m in sent if port < 0][:3]
    begins_frame = next(frame for frame, _, m in sent if m[0] == CLOCK)
    assert first[0] == 0xF2
    assert (second[0], third[0]) == (CONTINUE, CLOCK)
    sixteenths = first[1] | first[2] << 7
    assert abs(score.second_at(sixteenths / 4.0) - begins_frame / RATE_HZ) < 0.51
    assert_no_note_hangs_or_doubles(sent)


def test_controllers_follow_the_curves_of_the_exported_score() -> None:
    piece = small(duration_s=600.0, state="opening", text=SMALL.replace("tension = 0.3", "tension = 0.3\nswell = 0.4"))
    sent, score = played(piece, 10.0, 6)
    for track in perform(score):
        for controller in (TIMBRE, EXPRESSION):
            curve = [(c.tick, c.value) for c in track.changes if c.controller == controller]
            wire = [
                m[2]
                for m in (m for _, p, m in sent if p == track.port)
                if m[0] == CONTROL | track.channel and m[1] == controller
            ]
            assert wire
            if len(curve) > 12:
                assert abs(np.mean(wire) - np.mean([value for _, value in curve])) < 8


def test_a_stall_ends_every_note_and_strikes_it_again_afterward() -> None:
    engine = Engine(small(duration_s=600.0), sample_rate_hz=RATE_HZ, threads=1, endless=True)
    stand = Stand(engine.preset, RATE_HZ)
    engine.admit(stand)
    engine.render(RATE_HZ * 3)
    before = [(0, *one) for one in stand.due(engine.frame)]
    sounding = strikes(before) - Counter((p, m[0] & 0x0F, m[1], 0) for _, p, m in before if m[0] & 0xF0 == NOTE_OFF)
    silence, resumed = [(0, *one) for one in stand.silence()], [(0, *one) for one in stand.resume()]
    assert sounding
    assert_no_note_hangs_or_doubles(before + silence)
    assert strikes(resumed)
    assert any(m[1:] == bytes((ALL_NOTES_OFF, 0)) for _, _, m in silence if len(m) == 3)
    after = [(0, *one) for one in stand.silence()]
    assert_no_note_hangs_or_doubles(before + silence + resumed + after)
    engine.close()


def test_the_heard_clock_is_steady_between_blocks_and_follows_after_a_gap() -> None:
    taken = 0
    clock = HeardClock(lambda: taken, LIVE_RATE_HZ)
    began_s, errors, held_s = time.perf_counter(), [], 0.0
    while (now_s := time.perf_counter() - began_s) < 2.2:
        if 1.0 < now_s < 1.1:
            held_s = 0.1
        elif now_s - held_s >= taken / LIVE_RATE_HZ:
            taken += 480
        frame = clock.frame()
        if 0.3 < now_s < 1.0 or now_s > 1.8:
            errors.append(abs(frame / LIVE_RATE_HZ - (now_s - held_s)))
        time.sleep(0.001)
    assert np.median(errors) < 0.003


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
        time.sleep(2.5)
        session.set_state("drift", when="now", fade_s=0.1)
        time.sleep(1.5)
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
