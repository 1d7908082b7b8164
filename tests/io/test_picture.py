"""Pictures: whole, the same every time, showing what is known and no more."""

import json
import struct
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_piece import SMALL, small

from ambience.cli import commands as cli
from ambience.errors import ParameterError
from ambience.io.picture import save_picture
from ambience.io.plan import Plan, plan_of_score, plan_of_sidecar
from ambience.io.sidecar import describe_score
from ambience.music.conducting.whole import compose
from ambience.sound.sketch import HIGHEST_HZ, LOWEST_HZ, Sketch, Sketcher

RATE_HZ = 48_000


def sketch_of(audio: np.ndarray, block_frames: int = 7_000) -> Sketch:
    sketcher = Sketcher(RATE_HZ, len(audio))
    for start in range(0, len(audio), block_frames):
        sketcher.add(audio[start : start + block_frames])
    return sketcher.sketch()


def tone(frequency_hz: float, length_s: float, gain: float = 0.3) -> np.ndarray:
    wave = gain * np.sin(2 * np.pi * frequency_hz * np.arange(int(length_s * RATE_HZ)) / RATE_HZ)
    return np.stack((wave, wave), axis=1).astype(np.float32)


def size_of(png: Path) -> tuple[int, int]:
    return struct.unpack(">II", png.read_bytes()[16:24])


def test_a_sketch_does_not_depend_on_the_blocks_in_which_sound_arrives() -> None:
    audio = np.concatenate((tone(220.0, 3.0), tone(880.0, 2.3, 0.1)))
    one, other = sketch_of(audio, len(audio)), sketch_of(audio, 999)
    for name in ("low_gain", "high_gain", "rms_gain", "spectrum_db", "short_term_lufs"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-6, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("frequency_hz", [60.0, 440.0, 5_000.0])
def test_a_tone_glows_in_its_own_row_and_at_its_own_time(frequency_hz: float) -> None:
    found = sketch_of(np.concatenate((np.zeros((2 * RATE_HZ, 2), np.float32), tone(frequency_hz, 2.0))))
    columns, rows = found.spectrum_db.shape
    late = found.spectrum_db[int(0.6 * columns) : int(0.9 * columns)].mean(axis=0)
    loudest_hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** ((late.argmax() + 0.5) / rows)
    assert abs(np.log2(loudest_hz / frequency_hz)) < 0.12
    assert found.spectrum_db[: int(0.4 * columns)].max() < late.max() - 60.0
    assert abs(found.high_gain[int(0.7 * columns)] - 0.3) < 0.01


def test_a_plan_covers_the_piece_and_a_sidecar_tells_the_same_form() -> None:
    score = compose(small(duration_s=20.0))
    plan = plan_of_score(score)
    assert plan.stays[0].start_s == 0.0
    assert plan.stays[-1].end_s == score.length_s
    assert all(a.end_s == b.start_s for a, b in zip(plan.stays, plan.stays[1:], strict=False))
    assert sum(len(notes) for _, notes in plan.notes) == sum(len(track.notes) for track in score.tracks)
    written = {"title": score.title, "seed": score.seed, "audio": {"length_s": score.length_s}, **describe_score(score)}
    told = plan_of_sidecar(json.loads(json.dumps(written)))
    assert replace(told, tension=None) == replace(plan, tension=None, notes=())
    np.testing.assert_allclose(told.tension, plan.tension, atol=1e-3)
    old = {key: value for key, value in written.items() if key != "tension"}
    assert plan_of_sidecar(json.loads(json.dumps(old))).tension is None


def test_the_same_piece_gives_the_same_bytes_and_unknown_panels_are_left_out(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    sketch, plan = sketch_of(tone(110.0, 20.0)), plan_of_score(compose(small(duration_s=20.0)))
    for name in ("a", "b"):
        save_picture(tmp_path / f"{name}.png", sketch, plan)
    save_picture(tmp_path / "bare.png", sketch, Plan("no sidecar"))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert size_of(tmp_path / "a.png")[0] == size_of(tmp_path / "bare.png")[0] == 1200
    assert size_of(tmp_path / "bare.png")[1] < size_of(tmp_path / "a.png")[1] / 1.5
    with pytest.raises(ParameterError, match="exists already"):
        save_picture(tmp_path / "a.png", sketch, plan)


def test_silence_and_a_blink_of_sound_can_be_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    save_picture(tmp_path / "silence.png", sketch_of(np.zeros((RATE_HZ, 2), np.float32)), Plan("silence"))
    save_picture(tmp_path / "blink.png", sketch_of(tone(440.0, 0.01)), Plan("blink"))
    assert {path.name for path in tmp_path.iterdir()} == {"silence.png", "blink.png"}


def test_a_missing_extra_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.chdir(tmp_path)
    assert cli.run(["look", "single-piece", "--out", "x.png"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert 'pip install "ambience-toolkit[plots]"' in said
    assert not list(tmp_path.iterdir())


def test_a_preset_is_drawn_and_no_sound_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)
    assert cli.run(["look", "small.toml", "--out", "x.png", "--duration", "4", "--seed", "5"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"small.toml", "x.png"}
    assert cli.run(["look", "small.toml", "--out", "x.png"]) == 2  # exists
    assert cli.run(["look", "small.toml", "--out", "x.jpg"]) == 2
