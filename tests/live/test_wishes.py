"""What may be asked of a session: one judge, whose every refusal is one line that names the value."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_piece import small

from ambience.errors import ParameterError
from ambience.live.wishes import Wish, judge

PIECE = small()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({}, "nothing is asked for"),
        ({"when": "beat"}, "nothing is asked for"),
        ({"state": "batle"}, "state = 'batle', is not a state of this preset. Did you mean 'battle'?"),
        ({"state": 7}, "state = 7"),
        ({"state": "battle", "when": "soon"}, "when = 'soon', must be one of now, beat, bar, phrase"),
        ({"state": "battle", "fade_s": -1}, "fade_s = -1"),
        ({"state": "battle", "fade_s": math.inf}, "fade_s = inf"),
        ({"tension": 1.01}, "tension = 1.01, must be a number from 0 to 1"),
        ({"tension": math.nan}, "tension = nan"),
        ({"tension": True}, "tension = True"),
        ({"level": "0.5"}, "level = '0.5'"),
        ({"countdown_s": 0}, "countdown_s = 0"),
        ({"countdown_s": 1e400}, "countdown_s = inf"),
        ({"countdown_s": 5, "call_off": True}, "cannot stand beside"),
        ({"stinger": 1}, "stinger = 1, must be true or false"),
        ({"hold": "yes"}, "hold = 'yes'"),
        ({"cue": 5}, "cue = 5"),
    ],
)
def test_what_cannot_be_met_is_refused_in_one_line(wish: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        judge(Wish(**wish), PIECE)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.floats(0.0, 1.0), st.floats(0.0, 600.0), st.floats(0.0, 1e5), st.floats(1e-3, 8e4))
def test_what_is_asked_for_reaches_the_music_as_it_was(tension: float, fade_s: float, at_s: float, to_s: float) -> None:
    change = judge(Wish("battle", "beat", fade_s, tension, hold=True, countdown_s=to_s), PIECE).change_at(at_s, 3.0)
    assert (change.at_s, change.state, change.when, change.fade_s, change.tension) == (
        at_s,
        "battle",
        "beat",
        fade_s,
        tension,
    )
    assert change.zero_s == 3.0 + to_s  # from what is heard, not from what is rendered
    assert change.hold is True


def test_calling_off_a_deadline_puts_it_before_the_moment() -> None:
    zero_s = judge(Wish(call_off=True), PIECE).change_at(0.0, 0.0).zero_s
    assert zero_s is not None
    assert zero_s < 0.0
