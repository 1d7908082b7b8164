"""Where players breathe."""

import dataclasses
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from mini_conductor import perform, plan

from ambience import plugins
from ambience.music.playing.breathing import breathes, phrased
from ambience.music.score import Line, Note
from ambience.units import beats_to_s

BREATH_BEATS = 6.0


def line(lengths: list[float]) -> Line:
    onsets = [sum(lengths[:i]) for i in range(len(lengths))]
    return Line(
        Note(onset, length, 60 + i % 12, 0.5) for i, (onset, length) in enumerate(zip(onsets, lengths, strict=True))
    )


def longest_sound(notes: list[Note]) -> float:
    """Measure the longest stretch without a gap, in beats."""
    longest, began = 0.0, notes[0].onset_beats
    for note, following in pairwise(notes):
        longest = max(longest, note.end_beats - began)
        if following.onset_beats > note.end_beats + 0.05:
            began = following.onset_beats
    return max(longest, notes[-1].end_beats - began)


@given(st.lists(st.sampled_from([0.5, 1.0, 1.5, 2.0, 4.0, 9.0]), min_size=1, max_size=40))
def test_nobody_plays_longer_than_a_breath_lasts(lengths: list[float]) -> None:
    notes = line(lengths)
    breathed = list(phrased(notes, BREATH_BEATS))
    assert longest_sound(breathed) <= BREATH_BEATS + 1e-9
    assert [(n.onset_beats, n.pitch_midi) for n in breathed] == [(n.onset_beats, n.pitch_midi) for n in notes]
    assert all(0.0 < b.duration_beats <= n.duration_beats for b, n in zip(breathed, notes, strict=True))


def test_breath_is_taken_after_long_notes() -> None:
    notes = line([1.0, 1.0, 0.5, 2.0, 0.5, 0.5, 1.0, 1.0])
    gaps = [i for i, (a, b) in enumerate(zip(phrased(notes, BREATH_BEATS), notes, strict=True)) if a != b]
    assert gaps == [3]


def test_a_line_with_rests_needs_no_other_breath() -> None:
    notes = Line(Note(4.0 * i, 3.0, 60, 0.5) for i in range(8))
    assert phrased(notes, BREATH_BEATS) == notes


def test_neighbors_do_not_breathe_together() -> None:
    bars = plan()[:4]
    together = [sum(breathes(bar, 2.0 * bar.length_s + 0.1, player) for player in range(4)) for bar in bars]
    assert together == [2, 2, 2, 2]
    assert not any(breathes(bar, 0.0, 0) for bar in bars)


def test_every_part_that_breathes_takes_it_in_time() -> None:
    for name in ("melody", "chorale", "swell", "counter_line"):
        part = plugins.build("parts", {"name": name, "breath_s": 5.0})
        assert "breath_s" in {field.name for field in dataclasses.fields(part)}
        performance = perform(part)
        for bar, notes in zip(performance.bars, performance.written, strict=True):
            assert all(beats_to_s(note.duration_beats, bar.tempo_bpm) <= 5.0 + 1e-6 for note in notes), name
