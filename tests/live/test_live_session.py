"""A session as somebody plays with it: asked from any thread, answered to the frame, replayed to the last bit."""

import asyncio
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from small_piece import SMALL, small

import ambience
from ambience.bounce import render
from ambience.cli import commands as cli
from ambience.engine import Engine
from ambience.errors import AmbienceError, ParameterError
from ambience.io.session import read_session
from ambience.live.herald import Event
from ambience.live.player import Receipt
from ambience.live.session import LiveSession
from ambience.live.wishes import Wish
from ambience.mastering import session_gains, session_level
from ambience.units import Audio

pytest.importorskip("miniaudio")


def opened(**settings: Any) -> LiveSession:
    return LiveSession(small(duration_s=30.0), None, **settings)


def undisturbed(frames: int) -> Audio:
    """Return what a session that nobody disturbs gives to its output."""
    engine = Engine(small(duration_s=30.0), endless=True)
    audio = engine.render(frames)
    engine.close()
    limiter = session_level(engine.preset, 48_000)
    audio *= session_gains(0, frames, None, 48_000)
    return np.concatenate([limiter.process(audio), limiter.flush()])


def test_an_evening_is_rendered_again_to_the_last_bit(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL.replace("[effects.hall]", "[master]\ngain_db = 9\n\n[effects.hall]"))
    piece, rng = ambience.load(tmp_path / "small.toml"), np.random.default_rng(5)
    log, capture = tmp_path / "evening.toml", tmp_path / "heard.wav"
    with LiveSession(piece, None, paced=False, duration_s=14.0, record=log, capture=capture) as session:
        while session.playing:
            wish = Wish(
                str(rng.choice(["drift", "opening", "battle"])) if rng.random() < 0.6 else None,
                str(rng.choice(["now", "beat", "bar", "phrase"])),  # type: ignore[arg-type]
                float(rng.uniform(0.0, 2.0)),
                tension=float(rng.random()),
            )
            try:
                session.ask(wish).result(5.0)
            except AmbienceError:
                break
            time.sleep(float(rng.uniform(0.004, 0.016)))  # the whole evening lasts a quarter of a second
        assert session.wait(20.0)
    assert len(read_session(log).changes) >= 5
    words = ["render", str(tmp_path / "small.toml"), "--out", str(tmp_path), "--bit-depth", "32f", "--quiet"]
    assert cli.run([*words, "--session", str(log), "--stems"]) == 0
    heard, _ = soundfile.read(capture, dtype="float32")
    again, _ = soundfile.read(tmp_path / "small-3.wav", dtype="float32")
    assert len(heard) == 14 * 48_000
    assert np.abs(heard).max() > 0.1
    assert np.array_equal(heard, again)
    assert (tmp_path / "small-3.mid").exists()


@pytest.mark.parametrize("wish", ["state", "tension"])
def test_a_change_is_heard_within_a_tenth_of_a_second_of_the_wish(tmp_path: Path, wish: str) -> None:
    with opened(capture=tmp_path / "heard.wav") as session:
        time.sleep(0.7)
        heard_frame = session.heard_frame
        receipt = session.set_state("battle") if wish == "state" else session.set_tension(1.0, fade_s=0.5)
        time.sleep(0.4)
    heard, _ = soundfile.read(tmp_path / "heard.wav", dtype="float32")
    if session.stats().under_runs:
        pytest.skip("the machine stood still")
    expected = undisturbed(len(heard))[: len(heard)]
    changed = int(np.flatnonzero((heard != expected).any(axis=1))[0])
    assert receipt.from_frame <= changed
    assert changed - heard_frame <= 0.1 * 48_000
    if wish == "state":  # acknowledged: not only changed
        last = heard_frame + 4800
        heard, expected = heard[last - 480 : last], expected[last - 480 : last]
        assert np.square(heard - expected).mean() > 0.047**2 * np.square(expected).mean()  # 0.4 dB are just noticed


def test_the_music_answers_at_the_promised_frame() -> None:
    with opened(paced=False) as session:
        receipt = session.set_state("battle", when="beat", fade_s=0.1)
        while session.heard_frame < receipt.at_frame + 4096:
            time.sleep(0.005)
    acts = [marker for marker in session.score().markers if "battle" in marker.text]
    assert round(acts[0].at_s * 48_000) == receipt.at_frame
    assert receipt.bar > 0
    assert receipt.from_frame < receipt.at_frame


def test_many_threads_ask_and_every_wish_is_met_once() -> None:
    with opened(paced=False) as session:

        def ask(number: int) -> None:
            for step in range(10):
                session.set_tension((10 * number + step) / 100.0, fade_s=0.0)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert session.stats().requests == 80
    tensions = sorted(change.tension for change in session.log().changes if change.tension is not None)
    assert tensions == [step / 100.0 for step in range(80)]


def test_bad_wishes_and_late_ones_are_refused() -> None:
    session = opened(paced=False)
    with pytest.raises(ParameterError, match="Did you mean 'battle'"):
        session.set_state("batle")
    session.close()
    session.close()
    with pytest.raises(AmbienceError, match="the session is over"):
        session.set_tension(0.5)
    assert not session.playing


def test_events_come_in_order_on_a_thread_of_their_own_and_a_bad_callback_stops_nothing() -> None:
    heard: list[Event] = []
    threads: set[str] = set()

    def hear(event: Event) -> None:
        heard.append(event)
        threads.add(threading.current_thread().name)
        raise ValueError("a bad callback")

    with opened(paced=False) as session:
        unsubscribe = session.on_bar(hear)
        states: list[str] = []
        session.on_state(lambda event: states.append(event.text))
        session.set_state("battle", when="now", fade_s=0.1)
        while len(heard) < 6:
            time.sleep(0.01)
        unsubscribe()
        assert session.stats().callback_errors >= 6
        assert session.playing
    assert [event.bar for event in heard] == list(range(heard[0].bar, heard[0].bar + len(heard)))
    assert all(a.frame < b.frame for a, b in pairwise(heard))
    assert "battle" in states
    assert threads == {"ambience events"}


def test_a_callback_may_ask_for_something_and_wait_for_the_receipt() -> None:
    receipts: list[Receipt] = []
    with opened(paced=False) as session:
        session.on_bar(lambda event: receipts.append(session.set_tension(0.5)))
        while len(receipts) < 2:
            time.sleep(0.01)
        assert session.stats().callback_errors == 0
    assert receipts[0].from_frame > 0


def test_an_asyncio_loop_reads_events_and_waits_for_receipts() -> None:
    async def evening() -> list[str]:
        kinds = []
        with opened(paced=False, duration_s=12.0) as session:
            receipt = await session.asked(Wish("battle", "now"))
            assert receipt.change.state == "battle"
            async for event in session.events():
                kinds.append(event.kind)
                if len(kinds) == 3:
                    break
        return kinds

    assert "bar" in asyncio.run(asyncio.wait_for(evening(), 10.0))


def test_the_log_of_a_session_that_crashes_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ambience.live.recording._LOG_EVERY_S", 0.2)
    with opened(record=tmp_path / "log.toml") as session:
        session.set_tension(0.9)
        until_s = time.monotonic() + 10.0
        while not (so_far := read_session(tmp_path / "log.toml")).changes and time.monotonic() < until_s:
            time.sleep(0.02)
    assert so_far.changes[0].tension == 0.9
    assert so_far.length_s is not None
    assert read_session(tmp_path / "log.toml").length_s > so_far.length_s


def test_a_file_that_exists_is_refused_before_anything_sounds(tmp_path: Path) -> None:
    for option in ("record", "capture"):
        (tmp_path / "there.wav").write_text("mine")
        with pytest.raises(ParameterError, match="exists already"):
            opened(**{option: tmp_path / "there.wav"})
        assert (tmp_path / "there.wav").read_text() == "mine"


def test_nothing_is_compiled_once_the_sound_has_begun() -> None:
    event = pytest.importorskip("numba.core.event")

    class Compiling(event.Listener):
        count = 0

        def on_start(self, _event: Any) -> None:
            self.count += 1

        def on_end(self, _event: Any) -> None:
            pass

    with opened(paced=False, duration_s=60.0) as session:
        compiling = Compiling()
        event.register("numba:compile", compiling)
        for state in ("opening", "battle", "drift"):
            acts_at = session.set_state(state, when="now", fade_s=0.0).at_frame
            while session.playing and session.heard_frame < acts_at + 96_000:
                time.sleep(0.005)
        session.wait(10.0)
        event.unregister("numba:compile", compiling)
    assert [section.state for section in session.score().sections][-3:] == ["opening", "battle", "drift"]
    assert compiling.count == 0


def test_a_session_at_another_rate_is_rendered_again_as_well(tmp_path: Path) -> None:
    piece = small(duration_s=4.0, state="battle")
    log, capture = tmp_path / "log.toml", tmp_path / "heard.wav"
    files = {"record": log, "capture": capture}
    with LiveSession(piece, None, paced=False, duration_s=3.001, sample_rate_hz=44_100, **files) as session:
        assert session.wait(10.0)
    render(piece, tmp_path / "x.wav", sample_rate_hz=44_100, bit_depth="32f", session=read_session(log))
    assert np.array_equal(soundfile.read(capture)[0], soundfile.read(tmp_path / "x.wav")[0])
