"""Scores that a conductor can read: bars add up, notes are the piece's, written as players expect."""

import dataclasses
import io
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_scores import score

import ambience
from ambience.cli import commands as cli
from ambience.errors import ParameterError
from ambience.io.engraving import Desk, Page, Staff, engrave
from ambience.io.musicxml import save_musicxml, write_musicxml
from ambience.io.voices import GRID, quantise, values
from ambience.music.score import Note
from ambience.music.sheet import Meter, Score, Track
from ambience.plugins import MidiProfile

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

NOTES = st.lists(
    st.builds(
        Note,
        onset_beats=st.floats(0, 60),
        duration_beats=st.floats(0.02, 12),
        pitch_midi=st.integers(40, 84),
        velocity=st.floats(0, 1),
        articulation=st.sampled_from(["sustain", "swell", "staccato", "marcato", "tremolo", "pizzicato"]),
    ),
    max_size=25,
)


def layer(notes: list[Note], program: int, name: str = "layer", stem: str = "orchestra", **profile: Any) -> Track:
    return Track(name, stem, MidiProfile(program, 0, 127, **profile), 0.0, 0.0, tuple(notes))


def as_bytes(written: Score) -> bytes:
    opened = io.BytesIO()
    save_musicxml(written, opened)
    return opened.getvalue()


def sounding(staff: Staff, page: Page, desk: Desk) -> Counter[tuple[int, int, int]]:
    """Join the ties of a staff and return (start, end, pitch) as heard."""
    found: Counter[tuple[int, int, int]] = Counter()
    open_since: dict[int, int] = {}
    heads = [
        (bar.start + event.start, bar.start + event.start + event.length, head)
        for bar, voices in zip(page.measures, staff.bars, strict=True)
        for event in sorted((event for voice in voices for event in voice), key=lambda event: event.start)
        for head in event.heads
    ]
    for start, end, head in heads:
        step, alter, octave = head.pitch
        midi = STEPS[step] + alter + 12 * (octave + 1) - desk.seat.shift_semitones
        begun = open_since.pop(midi) if head.tied_back else start
        if head.tied_on:
            open_since[midi] = begun
        else:
            found[begun, end, midi] += 1
    assert not open_since, "a tie leads nowhere"
    return found


@settings(max_examples=60, deadline=None)
@given(NOTES, st.sampled_from([40, 48, 60, 71, 43]))
def test_any_notes_fill_every_bar_and_sound_as_they_were_quantised(notes: list[Note], program: int) -> None:
    page = engrave(score(layer(notes or [Note(0.0, 1.0, 60, 0.5)], program)))
    for desk in page.desks:
        heard: Counter[tuple[int, int, int]] = Counter()
        for staff in desk.staves:
            for bar, voices in zip(page.measures, staff.bars, strict=True):
                assert 1 <= len(voices) <= 2
                for voice in voices:
                    assert voice[0].start == 0
                    assert all(a.start + a.length == b.start for a, b in pairwise(voice))
                    assert voice[-1].start + voice[-1].length == bar.length
            heard += sounding(staff, page, desk)
        assert heard == Counter((note.start, note.end, note.pitch_midi) for note in desk.struck)


@settings(max_examples=60, deadline=None)
@given(NOTES, st.sampled_from([0, 1, 8]))
def test_quantised_notes_keep_their_place_to_a_thirty_second_and_never_overlap_themselves(
    notes: list[Note], reach: int
) -> None:
    struck = quantise(notes, 72 * GRID, reach)
    assert {(s.start, s.pitch_midi) for s in struck} == {(int(n.onset_beats * GRID + 0.5), n.pitch_midi) for n in notes}
    for pitch in {s.pitch_midi for s in struck}:
        line = [s for s in struck if s.pitch_midi == pitch]
        assert all(a.start < a.end <= b.start for a, b in pairwise(line))
        assert line[-1].start < line[-1].end <= 72 * GRID


@given(st.integers(0, 15), st.integers(1, 16), st.booleans())
def test_values_fill_their_span_and_no_offbeat_value_hides_the_middle_of_the_bar(
    start: int, length: int, rest: bool
) -> None:
    end = min(start + length, 16)
    pieces = list(values(start, end, 4, 8, rest))
    assert (pieces[0][0], pieces[-1][1]) == (start, end)
    assert all(a[1] == b[0] for a, b in pairwise(pieces))
    for first, last in pieces:
        assert last - first in (1, 2, 3, 4, 6, 8, 12, 16)
        assert first % 4 == last % 4 == 0 or not first < 8 < last
        assert not rest or first % (last - first) == 0


def test_an_accidental_is_shown_where_a_pitch_departs_from_what_the_bar_has_shown() -> None:
    line = [Note(float(i), 1.0, pitch, 0.5) for i, pitch in enumerate((65, 66, 66, 65, 66, 65, 65, 62))]
    page = engrave(score(layer(line, 73)))  # D dorian: no signature
    shown = [event.heads[0].accidental for bar in page.desks[0].staves[0].bars[:2] for event in bar[0]]
    assert shown == [False, True, False, True, True, True, False, False]


def test_instruments_stand_in_score_order_and_are_written_as_their_players_read() -> None:
    note = [Note(0.0, 4.0, 57, 0.5)]
    programs = (43, 40, 0, 60, 71, 47, 41, 41)
    tracks = [layer(note, program, str(i)) for i, program in enumerate(programs)]
    page = engrave(score(layer(note, 14, "tam", drum_key=52), *tracks))
    assert [desk.seat.name for desk in page.desks] == [
        "Clarinet in B♭",
        "Horns in F",
        "Timpani",
        "Tam-tam",
        "Piano",
        "Violins",
        "Violas 1",
        "Violas 2",
        "Double Basses",
    ]
    clarinet, horn, *_, viola, basses = page.desks
    assert clarinet.staves[0].bars[0][0][0].heads[0].pitch == ("B", 0, 3)
    assert horn.staves[0].bars[0][0][0].heads[0].pitch == ("E", 0, 4)
    assert basses.staves[0].bars[0][0][0].heads[0].pitch == ("A", 0, 4)
    assert (clarinet.staves[0].fifths[0], horn.staves[0].fifths[0], basses.staves[0].fifths[0]) == (2, 1, 0)
    assert viola.staves[0].clefs[0] == (0, "alto")
    assert [len(desk.staves) for desk in page.desks] == [1, 1, 1, 1, 2, 1, 1, 1, 1]


def test_drones_and_noises_are_left_out_unless_there_is_nothing_else() -> None:
    drone = layer([Note(0.0, 16.0, 38, 0.5)], 89, "bed", "drones")
    horn = layer([Note(0.0, 4.0, 60, 0.5)], 60, "horns")
    assert [desk.seat.name for desk in engrave(score(drone, horn)).desks] == ["Horns in F"]
    assert [desk.seat.name for desk in engrave(score(drone)).desks] == ["Bed"]


def test_levels_are_marked_when_they_change_and_swells_open_and_close() -> None:
    soft, loud = ([Note(beat, 4.0, 60, v) for beat in at] for v, at in ((0.3, (0.0, 4.0, 12.0)), (0.9, (16.0, 36.0))))
    page = engrave(score(layer([*soft, *loud, Note(48.0, 8.0, 60, 0.9, "swell")], 60)))
    signs = page.desks[0].staves[0].signs
    assert [(s.start / GRID, s.text) for s in signs if s.kind == "dynamic"] == [
        (0.0, "p"),
        (16.0, "ff"),
        (36.0, "ff"),
        (48.0, "ff"),
    ]
    assert [(s.kind, s.start, s.end) for s in signs if s.kind != "dynamic"] == [
        ("crescendo", 192, 208),
        ("diminuendo", 208, 224),
    ]


def test_the_hairpins_of_a_phrase_are_written_where_it_sounds() -> None:
    notes = [Note(4.0 * bar, 4.0, 60, 0.5) for bar in range(1, 8)]
    growing = ((0.0, 0.65), (8.0, 0.8), (20.0, 1.0), (24.0, 0.98), (40.0, 0.65), (44.0, 0.7), (48.0, 0.66))
    page = engrave(score(dataclasses.replace(layer(notes, 60), expression=growing)))
    wedges = [(s.kind, s.start / GRID, s.end / GRID) for s in page.desks[0].staves[0].signs if s.kind != "dynamic"]
    assert wedges == [("crescendo", 4.0, 20.0), ("diminuendo", 20.0, 32.0)]


def read_back(contents: bytes) -> Any:
    from music21 import converter

    return converter.parseData(contents.decode(), format="musicxml")


@pytest.mark.parametrize(("preset", "state"), [("opening", None), ("single-piece", "battle")])
def test_a_composed_piece_is_read_back_bar_by_bar_and_note_by_note(preset: str, state: str | None) -> None:
    piece = ambience.load(preset)
    composed = ambience.compose(piece.override(duration_s=70.0, **({"state": state} if state else {}))).score
    page = engrave(composed)
    parts = list(read_back(as_bytes(composed)).parts)
    assert len(parts) == sum(len(desk.staves) for desk in page.desks)
    desks = [desk for desk in page.desks for _ in desk.staves]
    heard: dict[str, set[tuple[float, float]]] = {}
    for desk, part in zip(desks, parts, strict=True):
        bars = list(part.getElementsByClass("Measure"))
        assert [bar.duration.quarterLength for bar in bars] == [m.length / GRID for m in page.measures]
        assert [bar.offset for bar in bars] == [m.start / GRID for m in page.measures]
        if desk.seat.unpitched:
            continue
        for one in part.toSoundingPitch(inPlace=False).flatten().notes:
            heads = [head for head in getattr(one, "notes", (one,)) if head.tie is None or head.tie.type == "start"]
            heard.setdefault(desk.seat.name, set()).update((one.offset, head.pitch.midi) for head in heads)
    for desk in (desk for desk in page.desks if not desk.seat.unpitched):
        assert heard[desk.seat.name] == {(note.start / GRID, note.pitch_midi) for note in desk.struck}


def test_a_swell_keeps_its_one_head() -> None:
    page = engrave(score(layer([Note(0.0, 4.0, 60, 0.5, "swell")], 52)))
    upper = page.desks[0].staves[0]
    written, unseen = upper.bars[0]
    assert [(event.start, event.length, len(event.heads)) for event in written] == [(0, 16, 1)]
    turn = next(sign.end for sign in upper.signs if sign.kind == "crescendo")
    assert turn in [event.start for event in unseen] and not any(event.heads for event in unseen)


@pytest.mark.parametrize(
    ("program", "pitch_midi", "clef"), [(42, 52, "bass"), (42, 64, "tenor"), (60, 60, "treble"), (60, 40, "bass")]
)
def test_who_enters_late_reads_the_clef_of_that_place_from_the_first_bar(
    program: int, pitch_midi: int, clef: str
) -> None:
    late = [Note(beat, 1.0, pitch_midi, 0.5) for beat in range(16, 48)]
    page = engrave(score(layer([Note(0.0, 4.0, 60, 0.5)], 40), layer(late, program)))
    assert [staff.clefs for desk in page.desks for staff in desk.staves if desk.seat.program == program] == [
        ((0, clef),)
    ]


def test_every_stroke_names_its_instrument() -> None:
    drum = MidiProfile(0, 24, 60, drum_key=36)
    track = dataclasses.replace(layer([Note(0.0, 1.0, 36, 0.9), Note(2.0, 1.0, 36, 0.9)], 47), profile=drum)
    root = ElementTree.fromstring(as_bytes(score(layer([Note(0.0, 4.0, 60, 0.5)], 40), track)))
    named = [
        (instrument.get("id"), note.find("unpitched") is not None)
        for note in root.iter("note")
        for instrument in note.iter("instrument")
    ]
    unpitched = next(
        played.get("id") for played in root.iter("midi-instrument") if played.find("midi-unpitched") is not None
    )
    assert named == [(unpitched, True)] * 2


def test_maps_marks_and_names_stand_in_the_file() -> None:
    strings = layer([Note(0.0, 4.0, 60, 0.5), Note(40.0, 3.5, 60, 0.5)], 40)
    horn = layer([Note(0.0, 8.0, 57, 0.5, "swell")], 60)
    root = ElementTree.fromstring(as_bytes(score(strings, horn)))
    assert [e.text for e in root.iter("part-name")] == ["Horns in F", "Violins"]
    assert [e.text for e in root.iter("part-abbreviation")] == ["Hn.", "Vln."]
    first, second = root.iter("part")
    assert [(e.findtext("beats"), e.findtext("beat-type")) for e in first.iter("time")] == [("4", "4"), ("7", "8")]
    assert [e.text for e in first.iter("fifths")] == ["1", "0"]
    assert [e.text for e in second.iter("fifths")] == ["0", "-1"]
    assert [float(e.text or 0) for e in first.iter("per-minute")] == [60.0, 120.0]
    assert [e.text for e in root.iter("rehearsal")] == ["A  Drift"]
    assert first.findtext(".//transpose/chromatic") == "-7"
    assert [e.get("type") for e in first.iter("wedge")] == ["crescendo", "stop", "diminuendo", "stop"]
    assert root.findtext("work/work-title") == "Größe 日"


def test_a_meter_of_seven_eighths_is_full_in_every_bar() -> None:
    line = [Note(0.5 * i, 0.5, 60 + i % 5, 0.5) for i in range(28)]
    written = score(layer(line, 40), meters=(Meter(0.0, 7, 8),), length_beats=14.0)
    page = engrave(written)
    assert [measure.length for measure in page.measures] == [14] * 4
    bars = read_back(as_bytes(written)).parts[0].getElementsByClass("Measure")
    assert [bar.duration.quarterLength for bar in bars] == [3.5] * 4


def test_a_piece_without_a_note_is_still_a_file_with_a_bar_of_rest() -> None:
    root = ElementTree.fromstring(as_bytes(score(layer([], 40))))
    assert len(list(root.iter("measure"))) == 1
    assert [rest.get("measure") for rest in root.iter("rest")] == ["yes"]


def test_the_same_score_gives_the_same_bytes_and_a_file_is_never_replaced_unasked(tmp_path: Path) -> None:
    written = score(layer([Note(0.0, 9.0, 60, 0.5)], 0), layer([Note(0.0, 1.0, 60, 0.5)], 40))
    write_musicxml(written, tmp_path / "a.musicxml")
    assert (tmp_path / "a.musicxml").read_bytes() == as_bytes(written)
    with pytest.raises(ParameterError, match=r"a\.musicxml"):
        write_musicxml(written, tmp_path / "a.musicxml")
    write_musicxml(written, tmp_path / "a.musicxml", force=True)


def test_the_command_line_writes_a_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["score", "opening", "--duration", "30", "--seed", "5"]) == 0
    output = capsys.readouterr()
    assert (output.out, output.err) == (f"{Path('renders') / 'opening-5.musicxml'}\n", "")
    assert ElementTree.parse("renders/opening-5.musicxml").getroot().tag == "score-partwise"
    assert cli.run(["score", "opening", "--duration", "30", "--out", "renders/opening-5.musicxml"]) == 2
    assert "exists already" in capsys.readouterr().err
