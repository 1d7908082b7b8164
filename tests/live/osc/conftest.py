"""A session with its OSC door open."""

from collections.abc import Iterator

import pytest
from small_piece import CAST, SMALL, small

from ambience.live.osc.door import OscDoor
from ambience.live.session import LiveSession


@pytest.fixture(scope="module")
def session() -> Iterator[LiveSession]:
    with LiveSession(small(duration_s=60.0, text=SMALL + CAST), None) as opened:
        yield opened


@pytest.fixture
def door(session: LiveSession) -> Iterator[OscDoor]:
    opened = OscDoor(session, "127.0.0.1", 0)
    yield opened
    opened.close()
