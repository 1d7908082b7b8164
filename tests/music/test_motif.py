"""Motifs in words, their likeness, and what transforms make of them."""

import math
from functools import cache
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambience.errors import ParameterError
from ambience.music.conducting.commission import commission
from ambience.music.conducting.phrase_plan import plan_phrase
from ambience.music.ledger.likeness import likeness, similarity
from ambience.music.motif import (
    TRANSFORMS,
    Transform,
    apply,
    head,
    motif_text,
    parse_motif,
    parse_transform,
)
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.music.theme.spec import Theme, ThemeSpec
from ambience.music.theme.theme import compose_theme
from ambience.rng import stream
from tests.small_piece import SMALL, small

DORIAN = Scale(2, "dorian")
THEME = compose_theme(ThemeSpec(), DORIAN, 4.0, stream(7, "theme"))
intervals = st.lists(st.integers(-12, 12), min_size=2, max_size=12)
tokens = st.lists(st.tuples(st.integers(0, 127), st.sampled_from([0.25, 0.5, 1.0, 1.5, 4.0])), min_size=1, max_size=12)


def become(words: str, theme: Theme = THEME, seed: int = 3) -> tuple[Note, ...]:
    return apply(theme, parse_transform(words), scale=theme.scale, rng=stream(seed, "transform"))


@settings(max_examples=50)
@given(tokens, st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_motif_s_text_leads_back_to_its_notes(line: list[tuple[int, float]], rests: list[bool]) -> None:
    notes, beat = [], 0.0
    for index, (pitch, length) in enumerate(line):
        beat += 0.5 if rests[index] and index else 0.0
        notes.append(Note(beat, length, pitch, 0.7))
        beat += length
    assert parse_motif(motif_text(notes)) == tuple(notes)


def test_thirds_of_a_beat_are_read() -> None:
    notes = parse_motif("C4:1/3 R:1/3 Eb4:2")
    assert notes[1].onset_beats == pytest.approx(2 / 3)
    assert head(notes) == (3,)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("C4:1 G4", "G4"),
        ("C4:1 X4:1", "X4:1"),
        ("C4:0", "C4:0"),
        ("C4:nan", "C4:nan"),
        ("C4:1e999", "C4:1e999"),
        ("R:1", "R:1"),
        ("", ""),
    ],
)
def test_a_faulty_token_is_named(text: str, token: str) -> None:
    with pytest.raises(ParameterError, match="motif") as fault:
        parse_motif(text)
    assert repr(token) in str(fault.value)


@settings(max_examples=50)
@given(intervals, intervals)
def test_similarity_is_a_share(a: list[int], b: list[int]) -> None:
    assert 0.0 <= similarity(a, b) <= 1.0
    assert similarity(a, a) == 1.0


@settings(max_examples=50)
@given(intervals, intervals, intervals)
def test_a_motif_is_found_whole_in_a_longer_line(motif: list[int], before: list[int], after: list[int]) -> None:
    assert similarity(motif, [*before, *motif, *after]) == 1.0


@settings(max_examples=50)
@given(tokens, st.integers(-12, 12), st.sampled_from([0.25, 0.5, 2.0, 3.0]))
def test_likeness_knows_no_key_and_no_speed(line: list[tuple[int, float]], semitones: int, speed: float) -> None:
    places = [0.0, *accumulate(length for _, length in line)]
    motif = [Note(beat, length, pitch, 0.7) for beat, (pitch, length) in zip(places, line, strict=False)]
    moved = [n._replace(onset_beats=9.0 + speed * n.onset_beats, pitch_midi=n.pitch_midi + semitones) for n in motif]
    assert likeness(motif, moved) == pytest.approx(1.0)


def test_likeness_hears_the_rhythm() -> None:
    motif, limping = parse_motif("C4:1 G4:1 Eb4:1 D4:1 C4:2"), parse_motif("C4:2 G4:0.5 Eb4:2 D4:0.5 C4:2")
    assert head(motif) == head(limping)
    assert 0.6 < likeness(motif, limping) < 0.9


def test_likeness_hears_how_much_is_there() -> None:
    found = [likeness(THEME.notes[:7], THEME.notes[:count]) for count in range(1, 8)]
    assert found == sorted(found)
    assert found[0] < 0.35
    assert found[-1] == 1.0


def test_strangers_are_less_alike_than_relatives() -> None:
    rng = np.random.default_rng(5)
    strangers = [similarity(rng.integers(-5, 6, 8).tolist(), rng.integers(-5, 6, 8).tolist()) for _ in range(200)]
    assert np.mean(strangers) < 0.6
    assert np.quantile(strangers, 0.95) < 0.75


@pytest.mark.parametrize("words", ["statement", "clone", "reharmonise"])
def test_some_words_keep_the_melody(words: str) -> None:
    assert become(words) == THEME.notes
    assert parse_transform(words).reharmonised == (words == "reharmonise")


def test_augmenting_and_diminishing_stretch_time_only() -> None:
    longer = become("augment 3")
    assert head(longer) == head(THEME.notes)
    assert longer[-1].end_beats == pytest.approx(3.0 * THEME.notes[-1].end_beats)
    back = become("augment 3 + diminish 3")
    assert [n.onset_beats for n in back] == pytest.approx([n.onset_beats for n in THEME.notes])
    assert parse_transform("augment 4 + diminish 2").stretch == 2.0


def test_inversion_mirrors_every_step_around_the_first_note() -> None:
    turned = become("invert")
    first = THEME.notes[0].pitch_midi
    for note, mirror in zip(THEME.notes, turned, strict=True):
        assert DORIAN.between(first, mirror.pitch_midi) == -DORIAN.between(first, note.pitch_midi)
    assert become("invert + invert") == THEME.notes


def test_retrograde_twice_is_the_theme() -> None:
    assert [n.pitch_midi for n in become("retrograde")] == [n.pitch_midi for n in reversed(THEME.notes)]
    assert become("retrograde + retrograde") == THEME.notes


def test_fragment_and_tail_cut_from_the_ends() -> None:
    assert become("fragment 5") == THEME.notes[:5]
    tail = become("tail 4")
    assert head(tail) == head(THEME.notes[-4:])
    assert tail[0].onset_beats == 0.0


def test_a_sequence_says_the_head_three_times_on_bar_lines() -> None:
    line = become("sequence 2")
    size = THEME.head_notes
    assert len(line) == 3 * size
    period = line[size].onset_beats - line[0].onset_beats
    assert period % THEME.bar_beats == 0.0
    for turn in range(3):
        assert DORIAN.between(line[0].pitch_midi, line[turn * size].pitch_midi) == 2 * turn


def test_a_register_shift_moves_octaves() -> None:
    assert [n.pitch_midi - 12 for n in THEME.notes] == [n.pitch_midi for n in become("register -1")]


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.5, 0.9, 1.0])
def test_thinning_leaves_the_important_notes_where_they_are(rate: float) -> None:
    line = become(f"thin {rate}")
    assert set(line) <= set(THEME.notes)
    assert line[0] == THEME.notes[0]
    assert len(line) == max(1, len(THEME.notes) - math.floor(rate * len(THEME.notes)))


def test_thinning_keeps_the_summit() -> None:
    assert max(n.pitch_midi for n in become("thin 0.7")) == max(n.pitch_midi for n in THEME.notes)


def test_rest_is_silent() -> None:
    assert become("rest") == ()


def test_a_clone_is_exact() -> None:
    assert become("clone") == THEME.notes


@cache
def themes() -> list[Theme]:
    return [compose_theme(ThemeSpec(), DORIAN, 4.0, stream(seed, "theme")) for seed in range(4)]


def mean_likeness(words: str) -> tuple[float, float]:
    """Compare many misprints of many themes with the whole themes: by intervals alone, and with the rhythm."""
    copies = [(t, become(words, t, seed)) for t in themes() for seed in range(25)]
    steps = [similarity(head(t.notes), head(copy)) for t, copy in copies]
    return float(np.mean(steps)), float(np.mean([likeness(t.notes, copy) for t, copy in copies]))


@pytest.mark.parametrize(
    "rates",
    [("0", "0.1", "0.3", "0.6", "1"), ("0 0", "0 0.2", "0.1 0.4", "0.3 0.7", "0.6 1", "1 1")],
    ids=["even", "growing"],
)
def test_misprints_are_recognized_at_first_and_deformed_later(rates: tuple[str, ...]) -> None:
    steps, whole = zip(*(mean_likeness(f"misprint {rate}") for rate in rates), strict=True)
    for likenesses in (steps, whole):
        assert likenesses[0] == 1.0
        assert all(before > after for before, after in pairwise(likenesses))
        assert likenesses[1] > 0.8
        assert likenesses[-1] < 0.65


@settings(max_examples=60)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(0, 99))
def test_what_a_worse_copy_leaves_right_a_better_one_left_right(a: float, b: float, c: float, seed: int) -> None:
    good, bad, worst = sorted((a, b, c))
    left = [set(become(f"misprint {rates}", seed=seed)) & set(THEME.notes) for rates in (f"{good} {bad}", worst)]
    assert left[1] <= left[0]


def test_a_growing_misprint_begins_well() -> None:
    third = len(THEME.notes) // 3
    kept = np.zeros(len(THEME.notes))
    for seed in range(200):
        copy = set(become("misprint 0 0.8", seed=seed))
        kept += [note in copy for note in THEME.notes]
    assert kept[:third].mean() > kept[third:-third].mean() + 20 > kept[-third:].mean() + 40


def test_the_copies_of_one_stay_come_from_one_plate() -> None:
    words = '["misprint 0 0.3", "misprint 0.3 0.6", "misprint 0.6 1"]'
    work = commission(small(text=SMALL.replace('theme = "statement"', f"theme = {words}")))
    state, left = work.scenes.state("opening"), []
    for turn in range(3):
        plan = plan_phrase(
            work, state, index=4 + turn, start_beats=0.0, turn=turn, tension=0.3, last_chord=None, running=None
        )
        left.append(set(plan.statement.notes) & set(work.theme.notes))
    assert left[0] > left[1] > left[2]


@pytest.mark.parametrize("seed", range(30))
def test_a_misprint_stays_in_time(seed: int) -> None:
    copy = become("misprint 0.6 1", seed=seed)
    assert copy[0].onset_beats == 0.0
    assert max(n.end_beats for n in copy) <= max(n.end_beats for n in THEME.notes) + 1e-9


@settings(max_examples=60)
@given(st.lists(st.sampled_from(TRANSFORMS), min_size=1, max_size=3), st.integers(0, 99))
def test_every_chain_gives_a_line_from_beat_zero(words: list[str], seed: int) -> None:
    amounts = {"augment": "2", "diminish": "2", "fragment": "5", "tail": "4", "sequence": "1", "register": "1"}
    amounts |= {"misprint": "0.4", "thin": "0.4"}
    line = become(" + ".join(f"{word} {amounts.get(word, '')}" for word in words), seed=seed)
    assert all(n.duration_beats > 0.0 and n.onset_beats >= 0.0 for n in line)
    assert [n.onset_beats for n in line] == sorted(n.onset_beats for n in line)
    assert not line or line[0].onset_beats == 0.0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("augmnt 2", "augment"),
        ("augment", "number"),
        ("augment 0.5", "1..16"),
        ("fragment 2.5", "whole"),
        ("invert 3", "no number"),
        ("misprint 2", "0..1"),
        ("misprint 0.5 0.2", "must not fall"),
        ("misprint 0.1 0.2 0.3", "one or two"),
        ("fragment 5 +", "empty step"),
        ("", "empty step"),
        ("thin nan", "0..1"),
    ],
)
def test_a_faulty_transform_is_named(text: str, word: str) -> None:
    with pytest.raises(ParameterError, match=word):
        parse_transform(text)


def test_a_transform_is_a_value() -> None:
    assert parse_transform("fragment 5 + augment 2") == parse_transform("fragment  5  +  augment 2.0")
    assert parse_transform("misprint 0.2") == parse_transform("misprint 0.2 0.2")
    assert isinstance(parse_transform("rest"), Transform)
