"""Lets a live session play for minutes while somebody keeps asking for something, and tells whether it held.

python tests/bench/live_soak.py [--minutes 10] [--preset single-piece] [--look-ahead normal] [--every 2]
    [--clients 20] [--slow 5]

A second process watches the machine: an under-run while that was not let work either is listed, not held against us.
Exit status 1 on any other under-run, lost number, growth of memory, or wish not met once and when promised.
"""

import argparse
import contextlib
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import ambience
from ambience import rng
from ambience.live.figures import Stats, UnderRun
from ambience.live.player import Receipt
from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions, check_surfaces, open_surfaces
from ambience.live.wishes import Wish
from ambience.scene import SceneChange

_MOST_GROWTH_BYTES = 20_000_000
_SETTLED_S = 20.0  # memory is compared from here on: tables and caches are full
_AFTER_S = 0.3  # a ring takes as long to fill again
_WITNESS = """
import select, sys, time
while not select.select([sys.stdin], [], [], 0.005)[0]:
    began_s, busy_s = time.perf_counter(), time.thread_time()
    sum(range(100_000))
    late_s = time.perf_counter() - began_s - (time.thread_time() - busy_s)
    if late_s > 0.02:
        print(began_s, time.perf_counter(), flush=True)
"""
_WEB = SurfaceOptions(http_port=0)
_WHENS = ("now", "beat", "bar", "phrase")


@dataclass
class Soak:
    """What was asked, and what came of it."""

    receipts: list[Receipt] = field(default_factory=list)
    answered_s: list[float] = field(default_factory=list)
    memory_bytes: list[int] = field(default_factory=list)
    stalls: list[tuple[float, float]] = field(default_factory=list)  # of the machine itself: from, to


def soak(session: LiveSession, minutes: float, every_s: float) -> Soak:
    """Ask for something random every few seconds."""
    found, draws = Soak(), rng.stream(1, "soak")
    states = tuple(session.preset.states)
    began_s = due_s = time.perf_counter()
    while (now_s := time.perf_counter()) < began_s + 60.0 * minutes:
        if now_s >= due_s:
            due_s += every_s
            found.receipts.append(session.ask(random_wish(draws, states)).result(10.0))
            found.answered_s.append(time.perf_counter() - now_s)
            if now_s > began_s + _SETTLED_S:
                found.memory_bytes.append(session.stats().memory_bytes)
        time.sleep(0.02)
    return found


class Witness:
    """A second process that does next to nothing, and notes when the machine did not let it."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([sys.executable, "-c", _WITNESS], stdin=pipe, stdout=pipe, text=True)

    def stalls(self) -> list[tuple[float, float]]:
        """End it, and return from when to when it was held up, on the clock of all processes."""
        said, _ = self._process.communicate()
        return [(float(line.split()[0]), float(line.split()[1])) for line in said.splitlines()]


class Audience:
    """WebSocket clients in a process of their own, some of which never read."""

    def __init__(self, session: LiveSession, clients: int, slow: int) -> None:
        self._stack = contextlib.ExitStack()
        (line,) = self._stack.enter_context(open_surfaces(session, _WEB))
        address = re.sub(r"^.*http://([^/ ]+).*$", r"ws://\1/ws", line)
        command = [sys.executable, str(Path(__file__).with_name("live_clients.py")), address]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([*command, str(clients - slow), str(slow)], stdin=pipe, stdout=pipe, text=True)

    def leave(self) -> str:
        """Let them go, and return what they counted."""
        said, _ = self._process.communicate()
        self._stack.close()
        return said.strip()


def unexplained(stats: Stats, stalls: list[tuple[float, float]], opened_s: float) -> list[UnderRun]:
    """Return the under-runs during which, and shortly before which, the machine did not stand still."""
    return [
        missed
        for missed in stats.under_run_list
        if not any(start - _AFTER_S < opened_s + missed.at_s < end + _AFTER_S for start, end in stalls)
    ]


def random_wish(draws: np.random.Generator, states: tuple[str, ...]) -> Wish:
    """Draw a change of state or of a value."""
    state, when = states[draws.integers(len(states))], _WHENS[draws.integers(len(_WHENS))]
    fade_s, share, kind = float(draws.uniform(0.0, 6.0)), float(draws.random()), draws.integers(4)
    if kind < 2:
        return Wish(state, when, fade_s)
    return Wish(tension=share, fade_s=fade_s) if kind == 2 else Wish(level=share, fade_s=fade_s)


def late_answers(session: LiveSession, receipts: list[Receipt]) -> list[str]:
    """List the states that did not begin, or lead there, at the promised frame.

    A promise holds unless a later wish for another state was taken before its moment came.
    """
    rate, score = session.sample_rate_hz, session.score()
    frames = {round(marker.at_s * rate): marker.text for marker in score.markers}
    asked = [receipt for receipt in receipts if receipt.change.state]
    missed = []
    for receipt, following in zip(asked, [*asked[1:], None], strict=True):
        overtaken = following is not None and following.from_frame <= receipt.at_frame
        heard = receipt.at_frame < session.heard_frame
        same = receipt.change.state == state_before(score.sections, receipt.at_s)
        if heard and not overtaken and not same and receipt.change.state not in frames.get(receipt.at_frame, ""):
            missed.append(f"{receipt.change.state} at frame {receipt.at_frame}")
    return missed


def state_before(sections: tuple, at_s: float) -> str:
    """Name the state that plays just before a moment."""
    return next((section.state for section in reversed(sections) if section.at_s < at_s - 1e-6), "")


def met_once(log: tuple[SceneChange, ...], receipts: list[Receipt]) -> bool:
    """Tell whether the log holds exactly what was asked, in its order."""
    return list(log) == [receipt.change for receipt in receipts]


def table(
    stats: Stats, found: Soak, growth_bytes: int, missed: list[str], once: bool, own: int
) -> list[tuple[str, str, bool]]:
    """Return name, value and whether it holds, of every figure."""
    answered = np.array(found.answered_s) * 1e3
    return [
        ("quanta rendered", f"{stats.quanta}", True),
        ("under-runs", f"{stats.under_runs}", True),
        ("while the machine went on", f"{own}", own == 0),
        ("quanta with a lost number", f"{stats.nan_resets}", stats.nan_resets == 0),
        ("spans of layers that failed", f"{stats.layer_failures}", stats.layer_failures == 0),
        ("wishes", f"{len(found.receipts)}", True),
        ("met once, in order", "yes" if once else "no", once),
        ("not at the promised frame", ", ".join(missed) or "none", not missed),
        ("answer, median", f"{np.median(answered):.1f} ms", True),
        ("answer, worst", f"{answered.max():.1f} ms", True),
        ("ring, least", f"{stats.ring_fill_least_frames} frames", True),
        ("a quantum, median", f"{1e3 * stats.render_median_s:.2f} ms", True),
        ("a quantum, 99.9 %", f"{1e3 * stats.render_999_s:.2f} ms", True),
        ("a quantum, worst", f"{1e3 * stats.render_worst_s:.2f} ms", True),
        ("collections by hand, worst", f"{1e3 * stats.collection_worst_s:.2f} ms", True),
        ("memory", f"{stats.memory_bytes / 1e6:.0f} MB", True),
        ("memory, growth", f"{growth_bytes / 1e6:.1f} MB", growth_bytes < _MOST_GROWTH_BYTES),
        ("machine stood still", f"{len(found.stalls)} times", True),
    ]


def main() -> None:
    """Soak, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--preset", default="single-piece")
    parser.add_argument("--look-ahead", default="normal", choices=("responsive", "normal", "robust"))
    parser.add_argument("--every", type=float, default=2.0, help="seconds between wishes")
    parser.add_argument("--clients", type=int, default=20, help="on WebSockets")
    parser.add_argument("--slow", type=int, default=5, help="of them, that never read")
    wishes = parser.parse_args()
    check_surfaces(_WEB)
    session = LiveSession(ambience.load(wishes.preset), None, look_ahead=wishes.look_ahead)
    audience = Audience(session, wishes.clients, wishes.slow) if wishes.clients else None
    witness = Witness()
    found = soak(session, wishes.minutes, wishes.every)
    stats, opened_s = session.stats(), time.perf_counter()
    opened_s -= stats.running_s
    found.stalls = witness.stalls()
    told = audience.leave() if audience else ""
    own = unexplained(stats, found.stalls, opened_s)
    session.close()
    growth_bytes = max(found.memory_bytes) - found.memory_bytes[0] if found.memory_bytes else 0
    once = met_once(session.log().changes, found.receipts)
    rows = table(stats, found, growth_bytes, late_answers(session, found.receipts), once, len(own))
    for name, value, holds in rows:
        print(f"{name:<30}{value:<24}{'' if holds else 'FAIL'}".rstrip())
    if told:
        print(f"{'clients':<30}{told}")
    for missed in stats.under_run_list:
        note = missed.cause if missed in own else "the machine stood still"
        print(f"  under-run at {missed.at_s:.2f} s, {missed.missing_frames} frames: {note}")
    sys.exit(not all(holds for _, _, holds in rows))


if __name__ == "__main__":
    main()
