"""Whatever is asked, and whenever: bars follow each other, notes end, states last, and it all happens again."""

from itertools import pairwise

import pytest
from evenings import Evening, piece, play, requests
from hypothesis import given, settings
from hypothesis import strategies as st

from ambience.scene import SceneChange

NAMES = ("small", "single-piece", "battle", "oxygen")
UNTIL_S = 60.0


def asked(name: str) -> st.SearchStrategy[list[SceneChange]]:
    return requests(list(piece(name).states), UNTIL_S, cast=("lewis",) if name == "small" else ())


def facts(evening: Evening) -> list[tuple[object, ...]]:
    return [(w.bar.index, w.bar.start_s, w.bar.length_beats, w.bar.tempo_bpm, w.bar.state.name) for w in evening.bars]


@settings(max_examples=8, deadline=None)
@given(asked("small"))
def test_what_was_asked_live_happens_again_when_it_is_known_beforehand(changes: list[SceneChange]) -> None:
    live, again = (play("small", changes, UNTIL_S, live=live) for live in (True, False))
    assert facts(live) == facts(again)
    assert [w.notes for w in live.bars] == [w.notes for w in again.bars]
    scores = [evening.conductor.score(UNTIL_S) for evening in (live, again)]
    assert scores[0] == scores[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_plan_happens_again(name: str) -> None:
    @settings(max_examples=15, deadline=None)
    @given(asked(name))
    def alike(changes: list[SceneChange]) -> None:
        live, again = (play(name, changes, UNTIL_S, live=live, silent=True) for live in (True, False))
        assert [w.bar for w in live.bars] == [w.bar for w in again.bars]

    alike()


@pytest.mark.parametrize("name", NAMES)
def test_the_grid_is_never_broken_and_no_state_is_left_before_its_time(name: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(asked(name))
    def whole(changes: list[SceneChange]) -> None:
        bars = [written.bar for written in play(name, changes, UNTIL_S, live=True, silent=True).bars]
        for a, b in pairwise(bars):
            assert b.index == a.index + 1
            assert b.start_beats == pytest.approx(a.end_beats, abs=1e-9)
            assert b.start_s == pytest.approx(a.start_s + a.length_s, abs=1e-9)
            assert (4.0 * b.length_beats) % 1.0 == 0.0
            assert b.bridge is None or b.bridge.bar < b.bridge.bars <= 8
        asked_for = {change.state for change in changes}
        arrivals = [bar for bar in bars if bar.arrival]
        zeros_s = {round(bar.zero_s, 3) for bar in bars if bar.zero_s is not None}
        for here, after in pairwise(arrivals):
            if round(after.start_s, 3) in zeros_s:
                continue  # a deadline was moved there, and what waits for it comes with it
            if here.state.name in asked_for and after.state.name in asked_for:
                assert after.start_s - here.start_s >= here.state.min_dwell_s - 1e-6

    whole()


@settings(max_examples=10, deadline=None)
@given(asked("small"))
def test_no_note_is_stuck_or_outside_its_bar(changes: list[SceneChange]) -> None:
    for written in play("small", changes, UNTIL_S, live=True).bars:
        for timed in (timed for notes in written.notes for timed in notes):
            assert written.bar.start_beats - 1e-9 <= timed.note.onset_beats < written.bar.end_beats
            assert 0.0 < timed.end_s - timed.onset_s < 120.0
