"""What every theme must be, whatever the seed."""

from functools import cache
from itertools import pairwise

import pytest

from ambience.errors import ParameterError
from ambience.music.harmony.chords import distance, triad
from ambience.music.harmony.harmonize import structural, supports
from ambience.music.motif import head, parse_motif
from ambience.music.scale import Scale
from ambience.music.theme.sketch import layout
from ambience.music.theme.spec import Theme, ThemeSpec
from ambience.music.theme.theme import compose_theme
from ambience.rng import stream

SHAPES = [
    (ThemeSpec(), Scale(2, "dorian"), 4.0),
    (ThemeSpec(form="period"), Scale(9, "aeolian"), 4.0),
    (ThemeSpec(form="sentence"), Scale(5, "lydian"), 3.5),
    (ThemeSpec(bars=12), Scale(0, "phrygian"), 5.0),
    (ThemeSpec(bars=16), Scale(7, "aeolian"), 4.0),
    (ThemeSpec(bars=5, form="period"), Scale(4, "harmonic_minor"), 3.0),
]


@cache
def theme(seed: int, shape: int = 0) -> Theme:
    spec, scale, bar_beats = SHAPES[shape]
    return compose_theme(spec, scale, bar_beats, stream(seed, "theme"))


def dorian() -> list[Theme]:
    return [theme(seed) for seed in range(50)]


CASES = [(seed, 0) for seed in range(50)] + [(seed, shape) for shape in range(1, len(SHAPES)) for seed in range(3)]


def test_fifty_seeds_have_fifty_motifs() -> None:
    motifs = {(head(t.notes, t.head_notes), tuple(n.onset_beats for n in t.notes[: t.head_notes])) for t in dorian()}
    assert len(motifs) == 50
    assert len({head(t.notes, t.head_notes) for t in dorian()}) >= 45  # by intervals alone


def test_the_same_seed_gives_the_same_theme() -> None:
    assert theme.__wrapped__(11) == theme(11)


@pytest.mark.parametrize(("seed", "shape"), CASES)
def test_a_theme_keeps_the_rules(seed: int, shape: int) -> None:
    t = theme(seed, shape)
    pitches = [n.pitch_midi for n in t.notes]
    summit = max(pitches)
    assert pitches.count(summit) == 1
    assert 0.6 <= t.climax_share <= 0.75
    assert summit - min(pitches) <= 16
    assert ThemeSpec().lowest_midi <= min(pitches)
    assert summit <= ThemeSpec().highest_midi
    assert pitches[-1] % 12 == t.scale.tonic_pc
    assert t.chords[-1] == triad(t.scale, 0)
    assert len(t.chords) == t.bars
    assert 3 <= t.head_notes <= 7
    assert t.notes[t.head_notes - 1].end_beats <= 2.0 * t.bar_beats + 1e-9
    assert all(t.scale.contains(pitch) for pitch in pitches)
    assert t.notes[0].onset_beats == 0.0
    assert t.notes[-1].end_beats <= t.bars * t.bar_beats
    assert all(before.end_beats <= after.onset_beats + 1e-9 for before, after in pairwise(t.notes))


def test_themes_move_mostly_by_step_with_a_leap_to_know_them_by() -> None:
    shares = []
    for t in dorian():
        intervals = head(t.notes)
        shares.append(sum(1 <= abs(i) <= 2 for i in intervals) / len(intervals))
        assert any(abs(i) >= 5 for i in head(t.notes, t.head_notes))
        assert max(abs(i) for i in intervals) <= 16
    assert 0.55 <= sum(shares) / len(shares) <= 0.72
    assert min(shares) > 0.35


def test_themes_are_broad() -> None:
    for t in dorian():
        long_beats = sum(n.duration_beats for n in t.notes if n.duration_beats >= 1.5)
        assert long_beats >= 0.45 * t.bars * t.bar_beats
        assert 1.3 <= len(t.notes) / t.bars <= 4.0


def test_long_notes_are_carried_by_their_chord() -> None:
    carried = total = 0
    for t in (theme(*case) for case in CASES):
        for note, following in pairwise([*t.notes, t.notes[-1]]):
            bar, next_bar = (int(n.onset_beats / t.bar_beats + 1e-9) for n in (note, following))
            if structural(note, t.bar_beats):
                total += 1
                carried += supports(t.chords[bar], note, following if bar == next_bar else None)
    assert carried >= 0.995 * total


def test_harmony_goes_once_to_a_chromatic_mediant_or_beyond() -> None:
    away = [sum(distance(a, b) > 1.55 for a, b in pairwise(t.chords)) for t in dorian()]
    assert sum(1 <= count <= 3 for count in away) >= 48


def test_a_period_is_open_at_half() -> None:
    for seed in range(3):
        t = theme(seed, 1)
        half = [n for n in t.notes if n.onset_beats < t.bars * t.bar_beats / 2.0]
        assert half[-1].pitch_midi % 12 != t.scale.tonic_pc


@pytest.mark.parametrize("form", ["sentence", "period"])
@pytest.mark.parametrize("head_bars", [1, 2, 3])
@pytest.mark.parametrize("bars", range(6, 33))
def test_members_fill_the_theme(form: str, head_bars: int, bars: int) -> None:
    members = layout(form, bars, head_bars)
    assert sum(length for _, length in members) == bars
    assert all(length >= 1 for _, length in members)
    assert (members[0][0], members[-1][0]) == ("head", "cadence")


def test_a_given_motif_is_the_head_as_it_is() -> None:
    motif = parse_motif("D4:1.5 F#4:0.5 A4:2 R:1 Bb4:3")
    t = compose_theme(ThemeSpec(motif=motif), Scale(2, "aeolian"), 4.0, stream(1, "theme"))
    assert [(n.onset_beats, n.duration_beats, n.pitch_midi) for n in t.notes[:4]] == [
        (n.onset_beats, n.duration_beats, n.pitch_midi) for n in motif
    ]
    assert t.head_notes == 4
    assert t.notes[-1].pitch_midi % 12 == 2
    assert len(t.notes) > 12


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        (ThemeSpec(bars=3), "bars = 3"),
        (ThemeSpec(lowest_midi=60, highest_midi=70), "highest_midi = 70"),
        (ThemeSpec(form="rondo"), "form = 'rondo'"),  # type: ignore[arg-type]
        (ThemeSpec(motif=parse_motif("C4:32")), "half the theme"),
    ],
)
def test_impossible_wishes_are_named(spec: ThemeSpec, word: str) -> None:
    with pytest.raises(ParameterError, match=word):
        compose_theme(spec, Scale(0, "aeolian"), 4.0, stream(1, "theme"))
