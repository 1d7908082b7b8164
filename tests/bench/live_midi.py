"""Measures when MIDI notes arrive at a DAW, against the moment at which the same notes sound.

python tests/bench/live_midi.py [--seconds 30] [--preset single-piece] [--state battle] [--clients 20] [--json FILE]

The receiver is a process of its own at the other end of a TCP connection; WebSocket clients keep the session busy.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

import ambience
from ambience.io.midi_terms import TICKS_PER_BEAT
from ambience.io.performance import perform
from ambience.live.midi.messages import NOTE_ON
from ambience.live.midi.outward import MidiOut
from ambience.live.output.sinks import Feed
from ambience.live.session import LiveSession
from ambience.units import FloatArray
from live_audience import Audience, expect_audience
from live_report import Figure, finish

_NEAR_S = 0.005
_SETTLED_S = 1.0
_RECEIVER = """
import json, socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
connection, _ = listener.accept()
came = []
while received := connection.recv(4096):
    came.append((time.perf_counter(), list(received)))
print(json.dumps(came))
"""


class WatchedSink:
    """A clock that stands for a sound card, and notes when it took the first frame."""

    name = "watched"
    _FRAMES = 480

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self.began_s = 0.0
        self._ended = threading.Event()

    def start(self, feed: Feed) -> None:
        """Begin to take frames."""
        self._thread = threading.Thread(target=self._run, args=(feed,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._ended.set()
        self._thread.join()

    def _run(self, feed: Feed) -> None:
        out, frame, self.began_s = np.zeros((self._FRAMES, 2), np.float32), 0, time.perf_counter()
        while not self._ended.wait(max(0.0, self.began_s + frame / self._rate_hz - time.perf_counter())):
            feed.fill(out)
            frame += len(out)


def notes_in(came: list[tuple[float, list[int]]]) -> list[tuple[float, int, int]]:
    """Find the notes that begin: second, channel, pitch; everything sent has its status byte."""
    found = []
    for at_s, received in came:
        for place, byte in enumerate(received):
            if byte & 0xF0 == NOTE_ON:
                found.append((at_s, byte & 0x0F, received[place + 1]))
    return found


def late_by_s(session: LiveSession, came: list[tuple[float, int, int]], began_s: float, ends_s: float) -> FloatArray:
    """Return how much later than its sound every note of the first port came; below 0: before it."""
    score, gaps, late_s = session.score(), session.stats().under_run_list, []
    for track in perform(score):
        for key in track.keys if track.port == 0 else ():
            at_frame = score.second_at(key.start / TICKS_PER_BEAT) * session.sample_rate_hz
            missing = sum(gap.missing_frames for gap in gaps if gap.at_frame <= at_frame)
            due_s = began_s + (at_frame + missing) / session.sample_rate_hz
            same = [at_s for at_s, *note in came if note == [track.channel, key.pitch_midi]]
            if began_s + _SETTLED_S < due_s < ends_s - _SETTLED_S and same:
                late_s.append(min((at_s - due_s for at_s in same), key=abs))
    return np.array(late_s)


def main() -> None:
    """Play for a while, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--preset", default="single-piece")
    parser.add_argument("--state", default="battle")
    parser.add_argument("--clients", type=int, default=20, help="on WebSockets")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args()
    expect_audience()
    pipe = subprocess.PIPE
    receiver = subprocess.Popen([sys.executable, "-c", _RECEIVER], stdout=pipe, text=True)
    assert receiver.stdout is not None
    port = int(receiver.stdout.readline())
    sink = WatchedSink(48_000)
    session = LiveSession(ambience.load(options.preset), None, state=options.state, sink=lambda: sink)
    audience = Audience(session, options.clients, 0)
    door = MidiOut(session, f"tcp:127.0.0.1:{port}")
    time.sleep(options.seconds)
    ends_s = time.perf_counter()
    door.close()
    came = notes_in(json.loads(receiver.communicate()[0]))
    audience.leave()
    session.close()
    stats = session.stats()
    late_ms = 1e3 * late_by_s(session, came, sink.began_s, ends_s)
    near = float(np.mean(np.abs(late_ms) <= 1e3 * _NEAR_S))
    quantiles = np.quantile(late_ms, (0.01, 0.5, 0.95, 0.99, 1.0))
    names = ("1 %", "median", "95 %", "99 %", "worst")
    figures = [
        Figure("notes", len(late_ms)),
        Figure("within 5 ms", 100.0 * near, "%"),
        *(
            Figure(f"later than its sound, {name}", float(late), "ms")
            for name, late in zip(names, quantiles, strict=True)
        ),
        Figure("a quantum, median", 1e3 * stats.render_median_s, "ms"),
        Figure("a quantum, 99.9 %", 1e3 * stats.render_999_s, "ms"),
        Figure("under-runs", stats.under_runs),
    ]
    finish(figures, {"asked": {name: value for name, value in vars(options).items() if name != "json"}}, options.json)


if __name__ == "__main__":
    main()
