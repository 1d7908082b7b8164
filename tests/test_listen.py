"""Listening to files: faults are found, music is not accused, limits decide the exit status."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from small_piece import small

import ambience
from ambience.cli import commands as cli
from ambience.sound.listening import Hearing, Listener
from ambience.sound.windows import finished_runs

RATE_HZ = 48_000


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("music") / "small.wav"
    ambience.render(small(duration_s=12.0), path)
    return path


def hear(audio: np.ndarray, block_frames: int = 50_000) -> Hearing:
    listener = Listener(RATE_HZ)
    for start in range(0, len(audio), block_frames):
        listener.add(audio[start : start + block_frames])
    return listener.hearing()


def read(path: Path) -> np.ndarray:
    return soundfile.read(path, dtype="float32", always_2d=True)[0]


def pink(length_s: float, seed: int = 1, gain: float = 0.1) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((2, int(length_s * RATE_HZ)))
    bins = np.fft.rfft(noise)
    bins[:, 1:] /= np.sqrt(np.arange(1, bins.shape[1]))
    bins[:, :100] = 0.0
    shaped = np.fft.irfft(bins, noise.shape[1])
    return (gain * shaped / shaped.std()).T.astype(np.float32)


def test_clean_music_passes_and_agrees_with_its_sidecar(music: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["listen", str(music), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["passed"]
    values = {finding["name"]: finding["value"] for finding in found["findings"]}
    assert values["clicks"] == 0
    assert abs(values["loudness against sidecar"]) < 0.02
    assert values["length against sidecar"] == 0


@pytest.mark.parametrize("jump_gain", [0.3, 0.05])
def test_a_planted_click_is_found_where_it_is(music: Path, jump_gain: float) -> None:
    audio = read(music)
    places_s = (2.311, 5.5, 9.071)
    for at_s in places_s:
        audio[int(at_s * RATE_HZ), 1] += jump_gain
    found = hear(audio).clicks_s
    assert len(found) == len(places_s)
    assert np.allclose(found, places_s, atol=0.001)


def test_attacks_and_bursts_of_noise_are_no_clicks() -> None:
    audio = 0.05 * pink(6.0)
    decay = np.exp(-np.arange(RATE_HZ) / 6_000)[:, np.newaxis]
    for at_s in (1.0, 2.5, 4.0):  # struck, and ringing on
        strike = decay * np.sin(2 * np.pi * 1_800 * np.arange(RATE_HZ) / RATE_HZ)[:, np.newaxis] + decay * pink(1.0, 2)
        audio[int(at_s * RATE_HZ) : int((at_s + 1) * RATE_HZ)] += (0.5 * strike).astype(np.float32)
    assert hear(audio).clicks_s == ()


def test_what_is_heard_does_not_depend_on_the_blocks(music: Path) -> None:
    audio = read(music)
    audio[RATE_HZ] += 0.5
    audio[2 * RATE_HZ : 2 * RATE_HZ + 5] = 1.0
    audio[3 * RATE_HZ : 4 * RATE_HZ] = 0.0
    one, other = hear(audio, 4_801), hear(audio, len(audio))
    assert one.clicks_s == other.clicks_s
    assert (one.clipped_runs, one.gaps) == (other.clipped_runs, other.gaps)
    assert one.octaves_db == pytest.approx(other.octaves_db, abs=1e-6)
    assert one.correlation == pytest.approx(other.correlation, abs=1e-9)


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_runs_are_counted_across_pieces(mask: list[bool], piece: int) -> None:
    text = "".join("x" if on else " " for on in [*mask, False])
    expected = [len(run) for run in text.split(" ") if run]
    carried, found = 0, []
    for start in range(0, len(mask) + 1, piece):
        _, lengths, carried = finished_runs(np.array([*mask, False][start : start + piece]), carried)
        found += lengths.tolist()
    assert found == expected
    assert carried == 0


def test_faults_of_level_are_measured() -> None:
    audio = pink(8.0)
    audio[:, 0] += 0.01
    audio[RATE_HZ : RATE_HZ + 4, 1] = 1.0
    audio[3 * RATE_HZ : 3 * RATE_HZ + RATE_HZ // 2] = 0.0
    audio[100, 0] = np.nan
    audio = np.concatenate((np.zeros((RATE_HZ, 2), np.float32), audio, np.zeros((RATE_HZ, 2), np.float32)))
    found = hear(audio)
    assert found.clipped_runs == 1
    assert found.broken_frames == 1
    assert [(gap.at_s, gap.length_s) for gap in found.gaps] == [(4.0, 0.5)]  # neither the beginning nor the end
    assert abs(found.dc_db[0] - 20 * np.log10(0.01 * 7.5 / 10)) < 0.5
    assert found.dc_db[1] < -60.0


def test_width_and_color_are_measured() -> None:
    audio = pink(12.0)
    audio[6 * RATE_HZ :, 1] = -audio[6 * RATE_HZ :, 0]
    found = hear(audio)
    assert found.worst_correlation == pytest.approx(-1.0, abs=0.01)
    assert 5.9 < found.worst_correlation_at_s < 9.1
    middle = np.array(found.octaves_db[3:9])
    assert np.ptp(middle) < 1.0  # pink noise is level in octaves


def test_a_loop_is_recognized_and_a_piece_that_goes_on_is_not() -> None:
    swells = 0.1 + 0.9 * np.repeat(np.random.default_rng(4).random(120), RATE_HZ // 4)[:, np.newaxis].astype(np.float32)
    steady = pink(30.0)
    piece = steady * swells
    loop = piece[: int(7.313 * RATE_HZ)]
    assert hear(np.concatenate([loop] * 4)).repeated_share > 0.9
    assert hear(piece).repeated_share == 0.0
    assert hear(steady).repeated_share == 0.0  # not repeated


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda audio: np.concatenate((audio[:RATE_HZ], 0.9 * audio[RATE_HZ + 500 :])), "length against sidecar"),
        (lambda audio: np.clip(3.0 * audio, -1.0, 1.0), "clipped runs"),
        (lambda audio: audio * np.float32([1.0, -1.0]), "stereo correlation"),
        (lambda audio: audio + np.float32(0.02), "DC left"),
    ],
)
def test_a_broken_limit_gives_status_1_and_is_named(music: Path, tmp_path: Path, capsys, spoil, name: str) -> None:
    path = tmp_path / music.name
    path.with_suffix(".json").write_bytes(music.with_suffix(".json").read_bytes())
    soundfile.write(path, spoil(read(music)), RATE_HZ, subtype="FLOAT")
    assert cli.run(["listen", str(path)]) == 1
    broken = [line for line in capsys.readouterr().out.splitlines() if line.endswith("FAIL")]
    assert any(line.strip().startswith(name) for line in broken)


def test_what_cannot_be_read_gives_status_2_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.wav").write_text("no sound at all")
    soundfile.write(tmp_path / "six.wav", np.zeros((100, 6)), RATE_HZ)
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2)), RATE_HZ)
    for name in ("text.wav", "missing.wav", "six.wav", "empty.wav", "."):
        assert cli.run(["listen", str(tmp_path / name)]) == 2, name
        said = capsys.readouterr().err
        assert said.startswith("error: ")
        assert said.count("\n") == 1


def test_a_single_channel_is_heard_on_both_sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundfile.write(tmp_path / "mono.flac", pink(5.0)[:, 0], RATE_HZ)
    assert cli.run(["listen", str(tmp_path / "mono.flac"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {f["name"]: f["value"] for f in found["findings"]}["stereo correlation"] == pytest.approx(1.0)
