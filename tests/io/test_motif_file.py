"""A motif read from a score is the top line of its first part."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ambience.errors import ParameterError
from ambience.io.motif_file import read_score_motif

HEAD = '<?xml version="1.0"?><score-partwise version="4.0"><part-list/>'
TAIL = "</score-partwise>"


def note(step: str, octave: int, duration: int, inside: str = "", alter: int = 0) -> str:
    pitch = f"<pitch><step>{step}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>"
    return f"<note>{inside}{pitch}<duration>{duration}</duration></note>"


def part(*measures: str, divisions: int = 2, more: str = "") -> str:
    first = f"<attributes><divisions>{divisions}</divisions>{more}</attributes>"
    inside = "".join(f"<measure>{first if not i else ''}{m}</measure>" for i, m in enumerate(measures))
    return f"<part>{inside}</part>"


def read(tmp_path: Path, *parts: str) -> str:
    (tmp_path / "a.musicxml").write_text(HEAD + "".join(parts) + TAIL)
    return read_score_motif(tmp_path / "a.musicxml")


def test_pitches_and_lengths_are_read_in_order(tmp_path: Path) -> None:
    line = part(note("D", 4, 3) + note("E", 4, 1, alter=-1), note("A", 4, 4))
    assert read(tmp_path, line, part(note("C", 6, 8))) == "D4:1.5 Eb4:0.5 A4:2"


def test_a_part_of_rests_gives_way_to_the_next(tmp_path: Path) -> None:
    rest = part("<note><rest/><duration>8</duration></note>")
    assert read(tmp_path, rest, part(note("C", 5, 2))) == "C5:1"


def test_chords_and_lower_voices_are_accompaniment(tmp_path: Path) -> None:
    upper = note("C", 5, 4) + note("E", 4, 4, "<chord/>") + note("D", 5, 4)
    lower = "<backup><duration>8</duration></backup>" + note("C", 3, 2) + note("G", 3, 6)
    assert read(tmp_path, part(upper + lower)) == "C5:2 D5:2"


def test_rests_ties_grace_notes_and_transposition_are_understood(tmp_path: Path) -> None:
    grace = f"<note><grace/>{note('B', 4, 0)[6:]}"
    tied = note("C", 5, 2, '<tie type="start"/>') + note("C", 5, 4, '<tie type="stop"/>')
    rest = "<note><rest/><duration>2</duration></note>"
    clarinet = "<transpose><chromatic>-2</chromatic></transpose>"
    assert read(tmp_path, part(grace + tied + rest, note("D", 5, 2), more=clarinet)) == "Bb4:3 R:1 C5:1"


def test_a_new_division_counts_from_where_it_stands(tmp_path: Path) -> None:
    finer = "<attributes><divisions>6</divisions></attributes>"
    assert read(tmp_path, part(note("C", 4, 2), finer + note("D", 4, 2) + note("E", 4, 4))) == "C4:1 D4:1/3 E4:2/3"


def test_a_packed_score_reads_like_a_plain_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.mxl", "w") as archive:
        container = '<container><rootfiles><rootfile full-path="s/score.xml"/></rootfiles></container>'
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("s/score.xml", HEAD + part(note("C", 4, 2)) + TAIL)
    assert read_score_motif(tmp_path / "a.mxl") == "C4:1"


def test_our_own_scores_can_be_read(tmp_path: Path) -> None:
    from small_scores import score, track

    from ambience.io.musicxml import write_musicxml
    from ambience.music.score import Note

    line = [Note(0.0, 1.5, 74, 0.5), Note(1.5, 0.5, 76, 0.5), Note(2.0, 2.0, 69, 0.5)]
    write_musicxml(score(track(line)), tmp_path / "own.musicxml")
    assert read_score_motif(tmp_path / "own.musicxml").startswith("D5:1.5 E5:0.5 A4:2")


@pytest.mark.parametrize(
    "content",
    [b"", b"not music", b"<score-timewise/>", b"PK\3\4 broken", (HEAD + TAIL).encode(), b"<score-partwise><part>"],
)
def test_a_file_that_is_no_motif_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.xml").write_bytes(content)
    with pytest.raises(ParameterError, match=r"bad\.xml"):
        read_score_motif(tmp_path / "bad.xml")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for name in ("missing.mxl", "."):
        with pytest.raises(ParameterError):
            read_score_motif(tmp_path / name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(32, 126)), min_size=1, max_size=6))
def test_a_damaged_score_is_read_or_refused_but_never_crashes(tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    content = bytearray((HEAD + part(note("C", 4, 2) + note("D", 4, 2), note("E", 4, 4)) + TAIL).encode())
    for place, value in damage:
        content[place % len(content)] = value
    (tmp_path / "a.xml").write_bytes(content)
    try:
        assert read_score_motif(tmp_path / "a.xml")
    except ParameterError as error:
        assert "\n" not in str(error)
