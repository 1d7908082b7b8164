"""Lets a live session play for minutes while somebody keeps asking for something, and tells whether it held.

python tests/bench/live_soak.py [--minutes 10] [--preset single-piece] [--look-ahead normal] [--every 2]
    [--clients 20] [--slow 5] [--seed 1] [--json FILE]

It plays on the clock, without a sound card, and keeps what was heard; afterwards the log is played again, compared with
that sample for sample, and searched for the first frame that each change altered. An under-run while another process
was not let work either is listed, not held against us. Exit status 1 when a limit is broken.
"""

import argparse
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

import ambience
from ambience import rng
from ambience.live.figures import Stats
from ambience.live.player import Receipt
from ambience.live.session import LiveSession
from ambience.live.wishes import Wish
from live_audience import Audience, expect_audience
from live_promises import heard_after_s, late_answers, latencies, met_once
from live_replay import Replay, replay
from live_report import Figure, finish
from live_witness import Stall, Witness, unexplained

_MOST_GROWTH_BYTES = 20_000_000
_SETTLED_S = 20.0  # memory is compared from here on: tables and caches are full
_WHENS = ("now", "beat", "bar", "phrase")


@dataclass
class Soak:
    """What was asked, and what came of it."""

    receipts: list[Receipt] = field(default_factory=list)
    heard_frames: list[int] = field(default_factory=list)  # what the output took next when each was asked
    answered_s: list[float] = field(default_factory=list)
    memory_bytes: list[int] = field(default_factory=list)
    stalls: tuple[Stall, ...] = ()  # of the machine itself

    @property
    def growth_bytes(self) -> int:
        """How much memory came on top."""
        return max(self.memory_bytes) - self.memory_bytes[0] if self.memory_bytes else 0


def soak(session: LiveSession, minutes: float, every_s: float, seed: int) -> Soak:
    """Ask for something random every few seconds."""
    found, draws = Soak(), rng.stream(seed, "soak")
    states = tuple(session.preset.states)
    began_s = due_s = time.perf_counter()
    while (now_s := time.perf_counter()) < began_s + 60.0 * minutes:
        if now_s >= due_s:
            due_s += every_s
            found.heard_frames.append(session.heard_frame)
            found.receipts.append(session.ask(random_wish(draws, states)).result(10.0))
            found.answered_s.append(time.perf_counter() - now_s)
            if now_s > began_s + _SETTLED_S:
                found.memory_bytes.append(session.stats().memory_bytes)
        time.sleep(0.02)
    return found


def random_wish(draws: np.random.Generator, states: tuple[str, ...]) -> Wish:
    """Draw a change of state or of a value."""
    state, when = states[draws.integers(len(states))], _WHENS[draws.integers(len(_WHENS))]
    fade_s, share, kind = float(draws.uniform(0.0, 6.0)), float(draws.random()), draws.integers(4)
    if kind < 2:
        return Wish(state, when, fade_s)
    return Wish(tension=share, fade_s=fade_s) if kind == 2 else Wish(level=share, fade_s=fade_s)


def figures_of_playing(stats: Stats, found: Soak, own: int) -> list[Figure]:
    """Tell how rendering and the machine went."""
    return [
        Figure("quanta rendered", stats.quanta),
        Figure("under-runs", stats.under_runs),
        Figure("under-runs while the machine went on", own, holds=own == 0),
        Figure("the machine stood still", len(found.stalls), "times"),
        Figure("quanta with a lost number", stats.nan_resets, holds=stats.nan_resets == 0),
        Figure("spans of layers that failed", stats.layer_failures, holds=stats.layer_failures == 0),
        Figure("ring, least", stats.ring_fill_least_frames, "frames"),
        Figure("a quantum, median", 1e3 * stats.render_median_s, "ms"),
        Figure("a quantum, 99.9 %", 1e3 * stats.render_999_s, "ms"),
        Figure("a quantum, worst", 1e3 * stats.render_worst_s, "ms"),
        Figure("collections by hand, worst", 1e3 * stats.collection_worst_s, "ms"),
        Figure("memory", stats.memory_bytes / 1e6, "MB"),
        Figure("memory, growth", found.growth_bytes / 1e6, "MB", found.growth_bytes < _MOST_GROWTH_BYTES),
    ]


def figures_of_wishes(found: Soak, again: Replay, missed: list[str], once: bool) -> list[Figure]:
    """Tell what became of what was asked."""
    answered_ms, differing = 1e3 * np.array(found.answered_s), again.differing_frames
    return [
        Figure("wishes", len(found.receipts)),
        Figure("met once, in order", "yes" if once else "no", holds=once),
        Figure("not at the promised frame", ", ".join(missed) or "none", holds=not missed),
        Figure("receipt, median", float(np.median(answered_ms)), "ms"),
        Figure("receipt, worst", float(answered_ms.max()), "ms"),
        Figure("frames heard and played again", again.compared_frames),
        Figure("of them different", differing, holds=differing == 0),
        Figure("of them no finite number", again.lost_numbers, holds=again.lost_numbers == 0),
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
    parser.add_argument("--seed", type=int, default=1, help="of the wishes")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args()
    expect_audience()
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "heard.wav"
        session = LiveSession(ambience.load(options.preset), None, look_ahead=options.look_ahead, capture=capture)
        audience, witness = Audience(session, options.clients - options.slow, options.slow), Witness()
        found = soak(session, options.minutes, options.every, options.seed)
        stats, opened_s = session.stats(), time.perf_counter()
        opened_s -= stats.running_s
        told, found.stalls = audience.leave(), witness.stalls()
        session.close()
        once, missed = met_once(session.log().changes, found.receipts), late_answers(session, found.receipts)
        gaps = session.stats().under_run_list
        print(f"played for {options.minutes:g} min; now it is played again", flush=True)
        again = replay(session.log(), session.preset, capture, gaps)
    own = unexplained(stats.under_run_list, found.stalls, opened_s)
    looked_for = {"changed": again.first_changed_frames, "noticed": again.first_noticed_frames}
    soon = {
        what: heard_after_s(found.heard_frames, frames, gaps, session.sample_rate_hz)
        for what, frames in looked_for.items()
    }
    listed = [{**asdict(gap), "explained": gap not in own} for gap in stats.under_run_list]
    figures = [
        *figures_of_playing(stats, found, len(own)),
        *figures_of_wishes(found, again, missed, once),
        *(figure for what, after_s in soon.items() for figure in latencies(found.receipts, after_s, what)),
        *told,
    ]
    asked = {name: value for name, value in vars(options).items() if name != "json"}
    for gap in listed:
        note = "the machine stood still" if gap["explained"] else gap["cause"]
        print(f"  under-run at {gap['at_s']:.2f} s, {gap['missing_frames']} frames: {note}")
    finish(figures, {"asked": asked, "under_runs": listed}, options.json)


if __name__ == "__main__":
    main()
