"""Walking along a scale."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ambience.music.scale import MODES, Scale

scales = st.builds(Scale, st.integers(0, 11), st.sampled_from(sorted(MODES)))
pitches = st.integers(12, 115)


@settings(max_examples=50)
@given(scales, pitches)
def test_the_nearest_pitch_is_in_the_scale_and_none_is_nearer(scale: Scale, pitch_midi: int) -> None:
    nearest = scale.nearest(pitch_midi)
    assert scale.contains(nearest)
    closest = min(abs(p - pitch_midi) for p in range(pitch_midi - 6, pitch_midi + 7) if scale.contains(p))
    assert abs(nearest - pitch_midi) == closest


@settings(max_examples=50)
@given(scales, pitches, st.integers(-14, 14))
def test_steps_there_and_back_return(scale: Scale, pitch_midi: int, steps: int) -> None:
    home = scale.nearest(pitch_midi)
    away = scale.step(pitch_midi, steps)
    assert scale.step(away, -steps) == home
    assert scale.between(home, away) == steps


@settings(max_examples=50)
@given(scales, pitches, st.integers(1, 14))
def test_every_step_passes_one_tone_of_the_scale(scale: Scale, pitch_midi: int, steps: int) -> None:
    start, end = scale.nearest(pitch_midi), scale.step(pitch_midi, steps)
    assert sum(scale.contains(p) for p in range(start + 1, end + 1)) == steps


@settings(max_examples=50)
@given(scales, pitches)
def test_a_degree_leads_back_to_its_pitch(scale: Scale, pitch_midi: int) -> None:
    home = scale.nearest(pitch_midi)
    assert scale.from_degree(scale.degree(home), home) == home
    assert scale.pcs[scale.degree(home)] == home % 12


@settings(max_examples=50)
@given(scales, st.integers(-20, 20), pitches)
def test_a_degree_is_placed_within_half_an_octave(scale: Scale, degree: int, near_midi: int) -> None:
    found = scale.from_degree(degree, near_midi)
    assert found % 12 == scale.pcs[degree % len(scale.pcs)]
    assert -6 <= found - near_midi <= 5
