"""Harmony that listens: it carries the melody, keeps to its plan where it may, and its bass walks."""

from itertools import pairwise

import pytest

from ambience.music.harmony.chords import Chord
from ambience.music.harmony.reharmonize import fit_to_melody, palette, pedal_of, walk_bass
from ambience.music.scale import Scale
from ambience.music.score import Note

D_MINOR = Scale(2, "aeolian")
DM, F, G_MINOR, A_MINOR = Chord(2, "minor", 2), Chord(5, "major", 5), Chord(7, "minor", 7), Chord(9, "minor", 9)


def _line(*pitches: int, beats: float = 4.0) -> tuple[Note, ...]:
    return tuple(Note(i * beats, beats, pitch, 0.7) for i, pitch in enumerate(pitches))


def _fit(wished: tuple[Chord, ...], melody: tuple[Note, ...], stubborn: float = 1.0) -> tuple[Chord, ...]:
    choice = palette("theme", D_MINOR, 0.3)
    return fit_to_melody(wished, choice, melody, start_beats=0.0, bar_beats=4.0, stubborn=stubborn)


def test_without_a_melody_the_plan_has_its_way() -> None:
    assert _fit((DM, F, DM), ()) == (DM, F, DM)


def test_chords_that_carry_the_melody_stay() -> None:
    assert _fit((DM, F, DM), _line(62, 69, 65)) == (DM, F, DM)


def test_long_notes_become_chord_tones() -> None:
    melody = _line(62, 67, 70, 64, 72, 62)
    for chord, note in zip(_fit((DM,) * 6, melody), melody, strict=True):
        assert note.pitch_midi % 12 in chord.pcs


def test_a_short_passing_note_changes_no_chord() -> None:
    melody = (Note(0.0, 3.0, 62, 0.7), Note(3.0, 1.0, 64, 0.7), Note(4.0, 4.0, 65, 0.7))
    assert _fit((DM, DM), melody) == (DM, DM)


def test_reharmonizing_finds_other_chords_between_first_and_last() -> None:
    melody = _line(62, 65, 69, 62, 65, 62)
    again = _fit((DM,) * 6, melody, stubborn=-1.0)
    assert sum(chord != DM for chord in again[1:-1]) >= 2
    assert all(note.pitch_midi % 12 in chord.pcs for chord, note in zip(again, melody, strict=True))


@pytest.mark.parametrize(("pitch", "quality"), [(67, "sus4"), (64, "minor_add9"), (60, "minor7")])
def test_a_chord_takes_in_the_tone_that_the_melody_holds_over_it(pitch: int, quality: str) -> None:
    melody = (Note(0.0, 2.0, 69, 0.7), Note(2.0, 2.0, pitch, 0.7), Note(4.0, 4.0, 62, 0.7))
    choice = palette("loss", D_MINOR, 0.2)
    fitted = fit_to_melody((DM, DM), choice, melody, start_beats=0.0, bar_beats=4.0)
    assert fitted[0] == Chord(2, quality, 2) and fitted[1].root_pc == 2


def test_a_suspended_chord_is_not_inverted() -> None:
    chords = (DM, Chord(7, "sus4", 7), Chord(7, "sus2", 7), Chord(0, "sus4", 0), DM)
    walked = walk_bass(chords, (), start_beats=0.0, bar_beats=4.0, previous=None)
    assert all(chord.bass_pc == chord.root_pc for chord in walked if "sus" in chord.quality)


def test_a_pedal_lies_under_the_chords_that_are_chosen() -> None:
    wished = (Chord(2, "minor", 2), Chord(10, "major", 2))
    assert pedal_of("pedal", wished) == 2 and pedal_of("theme", wished) is None
    fitted = fit_to_melody(
        wished, palette("pedal", D_MINOR, 0.2), _line(67, 67), start_beats=0.0, bar_beats=4.0, pedal_pc=2
    )
    assert {chord.bass_pc for chord in fitted} == {2} and fitted != wished


@pytest.mark.parametrize("plan", ["pedal", "loss", "wonder", "battle"])
def test_tension_widens_the_palette(plan: str) -> None:
    calm, tense = palette(plan, D_MINOR, 0.0), palette(plan, D_MINOR, 1.0)
    assert set(calm) < set(tense)


def test_the_bass_walks_instead_of_leaping() -> None:
    chords = (DM, A_MINOR, G_MINOR, F, G_MINOR, A_MINOR, DM)
    walked = walk_bass(chords, (), start_beats=0.0, bar_beats=4.0, previous=None)
    assert [(c.root_pc, c.quality) for c in walked] == [(c.root_pc, c.quality) for c in chords]
    assert all(chord.bass_pc in chord.pcs for chord in walked)
    assert walked[0].bass_pc == walked[-1].bass_pc == 2

    def steps(line: tuple[Chord, ...]) -> int:
        return sum(min((b.bass_pc - a.bass_pc) % 12, (a.bass_pc - b.bass_pc) % 12) <= 2 for a, b in pairwise(line))

    assert steps(walked) >= steps(chords)


def test_outer_voices_make_no_parallel_fifths() -> None:
    melody = _line(69, 67, 65, 64, 69)  # fifths over the roots of D, C, B flat, A
    chords = (DM, Chord(0, "major", 0), Chord(10, "major", 10), A_MINOR, DM)
    walked = walk_bass(chords, melody, start_beats=0.0, bar_beats=4.0, previous=None)
    fifths = [(note.pitch_midi - chord.bass_pc) % 12 == 7 for chord, note in zip(walked, melody, strict=True)]
    assert not any(a and b for a, b in pairwise(fifths[:4]))
