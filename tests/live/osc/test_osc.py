"""OSC as clients use it: real sockets, a real session, every address answered."""

import math
import time
from typing import Any

import pytest
from pythonosc import osc_bundle_builder, osc_message_builder
from surface import Surface

from ambience.errors import ParameterError
from ambience.live.osc.door import OscDoor
from ambience.live.session import LiveSession


@pytest.mark.parametrize(
    ("address", "arguments", "asked"),
    [
        ("/state", ("battle",), {"state": "battle", "when": "bar", "fade_s": 4.0}),
        ("/state", ("drift", "now"), {"state": "drift", "when": "now"}),
        ("/state", ("battle", "beat", 0.5), {"when": "beat", "fade_s": 0.5}),
        ("/state", ("battle", 2), {"when": "bar", "fade_s": 2.0}),
        ("/tension", (0.75,), {"tension": 0.75}),
        ("/tension", (1, 0.5), {"tension": 1.0, "fade_s": 0.5}),
        ("/level", (0.5,), {"level": 0.5}),
        ("/cue", ("lewis",), {"cue": "lewis"}),
        ("/stinger", (), {"stinger": True}),
        ("/stinger", (1.0,), {"stinger": True}),
        ("/countdown", (30,), {}),
        ("/countdown", (), {"zero_s": -1.0}),
        ("/countdown", ("off",), {"zero_s": -1.0}),
        ("/hold", (1,), {"hold": True}),
        ("/hold", (False,), {"hold": False}),
    ],
)
def test_every_address_is_obeyed_and_answered_with_frame_and_bar(
    session: LiveSession, door: OscDoor, address: str, arguments: tuple[Any, ...], asked: dict[str, Any]
) -> None:
    before = len(session.log().changes)
    with Surface(door) as surface:
        kind, answer = surface.asked(address, *arguments)
    assert (kind, answer[0]) == ("/ok", address)
    assert answer[1] > 0
    assert isinstance(answer[2], int)
    change = session.log().changes[-1]
    assert len(session.log().changes) == before + 1
    for name, value in asked.items():
        assert getattr(change, name) == value
    if arguments == (30,):
        assert change.zero_s == pytest.approx(session.heard_frame / 48_000 + 30.0, abs=1.0)


@pytest.mark.parametrize(
    ("address", "arguments", "said"),
    [
        ("/state", ("batle",), "Did you mean 'battle'"),
        ("/state", (), "arguments"),
        ("/state", ("battle", "now", "beat"), "arguments"),
        ("/state", (3,), "state"),
        ("/state", ("battle", "soon"), "when"),
        ("/tension", (1.5,), "tension"),
        ("/tension", (math.nan,), "tension"),
        ("/tension", (True,), "tension"),
        ("/tension", ("0.5",), "tension"),
        ("/level", (-math.inf,), "level"),
        ("/cue", ("nobody",), "nobody"),
        ("/countdown", (-3,), "countdown_s"),
        ("/hold", (2,), "hold"),
        ("/tensoin", (0.5,), "Did you mean '/tension'"),
        ("/state/", ("battle",), "not an address"),
        ("/subscribe", (0,), "port"),
        ("/subscribe", (70_000,), "port"),
    ],
)
def test_what_cannot_be_met_is_refused_in_words_and_changes_nothing(
    session: LiveSession, door: OscDoor, address: str, arguments: tuple[Any, ...], said: str
) -> None:
    before = session.log().changes
    with Surface(door) as surface:
        kind, answer = surface.asked(address, *arguments)
    assert (kind, answer[0]) == ("/error", address)
    assert said in answer[1]
    assert session.log().changes == before


def test_a_subscriber_is_told_and_nobody_else(session: LiveSession, door: OscDoor) -> None:
    with Surface(door) as surface, Surface(door) as stranger:
        assert surface.asked("/subscribe")[0] == "/ok"
        heard: dict[str, list[Any]] = {}
        surface.say("/tension", 0.9, 0.1)
        until_s = time.monotonic() + 6.0
        while {"/now/beat", "/now/bar", "/now/state", "/now/tension"} - heard.keys() and time.monotonic() < until_s:
            address, arguments = surface.hear()
            heard[address] = arguments
        assert heard["/now/state"][0] in session.preset.states
        assert 0 <= heard["/now/beat"][0] < 16
        assert surface.asked("/unsubscribe")[0] == "/ok"
        stranger.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            stranger.socket.recv(100)


def test_there_are_16_subscribers_at_most_and_each_is_forgotten_after_a_minute(
    session: LiveSession, door: OscDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = time.monotonic
    with Surface(door) as surface:
        kinds = [surface.asked("/subscribe", 40_000 + number)[0] for number in range(17)]
        assert kinds == ["/ok"] * 16 + ["/error"]
        assert surface.asked("/subscribe", 40_003)[0] == "/ok"  # once more
        monkeypatch.setattr("ambience.live.osc.audience.time.monotonic", lambda: clock() + 61.0)
        assert surface.asked("/subscribe", 41_000)[0] == "/ok"


def test_a_bundle_an_hour_ahead_is_read_as_now(session: LiveSession, door: OscDoor) -> None:
    builder = osc_bundle_builder.OscBundleBuilder(time.time() + 3600.0)
    for address, value in (("/tension", 0.25), ("/level", 0.875)):
        one = osc_message_builder.OscMessageBuilder(address)
        one.add_arg(value)
        builder.add_content(one.build())
    with Surface(door) as surface:
        surface.send(builder.build().dgram)
        assert {surface.hear("/ok")[1][0] for _ in range(2)} == {"/tension", "/level"}
    assert [change.tension for change in session.log().changes][-2] == 0.25


def test_answers_are_never_answered(door: OscDoor) -> None:
    with Surface(door) as surface:
        for address in ("/ok", "/error", "/now/state"):
            surface.say(address, "x")
        surface.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            surface.socket.recv(100)


def test_only_allowed_senders_are_heard_and_an_open_address_needs_a_list(session: LiveSession) -> None:
    for host, allowed in (("0.0.0.0", ()), ("localhost", ("127.0.0.1",)), ("0.0.0.0", ("my-phone",))):
        with pytest.raises(ParameterError, match="osc_"):
            OscDoor(session, host, 0, allowed)
    door = OscDoor(session, "0.0.0.0", 0, ("127.0.0.2/32",))
    with Surface(door) as stranger, Surface(door, "127.0.0.2") as friend:
        stranger.say("/tension", 0.1)
        stranger.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            stranger.socket.recv(100)
        friend._client._address = "127.0.0.1"
        assert friend.asked("/tension", 0.2)[0] == "/ok"
    door.close()
    assert door.complaints.counts["stranger"] == 1


def test_a_port_that_is_taken_is_an_error_at_once(session: LiveSession, door: OscDoor) -> None:
    with pytest.raises(OSError, match="in use"):
        OscDoor(session, "127.0.0.1", door.port)
