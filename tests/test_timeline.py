"""The timeline answers for any moment, past or to come, and costs the same after hours as at the start."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambience.scene import Controls, Passage, SceneChange, Scenes, SceneState
from ambience.timeline import SceneTimeline, in_thin_air

CALM = SceneState("calm", Controls(tension=0.2, density=0.5), ("a", "b"), swell=0.0)
WILD = SceneState("wild", Controls(tension=0.9, density=0.9), ("a",), gains_db=(("a", -6.0),), swell=0.0)
TIMES = np.arange(0.0, 300.0, 0.37)

changes = st.builds(
    SceneChange,
    at_s=st.floats(0.0, 250.0),
    state=st.sampled_from([None, "calm", "wild"]),
    fade_s=st.floats(0.0, 40.0),
    tension=st.none() | st.floats(0.0, 1.0),
    level=st.none() | st.floats(0.0, 1.0),
    ahead=st.booleans(),
)


def timeline(*, curve: tuple[tuple[float, float], ...] = ()) -> SceneTimeline:
    return SceneTimeline(Scenes((CALM, WILD), (), (SceneChange(0.0, "calm", ahead=True),), curve), ("a", "b"), 1)


@settings(max_examples=25, deadline=None)
@given(st.lists(changes, max_size=30), st.booleans())
def test_what_is_over_is_remembered_exactly(posted: list[SceneChange], drawn: bool) -> None:
    line = timeline(curve=((0.0, 0.1), (300.0, 0.8)) if drawn else ())
    for change in posted:
        line.post(change)
    times = TIMES[::9]
    whole = line.rows(times)
    single = [line.rows(times[i : i + 1]) for i in range(len(times))]
    for together, alone in zip(whole, zip(*single, strict=True), strict=True):
        assert np.array_equal(together, np.concatenate(alone))


def test_rows_of_the_past_stay_what_they_were() -> None:
    line = timeline()
    for i in range(40):
        line.post(SceneChange(5.0 * i, ("wild", "calm")[i % 2], 3.0, tension=0.02 * i))
    before = line.rows(TIMES[TIMES < 200.0])
    for i in range(400):
        line.post(SceneChange(200.0 + i, ("wild", None)[i % 2], 8.0, tension=0.5))
    line.rows(np.arange(590.0, 600.0, 0.1))
    for old, new in zip(before, line.rows(TIMES[TIMES < 200.0]), strict=True):
        assert np.array_equal(old, new)


def test_hours_of_changes_make_no_row_dearer() -> None:
    line, spent = timeline(), []
    for i in range(3000):
        at_s = 2.0 * i
        line.post(SceneChange(at_s, (None, "wild", "calm")[i % 3], 4.0, tension=0.3))
        began = time.perf_counter()
        line.rows(np.arange(at_s, at_s + 1.0, 0.05))
        spent.append(time.perf_counter() - began)
    assert np.median(spent[-300:]) < 2.0 * np.median(spent[100:400])


@pytest.mark.parametrize(
    "change",
    [
        SceneChange(10.0, zero_s=40.0),
        SceneChange(10.0, cue="lewis"),
        SceneChange(10.0, stinger=True),
        SceneChange(10.0, hold=True),
    ],
)
def test_a_change_that_names_no_state_and_no_value_moves_nothing(change: SceneChange) -> None:
    line, still = timeline(), timeline()
    line.post(change)
    for moved, kept in zip(line.rows(TIMES), still.rows(TIMES), strict=True):
        assert np.array_equal(moved, kept)


def test_the_curve_rules_where_the_form_leads_and_yields_to_a_wish() -> None:
    line = timeline(curve=((0.0, 0.0), (100.0, 1.0)))
    assert line.controls_at(50.0).tension == pytest.approx(0.5)
    line.post(SceneChange(60.0, "wild", 2.0))
    assert line.controls_at(70.0).tension == pytest.approx(0.9)
    line.post(SceneChange(80.0, "calm", 2.0, ahead=True))
    assert line.controls_at(90.0).tension == pytest.approx(0.9, abs=1e-9)  # the curve again
    assert line.controls_at(95.0).tension == pytest.approx(0.95)


def test_the_curve_can_be_drawn_on_without_touching_what_was() -> None:
    line = timeline()
    line.post(SceneChange(50.0, "wild", 2.0, ahead=True))
    before = line.rows(TIMES[TIMES < 100.0])
    line.draw(((100.0, 0.1), (200.0, 0.7)))
    line.post(SceneChange(101.0, "calm", 2.0, ahead=True))
    for old, new in zip(before, line.rows(TIMES[TIMES < 100.0]), strict=True):
        assert np.array_equal(old, new)
    assert line.controls_at(150.0).tension == pytest.approx(0.4)
    line.draw(((250.0, 0.2),))
    assert line.controls_at(225.0).tension == pytest.approx(0.45)


def test_who_asks_for_a_state_hears_a_part_of_it_at_once() -> None:
    wished, led = timeline(), timeline()
    wished.post(SceneChange(10.0, "wild", 8.0))
    led.post(SceneChange(14.0, "wild", 8.0, ahead=True))
    late = np.array([18.1])
    assert 0.4 < wished.controls_at(10.02).tension < 0.6  # on its way from 0.2 to 0.9
    assert led.controls_at(10.02).tension == pytest.approx(0.2, abs=1e-3)
    assert all(np.array_equal(a, b) for a, b in zip(wished.rows(late), led.rows(late), strict=True))


def test_who_asks_for_a_value_hears_it_move_as_softly_as_it_was_asked_for() -> None:
    line = timeline()
    line.post(SceneChange(10.0, None, 8.0, tension=0.9))
    assert line.controls_at(10.02).tension == pytest.approx(0.2, abs=1e-3)


@given(st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5))
def test_thin_air_is_darker_and_plenty_changes_nothing(values: list[float]) -> None:
    controls = np.array([values, [*values[:4], 1.0], [*values[:4], 0.0]])
    thin = in_thin_air(controls)
    assert np.array_equal(thin[1], controls[1])
    assert thin[2, 1] <= thin[0, 1] <= thin[1, 1]
    assert np.array_equal(np.delete(thin, 1, axis=1), np.delete(controls, 1, axis=1))


def test_a_passage_adds_to_the_density_of_its_state() -> None:
    line = timeline()
    line.post(SceneChange(10.0, "calm", 2.0, ahead=True, passage=Passage(density=0.2)))
    line.post(SceneChange(50.0, "wild", 2.0, ahead=True, passage=Passage(density=0.3)))
    assert line.controls_at(40.0).density == pytest.approx(0.7)
    assert line.controls_at(80.0).density == 1.0


def test_a_change_that_is_withdrawn_moves_nothing() -> None:
    line, still = timeline(), timeline()
    change = SceneChange(100.0, "wild", 4.0, ahead=True)
    line.post(change)
    line.withdraw(change, 50.0)
    for moved, kept in zip(line.rows(TIMES), still.rows(TIMES), strict=True):
        assert np.array_equal(moved, kept)
