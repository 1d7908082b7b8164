"""Chords, their distances, and the plans."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambience.errors import ParameterError
from ambience.music.harmony.chords import PLANS, QUALITIES, Chord, distance, fifths, numeral, progression, triad
from ambience.music.scale import MODES, Scale
from ambience.rng import stream

DORIAN = Scale(2, "dorian")
THEME = (Chord(2, "minor", 2), Chord(10, "major", 10), Chord(9, "minor", 9))
chords = st.builds(
    lambda root, quality: Chord(root, quality, root), st.integers(0, 11), st.sampled_from(sorted(QUALITIES))
)
slow = ("pedal", "modal", "wonder", "space", "loss", "dark")


def compose(plan: str, seed: int = 1, scale: Scale = DORIAN, **changes: object) -> tuple[Chord, ...]:
    settings = {"bars": 16, "bar_s": 4.3, "tension": 0.5, "theme_chords": THEME} | changes
    return progression(plan, scale, rng=stream(seed, plan), **settings)  # type: ignore[arg-type]


def stays(line: tuple[Chord, ...]) -> list[int]:
    lengths = [1]
    for before, after in pairwise(line):
        if before.root_pc == after.root_pc and before.quality == after.quality:
            lengths[-1] += 1
        else:
            lengths.append(1)
    return lengths


@pytest.mark.parametrize("mode", [m for m in MODES if m not in ("locrian", "octatonic")])
def test_triads_stand_on_their_degree_and_lie_in_the_scale(mode: str) -> None:
    scale = Scale(5, mode)
    for degree in range(len(scale.pcs)):
        chord = triad(scale, degree)
        assert chord.root_pc == scale.pcs[degree]
        assert all(scale.contains(pc) for pc in chord.pcs if chord.quality != "fifth")


@pytest.mark.parametrize(
    ("a", "b", "reference"),
    [
        (("minor", 0), ("major", 8), 0.82),
        (("minor", 0), ("minor", 5), 1.13),
        (("minor", 0), ("major", 7), 1.49),
        (("major", 0), ("major", 4), 1.60),
        (("major", 0), ("major", 8), 1.60),
        (("major", 0), ("major", 6), 2.83),
    ],
)
def test_distances_meet_the_reference(a: tuple[str, int], b: tuple[str, int], reference: float) -> None:
    first, second = Chord(a[1], a[0], a[1]), Chord(b[1], b[0], b[1])
    assert distance(first, second) == pytest.approx(reference, abs=0.01)


@settings(max_examples=50)
@given(chords, chords, st.integers(0, 11))
def test_distance_is_symmetric_and_knows_no_key(a: Chord, b: Chord, up: int) -> None:
    def move(chord: Chord) -> Chord:
        return Chord((chord.root_pc + up) % 12, chord.quality, (chord.bass_pc + up) % 12)

    assert distance(a, a) == 0.0
    assert distance(a, b) == pytest.approx(distance(b, a))
    assert distance(a, b) == pytest.approx(distance(move(a), move(b)))


@settings(max_examples=50)
@given(chords, st.integers(0, 11))
def test_spelling_names_the_tones_of_the_chord(chord: Chord, tonic_pc: int) -> None:
    assert tuple(f * 7 % 12 for f in fifths(chord, tonic_pc)) == chord.pcs


def test_numerals_are_measured_on_the_major_scale() -> None:
    assert numeral("bVI", 0) == Chord(8, "major", 8)
    assert numeral("#iv", 2) == Chord(8, "minor", 8)
    assert numeral("viio7", 0) == Chord(11, "diminished7", 11)


@settings(max_examples=120)
@given(
    st.sampled_from(PLANS), st.integers(0, 11), st.sampled_from(sorted(MODES)), st.integers(1, 33),
    st.floats(0.5, 60.0), st.floats(0.0, 1.0), st.none() | chords, st.integers(0, 999),
)  # fmt: skip
def test_every_plan_gives_one_known_chord_a_bar(
    plan: str, tonic: int, mode: str, bars: int, bar_s: float, tension: float, previous: Chord | None, seed: int
) -> None:
    changes = {"scale": Scale(tonic, mode), "bars": bars, "bar_s": bar_s, "tension": tension, "previous": previous}
    line = compose(plan, seed, **changes)  # type: ignore[arg-type]
    assert len(line) == bars
    assert all(c.quality in QUALITIES and 0 <= c.root_pc < 12 and 0 <= c.bass_pc < 12 for c in line)
    assert line == compose(plan, seed, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("plan", ["pedal", "modal"])
@pytest.mark.parametrize("mode", [m for m in MODES if m != "locrian"])
def test_calm_plans_stay_in_the_mode(plan: str, mode: str) -> None:
    scale = Scale(7, mode)
    for seed in range(8):
        assert all(scale.contains(pc) for c in compose(plan, seed, scale=scale, tension=0.0) for pc in c.pcs)


@pytest.mark.parametrize("plan", slow)
@pytest.mark.parametrize("bar_s", [1.7, 4.3, 8.0])
def test_slow_plans_hold_a_chord_for_16_to_40_seconds(plan: str, bar_s: float) -> None:
    for seed in range(12):
        lengths = stays(compose(plan, seed, bars=64, bar_s=bar_s, tension=seed / 11))
        assert all(15.0 <= bars * bar_s <= 40.0 for bars in lengths[:-1])
        assert len(lengths) > 1


def test_battle_changes_every_bar_or_two() -> None:
    for seed in range(20):
        assert max(stays(compose("battle", seed, bar_s=1.7, tension=0.9))) <= 2


@pytest.mark.parametrize(("plan", "bass_pc"), [("pedal", 2), ("dark", 2), ("suspense", 9)])
def test_pedal_plans_keep_their_bass(plan: str, bass_pc: int) -> None:
    assert {c.bass_pc for seed in range(10) for c in compose(plan, seed)} == {bass_pc}


def test_space_sets_major_triads_a_tritone_apart() -> None:
    for seed in range(10):
        line = compose("space", seed, bars=32)
        assert {c.quality for c in line} == {"major"}
        assert any((a.root_pc - b.root_pc) % 12 == 6 for a, b in pairwise(line))


def test_dawn_ends_on_the_major_tonic_in_a_minor_key() -> None:
    for seed in range(10):
        last = compose("dawn", seed, bars=8, scale=Scale(2, "aeolian"))[-1]
        assert (last.root_pc, last.quality in ("major", "add9")) == (2, True)


def test_the_theme_s_chords_are_repeated_and_cut() -> None:
    assert compose("theme", bars=5) == (*THEME, *THEME[:2])


def test_tension_opens_remoter_chords() -> None:
    def mean_distance(plan: str, tension: float) -> float:
        tonic = triad(DORIAN, 0)
        values = [distance(tonic, c) for seed in range(30) for c in compose(plan, seed, tension=tension)]
        return sum(values) / len(values)

    for plan in ("pedal", "modal", "wonder", "dark"):
        assert mean_distance(plan, 0.9) > mean_distance(plan, 0.1)


def test_a_phrase_enters_with_common_tones() -> None:
    for plan in ("modal", "wonder", "dark"):
        for seed in range(20):
            previous = Chord(5, "major", 5)
            line = compose(plan, seed, tension=0.2, previous=previous)
            assert set(line[0].pcs) & set(previous.pcs), plan


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"plan": "spaec"}, "'space'"),
        ({"bars": 0}, "bars = 0"),
        ({"tension": 1.2}, "tension = 1.2"),
        ({"bar_s": 0.0}, "bar_s"),
    ],
)
def test_wrong_wishes_are_named(changes: dict[str, object], word: str) -> None:
    plan = str(changes.pop("plan", "pedal"))
    with pytest.raises(ParameterError, match=word):
        compose(plan, **changes)  # type: ignore[arg-type]


def test_the_theme_plan_needs_chords() -> None:
    with pytest.raises(ParameterError, match="theme_chords"):
        compose("theme", theme_chords=())
