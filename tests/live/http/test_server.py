"""The web door with real sockets: it tells, it takes, and nobody outside stops the music."""

import json
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from ambience.errors import ParameterError
from ambience.live.http.server import WebDoor, open_surface
from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions
from peers import answered, eventually, opened, talking_to, web_socket

pytestmark = pytest.mark.usefixtures("music_goes_on")


def test_the_state_tells_all_that_a_display_needs(client: httpx.Client, session: LiveSession) -> None:
    state = client.get("/state").json()
    assert (state["version"], state["title"], state["seed"]) == (1, "Small", 3)
    assert state["states"] == ["drift", "opening", "battle"]
    assert state["cast"] == ["lewis"]
    assert state["key"].startswith("D ")
    assert 0.0 <= state["tension"] <= 1.0
    assert 0.0 <= state["realized_tension"] <= 1.0
    assert {exit_["state"] for exit_ in state["next_exits"]} == {*state["states"]} - {state["state"]}
    for exit_ in state["next_exits"]:
        assert exit_["bar"] > state["bar"]
        assert exit_["in_s"] == pytest.approx((exit_["frame"] - state["heard_frame"]) / session.sample_rate_hz)
    assert set(state) >= {"next", "level", "tempo_bpm", "beat", "chord", "theme", "deadline_s", "held"}


def test_a_posted_change_is_answered_with_what_the_session_will_do(client: httpx.Client, session: LiveSession) -> None:
    answer = client.post("/state", json={"id": 4, "state": "battle", "when": "beat", "tension": 0.75}).json()
    accepted = answer["accepted"]
    assert answer["id"] == 4
    change = session.log().changes[-1]
    assert (change.state, change.when, change.tension) == ("battle", "beat", 0.75)
    assert round(change.at_s * session.sample_rate_hz) == accepted["from_frame"] <= accepted["frame"]
    assert accepted["at_s"] == pytest.approx(accepted["frame"] / session.sample_rate_hz)
    assert accepted["bar"] < accepted["begins_bar"]  # behind a bridge
    eventually(lambda: session.now.next_frame == accepted["begins_frame"])
    assert session.now.next_bar == accepted["begins_bar"]
    deadline = client.post("/state", json={"countdown_s": 30}).json()["accepted"]
    assert deadline["bar"] is deadline["begins_bar"] is None
    eventually(lambda: client.get("/state").json()["deadline_s"] == pytest.approx(30.0, abs=1.0))
    assert client.post("/state", json={"countdown_s": None}).status_code == 200
    eventually(lambda: client.get("/state").json()["deadline_s"] is None)


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ('{"state": "batle"}', 422, "Did you mean 'battle'?"),
        ('{"stat": "battle"}', 422, "Did you mean 'state'?"),
        ('{"cue": "nobody"}', 422, "nobody"),
        ('{"tension": true}', 422, "tension = true, must be a number"),
        ("{}", 422, "nothing is asked for"),
        ('{"tension": NaN}', 400, "NaN is not a number"),
        ('{"tension": 1e400}', 400, "too large"),
        ("[" * 60_000, 400, "nested too deeply"),
        ('{"a":' * 10_000, 400, "nested too deeply"),
        ('{"tension": ' + "1" * 5000 + "}", 400, "too large"),
        ("{" + " " * 65_536, 413, "must be at most 65536"),
    ],
)
def test_a_change_that_cannot_be_is_an_error_in_words_and_alters_nothing(
    client: httpx.Client, session: LiveSession, content: str, status: int, said: str
) -> None:
    before = len(session.log().changes)
    answer = client.post("/state", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert len(session.log().changes) == before


def test_forms_foreign_pages_and_foreign_names_change_nothing(
    client: httpx.Client, door: WebDoor, session: LiveSession
) -> None:
    before = len(session.log().changes)
    assert client.post("/state", data={"state": "battle"}).status_code == 415
    assert client.post("/state", content='{"tension": 1}', headers={"content-type": "text/plain"}).status_code == 415
    for origin in ("http://evil.example", "null"):
        assert client.post("/state", json={"tension": 1}, headers={"origin": origin}).status_code == 403
        with pytest.raises(InvalidStatus) as caught:
            web_socket(door, additional_headers={"origin": origin})
        assert caught.value.response.status_code == 403
    assert client.get("/state", headers={"host": "evil.example"}).status_code == 421
    preflight = client.options("/state", headers={"origin": "http://evil.example"})
    assert preflight.status_code == 403
    assert not [name for name in preflight.headers if name.startswith("access-control")]
    assert len(session.log().changes) == before


def test_the_web_socket_pushes_states_and_answers_by_id(door: WebDoor) -> None:
    with web_socket(door) as ws:
        assert "next_exits" in json.loads(ws.recv(5.0))
        assert answered(ws, {"id": "a", "tension": 0.4})["id"] == "a"
        refused = answered(ws, {"id": 9, "tension": 4})
        assert (refused["id"], refused["error"]) == (
            9,
            "live: tension = 4, must be at most 1. Meaning: 0 calm to 1 unbearable.",
        )
        assert "not valid JSON" in answered(ws, "nonsense")["error"]
        assert "UTF-8" in answered(ws, b"\xff")["error"]
        began_s, pushed = time.perf_counter(), []
        while time.perf_counter() < began_s + 1.0:
            pushed.append(json.loads(ws.recv(5.0)))
        assert 5 <= len(pushed) <= 21
        assert [state["frame"] for state in pushed] == sorted(state["frame"] for state in pushed)


def test_the_page_and_the_manual_ask_nobody_else_for_anything(client: httpx.Client) -> None:
    for path in ("/", "/docs"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert "//" not in answer.text.replace("http://www.w3.org/", "")
    assert client.get("/openapi.json").json()["paths"]["/state"]["post"]["requestBody"]["required"]
    assert client.get("/../server.py").status_code == 404
    assert client.get("/%2e%2e/server.py").status_code == 404
    assert "is not here" in client.get("/nothing").json()["error"]


def test_an_address_for_others_needs_a_token_that_is_made_and_told_once(session: LiveSession) -> None:
    with opened(session, host="0.0.0.0") as door:
        page, _, token = door.line.partition("?token=")
        assert len(token) >= 40
        assert page == door.url
        with talking_to(door, follow_redirects=True) as client:
            assert client.get("/state").status_code == 401
            assert client.get("/state", headers={"authorization": f"Bearer {token}"}).status_code == 200
            assert client.get("/", params={"token": token}).url.query == b""
            assert client.get("/state").status_code == 200  # the cookie was kept
        with pytest.raises(InvalidStatus):
            web_socket(door)
        with web_socket(door, f"ws?token={token}") as ws:
            assert "next_exits" in json.loads(ws.recv(5.0))
    with opened(session, token="mine") as door:
        assert "mine" not in door.line
        with talking_to(door) as client:
            assert client.get("/state").status_code == 401


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"host": "stage"}, "host = 'stage', must be an IP address"),
        ({"token": "with space"}, "must be letters"),
        ({"max_clients": 0}, "max_clients = 0"),
        ({"max_clients": 10**9}, "ulimit"),
    ],
)
def test_options_that_cannot_be_are_one_line(session: LiveSession, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError) as caught, opened(session, **options):
        pass
    assert said in str(caught.value)
    assert "with space" not in str(caught.value)


def test_a_port_that_is_taken_is_one_line(session: LiveSession, door: WebDoor) -> None:
    port = int(door.url[:-1].rsplit(":", 1)[1])
    with pytest.raises(OSError, match=f"port {port}"):
        open_surface(session, SurfaceOptions(http_port=port))


def test_the_web_loads_no_library_once_the_sound_has_begun() -> None:
    script = """
import http.client, sys
from ambience.live.surfaces import SurfaceOptions, check_surfaces
check_surfaces(options := SurfaceOptions(http_port=0))
from ambience.live.http.server import WebDoor
loaded = {*sys.modules}
door = WebDoor(None, options)
http.client.HTTPConnection(door.url[7:-1]).request("GET", "/")
door.close()
print(*{*sys.modules} - loaded)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60.0)
    assert len(found.stdout.split()) < 10  # otherwise seventy
