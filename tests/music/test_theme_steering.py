"""A theme can be steered by words and locked by notes."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambience.errors import ParameterError
from ambience.music.harmony.chord_text import chords_text, parse_chords
from ambience.music.harmony.chords import Chord
from ambience.music.harmony.harmonize import weigh
from ambience.music.motif import head, motif_text, parse_motif
from ambience.music.scale import MODES, Scale
from ambience.music.theme import contour
from ambience.music.theme.character import CHARACTERS, mode_for, parse_character
from ambience.music.theme.critic import judge, judge_whole
from ambience.music.theme.memory import novelty
from ambience.music.theme.rhythm import kind_of
from ambience.music.theme.sketch import Sketch
from ambience.music.theme.spec import Candidate, Theme, ThemeSpec
from ambience.music.theme.theme import search_theme
from ambience.rng import stream

C_MINOR = Scale(0, "aeolian")
SEEDS = range(12)


@cache
def candidate(seed: int, character: str = "", mode: str = "aeolian") -> Candidate:
    return search_theme(ThemeSpec(character=character), Scale(0, mode), 4.0, stream(seed, "theme"))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_signature_leap_is_answered_by_a_step_the_other_way(seed: int) -> None:
    theme = candidate(seed).theme
    intervals = head(theme.notes, theme.head_notes)
    place = intervals.index(theme.signature_semitones)
    pitches = [note.pitch_midi for note in theme.notes]
    assert abs(theme.signature_semitones) >= 5
    assert intervals[place] * intervals[place + 1] < 0
    assert abs(theme.scale.between(pitches[place + 1], pitches[place + 2])) == 1


@pytest.mark.parametrize("character", ["", *CHARACTERS, "lonely hopeful"])
def test_every_character_keeps_the_rules(character: str) -> None:
    for seed in range(3):
        theme = candidate(seed, character).theme
        pitches = [note.pitch_midi for note in theme.notes]
        assert pitches.count(max(pitches)) == 1
        assert 0.6 <= theme.climax_share <= 0.75
        assert max(pitches) - min(pitches) <= 16
        assert pitches[-1] % 12 == 0
        assert (min(pitches), max(pitches)) >= (57, 57)
        assert max(pitches) <= 81


def heard(made_as: str, heard_as: str) -> float:
    """Points that themes of one character earn in the ear of another, chords included."""
    ear, totals = parse_character(heard_as), []
    for seed in SEEDS:
        theme = candidate(seed, made_as).theme
        pitches = [n.pitch_midi for n in theme.notes]
        events = [(n.onset_beats, n.duration_beats, theme.scale.between(60, n.pitch_midi)) for n in theme.notes]
        line = Sketch(tuple(events), theme.head_notes)
        merits = judge_whole(judge(line, pitches, 4.0, theme.bars, ear), line, pitches, 4.0 * theme.bars, ear)
        totals.append(merits.total + weigh(theme.chords, theme.notes, theme.scale, 4.0, (), ear.colors))
    return mean(totals)


@pytest.mark.parametrize(("one", "other"), [("menacing", "noble"), ("restless", "lonely"), ("solemn", "heroic")])
def test_each_of_two_characters_is_better_at_being_itself(one: str, other: str) -> None:
    assert heard(one, one) > heard(other, one) + 2.0
    assert heard(other, other) > heard(one, other) + 2.0


def test_menace_is_stranger_busier_and_falls_more_than_nobility() -> None:
    menacing, noble = ([candidate(seed, word).theme for seed in SEEDS] for word in ("menacing", "noble"))

    def strange(themes: list[Theme]) -> float:
        return mean([sum(chord.root_pc in (1, 6) for chord in t.chords) for t in themes])

    def falling(themes: list[Theme]) -> float:
        return mean([t.signature_semitones < 0 for t in themes])

    def long_beats(themes: list[Theme]) -> float:
        return mean([sum(n.duration_beats for n in t.notes if n.duration_beats >= 1.9) for t in themes])

    assert strange(menacing) > strange(noble) + 1.0
    assert falling(menacing) > falling(noble) + 0.25
    assert long_beats(menacing) < long_beats(noble) - 1.5


def test_a_character_is_heard_in_its_contour() -> None:
    def likeness(words: str, ear: str) -> float:
        lines = []
        for seed in SEEDS:
            t = candidate(seed, words).theme
            line = contour.sampled([n.onset_beats for n in t.notes], [n.pitch_midi for n in t.notes], 32.0)
            lines.append(max(contour.likeness(line, name) for name in parse_character(ear).contours))
        return mean(lines)

    assert likeness("heroic", "heroic") > likeness("menacing", "heroic") + 0.05
    assert likeness("menacing", "menacing") > likeness("heroic", "menacing") + 0.05


def test_two_words_stand_between_two_characters() -> None:
    one, other, both = (parse_character(text) for text in ("lonely", "heroic", "lonely, heroic"))
    assert one.notes_a_bar < both.notes_a_bar < other.notes_a_bar
    assert set(both.contours) == {*one.contours, *other.contours}
    assert set(both.modes) == set(one.modes) & set(other.modes)


@pytest.mark.parametrize(("text", "word"), [("nobel", "Did you mean 'noble'"), ("noble lonely tender", "at most 2")])
def test_an_unknown_character_is_named_in_one_line(text: str, word: str) -> None:
    with pytest.raises(ParameterError, match=word) as fault:
        parse_character(text)
    assert "\n" not in str(fault.value)


def test_every_row_of_the_table_names_things_that_exist() -> None:
    for character in CHARACTERS.values():
        assert set(character.contours) <= set(contour.CONTOURS)
        assert set(character.modes) <= set(MODES)
        assert {name for name, _ in character.cells} <= {"long", "dotted", "even", "quick", "snap"}
        assert len(character.starts) == 4
        assert sum(weight for _, weight in character.leaps) == pytest.approx(1.0)


def test_a_character_leans_to_a_mode_with_the_third_of_the_piece() -> None:
    menace, hope = parse_character("menacing"), parse_character("hopeful")
    assert mode_for(menace, "phrygian") == "phrygian"
    assert mode_for(menace, "ionian") == "phrygian_dominant"
    assert mode_for(hope, "aeolian") == "dorian"
    assert mode_for(parse_character(""), "locrian") == "locrian"


@pytest.mark.parametrize("name", contour.CONTOURS)
def test_a_contour_is_most_like_itself(name: str) -> None:
    points = contour.CONTOURS[name].points
    beats = np.arange(0.0, 32.0, 0.5)
    heights = np.interp(beats / 32.0, *zip(*points, strict=True))
    line = contour.sampled(beats.tolist(), heights.tolist(), 32.0)
    assert contour.nearest(line) == name
    assert contour.likeness(line, name) > 0.98
    assert max(points, key=lambda point: point[1])[0] == pytest.approx(0.67, abs=0.02)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_saying_a_thing_again_adds_nothing_new(tokens: list[int]) -> None:
    assert 0.0 < novelty(tokens) <= 1.0
    assert novelty(tokens * 4) < novelty(tokens) or len(tokens) == 1
    assert novelty([1] * 40) < 0.1


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ((3.0, 1.0), "long"),
        ((1.5, 0.5), "dotted"),
        ((0.5, 1.0), "snap"),
        ((1.0, 1.0), "even"),
        ((1.0, 0.5, 0.5), "quick"),
    ],
)
def test_a_cell_has_a_kind(cell: tuple[float, ...], kind: str) -> None:
    assert kind_of(cell) == kind


@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.sampled_from(["major", "minor", "diminished", "augmented", "fifth"])),
        max_size=12,
    )
)
def test_chords_are_read_as_they_are_written(drawn: list[tuple[int, str]]) -> None:
    chords = tuple(Chord(root_pc, quality, root_pc) for root_pc, quality in drawn)
    for scale in (Scale(0, "aeolian"), Scale(4, "ionian")):
        assert parse_chords(chords_text(chords, scale)) == chords


def test_a_chord_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ParameterError, match="'Hm'"):
        parse_chords("Cm Hm")


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 60), st.integers(0, 99), st.sampled_from(["", "noble", "menacing"]))
def test_a_locked_theme_is_the_same_whatever_the_seed(seed: int, other: int, character: str) -> None:
    found = candidate(seed % 12, character)
    theme = found.theme
    spec = ThemeSpec(
        form=found.form,  # type: ignore[arg-type]
        character=character,
        melody=parse_motif(motif_text(theme.notes)),
        chords=parse_chords(chords_text(theme.chords, theme.scale)),
        head_notes=theme.head_notes,
    )
    again = search_theme(spec, theme.scale, theme.bar_beats, stream(other, "theme"))
    assert again.theme == theme
    assert again.merits.total == pytest.approx(found.merits.total)


def test_a_melody_without_chords_is_harmonized() -> None:
    theme = candidate(3).theme
    bare = search_theme(ThemeSpec(melody=theme.notes), C_MINOR, 4.0, stream(0, "theme")).theme
    assert bare.notes == theme.notes
    assert len(bare.chords) == theme.bars
    assert bare.chords[-1].root_pc == 0
    assert bare.head_notes == theme.head_notes


def test_triplets_meet_their_bar_lines() -> None:
    notes = parse_motif("C4:1/3 D4:1/3 E4:1/3 " * 30 + "C4:2")
    assert notes[-1].onset_beats == 30.0
    assert parse_motif(motif_text(notes)) == notes


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        (ThemeSpec(melody=parse_motif("C4:4 D4:4 C4:4")), "3 bars"),
        (ThemeSpec(melody=parse_motif("C4:60 D4:60 C4:60")), "45 bars"),
        (ThemeSpec(melody=parse_motif("C4:8 C4:8")), "at least 3"),
        (ThemeSpec(melody=parse_motif("C4:8 D4:4 C4:4"), chords=parse_chords("Cm")), "one a bar, 4"),
        (ThemeSpec(melody=parse_motif("C4:8 D4:4 C4:4"), head_notes=4), "head = 4"),
        (ThemeSpec(melody=parse_motif("C4:8 D4:4 C4:4"), motif=parse_motif("C4:1")), "no room for a motif"),
    ],
)
def test_a_melody_that_is_no_theme_is_refused(spec: ThemeSpec, word: str) -> None:
    with pytest.raises(ParameterError, match=word):
        search_theme(spec, C_MINOR, 4.0, stream(0, "theme"))


def test_the_rhythm_of_the_head_comes_back() -> None:
    for seed in SEEDS:
        theme = candidate(seed).theme
        figures = [
            tuple(n.onset_beats % 4.0 for n in theme.notes if int(n.onset_beats / 4.0) == bar) for bar in range(8)
        ]
        assert figures.count(figures[0]) >= 2, seed
        assert any(abs(b - a) > 0 for a, b in pairwise([n.duration_beats for n in theme.notes[: theme.head_notes]]))
