"""Steps between chord tones, and true quotations of the theme's head."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ambience.music.harmony.chords import QUALITIES, Chord
from ambience.music.harmony.passing import line_to, quote, step_on, walking_pcs
from ambience.music.scale import MODES, Scale

scales = st.builds(Scale, st.integers(0, 11), st.sampled_from(sorted(MODES)))
chords = st.integers(0, 11).flatmap(
    lambda pc: st.builds(Chord, st.just(pc), st.sampled_from(sorted(QUALITIES)), st.just(pc))
)


@given(chords, scales)
def test_one_walks_on_all_chord_tones_and_on_nothing_foreign(chord: Chord, scale: Scale) -> None:
    pcs = set(walking_pcs(chord, scale))
    assert set(chord.pcs) <= pcs <= set(chord.pcs) | set(scale.pcs)


@given(chords, scales, st.integers(40, 90), st.sampled_from([-1, 1]))
def test_a_step_goes_to_the_next_tone(chord: Chord, scale: Scale, pitch: int, way: int) -> None:
    pcs = walking_pcs(chord, scale)
    reached = step_on(pitch, way, pcs)
    between = range(min(pitch, reached) + 1, max(pitch, reached))
    assert reached % 12 in pcs and (reached - pitch) * way > 0
    assert not any(p % 12 in pcs for p in between)


@given(chords, scales, st.integers(40, 90), st.integers(40, 90))
def test_a_line_arrives_and_never_turns(chord: Chord, scale: Scale, start: int, goal: int) -> None:
    line = line_to(start, goal, walking_pcs(chord, scale))
    assert line[0] == start and line[-1] == goal
    assert all((b - a) * (goal - start) > 0 for a, b in pairwise(line))


@given(chords, scales, st.lists(st.integers(-7, 7), min_size=2, max_size=6))
def test_a_quotation_keeps_every_interval_within_the_register(chord: Chord, scale: Scale, head: list[int]) -> None:
    quoted = quote(tuple(head), chord, scale, near_midi=66.0, lowest_midi=40, highest_midi=95)
    assert [b - a for a, b in pairwise(quoted)] == head
    assert all(40 <= pitch <= 95 for pitch in quoted)


def test_a_head_wider_than_the_register_is_not_quoted() -> None:
    assert (
        quote((12, 7), Chord(0, "major", 0), Scale(0, "ionian"), near_midi=60.0, lowest_midi=55, highest_midi=66) == ()
    )


def test_a_quotation_seeks_the_chord() -> None:
    scale = Scale(0, "ionian")
    for root, quality in ((0, "major"), (5, "major"), (9, "minor")):
        quoted = quote((7, -2, -2), Chord(root, quality, root), scale, near_midi=66.0, lowest_midi=48, highest_midi=84)
        assert all(scale.contains(pitch) for pitch in quoted)
        assert quoted[0] % 12 in Chord(root, quality, root).pcs or quoted[-1] % 12 in Chord(root, quality, root).pcs
