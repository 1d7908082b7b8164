"""A session with its web door open, for the tests of the door."""

import time
from collections.abc import Iterator

import httpx
import pytest
from small_piece import CAST, SMALL, small

from ambience.live.http import listener
from ambience.live.http.server import WebDoor
from ambience.live.session import LiveSession
from peers import PATIENCE_S, eventually, opened, talking_to


@pytest.fixture(scope="module")
def session() -> Iterator[LiveSession]:
    with LiveSession(small(duration_s=300.0, text=SMALL + CAST), None, look_ahead="robust") as opened:
        yield opened


@pytest.fixture(scope="module")
def door(session: LiveSession) -> Iterator[WebDoor]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(listener, "_REQUEST_S", PATIENCE_S)
        patched.setattr(listener, "_STALLED_S", PATIENCE_S)
        with opened(session) as found:
            yield found


@pytest.fixture(scope="module")
def client(door: WebDoor) -> Iterator[httpx.Client]:
    with talking_to(door) as found:
        yield found


@pytest.fixture
def music_goes_on(session: LiveSession, client: httpx.Client) -> Iterator[None]:
    """After every test: sound is made, and who asks is answered at once."""
    yield
    before = session.heard_frame
    began_s = time.perf_counter()
    assert client.get("/health").json() == {"version": 1, "ok": True, "playing": True}
    assert time.perf_counter() - began_s < 3.0
    eventually(lambda: session.heard_frame > before)
    stats = client.get("/stats").json()
    assert (stats["nan_resets"], stats["layer_failures"], stats["server_failures"]) == (0, 0, 0)
