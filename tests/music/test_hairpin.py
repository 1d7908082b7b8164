"""Hairpins: phrases grow and fade, and nothing ever jumps."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mini_conductor import plan

from ambience import plugins
from ambience.music.conducting.desk import Desk
from ambience.music.playing.hairpin import Pen, cut_short, hairpins, value_at
from ambience.music.score import Bar, Dynamics
from ambience.music.work import Layer
from ambience.plugins import MidiProfile

PARTS = ("melody", "chorale", "swell", "counter_line", "bass_line")


def shuffled(lengths: list[float], places: list[int]) -> list[Bar]:
    """Put random bars of random states one after the other."""
    bars, at_beats, at_s = [], 0.0, 0.0
    for index, (length, place) in enumerate(zip(lengths, places, strict=False)):
        bar = plan()[place % len(plan())]
        shift = at_beats - bar.start_beats
        phrase = dataclasses.replace(bar.phrase, start_beats=bar.phrase.start_beats + shift)
        bars.append(
            dataclasses.replace(
                bar, index=index, start_beats=at_beats, start_s=at_s, length_beats=length, phrase=phrase, fade_s=0.0
            )
        )
        at_beats, at_s = at_beats + length, at_s + bars[-1].length_s
    return bars


@pytest.mark.parametrize("name", PARTS)
@given(
    st.lists(st.sampled_from([2.5, 3.5, 4.0]), min_size=2, max_size=12),
    st.lists(st.integers(0, 100), min_size=12, max_size=12),
    st.lists(st.floats(0.2, 1.0), min_size=12, max_size=12),
)
def test_hairpins_never_jump_whatever_bars_follow_each_other(
    name: str, lengths: list[float], places: list[int], cuts: list[float]
) -> None:
    desk = Desk(Layer("x", plugins.build("parts", {"name": name}), MidiProfile(48, 0, 127), "strings"), 1)
    end: tuple[float, float] | None = None
    at_beats = 0.0
    for bar, cut in zip(shuffled(lengths, places), cuts, strict=False):
        shift = at_beats - bar.start_beats
        phrase = dataclasses.replace(bar.phrase, start_beats=bar.phrase.start_beats + shift)
        here = dataclasses.replace(bar, start_beats=at_beats, phrase=phrase)
        desk.dynamics(here)
        points = desk.dynamics(here)  # drawn twice, as a bar that is written anew is
        assert points[0][0] == here.start_beats and points[-1][0] == here.end_beats
        assert all(a < b for (a, _), (b, _) in pairwise(points))
        assert all(0.5 <= value <= 1.0 for _, value in points)
        assert end is None or points[0] == end
        stop = here.start_beats + 0.5 * round(2.0 * cut * here.length_beats)
        desk.cut(stop)
        end, at_beats = (cut_short(points, stop)[-1]), stop


@pytest.mark.parametrize("name", PARTS)
def test_within_a_phrase_a_part_joins_its_bars_by_itself(name: str) -> None:
    part = plugins.build("parts", {"name": name})
    assert isinstance(part, Dynamics)
    for left, right in pairwise(plan()):
        if left.phrase.index == right.phrase.index and left.length_beats == right.length_beats:
            assert part.dynamics(left)[-1] == pytest.approx(part.dynamics(right)[0])


@pytest.mark.parametrize("name", ["melody", "chorale", "bass_line"])
def test_a_phrase_grows_to_the_theme_s_climax_and_fades_at_its_end(name: str) -> None:
    part = plugins.build("parts", {"name": name, "hairpin": 0.4})
    bars = [bar for bar in plan() if bar.phrase.index == 0]
    points = [point for bar in bars for point in part.dynamics(bar)]
    start, top, end = points[0][1], max(value for _, value in points), points[-1][1]
    assert start == pytest.approx(end) == pytest.approx(0.6)
    assert top == pytest.approx(1.0)
    where = max(points, key=lambda point: point[1])[0] / bars[-1].end_beats
    assert 0.2 < where < 0.9


def test_a_phrase_that_leads_on_to_a_greater_one_does_not_sink_to_where_it_began() -> None:
    part = plugins.build("parts", {"name": "melody", "hairpin": 0.4})
    bars = [bar for bar in plan() if bar.phrase.index == 0]
    ends = {}
    for leads_on in (False, True):
        last = dataclasses.replace(bars[-1], phrase=dataclasses.replace(bars[-1].phrase, leads_on=leads_on))
        ends[leads_on] = part.dynamics(last)[-1][1]
    goes_on = dataclasses.replace(bars[0], phrase=dataclasses.replace(bars[0].phrase, led_on=True))
    assert ends[False] < ends[True] < 1.0
    assert part.dynamics(goes_on)[0][1] == ends[True]


def test_a_swell_is_largest_at_the_end_of_its_phrase() -> None:
    part = plugins.build("parts", {"name": "swell"})
    bars = [bar for bar in plan() if bar.phrase.index == 0]
    assert part.dynamics(bars[-1])[-1][1] == 1.0
    assert part.dynamics(bars[1])[-1][1] == pytest.approx(0.75)


def test_a_long_note_swells_and_a_short_one_does_not() -> None:
    bar = dataclasses.replace(plan()[1], tempo_bpm=50.0)
    spans = [(bar.start_beats, bar.start_beats + 3.0), (bar.start_beats + 3.0, bar.end_beats)]
    plain, swelled = hairpins(bar, 0.4), hairpins(bar, 0.4, spans)
    softer = [
        (1.0 - value_at(swelled, b)) / (1.0 - value_at(plain, b)) for b in bar.start_beats + np.array([0, 1.8, 3])
    ]
    assert softer == pytest.approx([1.0, 0.5, 1.0])
    assert len(swelled) == len(plain) + 2


def test_no_depth_is_no_hairpin() -> None:
    assert hairpins(plan()[0], 0.0) == ()
    assert Pen().draw(plan()[0], ()) == ()


def test_what_is_cut_short_ends_where_it_was() -> None:
    points = ((0.0, 0.5), (4.0, 1.0))
    assert cut_short(points, 1.0) == ((0.0, 0.5), (1.0, 0.625))
    assert cut_short(points, 9.0) == points
    assert cut_short((), 1.0) == ()
