"""Reading presets from disk: whatever the path leads to, the answer is a preset or one clear line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from preset_example import EXAMPLE

from ambience.errors import PresetError
from ambience.preset.bundled import bundled
from ambience.preset.file import parse, read


def refusal(preset: str | Path) -> str:
    with pytest.raises(PresetError) as caught:
        read(preset)
    (line,) = caught.value.lines
    assert "\n" not in line
    return line


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "reef.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("as_text", [True, False])
def test_a_path_is_read_and_named(tmp_path: Path, as_text: bool) -> None:
    path = written(tmp_path, EXAMPLE)
    preset = read(str(path) if as_text else path)
    assert (preset.name, preset.text) == ("reef", EXAMPLE)


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    assert read(path).title == "Reef"


@pytest.mark.parametrize("name", sorted(bundled()) or [None])
def test_every_bundled_preset_is_valid_and_names_its_schema(name: str | None) -> None:
    if name is not None:  # a checkout without presets has nothing to check
        assert read(name).name == name
        assert bundled()[name].read_text().startswith("#:schema ../ambience/preset.schema.json\n")


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    line = refusal("no-such-preset")
    assert line.startswith("preset: name = 'no-such-preset', is not a bundled preset. ")
    assert all(name in line for name in bundled())


def test_a_misspelt_bundled_name_is_guessed() -> None:
    for name in bundled():
        assert f"Did you mean {name!r}?" in refusal(f"{name}x")


def test_a_misspelt_file_is_guessed(tmp_path: Path) -> None:
    written(tmp_path, EXAMPLE)
    assert refusal(tmp_path / "reaf.toml").endswith("reaf.toml: there is no such file. Did you mean 'reef.toml'?")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_devices_and_pipes_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    assert "is not a regular file" in refusal(tmp_path / "pipe.toml")
    assert "is not a regular file" in refusal("/dev/zero")


def test_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").symlink_to(tmp_path / "a.toml")
    assert "cannot be read: " in refusal(tmp_path / "a.toml")


def test_what_lies_below_a_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: not a directory" in refusal(written(tmp_path, EXAMPLE) / "x.toml")


@pytest.mark.parametrize(
    "name", ["a\0b.toml", "a" * 5000, "line\nbreak.toml", "\udcff.toml", "", ".", "x" * 200 + ".toml"]
)
def test_odd_names_are_refused_on_one_line(name: str) -> None:
    assert refusal(name)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    os.truncate(path, 300_000_000)
    assert "is larger than 1 MB" in refusal(path)


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path) -> None:
    line = refusal(written(tmp_path, b"# ok\ntitle = '\xe9t\xe9'\n"))
    assert f"{tmp_path}/reef.toml:2: is not UTF-8 text: byte 0xe9" in line


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("title = \n", "reef.toml:1:9: is not valid TOML: invalid value."),
        ("a = 1\nb 2\n", "reef.toml:2:3: is not valid TOML: expected '=' after a key"),
        ('a = """\n\n', "reef.toml:3: is not valid TOML: "),
        ("a = 1\na = 2\n", "reef.toml:2:6: is not valid TOML: cannot overwrite a value."),
        ("a = " + "[" * 100_000, "reef.toml: has lists or tables within each other too deeply."),
        ("\na = " + "9" * 5_000, "reef.toml:2: is not valid TOML: a number or date cannot be read."),
        ("\n" + ".".join("a" * 100_000) + " = 1", "reef.toml:2: has a key of too many dots."),
        ("[" + " . ".join(['"a b"'] * 50_000) + "]", "reef.toml:1: has a key of too many dots."),
        ("a = 1979-13-45", "reef.toml:1"),
        ("a = '\x01'", "reef.toml:1:"),
    ],
)
def test_malformed_toml_is_named_with_line_and_column(text: str, place: str) -> None:
    with pytest.raises(PresetError) as caught:
        parse(text, "reef.toml")
    assert caught.value.lines[0].startswith(place), caught.value.lines


def test_numbers_of_thousands_of_digits_are_shown_short() -> None:
    with pytest.raises(PresetError) as caught:
        parse(EXAMPLE.replace("seed = 7", f"seed = 0x{'f' * 9000}"), "reef.toml")
    assert caught.value.lines[0].startswith("reef.toml:3: seed = a number of thousands of digits, must be at most 9223")


def test_values_are_shown_short() -> None:
    with pytest.raises(PresetError) as caught:
        parse(EXAMPLE.replace("tempo_bpm = 56", f"tempo_bpm = '{'x' * 10_000}'"), "reef.toml")
    assert len(caught.value.lines[0]) < 160


def test_a_file_full_of_faults_is_answered_briefly() -> None:
    with pytest.raises(PresetError) as caught:
        parse("".join(f"title{i} = {i}\n" for i in range(5_000)) + EXAMPLE, "reef.toml")
    assert len(caught.value.lines) == 51
    assert caught.value.lines[-1] == "reef.toml: 4950 more faults of 5000."


def test_checking_a_preset_loads_no_compiler_and_no_sound_library(tmp_path: Path) -> None:
    heavy = {"numba", "scipy", "soundfile", "music21", "mido", "matplotlib"}
    code = f"import sys; from ambience.preset.file import read; read(sys.argv[1]); print({heavy!r} & set(sys.modules))"
    path = written(tmp_path, EXAMPLE)
    answer = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert answer.stdout == "set()\n"


def test_checking_presets_that_are_right_loads_no_composer_no_engine_and_no_words_for_faults() -> None:
    code = (
        "import sys; from ambience.cli.check import faults; print(*filter(faults, sys.argv[1:])); print(*sys.modules)"
    )
    command = [sys.executable, "-c", code, *bundled()]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    wrong, modules = answer.stdout.splitlines()
    assert wrong == ""
    needless = ("music.conducting", "music.form", "music.ledger", "music.tension", "engine", "io", "preset.faults")
    loaded = modules.split()
    assert "ambience.preset.model" in loaded
    assert not [module for module in loaded if module.startswith(tuple(f"ambience.{group}" for group in needless))]
