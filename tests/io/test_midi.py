"""MIDI files that any DAW reads as the score meant them, and motifs that come from any DAW."""

import dataclasses
import io
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_scores import score, track

from ambience.errors import ParameterError
from ambience.io.midi import key_signature, read_motif, save_midi, write_midi
from ambience.io.midi_terms import TICKS_PER_BEAT, to_tick, to_ticks, to_velocities, to_velocity
from ambience.music.conducting.whole import compose
from ambience.music.scale import MODES, Scale
from ambience.music.score import Note
from ambience.music.sheet import ControlPoint, Score
from ambience.preset import file as preset_file
from ambience.scene import Controls

Read = tuple[int, int, int, int, int, int]  # port, channel, start, end, pitch, velocity

NOTES = st.lists(
    st.builds(
        Note,
        onset_beats=st.integers(0, 200).map(lambda n: n / 4),
        duration_beats=st.integers(1, 40).map(lambda n: n / 16),
        pitch_midi=st.integers(48, 52),
        velocity=st.floats(0, 1),
        articulation=st.sampled_from(["sustain", "swell"]),
    ),
    max_size=40,
).map(lambda notes: sorted(notes, key=lambda note: note.onset_beats))


def as_bytes(written: Score) -> bytes:
    opened = io.BytesIO()
    save_midi(written, opened)
    return opened.getvalue()


def strict_read(contents: bytes) -> tuple[list[Read], list[Any]]:
    """Read a file as the strictest DAW would; every irregularity fails."""
    song = mido.MidiFile(file=io.BytesIO(contents))
    assert song.type == 1
    assert song.ticks_per_beat == TICKS_PER_BEAT
    ends = set()
    timed = []
    for number, messages in enumerate(song.tracks):
        tick, port = 0, 0
        for message in messages:
            tick += message.time
            port = message.port if message.type == "midi_port" else port
            timed.append((tick, number, port, message))
        assert messages[-1].type == "end_of_track"
        ends.add(tick)
    assert len(ends) == 1
    sounding: dict[tuple[int, int, int], tuple[int, int]] = {}
    notes: list[Read] = []
    # a DAW merges the tracks of one port: at one tick, releases come first in every track
    for tick, _, port, message in sorted(timed, key=lambda t: (t[0], t[3].type != "note_off", t[1])):
        if message.type == "note_on":
            voice = (port, message.channel, message.note)
            assert voice not in sounding, "a pitch overlaps itself"
            assert 1 <= message.velocity <= 127
            sounding[voice] = (tick, message.velocity)
        elif message.type == "note_off":
            start, velocity = sounding.pop((port, message.channel, message.note))
            assert tick > start, "a note without length"
            notes.append((port, message.channel, start, tick, message.note, velocity))
    assert not sounding, "a note hangs"
    for number, messages in enumerate(song.tracks):
        seen_on_at, tick = -1, 0
        for message in messages:
            tick += message.time
            if message.type == "note_on":
                seen_on_at = tick
            assert message.type != "note_off" or tick != seen_on_at, f"track {number}: note-on before note-off"
            assert (number == 0) or message.type not in ("set_tempo", "time_signature", "key_signature", "marker")
    return sorted(notes, key=lambda n: (n[2], n)), song.tracks


def test_the_notes_read_back_are_the_notes_of_the_score() -> None:
    melody = [Note(i * 0.5, 0.5, 60 + i % 12, i / 100) for i in range(100)]
    bass = [Note(i * 4.0, 6.0, 36 + i % 2, 1.0) for i in range(12)]
    notes, _ = strict_read(as_bytes(score(track(melody), track(bass, "bass"))))
    expected = [
        (0, channel, round(n.onset_beats * 960), round(n.end_beats * 960), n.pitch_midi, to_velocity(n.velocity))
        for channel, part in ((0, melody), (1, bass))
        for n in part
    ]
    assert notes == sorted(expected, key=lambda n: (n[2], n))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NOTES, NOTES, NOTES)
def test_any_notes_make_a_strict_file_in_which_nothing_is_lost_but_doubles(
    strings: list[Note], drum: list[Note], shaker: list[Note]
) -> None:
    written = score(
        track(strings), track(drum, "drum", drum_key=41), track(shaker, "shaker", drum_key=41), track([], "rest")
    )
    notes, _ = strict_read(as_bytes(written))
    onsets = {(0, round(n.onset_beats * 960), n.pitch_midi) for n in strings}
    onsets |= {(9, round(n.onset_beats * 960), 41) for n in (*drum, *shaker)}
    assert {(channel, start, pitch) for _, channel, start, _, pitch, _ in notes} == onsets
    assert len(notes) == len(onsets)


def test_pitched_tracks_have_a_channel_each_and_never_the_tenth() -> None:
    tracks = [track([Note(0.0, 1.0, 60, 0.5)], f"t{i}") for i in range(32)]
    drums = track([Note(0.0, 1.0, 60, 0.5)], "drum", drum_key=36)
    notes, _ = strict_read(as_bytes(score(*tracks, drums)))
    seats = [(port, channel) for port, channel, *_ in notes if (port, channel) != (0, 9)]
    assert len(seats) == len(set(seats)) == 32
    assert all(channel != 9 for _, channel in seats)
    assert [n[4] for n in notes if n[:2] == (0, 9)] == [36]


def test_controllers_stand_at_the_start_change_only_when_they_must_and_stay_sparse() -> None:
    notes = [Note(0.0, 30.0, 60, 0.5, "swell"), Note(34.0, 10.0, 64, 0.5)]
    _, tracks = strict_read(as_bytes(score(track(notes, gain_db=-6.0, pan=-1.0))))
    curves: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    tick = 0
    for message in tracks[1]:
        tick += message.time
        if message.type == "control_change":
            curves[message.control].append((tick, message.value))
    assert set(curves) == {1, 2, 7, 10, 11, 91}
    assert all(points[0][0] == 0 for points in curves.values())
    assert curves[10] == [(0, 0)]
    assert len(curves[7]) == len(curves[91]) == 1
    assert curves[1] == curves[2]
    for points in curves.values():
        assert all(a[1] != b[1] for a, b in pairwise(points))
        assert all(b[0] - a[0] >= 960 // 8 for a, b in pairwise(points))  # 20 a second at 150 bpm
    swell = [value for at, value in curves[11] if at < 30 * 960]
    assert max(swell) > 2 * swell[0]
    assert max(swell) > 2 * swell[-1]


def _controller(messages: Any, number: int) -> list[tuple[int, int]]:
    tick, points = 0, []
    for message in messages:
        tick += message.time
        if message.type == "control_change" and message.control == number:
            points.append((tick, message.value))
    return points


def test_hairpins_move_expression_and_timbre_of_their_own_track_only() -> None:
    steady = tuple(ControlPoint(float(beat), float(beat), Controls(tension=1.0, brightness=1.0)) for beat in range(16))
    notes = [Note(0.0, 16.0, 60, 0.5)]
    swelling = dataclasses.replace(track(notes), expression=((0.0, 0.6), (8.0, 1.0), (16.0, 0.6)))
    _, tracks = strict_read(as_bytes(score(swelling, track(notes, "still"), length_beats=16.0, controls=steady)))
    for number in (1, 11):
        points = _controller(tracks[1], number)
        values = [value for _, value in points]
        assert values[0] == values[-1] == 77  # 0.6 of the whole
        assert max(points, key=lambda point: point[1]) == (8 * 960, 127)
        assert max(abs(b - a) for a, b in pairwise(values)) <= 2
        assert _controller(tracks[2], number) == [(0, 127)]


def test_the_maps_and_markers_stand_in_the_first_track() -> None:
    _, tracks = strict_read(as_bytes(score(track([]))))
    found = defaultdict(list)
    tick = 0
    for message in tracks[0]:
        tick += message.time
        found[message.type].append((tick, message))
    assert [(at, m.tempo) for at, m in found["set_tempo"]] == [(0, 1_000_000), (32 * 960, 500_000)]
    assert [(m.numerator, m.denominator) for _, m in found["time_signature"]] == [(4, 4), (7, 8)]
    assert [m.key for _, m in found["key_signature"]] == ["Dm", "Bb"]
    assert [m.text for _, m in found["marker"]] == ["A: drift", "B: battle"]
    assert found["track_name"][0][1].name == "Gro?e ?"
    assert max(at for at, m in found["text"]) == 64 * 960


def test_a_note_beyond_the_last_bar_lengthens_every_track() -> None:
    notes, _ = strict_read(as_bytes(score(track([Note(60.0, 20.0, 60, 0.5)]), track([], "rest"))))
    assert notes[0][3] == 80 * 960


@pytest.mark.parametrize("rest_beats", [0.1, 0.125, 17.0, 18.0, 2184.0, 2185.0, 270_000.0])  # times of 1 to 4 bytes
def test_a_rest_of_any_length_is_read_back(rest_beats: float) -> None:
    begins = [0.0, 1.0 + rest_beats]
    notes, _ = strict_read(as_bytes(score(track([Note(at, 1.0, 60, 0.5) for at in begins]), controls=())))
    assert [(start, end) for _, _, start, end, *_ in notes] == [(to_tick(at), to_tick(at + 1.0)) for at in begins]


@given(st.lists(st.floats(0.0, 50_000.0)), st.lists(st.floats(0.0, 1.0) | st.integers(0, 252).map(lambda n: n / 252)))
def test_many_numbers_are_turned_into_those_of_midi_as_each_is(beats: list[float], velocities: list[float]) -> None:
    assert to_ticks(np.array(beats)).tolist() == [to_tick(beat) for beat in beats]
    assert to_velocities(np.array(velocities)).tolist() == [to_velocity(velocity) for velocity in velocities]


def test_every_scale_has_a_key_signature_that_mido_accepts() -> None:
    for tonic_pc in range(12):
        for mode in MODES:
            mido.MetaMessage("key_signature", key=key_signature(Scale(tonic_pc, mode))).bytes()


def test_the_same_score_gives_the_same_bytes_and_a_file_is_never_replaced_unasked(tmp_path: Path) -> None:
    written = score(track([Note(0.0, 1.0, 60, 0.5)]))
    write_midi(written, tmp_path / "a.mid")
    assert (tmp_path / "a.mid").read_bytes() == as_bytes(written)
    with pytest.raises(ParameterError, match=r"a\.mid"):
        write_midi(written, tmp_path / "a.mid")


@pytest.mark.parametrize("state", ["drift", "battle", "countdown"])
def test_a_composed_piece_is_read_back_note_by_note(state: str) -> None:
    piece = compose(preset_file.read("single-piece").override(duration_s=60.0, state=state))
    notes, tracks = strict_read(as_bytes(piece))
    assert [t.name for t in tracks[1:]] == [t.name for t in piece.tracks]
    pitched = [t for t in piece.tracks if t.profile.drum_key is None]
    written = {(round(n.onset_beats * 960), n.pitch_midi) for t in pitched for n in t.notes}
    assert {(start, pitch) for _, channel, start, _, pitch, _ in notes if channel != 9} == written


def test_a_long_piece_with_moving_controls_stays_small_and_is_written_at_once() -> None:
    beats = 12_000
    controls = tuple(ControlPoint(float(b), float(b), Controls(tension=b % 97 / 97)) for b in range(beats))
    notes = [Note(float(b), 1.0, 60, 0.5) for b in range(0, beats, 8)]
    contents = as_bytes(score(track(notes), length_beats=float(beats), controls=controls))
    assert len(contents) < 12 * beats * 4


def test_a_motif_is_the_top_line_of_the_first_track_with_notes(tmp_path: Path) -> None:
    top = [Note(0.0, 1.0, 72, 0.5), Note(1.0, 0.5, 74, 0.5), Note(1.5, 2.5, 70, 0.5)]
    chords = [Note(0.0, 4.0, 60, 0.5), Note(0.5, 0.5, 64, 0.5), Note(1.5, 2.0, 55, 0.5)]
    line = sorted([*top, *chords], key=lambda n: n.onset_beats)
    write_midi(score(track([], "rest"), track(line), track([Note(0.0, 1.0, 90, 0.5)])), tmp_path / "a.mid")
    assert read_motif(tmp_path / "a.mid") == "C5:1 D5:0.5 Bb4:2.5"


def test_rests_of_a_motif_are_kept(tmp_path: Path) -> None:
    write_midi(score(track([Note(4.0, 1.0, 72, 0.5), Note(6.0, 1.0, 61, 0.5)])), tmp_path / "a.mid")
    assert read_motif(tmp_path / "a.mid") == "C5:1 R:1 Db4:1"


def test_files_that_are_no_motif_are_refused_by_name(tmp_path: Path) -> None:
    whole = as_bytes(score(track([Note(0.0, 1.0, 60, 0.5)])))
    contents = {
        "empty.mid": b"",
        "text.mid": b"not music at all",
        "cut.mid": whole[: len(whole) // 3],
        "silent.mid": as_bytes(score(track([]))),
        "frames.mid": whole[:12] + b"\xe7\x28" + whole[14:],
        "zero.mid": whole[:12] + b"\0\0" + whole[14:],
        "huge.mid": whole + bytes(2_000_000),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ParameterError, match=name):
            read_motif(tmp_path / name)
    for name in ("missing.mid", "."):
        with pytest.raises(ParameterError):
            read_motif(tmp_path / name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_file_is_read_or_refused_but_never_crashes(tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    contents = bytearray(as_bytes(score(track([Note(i * 1.0, 1.0, 60 + i, 0.5) for i in range(8)]), length_beats=8.0)))
    for place, value in damage:
        contents[place % len(contents)] = value
    (tmp_path / "a.mid").write_bytes(contents)
    try:
        assert read_motif(tmp_path / "a.mid")
    except ParameterError as error:
        assert "\n" not in str(error)
