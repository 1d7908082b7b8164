"""The sound on the web: what a listener gets is what is played, in every form."""

import io
import json
import time

import httpx
import numpy as np
import pytest
import soundfile
from websockets.exceptions import ConnectionClosed

from ambience.live.http.server import WebDoor
from ambience.live.session import LiveSession
from peers import web_socket

pytestmark = pytest.mark.usefixtures("music_goes_on")


@pytest.mark.parametrize("name", ["s16", "f32"])
def test_the_sound_over_a_web_socket_is_the_sound_of_the_session(
    door: WebDoor, session: LiveSession, name: str
) -> None:
    tap = session.tap(480_000)
    with web_socket(door, f"audio?format={name}") as ws:
        assert json.loads(ws.recv(5.0)) == {"version": 1, "rate": 48_000, "channels": 2, "format": name}
        content = b"".join(ws.recv(5.0) for _ in range(12))  # type: ignore[misc]
    session.untap(tap)
    mine = np.zeros((tap.fill_frames, 2), np.float32)
    tap.read(mine)
    heard = np.frombuffer(content, "<i2" if name == "s16" else "<f4").reshape(-1, 2)
    heard = heard[4096:]  # what was on its way when the tap was opened
    wanted = np.clip(mine, -1.0, 1.0)
    if name == "s16":
        wanted = (wanted * 32767.0).round()
    starts = np.flatnonzero((wanted[: len(wanted) - len(heard) + 1] == heard[0]).all(axis=1))
    assert np.abs(heard).max() > 0
    assert any(np.array_equal(wanted[start : start + len(heard)], heard) for start in starts)


def test_a_listener_who_comes_later_hears_an_mp3_from_its_first_frame_on(client: httpx.Client) -> None:
    def listen(count: int) -> bytes:
        content = b""
        with client.stream("GET", "/audio.mp3") as stream:
            assert stream.headers["content-type"] == "audio/mpeg"
            for block in stream.iter_bytes():
                content += block
                if len(content) > count:
                    return content
        raise AssertionError("the stream ended")

    with client.stream("GET", "/audio.mp3"):
        time.sleep(0.2)
        content = listen(16_000)
    assert content[:2] == b"\xff\xfb"
    heard, rate = soundfile.read(io.BytesIO(content))
    assert (rate, heard.shape[1]) == (48_000, 2)
    assert 0.01 < np.abs(heard[4800:]).max() <= 1.0


def test_an_unknown_format_of_sound_is_refused_in_words(door: WebDoor) -> None:
    with web_socket(door, "audio?format=s24") as ws:
        assert "must be one of s16, f32" in json.loads(ws.recv(5.0))["error"]
        with pytest.raises(ConnectionClosed):
            ws.recv(5.0)
