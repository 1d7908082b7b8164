"""A session log: what was done live is written down, read back to the last bit, and plays the same piece again."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from small_piece import SMALL, small

from ambience.cli import commands as cli
from ambience.engine import Engine
from ambience.errors import PresetError
from ambience.io.session import Session, read_session, session_of, session_text, write_session
from ambience.mastering import session_gains
from ambience.scene import SceneChange

SHARES = st.none() | st.floats(0.0, 1.0)
CHANGES = st.lists(
    st.builds(
        SceneChange,
        st.floats(0.0, 80_000.0),
        st.sampled_from(["drift", "battle"]),
        st.floats(0.0, 600.0),
        st.sampled_from(["now", "beat", "bar", "phrase"]),
        SHARES,
        SHARES,
        cue=st.sampled_from(["", "lewis"]),
        stinger=st.booleans(),
        zero_s=st.none() | st.just(-1.0) | st.floats(0.0, 80_000.0),
        hold=st.none() | st.booleans(),
    )
)
HEAD = 'version = 1\npreset = "small"\npreset_sha256 = "0"\nseed = 3\nsample_rate_hz = 48000\n'


@settings(max_examples=40, deadline=None)
@given(CHANGES, st.text(min_size=1, max_size=20), st.integers(0, 2**63 - 1), st.none() | st.floats(0.1, 9e4))
def test_what_is_written_is_read_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, changes: list[SceneChange], name: str, seed: int, length_s: float | None
) -> None:
    ordered = tuple(sorted(changes, key=lambda change: change.at_s))
    session = Session(name, "0" * 64, seed, 44_100, ordered, "drift", length_s)
    path = tmp_path_factory.mktemp("log") / "evening.toml"
    write_session(session, path)
    assert read_session(path) == session


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 1", "preset is missing"),
        (HEAD.replace("version = 1", "version = 2"), "must be 1"),
        (HEAD + "volume = 3", "is not a setting of a session log"),
        (HEAD + '[[changes]]\nat_s = nan\nstate = "drift"', ":7 [changes #1]: at_s = nan"),
        (HEAD + '[[changes]]\nat_s = -1\nstate = "drift"', "at_s = -1"),
        (HEAD + "[[changes]]\nat_s = 1\ntension = 1.5", "tension = 1.5, must be a number from 0 to 1"),
        (HEAD + '[[changes]]\nat_s = 1\nlevel = "low"', "level = 'low'"),
        (HEAD + '[[changes]]\nat_s = 1\nstate = "drift"\nwhen = "soon"', "must be one of now, beat, bar, phrase"),
        (HEAD + "[[changes]]\nat_s = 1", "changes nothing"),
        (HEAD + "[[changes]]\nat_s = 1\nstinger = 1", "stinger = 1, must be true or false"),
        (HEAD + "[[changes]]\nat_s = 1\nzero_s = -2", "zero_s = -2, must be seconds from 0"),
        (HEAD + "[[changes]]\nat_s = 1\nhold = 'on'", "hold = 'on', must be true or false"),
        (
            HEAD + "[[changes]]\nat_s = 2\nlevel = 1\n[[changes]]\nat_s = 1\nlevel = 0",
            "#2]: at_s = 1, must not be earl",
        ),
        (HEAD + "changes = 7", "changes = 7, must be a list of tables"),
        (HEAD + "changes = [7]", "must be a table"),
        ('title = "A preset"', "is not a session log"),
        ("[[", "is not valid TOML"),
        ("\0", "is not valid TOML"),
    ],
)
def test_a_fault_is_one_line_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "evening.toml"
    path.write_text(text)
    with pytest.raises(PresetError) as caught:
        read_session(path)
    assert any(said in line for line in caught.value.lines)
    assert all(line.startswith(str(path)) and "\n" not in line for line in caught.value.lines)


def test_an_evening_is_rendered_again_sample_by_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    preset = small()
    live = Engine(preset, endless=True)
    blocks = [live.render(48_000 * 3)]
    live.set_state("battle", when="beat", tension=0.9)
    blocks.append(live.render(30_001))
    live.set_level(0.4, fade_s=1.0)
    blocks.append(live.render(48_000 * 5 - 30_001))
    live.close()
    write_session(session_of(preset, 48_000, live.log, length_s=8.0), tmp_path / "log.toml")
    words = ["render", str(tmp_path / "small.toml"), "--out", str(tmp_path / "out"), "--bit-depth", "32f", "--json"]
    assert cli.run([*words, "--session", str(tmp_path / "log.toml"), "--master", "raw"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    found = json.loads(captured.out)
    audio, _ = soundfile.read(found["audio"], dtype="float32")
    evening = np.concatenate(blocks)
    gain = 10 ** (found["loudness"]["gain_db"] / 20)
    faded = evening * session_gains(0, len(evening), len(evening), 48_000)
    assert np.abs(evening).max() > 0.05
    assert found["loudness"]["true_peak_db"] > -60.0
    assert np.max(np.abs(audio - gain * faded)) < 1e-6
    sidecar = json.loads(Path(found["sidecar"]).read_text())
    assert [change["at_s"] for change in sidecar["session"]["changes"]] == [change.at_s for change in live.log]
    assert "battle" in [section["state"] for section in sidecar["sections"]]


def test_a_log_of_another_preset_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    log = tmp_path / "log.toml"
    words = ["render", str(tmp_path / "small.toml"), "--out", str(tmp_path / "out"), "--session", str(log)]
    log.write_text(session_text(Session("small", "0", 3, 48_000, (SceneChange(1.0, "bttle"),))))
    assert cli.run(words) == 2
    error = capsys.readouterr().err
    assert "Did you mean 'battle'?" in error
    assert "warning: " in error
    assert not (tmp_path / "out").exists()
