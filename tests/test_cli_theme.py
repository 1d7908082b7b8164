"""Listing themes, writing them for a DAW, and locking one for ever."""

import json
import tomllib
from pathlib import Path

import pytest

import ambience
from ambience.cli import commands as cli
from ambience.music.pitch import pitch_name
from ambience.piece import themes
from ambience.preset.bundled import bundled


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> dict:  # type: ignore[type-arg]
    assert cli.run(["theme", *words, "--json"]) == 0
    found: dict = json.loads(capsys.readouterr().out)  # type: ignore[type-arg]
    return found


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(bundled()["drift"].read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_candidates_are_distinct_and_the_first_is_the_piece_s_own(capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys, "single-piece", "--seed", "5")
    assert [one["number"] for one in found["candidates"]] == list(range(1, 9))
    heads = [tuple(one["melody"].split()[: one["head"]]) for one in found["candidates"]]
    assert len(set(heads)) == 8
    score = ambience.compose(ambience.load("single-piece", seed=5), duration_s=20.0)
    written = [word.split(":")[0] for word in found["candidates"][0]["melody"].split() if not word.startswith("R")]
    assert written == [pitch_name(note.pitch_midi) for note in score.theme]
    points = [one["points"] for one in found["candidates"][1:]]
    assert points == sorted(points, reverse=True)
    for one in found["candidates"]:
        assert sum(one["merits"].values()) == pytest.approx(one["points"], abs=0.05)


def test_a_candidate_keeps_its_number_however_many_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    few, many = (listed(capsys, "drift", "--candidates", count)["candidates"] for count in ("3", "10"))
    assert (len(few), len(many)) == (3, 10)
    assert few == many[:3]


def test_the_list_is_there_to_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["theme", "opening", "--candidates", "2"]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("sentence", "climax at", "points:", "signature", "memory", "C aeolian"))


def test_each_candidate_is_one_midi_file_of_melody_and_chords(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mido = pytest.importorskip("mido")
    folder = tmp_path / "themes"
    found = listed(capsys, "opening", "--candidates", "2", "--midi", str(folder), "--seed", "4")
    assert found["files"] == [str(folder / f"opening-4-theme-{number}.mid") for number in (1, 2)]
    song = mido.MidiFile(found["files"][0])
    names = [track.name for track in song.tracks]
    assert names[1:] == ["melody", "chords"]
    tempo = next(message.tempo for message in song.tracks[0] if message.type == "set_tempo")
    assert round(60e6 / tempo) == round(ambience.load("opening").tempo_bpm)
    struck = [m.note for m in song.tracks[1] if m.type == "note_on" and m.velocity]
    assert struck == [n.pitch_midi for n in themes(ambience.load("opening", seed=4))[0].theme.notes]
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert cli.run(["theme", "opening", "--midi", str(folder), "--seed", "4"]) == 2
    assert "--force" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert cli.run(["theme", "opening", "--midi", str(folder), "--seed", "4", "--force"]) == 0
    assert len(list(folder.iterdir())) == 8


@pytest.mark.parametrize("seed", [0, 77])
def test_a_locked_preset_composes_that_theme_with_any_seed(
    preset: Path, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    target = preset.with_name("locked.toml")
    listed(capsys, str(preset), "--lock", "3", "--out", str(target))
    wanted = themes(ambience.load(preset))[2]
    locked = ambience.load(target, seed=seed)
    found = themes(locked)
    assert len(found) == 1
    assert found[0].theme == wanted.theme
    assert found[0].merits.total == pytest.approx(wanted.merits.total)
    assert ambience.compose(locked, duration_s=20.0).theme == wanted.theme.notes


def test_locking_changes_nothing_but_the_theme(preset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = preset.with_name("locked.toml")
    listed(capsys, str(preset), "--lock", "1", "--out", str(target))
    before, after = (path.read_text(encoding="utf-8").splitlines() for path in (preset, target))
    assert [line for line in after if line in before] == before
    old, new = (tomllib.loads("\n".join(lines)) for lines in (before, after))
    assert {**new, "theme": None} == {**old, "theme": None}
    assert set(new["theme"]) - set(old["theme"]) == {"melody", "chords", "head"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lock", "1"], "--out FILE.toml"),
        (["--out", "x.toml"], "--lock K"),
        (["--lock", "13", "--out", "x.toml"], "must lie in 1..12"),
        (["--candidates", "0"], "candidates"),
        (["--candidates", "13"], "candidates"),
    ],
)
def test_a_wrong_wish_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["theme", "drift", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('character = "nobel"', "Did you mean 'noble'"),
        ('character = "noble"\nmode = "major"', "mode"),
        ('melody = "C4:4 D4:4 C4:4"', "3 bars"),
        ('melody = "C4:8 D4:4 C4:8"\nchords = "Cm"', "must be one a bar, 5"),
        ('melody = "C4:8"\nmotif = "C4:1"', "has both motif and melody"),
        ('midi = "a.mid"\nmusicxml = "b.xml"', "has both midi and musicxml"),
        ('chords = "Cm"', "has chords but no melody"),
        ('musicxml = "missing.mxl"', "missing.mxl"),
        ('musicxml = "../b.xml"', "own folder"),
    ],
)
def test_a_theme_that_cannot_be_is_named_with_its_line(
    preset: Path, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = preset.read_text(encoding="utf-8").replace("bars = 8 ", f"{line}\n# ", 1)
    preset.write_text(text, encoding="utf-8")
    assert cli.run(["check", str(preset)]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert len(err.splitlines()) == 1
    assert f"{preset}:" in err


def test_a_narrow_range_is_refused_before_the_composer_is_asked(
    preset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preset.write_text(preset.read_text(encoding="utf-8").replace('highest = "G5"', 'highest = "F#5"'), encoding="utf-8")
    assert cli.run(["check", str(preset)]) == 2
    assert "at least a twelfth, 19 semitones" in capsys.readouterr().err


def test_a_character_and_a_mode_change_the_theme(preset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = listed(capsys, str(preset))["candidates"][0]
    text = preset.read_text(encoding="utf-8")
    preset.write_text(text.replace("bars = 8 ", 'character = "menacing"\nbars = 8 ', 1), encoding="utf-8")
    menacing = listed(capsys, str(preset))["candidates"][0]
    preset.write_text(text.replace("bars = 8 ", 'mode = "lydian"\nbars = 8 ', 1), encoding="utf-8")
    lydian = listed(capsys, str(preset))["candidates"][0]
    assert (plain["mode"], menacing["mode"], lydian["mode"]) == ("aeolian", "phrygian", "lydian")
    assert len({plain["melody"], menacing["melody"], lydian["melody"]}) == 3
