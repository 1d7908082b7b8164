"""The output may go away and come back, a layer may break: the music goes on, and what happened is counted."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small_piece import small

from ambience.errors import ParameterError
from ambience.live.output import miniaudio_sink
from ambience.live.output.sinks import NoDevice, PacedSink, Sink, choose, sink_maker
from ambience.live.session import LiveSession

pytest.importorskip("miniaudio")


class Card:
    """A sound card that can be unplugged: the library's own clock behind a plug."""

    def __init__(self) -> None:
        self.plugged = True
        self.open: Any = None

    def __call__(self) -> Sink:
        if not self.plugged:
            raise NoDevice("it is not plugged in")
        self.open = miniaudio_sink.open_nothing(48_000)
        return self.open

    def unplug(self) -> None:
        self.plugged = False
        self.open._device.stop()  # it just stops asking, as real ones do


def passes(condition: Callable[[], bool], within_s: float) -> float:
    """Wait for something, and tell how long it took."""
    began_s = time.perf_counter()
    while not condition():
        assert time.perf_counter() - began_s < within_s
        time.sleep(0.02)
    return time.perf_counter() - began_s


def test_a_lost_sound_card_does_not_stop_the_music_and_is_taken_back_within_two_seconds() -> None:
    card = Card()
    with LiveSession(small(), sink=card) as session:
        passes(lambda: session.heard_frame > 4_800, 2.0)
        card.unplug()
        lost_at = session.heard_frame
        passes(lambda: session.stats().device_losses == 1, 2.0)
        passes(lambda: session.heard_frame > lost_at + 9_600, 2.0)
        assert session.stats().reconnections == 0
        card.plugged = True
        assert passes(lambda: session.stats().reconnections == 1, 3.0) < 2.0
        back_at = session.heard_frame
        passes(lambda: session.heard_frame > back_at + 4_800, 2.0)
        assert session.playing


def test_no_device_keeps_to_the_clock() -> None:
    for device in (None, "none", "None"):
        sink = sink_maker(device, 48_000)()
        assert sink.name == "none"
        sink.close()


@pytest.mark.parametrize("make", [lambda: PacedSink(48_000), lambda: miniaudio_sink.open_nothing(48_000)])
def test_a_clock_takes_as_many_frames_as_a_sound_card(make: Callable[[], Sink]) -> None:
    class Counter:
        ready_frames = 1 << 20
        count = 0

        def fill(self, out: np.ndarray) -> None:
            self.count += len(out)

    sink, counter = make(), Counter()
    sink.start(counter)
    time.sleep(0.5)
    sink.close()
    taken = counter.count
    assert 0.75 * 24_000 < taken < 1.25 * 24_000
    time.sleep(0.05)
    assert counter.count == taken


def test_a_device_is_found_by_enough_of_its_name() -> None:
    names = ("Speakers (USB)", "Speakers (HDMI)", "Headphones")
    assert choose("head", names) == "Headphones"
    assert choose("Speakers (USB)", names) == "Speakers (USB)"
    with pytest.raises(ParameterError, match="several devices"):
        choose("speakers", names)
    with pytest.raises(ParameterError, match="There are: 'Speakers"):
        choose("trumpet", names)


def test_without_a_sound_card_one_line_names_the_way_out() -> None:
    try:
        sink_maker("", 48_000)().close()
    except NoDevice as error:
        assert "--device none" in str(error.strerror)
        assert "\n" not in str(error.strerror)
    else:
        pytest.skip("this machine has a sound card")


class Broken:
    def render(self, *_: object) -> None:
        raise ZeroDivisionError("a broken layer")


def test_a_layer_that_raises_is_silent_and_counted_and_the_others_go_on() -> None:
    with LiveSession(small(state="battle"), None, paced=False) as session:
        session._engine._desks[0].player = Broken()
        passes(lambda: session.stats().layer_failures > 20, 3.0)
        ring = session.tap(48_000)
        passes(lambda: ring.fill_frames > 20_000, 3.0)
        out = np.zeros((20_000, 2), np.float32)
        ring.read(out)
        session.untap(ring)
        assert np.isfinite(out).all()
        assert np.abs(out).max() > 1e-4
        assert session.playing


def test_music_that_cannot_go_on_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    session = LiveSession(small(), None, paced=False)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("a broken part")

    monkeypatch.setattr(session._engine._conductor, "next_bar", fail)
    assert session.wait(10.0)
    assert not session.playing
    with pytest.raises(RuntimeError, match="a broken part"):
        session.close()
