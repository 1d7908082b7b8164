"""What comes over a wire: read strictly, refused in one line, and what is right asks for just that."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambience.errors import ParameterError
from ambience.live.wire import Message, id_of, read_json, wish_of
from ambience.live.wishes import Wish

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not valid JSON"),
        ("[]", "must be a JSON object"),
        ("{", "is not valid JSON"),
        (b"\xff\xfe", "is not UTF-8"),
        ('{"tension": NaN}', "NaN is not a number"),
        ('{"tension": -Infinity}', "-Infinity is not a number"),
        ('{"tension": 1e400}', "too large"),
        ('{"tension": ' + "9" * 5000 + "}", "too large"),
        ('{"tension": ' + "9" * 350 + "}", "too large"),
        ("[" * 60_000, "nested too deeply"),
        ('{"a":' * 10_000, "nested too deeply"),
        ('{"state": "a", "state": "b"}', "stands there twice"),
        ('{"tension": 0.5} {}', "is not valid JSON"),
    ],
)
def test_what_is_no_strict_json_object_is_refused_in_one_line(content: str | bytes, said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_json(content)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"stat": "battle"}, "stat = 'battle', is not a setting of a message. Did you mean 'state'?"),
        ({"tension": True}, "tension = true, must be a number"),
        ({"tension": "0.5"}, "tension = '0.5', must be a number"),
        ({"tension": None}, "tension = None, must be a number"),
        ({"tension": float("nan")}, "must be a finite number"),
        ({"level": 1.5}, "level = 1.5, must be at most 1"),
        ({"fade_s": -1, "tension": 1}, "fade_s = -1, must be at least 0"),
        ({"when": "baar", "state": "x"}, "Did you mean 'bar'?"),
        ({"state": 3}, "state = 3"),
        ({"state": "x" * 65}, "must not be longer than 64 characters"),
        ({"hold": 1}, "hold = 1, must be true or false"),
        ({"countdown_s": 0}, "countdown_s = 0, must be above 0"),
        ({"countdown_s": False}, "countdown_s = false, must be a number"),
        ({"version": 2, "tension": 1}, "version = 2"),
        ({"version": True, "tension": 1}, "version = true"),
        ({"id": [1], "tension": 1}, "must be a whole number or at most 64 printable characters"),
        ({"id": "\ud800", "tension": 1}, "must be a whole number or at most 64 printable characters"),
        ({"\ud800": 1}, "cannot be used"),
    ],
)
def test_a_wrong_message_is_refused_in_the_words_of_the_command_line(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        wish_of(table)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    str(caught.value).encode()  # it can be sent


@given(st.dictionaries(st.sampled_from([*Message.model_fields, "x"]), ANYTHING, max_size=4))
def test_whatever_comes_is_either_a_wish_or_refused(table: dict[str, Any]) -> None:
    try:
        assert isinstance(wish_of(read_json(json.dumps(table))), Wish)
    except ParameterError as error:
        assert "\n" not in str(error)
    id_of(table)


@given(st.binary(max_size=60))
def test_whatever_bytes_come_are_either_an_object_or_refused(content: bytes) -> None:
    try:
        assert isinstance(read_json(content), dict)
    except ParameterError as error:
        assert "\n" not in str(error)


def test_a_message_asks_for_what_it_says_and_nothing_else() -> None:
    assert wish_of({"state": "battle", "when": "beat", "fade_s": 2}) == Wish("battle", "beat", 2.0)
    assert wish_of({"id": 4, "version": 1, "tension": 0, "stinger": True}) == Wish(tension=0.0, stinger=True)
    assert wish_of({"countdown_s": 30, "hold": False}) == Wish(countdown_s=30.0, hold=False)
    assert wish_of({"countdown_s": None}) == Wish(call_off=True)
    assert wish_of({"cue": "lewis", "level": 0.5}) == Wish(cue="lewis", level=0.5)


def test_the_id_comes_back_even_if_the_rest_is_wrong() -> None:
    assert id_of({"id": 7, "tension": "x"}) == 7
    assert id_of({"id": "seven"}) == "seven"
    assert id_of({"id": True}) is None
    assert id_of({"id": "x" * 65}) is None
    assert id_of({}) is None
