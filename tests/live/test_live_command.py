"""`ambience live` as somebody types it, and `ambience.live` as somebody calls it."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile
from small_piece import SMALL

from ambience.cli import commands as cli
from ambience.errors import ParameterError
from ambience.io.session import read_session
from ambience.live import surfaces
from ambience.live.surfaces import SurfaceOptions, check_surfaces, open_surfaces

pytest.importorskip("miniaudio")


@pytest.fixture
def preset(tmp_path: Path) -> str:
    (tmp_path / "small.toml").write_text(SMALL)
    return str(tmp_path / "small.toml")


def test_a_session_of_fixed_length_ends_by_itself(preset: str, tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    words = ["live", preset, "--device", "none", "--duration", "0.5", "--state", "battle", "--seed", "9"]
    assert cli.run([*words, "--record", str(tmp_path / "log.toml")]) == 0
    session = read_session(tmp_path / "log.toml")
    assert (session.seed, session.held_state, session.length_s) == (9, "battle", 0.5)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "Small, seed 9, on none" in captured.err
    assert "0:00.5 played" in captured.err


def test_a_typed_state_is_answered_and_ctrl_c_fades_out_and_leaves_whole_files(preset: str, tmp_path: Path) -> None:
    log, capture = tmp_path / "log.toml", tmp_path / "heard.wav"
    command = [sys.executable, "-m", "ambience", "live", preset, "--device", "none"]
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        [*command, "--record", str(log), "--capture", str(capture)],
        stdin=terminal,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "states: 1 drift, 2 opening, 3 battle" in process.stderr.readline()
    os.write(keyboard, b"3\n")
    assert process.stderr.readline().startswith("battle from bar ")
    os.write(keyboard, b"batle\n")
    assert "Did you mean 'battle'?" in process.stderr.readline()
    began_s = time.perf_counter()
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(5.0) == 130
    assert 0.4 < time.perf_counter() - began_s < 3.0
    assert "Traceback" not in rest
    assert read_session(log).changes[0].state == "battle"
    heard, _ = soundfile.read(capture, dtype="float32")
    assert len(heard) >= round(read_session(log).length_s * 48_000)  # gaps are kept
    assert abs(heard[-1]).max() < 1e-4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--duration", "-1"], "duration_s = -1.0, must be above 0"),
        (["--state", "batle"], "batle"),
        (["--device", "none", "--capture", "x.mp3"], "must end in .wav"),
        (["--look-ahead", "huge"], "huge"),
        (["--http-port", "99999"], "99999"),
        (["--host", "0.0.0.0"], "speaks of a door that is closed. Open it: --http-port"),
        (["--token", "secret"], "token = '…'"),
        (["--osc-allow", "10.0.0.0/8"], "Open it: --osc-port"),
    ],
)
def test_a_wrong_option_is_one_line(
    preset: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["live", preset, "--device", "none", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_one_line_that_names_it(preset: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert cli.run(["live", preset, "--device", "none", "--http-port", port]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].endswith(f"port {port}")


def test_a_missing_library_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    there = surfaces.find_spec
    monkeypatch.setattr(surfaces, "find_spec", lambda name: None if name == "rtmidi" else there("json"))
    with pytest.raises(ParameterError, match=r'pip install "ambience-toolkit\[live\]"'):
        check_surfaces(SurfaceOptions(midi_in="keys"))


def test_no_door_is_open_unless_it_is_asked_for() -> None:
    assert check_surfaces(SurfaceOptions()) == ()
    with open_surfaces(None, SurfaceOptions()) as lines:  # type: ignore[arg-type]
        assert lines == ()


@pytest.mark.parametrize(
    "order",
    [
        "import ambience",
        "import ambience.live.courier; import ambience",
        "import ambience; from ambience.live.complaints import Complaints",
        "from ambience import live; import ambience; assert live is ambience.live",
        "import ambience; ambience.live; import ambience.live.courier; assert ambience.live.courier.Courier",
    ],
)
def test_the_package_can_be_called_whatever_was_imported_before(order: str) -> None:
    call = "print(callable(ambience.live), ambience.live.__module__)"
    found = subprocess.run([sys.executable, "-c", f"{order}; {call}"], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "ambience.live"]
