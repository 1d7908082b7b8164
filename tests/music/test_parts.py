"""One suite for every part: what a conductor may rely on, whatever the way of playing."""

import dataclasses
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from mini_conductor import HEAD, Performance, perform, plan

from ambience import plugins, rng
from ambience.music.score import Note
from ambience.scene import Controls

PARTS = plugins.names("parts")
WORDS = {"sustain", "marcato", "staccato", "tremolo", "pizzicato", "swell", "inhale", "exhale", "roll"}


def _build(name: str, **settings: Any) -> Any:
    return plugins.build("parts", {"name": name, **settings})


def _with_controls(**controls: float) -> Any:
    return tuple(dataclasses.replace(bar, controls=Controls(**controls)) for bar in plan())


def _overlaps(performance: Performance) -> list[tuple[Note, Note]]:
    notes = sorted(performance.notes, key=lambda n: (n.pitch_midi, n.onset_beats))
    return [(a, b) for a, b in pairwise(notes) if a.pitch_midi == b.pitch_midi and a.end_beats > b.onset_beats + 1e-6]


@pytest.fixture(scope="module", params=PARTS)
def played(request: pytest.FixtureRequest) -> tuple[str, Performance]:
    return request.param, perform(_build(request.param))


def test_notes_begin_within_their_bar_and_in_order(played: tuple[str, Performance]) -> None:
    for bar, notes in zip(played[1].bars, played[1].written, strict=True):
        assert all(bar.start_beats <= note.onset_beats < bar.end_beats for note in notes)
        assert [n.onset_beats for n in notes] == sorted(n.onset_beats for n in notes)


def test_notes_are_finite_and_playable(played: tuple[str, Performance]) -> None:
    for note in played[1].notes:
        assert math.isfinite(note.onset_beats + note.duration_beats + note.detune_cents)
        assert note.duration_beats > 0.0 and 0.0 < note.velocity <= 1.0
        assert isinstance(note.pitch_midi, int) and 12 <= note.pitch_midi <= 120
        assert note.articulation in WORDS


def test_something_is_played_and_never_the_same_force(played: tuple[str, Performance]) -> None:
    notes = played[1].notes
    assert notes
    assert len({round(note.velocity, 4) for note in notes}) > 0.8 * len(notes)


def test_no_pitch_is_struck_while_it_sounds(played: tuple[str, Performance]) -> None:
    assert not _overlaps(played[1])


@pytest.mark.parametrize("name", PARTS)
def test_no_pitch_is_struck_while_it_sounds_even_if_only_the_last_bar_is_remembered(name: str) -> None:
    assert not _overlaps(perform(_build(name), blind=True))


def test_nothing_written_in_the_last_bar_outlasts_it(played: tuple[str, Performance]) -> None:
    bar, notes = played[1].bars[-1], played[1].written[-1]
    assert bar.ending and all(note.end_beats <= bar.end_beats + 1e-9 for note in notes)


def test_the_same_bar_is_written_the_same_way_again(played: tuple[str, Performance]) -> None:
    name, performance = played
    assert perform(_build(name)).written == performance.written


def test_chance_depends_on_the_seed(played: tuple[str, Performance]) -> None:
    name, performance = played
    assert perform(_build(name), seed=2).written != performance.written


def test_notes_keep_to_the_register(played: tuple[str, Performance]) -> None:
    name, performance = played
    part = _build(name)
    if hasattr(part, "lowest_midi"):
        assert all(part.lowest_midi <= note.pitch_midi <= part.highest_midi for note in performance.notes)


@pytest.mark.parametrize("name", PARTS)
def test_another_register_is_respected_too(name: str) -> None:
    fields = {field.name for field in dataclasses.fields(plugins.find("parts", name))}
    if "lowest_midi" in fields:
        part = _build(name, lowest_midi=49, highest_midi=62)
        assert all(49 <= note.pitch_midi <= 62 for note in perform(part).notes)


@pytest.mark.parametrize("name", PARTS)
def test_the_same_number_of_values_is_drawn_on_every_path(name: str) -> None:
    part, ends = _build(name), []
    for tension in (0.0, 0.5, 1.0):
        for bar in _with_controls(tension=tension, density=tension)[::7]:
            draws = rng.stream(1, "x")
            part.compose(bar, draws)
            ends.append(draws.bit_generator.state)
    assert all(end == ends[0] for end in ends)


@pytest.mark.parametrize("name", sorted(set(PARTS) - {"riser", "impact"}))
def test_tension_is_heard(name: str) -> None:
    calm, tense = (perform(_build(name), bars=_with_controls(tension=t)).notes for t in (0.1, 0.9))
    force = [sum(note.velocity for note in notes) for notes in (calm, tense)]
    assert force[1] > force[0]


@pytest.mark.parametrize("name", PARTS)
def test_every_setting_is_documented_and_within_its_bounds(name: str) -> None:
    for field in dataclasses.fields(plugins.find("parts", name)):
        bounds = field.metadata
        assert bounds["doc"], field.name
        if isinstance(field.default, (int, float)):
            assert bounds.get("low", -math.inf) <= field.default <= bounds.get("high", math.inf)


def test_at_every_moment_a_drone_sounds() -> None:
    for blind in (False, True):
        performance = perform(_build("drone_bed"), blind=blind)
        sounding_to = 0.0
        for note in performance.notes:
            assert note.onset_beats <= sounding_to + 1e-6
            sounding_to = max(sounding_to, note.end_beats)
        assert sounding_to >= performance.bars[-1].end_beats


def test_drone_voices_never_change_together() -> None:
    onsets = [note.onset_beats for note in perform(_build("drone_bed")).notes]
    assert min(np.diff(sorted(onsets))) > 0.4


def test_the_ostinato_keeps_its_rhythm_through_a_phrase() -> None:
    performance = perform(_build("ostinato", fill=1.0))
    bars = [
        tuple(sorted({round(n.onset_beats - bar.start_beats, 3) for n in notes if n.articulation == "marcato"}))
        for bar, notes in zip(performance.bars, performance.written, strict=True)
        if bar.state.name == "battle" and bar.length_beats == 3.5 and bar.phrase.bars == 8
    ]
    assert len(set(bars[:8])) == 1
    assert len(bars[0]) >= 3


def test_the_ostinato_builds() -> None:
    performance = perform(_build("ostinato"), bars=_with_controls(tension=0.7, density=0.5))
    battle = [n for b, n in zip(performance.bars, performance.written, strict=True) if b.state.name == "battle"]
    assert len(battle[7]) > len(battle[0])


@pytest.mark.parametrize(("level", "low", "high"), [(1.0, 8.0, 13.0), (0.5, 15.0, 24.0), (0.1, 22.0, 34.0)])
def test_breathing_quickens_as_level_falls(level: float, low: float, high: float) -> None:
    bars = [dataclasses.replace(bar, controls=Controls(level=level)) for bar in plan()[:12]]
    steady = tuple(
        dataclasses.replace(bar, tempo_bpm=72.0, bridge=None, start_s=bar.index * 4.0 * 60.0 / 72.0) for bar in bars
    )
    notes = perform(_build("breath"), bars=steady).notes
    inhales = [n for n in notes if n.articulation == "inhale"]
    exhales = [n for n in notes if n.articulation == "exhale"]
    assert low <= len(inhales) / (12 * 4.0 / 72.0) <= high
    assert abs(len(inhales) - len(exhales)) <= 1
    assert all(n.onset_beats % 0.5 == 0.0 for n in inhales)
    ratio = np.mean([n.duration_beats for n in inhales]) / np.mean([n.duration_beats for n in exhales])
    assert ratio == pytest.approx(40.0 / 60.0, rel=0.01)


@pytest.mark.parametrize("name", ["breath", "heart"])
def test_the_body_is_still_when_nothing_is_left(name: str) -> None:
    assert not perform(_build(name), bars=_with_controls(level=0.0)).notes


@pytest.mark.parametrize(("level", "low", "high"), [(1.0, 50.0, 75.0), (0.1, 90.0, 125.0)])
def test_the_heart_quickens_as_level_falls(level: float, low: float, high: float) -> None:
    bars = tuple(
        dataclasses.replace(bar, controls=Controls(level=level), tempo_bpm=72.0, bridge=None) for bar in plan()[:12]
    )
    assert low <= len(perform(_build("heart"), bars=bars).notes) / (48.0 / 72.0) <= high


@pytest.mark.parametrize(("tension", "ticks"), [(0.1, 4), (0.6, 8), (0.95, 16)])
def test_the_clock_divides_the_beat_as_tension_rises(tension: float, ticks: int) -> None:
    assert len(perform(_build("ticker"), bars=_with_controls(tension=tension)).written[0]) == ticks


@pytest.mark.parametrize("role", ["pulse", "accents", "fills", "rolls"])
def test_every_role_of_the_drums_keeps_the_contract(role: str) -> None:
    performance = perform(_build("percussion", role=role))
    assert performance.notes and not _overlaps(performance)
    hits = [bar.start_beats for bar in performance.bars if bar.impact]
    assert set(hits) <= {note.onset_beats for note in performance.notes}


def test_the_riser_fills_the_bridge_up_to_its_silence() -> None:
    performance = perform(_build("riser"))
    bar, notes = next((b, n) for b, n in zip(performance.bars, performance.written, strict=True) if b.bridge)
    assert [(n.onset_beats, n.end_beats) for n in notes] == [(bar.start_beats, bar.end_beats - 1.0)]


def test_the_impact_comes_exactly_where_it_was_prepared() -> None:
    performance = perform(_build("impact"))
    assert [n.onset_beats for n in performance.notes] == [b.start_beats for b in performance.bars if b.impact]


def test_a_swell_ends_at_a_bar_line_or_at_the_silence_before_a_state() -> None:
    performance = perform(_build("swell"))
    for bar, notes in zip(performance.bars, performance.written, strict=True):
        silence = bar.bridge.silence_beats if bar.bridge else 0.0
        assert all(n.end_beats == pytest.approx(bar.end_beats - silence) for n in notes)


def test_a_tense_stab_is_a_cluster() -> None:
    performance = perform(_build("brass_stab", fragment_bars=0), bars=_with_controls(tension=0.95, density=1.0))
    chords = [sorted(n.pitch_midi for n in notes) for notes in performance.written if len(notes) >= 3]
    assert any(1 in np.diff(sorted(set(chord))) for chord in chords)


def test_the_counter_line_mostly_goes_against_the_theme() -> None:
    against = moves = 0
    for seed in range(6):
        performance = perform(_build("counter_line"), seed=seed, bars=_with_controls(density=1.0))
        lines = [
            (bar, notes[0].pitch_midi)
            for bar, notes in zip(performance.bars, performance.written, strict=True)
            if notes
        ]
        for (_, before), (bar, here) in pairwise(lines):
            theme = [n.pitch_midi for n in bar.theme.notes]
            if len(theme) > 1 and theme[-1] != theme[0] and here != before:
                moves += 1
                against += (theme[-1] - theme[0]) * (here - before) < 0
    assert against > 0.55 * moves


def test_piano_figures_are_sparse_when_density_is_low() -> None:
    few, many = (len(perform(_build("piano_figure"), bars=_with_controls(density=d)).notes) for d in (0.1, 0.9))
    assert 2 * few < many


@pytest.mark.parametrize(("name", "least_s", "most_s"), [("bells", 3.5, 14.0), ("hull", 9.0, 45.0)])
def test_rare_events_are_as_rare_as_promised(name: str, least_s: float, most_s: float) -> None:
    settings = {"echo": 0.0} if name == "bells" else {}
    for density in (0.0, 0.5, 1.0):
        counts = [
            len(perform(_build(name, **settings), seed=seed, bars=_with_controls(density=density)).notes)
            for seed in range(8)
        ]
        length_s = plan()[-1].start_s
        assert least_s <= length_s / np.mean(counts) <= most_s


@pytest.mark.parametrize(("groan", "words"), [(0.0, {"marcato"}), (0.5, {"marcato", "swell"}), (1.0, {"swell"})])
def test_the_hull_is_struck_where_it_does_not_groan(groan: float, words: set[str]) -> None:
    hull = _build("hull", groan=groan, often_s=4.0, seldom_s=8.0)
    assert {note.articulation for seed in range(8) for note in perform(hull, seed=seed).notes} == words


def test_the_fixture_has_a_theme_worth_testing() -> None:
    assert len(HEAD) >= 3 and max(abs(step) for step in HEAD) >= 5
    assert {bar.length_beats for bar in plan()} == {4.0, 3.5, 5.0, 2.5}
