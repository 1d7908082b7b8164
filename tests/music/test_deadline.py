"""A deadline climbs by itself, its cadence fills the last bars, and zero is the first beat of a bar, to the frame."""

import math

import pytest
from evenings import piece, play
from hypothesis import given, settings
from hypothesis import strategies as st

from ambience.music.form.deadline import Deadline, cadence, fit_bars, is_deadline
from ambience.music.scale import Scale
from ambience.scene import Controls, SceneChange, SceneState
from ambience.units import beats_to_s

CALM = Controls(tension=0.6, density=0.5)
WAITING = SceneState("x", CALM, (), harmony="suspense")
OTHER = SceneState("x", CALM, (), harmony="battle")
FRAME_S = 1.0 / 48_000
NAMES = ("small", "single-piece", "battle", "oxygen", "drift")
MOMENTS = st.integers(0, 187 * 60).map(lambda quantum: quantum / 187.5)


@pytest.mark.parametrize("state", [WAITING, OTHER])
def test_tension_climbs_to_the_announced_end(state: SceneState) -> None:
    deadline = Deadline(100.0, 130.0)
    line = [deadline.climb(CALM, 100.0 + s, state).tension for s in range(0, 31, 3)]
    assert line == sorted(line) and line[0] <= 0.6 < line[-1] <= 1.0
    assert deadline.climb(CALM, 160.0, state).tension == line[-1]


def test_great_tension_stays_within_its_range() -> None:
    tense = Controls(tension=1.0, density=1.0)
    assert Deadline(0.0, None).climb(tense, 99.0, WAITING) == tense
    assert Deadline(0.0, None).climb(tense, 99.0, OTHER) == tense


def test_the_cadence_resolves_its_suspension_into_the_leading_tone() -> None:
    scale = Scale(2, "harmonic_minor")
    suspended, dominant = cadence(scale, last=False), cadence(scale, last=True)
    assert suspended.bass_pc == dominant.bass_pc == 9
    assert 1 in dominant.pcs and 1 not in suspended.pcs


def test_suspense_is_a_deadline_and_nothing_else() -> None:
    assert is_deadline(WAITING) and not is_deadline(OTHER)


@given(st.floats(0.5, 600.0), st.floats(54.0, 170.0), st.sampled_from([2.0, 3.0, 3.5, 4.0, 5.0]))
def test_any_time_is_filled_with_bars_of_nearly_the_tempo(left_s: float, tempo_bpm: float, bar_beats: float) -> None:
    fit = fit_bars(left_s, tempo_bpm, bar_beats)
    beats = fit.length_beats + (fit.bars - 1) * bar_beats
    assert beats_to_s(beats, fit.tempo_bpm) == pytest.approx(left_s, abs=FRAME_S)
    assert fit.strain == pytest.approx(abs(math.log(fit.tempo_bpm / tempo_bpm)))
    bar_s = beats_to_s(bar_beats, tempo_bpm)
    assert fit.strain <= math.log(1.06) + 1e-9 or left_s < 2.0 * bar_s
    eighths = left_s / beats_to_s(0.5, tempo_bpm)
    assert fit.strain <= math.log(1.24) or eighths < 0.8
    if left_s > 9.0 * bar_s:
        assert fit.length_beats == bar_beats


@pytest.mark.parametrize("name", NAMES)
def test_zero_is_the_first_beat_of_a_bar_wherever_it_is_moved(name: str) -> None:
    moves = st.lists(st.tuples(MOMENTS, st.floats(0.5, 40.0)), min_size=1, max_size=5)

    @settings(max_examples=30, deadline=None)
    @given(moves, st.lists(st.tuples(MOMENTS, st.sampled_from(sorted(piece(name).states))), max_size=2))
    def lands(moves: list[tuple[float, float]], wishes: list[tuple[float, str]]) -> None:
        changes = [SceneChange(at_s, zero_s=at_s + left_s) for at_s, left_s in moves]
        changes += [SceneChange(at_s, state, when="beat") for at_s, state in wishes]
        changes.sort(key=lambda change: change.at_s)
        zeros = [change for change in changes if change.zero_s is not None]
        bars = [w.bar for w in play(name, changes, 105.0, live=True, silent=True).bars]
        for change, moved in zip(zeros, [*zeros[1:], None], strict=True):
            zero_s = change.zero_s or 0.0
            if moved is not None and moved.at_s < zero_s:
                continue
            landing = min(bars, key=lambda bar: abs(bar.start_s - zero_s))
            assert abs(landing.start_s - zero_s) < FRAME_S
            before = bars[landing.index - 1]
            assert landing.chord.root_pc == landing.scale.tonic_pc
            if before.start_s > change.at_s and before.bridge is None:
                assert before.chord.quality == "dominant7"
                assert before.zero_s == zero_s

    lands()


def test_the_ticks_divide_as_zero_comes_nearer() -> None:
    evening = play("single-piece", [SceneChange(4.0, "countdown"), SceneChange(20.0, zero_s=50.0)], 60.0, live=True)
    ticker = next(i for i, layer in enumerate(evening.work.layers) if layer.name == "ticker")
    rates = [len(w.notes[ticker]) / w.bar.length_beats for w in evening.bars if w.bar.zero_s and w.bar.start_s < 50.0]
    assert rates == sorted(rates) and rates[0] == 1.0 and rates[-1] == 4.0


def test_a_deadline_that_is_called_off_bends_nothing_any_more() -> None:
    changes = [SceneChange(5.0, zero_s=33.3), SceneChange(12.0, zero_s=-1.0)]
    bars = [w.bar for w in play("drift", changes, 60.0, live=True, silent=True).bars]
    assert all(bar.zero_s is None and bar.tempo_bpm == bars[0].tempo_bpm for bar in bars if bar.start_s > 12.0)


def test_what_the_script_planned_for_zero_begins_there_wherever_zero_is_moved() -> None:
    planned = play("battle", [], 30.0, live=True, silent=True)
    (zero_s,) = {w.bar.zero_s for w in planned.bars if w.bar.zero_s}
    for moved_s in (zero_s - 4.1, zero_s + 3.3):
        bars = [w.bar for w in play("battle", [SceneChange(6.0, zero_s=moved_s)], 40.0, live=True, silent=True).bars]
        arrival = next(bar for bar in bars if bar.arrival and bar.index)
        assert arrival.state.name == "battle"
        assert abs(arrival.start_s - moved_s) < FRAME_S
        assert arrival.impact


def test_the_tempo_map_tells_when_zero_is() -> None:
    score = play("drift", [SceneChange(5.0, zero_s=33.3)], 60.0, live=True).conductor.score(60.0)
    (beat,) = [tempo.at_beats for tempo in score.tempos if abs(tempo.at_s - 33.3) < FRAME_S]
    assert score.second_at(beat) == pytest.approx(33.3, abs=FRAME_S)
    assert score.beat_at(33.3) == pytest.approx(beat, abs=1e-4)
    for point in score.controls:
        assert score.second_at(point.at_beats) == pytest.approx(point.at_s, abs=1e-9)


@pytest.mark.parametrize("left_s", [0.57, 0.7, 0.9])
def test_everybody_can_play_the_shortest_bar_before_zero(left_s: float) -> None:
    changes = [SceneChange(6.0, "battle"), SceneChange(22.0, zero_s=22.0 + left_s)]
    evening = play("single-piece", changes, 30.0, live=True)
    (short,) = [w for w in evening.bars if w.bar.zero_s and w.bar.start_s > 22.0]
    assert short.bar.length_beats < 2.0
    assert any(short.notes)
    for timed in (timed for notes in short.notes for timed in notes):
        assert short.bar.start_beats <= timed.note.onset_beats < short.bar.end_beats
