"""A preset has a script, or an order of its states, or neither; another length asks for another form."""

import tomllib
from typing import Any

import pytest
from preset_example import EXAMPLE, document

from ambience.errors import PresetError
from ambience.preset.file import parse

TABLE: dict[str, Any] = {key: value for key, value in tomllib.loads(EXAMPLE).items() if key != "script"}


def faults_of(table: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(PresetError) as caught:
        parse(document(table), "reef.toml")
    return caught.value.lines


def test_a_form_names_states_in_their_order() -> None:
    table = {**TABLE, "form": ["drift", "battle", "drift"]}
    assert parse(document(table), "reef.toml").scenes.form == ("drift", "battle", "drift")


@pytest.mark.parametrize(
    ("form", "line"),
    [
        (["drift", "batle"], "form #2 = 'batle', is not a state of the preset. Did you mean 'battle'?"),
        (["drift", "drift"], "form #2 = 'drift', repeats the state before it"),
    ],
)
def test_a_form_of_other_names_or_of_repeats_is_refused(form: list[str], line: str) -> None:
    lines = faults_of({**TABLE, "form": form})
    assert any(line in found for found in lines), lines


def test_a_form_beside_a_script_is_refused() -> None:
    lines = faults_of({**tomllib.loads(EXAMPLE), "form": ["drift"]})
    assert any("stands beside a script" in line for line in lines)


def test_a_script_and_a_curve_are_obeyed_in_a_piece_of_their_own_length_only() -> None:
    preset = parse(EXAMPLE, "reef.toml")
    longer = preset.override(duration_s=900.0)
    assert longer.scenes.script == ()
    assert longer.scenes.tension_curve == ()
    assert longer.scenes.form == ("drift", "battle")
    assert longer.override(duration_s=preset.duration_s).scenes == preset.scenes
    assert longer.scenes_in(longer.own_s) == preset.scenes


def test_a_held_state_is_held_for_any_length() -> None:
    held = parse(EXAMPLE, "reef.toml").override(state="battle")
    for length_s in (1.0, 900.0, 80_000.0):
        script = held.override(duration_s=length_s).scenes.script
        assert [(change.at_s, change.state, change.passage) for change in script] == [(0.0, "battle", None)]
