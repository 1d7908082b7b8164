"""Color: sevenths and ninths come from the scale, go together with the melody, and lead somewhere."""

from hypothesis import given
from hypothesis import strategies as st

from ambience.music.harmony.chords import Chord
from ambience.music.harmony.coloring import color
from ambience.music.scale import Scale
from ambience.music.score import Note

D_DORIAN = Scale(2, "dorian")
DM, F, C, A_MINOR = Chord(2, "minor", 2), Chord(5, "major", 5), Chord(0, "major", 0), Chord(9, "minor", 0)
CHORDS = st.lists(st.sampled_from((DM, F, C, A_MINOR, Chord(10, "major", 10))), min_size=2, max_size=8)


def _color(chords: list[Chord], *pitches: int, tension: float = 0.5) -> tuple[Chord, ...]:
    melody = tuple(Note(4.0 * i, 4.0, pitch, 0.7) for i, pitch in enumerate(pitches))
    return color(chords, melody, D_DORIAN, start_beats=0.0, bar_beats=4.0, tension=tension)


@given(CHORDS, st.floats(0.0, 1.0))
def test_a_colored_chord_keeps_its_triad_and_its_bass(chords: list[Chord], tension: float) -> None:
    for plain, colored in zip(chords, _color(chords, tension=tension), strict=True):
        assert colored.pcs[:3] == plain.pcs[:3] and colored.bass_pc == plain.bass_pc


@given(CHORDS, st.floats(0.0, 1.0))
def test_added_tones_belong_to_the_scale_and_the_last_chord_is_at_rest(chords: list[Chord], tension: float) -> None:
    colored = _color(chords, tension=tension)
    assert all(D_DORIAN.contains(pc) for chord in colored for pc in chord.pcs[3:])
    assert colored[-1] == chords[-1]


@given(CHORDS)
def test_tension_adds_tones_and_calm_leaves_the_triads_alone(chords: list[Chord]) -> None:
    sizes = [sum(len(chord.pcs) for chord in _color(chords, tension=tension)) for tension in (0.0, 0.5, 1.0)]
    assert sizes == sorted(sizes)
    assert _color(chords, tension=0.0) == tuple(chords)


def test_a_seventh_that_is_prepared_and_falls_is_taken() -> None:
    assert _color([DM, F, DM, C, F])[2] == Chord(2, "minor7", 2)


def test_a_chord_that_stays_keeps_its_color() -> None:
    colored = _color([F, DM, DM, C, F], tension=0.8)
    assert colored[1] == colored[2] != DM


@given(st.integers(60, 71), st.floats(0.0, 1.0))
def test_no_added_tone_rubs_against_a_long_tone_of_the_melody(pitch: int, tension: float) -> None:
    colored = _color([DM, F, C, DM], *(pitch,) * 4, tension=tension)
    rubs = [pc for chord in colored for pc in chord.pcs[3:] if (pc - pitch) % 12 in (1, 11)]
    assert not rubs
