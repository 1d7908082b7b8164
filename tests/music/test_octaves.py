"""A line is brought into a register by octaves, and its gestures stay what they are."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ambience.music.playing.octaves import octave_shifts
from ambience.music.score import Line, Note

HEAD = (7, -2, -2, -1)
pitches = st.lists(st.integers(40, 90), min_size=1, max_size=24)


def line(notes: list[int], lengths: tuple[float, ...] = (1.0,)) -> Line:
    at, written = 0.0, []
    for place, pitch in enumerate(notes):
        length = lengths[place % len(lengths)]
        written.append(Note(at, length, pitch, 0.7))
        at += length
    return Line(written)


@given(pitches, st.integers(40, 70), st.integers(11, 40), st.floats(-12.0, 12.0))
def test_every_note_is_moved_by_octaves_into_the_register(
    notes: list[int], lowest: int, span: int, moved: float
) -> None:
    center = lowest + 0.5 * span + moved
    shifts = octave_shifts(line(notes), lowest, lowest + span, center_midi=center, head_semitones=HEAD)
    assert all(shift % 12 == 0 for shift in shifts)
    assert all(lowest <= pitch + shift <= lowest + span for pitch, shift in zip(notes, shifts, strict=True))


@given(pitches, st.integers(40, 60))
def test_a_line_that_fits_keeps_every_interval(notes: list[int], lowest: int) -> None:
    highest = lowest + max(notes) - min(notes) + 11  # there is an octave for it wherever it stands
    shifts = octave_shifts(line(notes), lowest, highest, center_midi=0.5 * (lowest + highest))
    assert len(set(shifts)) == 1


def test_a_sequence_that_is_too_wide_changes_octave_between_its_repetitions() -> None:
    head = [60, 67, 65, 63, 62]
    notes = [pitch + up for up in (0, 4, 8) for pitch in head]
    shifts = octave_shifts(line(notes), 55, 71, center_midi=63.0, head_semitones=HEAD)
    places = [place for place, (a, b) in enumerate(pairwise(shifts), 1) if a != b]
    assert places and all(place % len(head) == 0 for place in places)


def test_a_wide_line_without_a_motif_changes_octave_after_long_notes() -> None:
    shifts = octave_shifts(line([60, 62, 64, 65, 72, 74, 76, 77], (1.0, 1.0, 0.5, 2.0)), 60, 72, center_midi=66.0)
    assert shifts == (0, 0, 0, 0, -12, -12, -12, -12)


def test_where_a_gesture_is_too_wide_its_motif_is_the_last_thing_to_be_split() -> None:
    notes = [60, 67, 65, 63, 62, 72, 74, 76]
    shifts = octave_shifts(line(notes), 57, 70, center_midi=64.0, head_semitones=HEAD)
    assert shifts == (0, 0, 0, 0, 0, -12, -12, -12)


def test_a_higher_center_takes_the_higher_octave() -> None:
    low, high = (
        octave_shifts(line([60, 64, 62]), 55, 84, center_midi=69.5 + register)[0] for register in (-12.0, 12.0)
    )
    assert high - low == 12
