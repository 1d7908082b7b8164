"""The command line: what it prints, what it writes, how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import mido
import numpy as np
import pytest
import soundfile

import ambience
from ambience.cli import commands as cli
from ambience.errors import ParameterError

TINY = """\
title = "Tiny"
seed = 3
tonic = "D"
mode = "dorian"
tempo_bpm = 72
duration_s = 2.5

[layers.bed]
part.name = "drone_bed"
instrument.name = "sub_drone"
stem = "drones"

[layers.bell]
part.name = "bells"
instrument.name = "bells"
gain_db = -6
stem = "theme"

[states.drift]
layers = ["bed", "bell"]
tension = 0.4

[states.battle]
layers = ["bed"]
tempo_ratio = 2
"""


@pytest.fixture
def preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "tiny.toml").write_text(TINY)
    ambience.render(ambience.load(folder / "tiny.toml"), folder / "out" / "tiny-3.wav", stems=True, bit_depth="32f")
    return folder / "out"


def start(*words: str, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ambience", *words]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_list_names_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "single-piece" in [entry["name"] for entry in found["presets"]]
    assert {"drift", "opening", "battle", "oxygen"} <= set(found["states"])
    assert found["instruments"]["strings"]["doc"]
    assert cli.run(["list"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for kind in ("presets", "masters") for name in map(str, found[kind]) if kind == "masters")
    assert all(name in text for kind in ("parts", "instruments", "effects") for name in found[kind])


def test_show_tells_form_theme_ledger_and_layers(preset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["show", str(preset)]) == 0
    text = capsys.readouterr().out
    for word in ("Tiny", "form", "theme", "ledger", "layers", "states", "drone_bed", "bar", "D dorian"):
        assert word in text
    assert cli.run(["show", str(preset), "--seed", "9", "--state", "battle", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["seed"], [section["state"] for section in found["sections"]]) == (9, ["battle"])
    assert found["theme_bars"]


def test_check_accepts_good_presets_and_names_what_is_wrong_with_others(
    preset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(preset), "single-piece"]) == 0
    assert capsys.readouterr().out.count("ok") == 2
    bad = preset.with_name("bad.toml")
    bad.write_text(TINY.replace("tension = 0.4", 'tension = 4\ntheme = "fragmnet 4"'))
    assert cli.run(["check", str(preset), str(bad)]) == 2
    captured = capsys.readouterr()
    assert captured.out == f"{preset}: ok\n"
    assert "bad.toml:" in captured.err
    assert all(line.startswith("error: ") for line in captured.err.splitlines())


@pytest.mark.parametrize(
    ("state", "theme", "said"),
    [
        ('theme = "fragmnet 4"', "", "fragment"),
        ("", '[theme]\nmotif = "C4:1 H4:1"', "H4:1"),
        ("", '[theme]\nmidi = "missing.mid"', "missing.mid"),
    ],
)
def test_what_only_the_music_can_judge_is_judged_with_file_and_line(
    preset: Path, capsys: pytest.CaptureFixture[str], state: str, theme: str, said: str
) -> None:
    preset.write_text(TINY.replace("tension = 0.4", state) + theme)
    assert cli.run(["check", str(preset)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "tiny.toml:2" in error or "tiny.toml:3" in error


def test_the_motif_of_a_midi_file_becomes_the_theme(preset: Path) -> None:
    ambience.compose(ambience.load(preset)).to_midi("other.mid")
    song = mido.MidiFile(ticks_per_beat=480)
    pitches = (62, 69, 65)
    song.tracks.append(mido.MidiTrack())
    for pitch in pitches:
        song.tracks[0] += [mido.Message("note_on", note=pitch), mido.Message("note_off", note=pitch, time=480)]
    song.save("motif.mid")
    preset.write_text(TINY + '[theme]\nmidi = "motif.mid"\n')
    piece = ambience.load(preset, seed=5)
    assert piece.theme.motif == "D4:1 A4:1 F4:1"
    assert piece.text == preset.read_text()
    intervals = np.diff([note.pitch_midi for note in ambience.compose(piece).theme[:3]])
    assert list(intervals) == [7, -4]


def test_midi_is_written_without_a_sound_and_never_replaced_unasked(
    preset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["midi", str(preset), "--seed", "4", "--duration", "60"]) == 0
    assert capsys.readouterr().out == f"{Path('renders') / 'tiny-4.mid'}\n"
    assert mido.MidiFile("renders/tiny-4.mid").type == 1
    assert cli.run(["midi", str(preset), "--out", "renders/tiny-4.mid"]) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.run(["midi", str(preset), "--out", "renders/tiny-4.mid", "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == ["renders/tiny-4.mid"]


def test_render_writes_three_whole_files_and_says_so(preset: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["render", str(preset), "--duration", "1", "--out", "new/folder", "--json"]) == 0
    captured = capfd.readouterr()
    assert captured.err == ""
    found = json.loads(captured.out)
    assert sorted(os.listdir("new/folder")) == ["tiny-3.json", "tiny-3.mid", "tiny-3.wav"]
    assert sorted(found["files"]) == sorted(str(path) for path in Path("new/folder").iterdir())
    assert found["length_s"] == 1.0
    assert found["speed"] > 0
    assert {"integrated_lufs", "true_peak_db", "gain_db"} <= set(found["loudness"])
    audio, rate = soundfile.read("new/folder/tiny-3.wav")
    assert (rate, audio.shape) == (48_000, (48_000, 2))
    sidecar = json.loads(Path("new/folder/tiny-3.json").read_text())
    assert [entry["name"] for entry in sidecar["files"]] == ["tiny-3.wav", "tiny-3.mid"]


def test_the_same_command_gives_the_same_bytes_on_any_number_of_threads(preset: Path) -> None:
    for folder, threads in (("a", "1"), ("b", "2")):
        words = ["render", str(preset), "--duration", "1.3", "--bit-depth", "16", "--out", folder, "--threads", threads]
        assert cli.run(words) == 0
    for name in os.listdir("a"):
        assert (Path("a") / name).read_bytes() == (Path("b") / name).read_bytes()


def test_stems_add_up_to_the_mix(rendered: Path) -> None:
    mix, _ = soundfile.read(rendered / "tiny-3.wav")
    stems = sorted((rendered / "tiny-3").iterdir())
    assert [path.name for path in stems] == ["01_drones.wav", "02_theme.wav"]
    total = sum(soundfile.read(path)[0] for path in stems)
    loudness = json.loads((rendered / "tiny-3.json").read_text())["loudness"]
    assert loudness["true_peak_db"] <= -1.0 + 0.1
    if loudness["true_peak_db"] < -1.1:  # the limiter had nothing to do
        assert np.abs(total - mix).max() < 1e-5


def test_a_render_begins_and_ends_in_silence_without_a_corner(rendered: Path) -> None:
    mix, _ = soundfile.read(rendered / "tiny-3.wav")
    assert np.abs(mix).max() > 0.05
    assert np.abs(mix[[0, -1]]).max() == 0.0
    assert np.abs(np.diff(mix[-480:], axis=0)).max() < 1e-4


def test_the_loudness_asked_for_is_the_loudness_measured(rendered: Path) -> None:
    found = json.loads((rendered / "tiny-3.json").read_text())
    reached = found["loudness"]["integrated_lufs"]
    assert reached == pytest.approx(-14.0, abs=0.2) or found["loudness"]["true_peak_db"] > -1.2


def test_an_existing_output_is_refused_before_anything_is_rendered(
    preset: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the engine was asked")

    monkeypatch.setattr("ambience.bounce.Engine", never)
    Path("renders").mkdir()
    Path("renders/tiny-3.mid").write_text("mine")
    assert cli.run(["render", str(preset)]) == 2
    error = capsys.readouterr().err
    assert "tiny-3.mid" in error
    assert "--force" in error
    assert os.listdir("renders") == ["tiny-3.mid"]


def test_a_fault_in_the_middle_leaves_nothing_behind(preset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ambience.bounce.save_midi", fail)
    before = sorted(os.listdir("."))
    assert cli.run(["render", str(preset), "--duration", "0.5", "--out", "a/b", "--stems"]) == 1
    assert sorted(os.listdir(".")) == before


def test_a_disk_too_small_is_refused_before_the_first_block(
    preset: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(total=10**9, used=9 * 10**8, free=10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr("ambience.bounce.Engine", None)
    assert cli.run(["render", str(preset), "--duration", "28800"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "No space left" in error
    assert not Path("renders").exists()


def test_a_folder_that_cannot_be_written_is_named(
    preset: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", refuse)
    assert cli.run(["render", str(preset), "--out", "locked"]) == 1
    error = capsys.readouterr().err
    assert error == f"error: {Path('locked') / 'tiny-3.wav'}: Permission denied\n"
    assert not Path("locked").exists()


def test_a_file_where_the_folder_should_be_is_named(preset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["render", str(preset), "--out", "tiny.toml"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: tiny.toml")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rendr"], "render"),
        (["list", "--jsn"], "--json"),
        (["check", "single-peace"], "single-piece"),
        (["render", "tiny.toml", "--duration", "nan"], "--duration"),
        (["render", "tiny.toml", "--duration", "-1"], "--duration"),
        (["render", "tiny.toml", "--duration", "1e9"], "--duration"),
        (["render", "tiny.toml", "--duration", "inf"], "--duration"),
        (["render", "tiny.toml", "--duration", "1e-9"], "duration_s"),
        (["render", "tiny.toml", "--session", "none.toml"], "none.toml"),
        (["render", "tiny.toml", "--session", "tiny.toml"], "is not a session log"),
        (["render", "."], "is a folder"),
        (["midi", "tiny.toml", "--out", "."], "is a folder"),
        (["render", "tiny.toml", "--seed", "-1"], "--seed"),
        (["render", "tiny.toml", "--seed", "9" * 400], "--seed"),
        (["render", "tiny.toml", "--state", "batle"], "battle"),
        (["render", "tiny.toml", "--master", "stram"], "stream"),
        (["render", "tiny.toml", "--sample-rate", "0"], "--sample-rate"),
        (["render", "tiny.toml", "--threads", "0"], "--threads"),
        (["render", "tiny.toml", "--format", "mp3"], "--format"),
        (["render", "tiny.toml", "--format", "flac", "--bit-depth", "32f"], "bit_depth"),
        (["render"], "PRESET"),
    ],
)
def test_misuse_ends_with_2_and_one_line(
    preset: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert cli.run(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert said.lower() in captured.err.lower()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_render_soon_and_leaves_nothing(preset: Path, number: signal.Signals, status: int) -> None:
    process = start("render", str(preset), "--duration", "3000", cwd=preset.parent)
    until = time.monotonic() + 30
    while not list(preset.parent.glob("renders/*")) and not list(preset.parent.glob("renders/.*")):
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(number)
    _, error = process.communicate(timeout=10)
    assert process.returncode == status
    assert error.count("\n") == 1
    assert error.startswith("error: ")
    assert not (preset.parent / "renders").exists()


def test_a_reader_who_leaves_early_gets_no_complaint(tmp_path: Path) -> None:
    process = start("list", "--json", cwd=tmp_path)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.wait()
    process.stderr.close()


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_who_is_given_no_stream_to_speak_on_ends_as_if_he_had_spoken(preset: Path, closed: str) -> None:
    code = f"import sys; from ambience.__main__ import main; sys.{closed} = None; main()"
    for name, status in ((preset.name, 0), ("none", 2)):
        command = [sys.executable, "-c", code, "check", name]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=preset.parent)
        assert ended.returncode == status
        assert "Traceback" not in ended.stderr


def test_a_command_that_is_done_waits_for_nobody_and_has_said_everything(preset: Path) -> None:
    waiting = "threading.Thread(target=threading.Event().wait).start()"
    code = f"import threading; from ambience.__main__ import main; {waiting}; main()"
    command = [sys.executable, "-c", code, "check", preset.name, "none"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=preset.parent)
    assert (ended.returncode, ended.stdout) == (2, f"{preset.name}: ok\n")
    assert ended.stderr.startswith("error: ")


def test_a_render_called_from_python_refuses_bad_values() -> None:
    piece = ambience.load("single-piece")
    with pytest.raises(ParameterError, match=r"\.mp3"):
        ambience.render(piece, "x.mp3")
    with pytest.raises(ParameterError, match="sample_rate_hz"):
        ambience.render(piece, "x.wav", sample_rate_hz=0)
    with pytest.raises(ParameterError, match="bit_depth"):
        ambience.render(piece, "x.flac", bit_depth="32f")
