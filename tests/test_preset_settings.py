"""The settings of plugins are judged by the declarations of their own classes."""

import pytest
from preset_example import EXAMPLE, INSTRUMENT, PART, SETTING, TOO_HIGH

from ambience import plugins
from ambience.errors import PresetError
from ambience.preset.file import parse
from ambience.preset.settings import settings_model


def only_fault(text: str) -> str:
    with pytest.raises(PresetError) as caught:
        parse(text, "reef.toml")
    (line,) = caught.value.lines
    return line


def with_instrument(settings: str, name: str = INSTRUMENT) -> str:
    line = next(line for line in EXAMPLE.split("\n") if line.startswith("instrument = "))
    return EXAMPLE.replace(line, f'instrument = {{ name = "{name}", {settings} }}')


WHERE = "reef.toml:20 [layers.floor.instrument]: "


def test_a_value_out_of_its_range_is_refused_with_its_meaning() -> None:
    line = only_fault(with_instrument(f"{SETTING} = {TOO_HIGH}"))
    field = settings_model("instruments", INSTRUMENT).model_fields[f"setting_{SETTING}"]
    assert line.startswith(f"{WHERE}{SETTING} = {TOO_HIGH}, must be at most ")
    assert str(field.description).rstrip(".") in line


@pytest.mark.parametrize("value", ["'x'", "true", "[1]", "{ a = 1 }"])
def test_a_value_of_another_kind_is_refused(value: str) -> None:
    line = only_fault(with_instrument(f"{SETTING} = {value}"))
    assert line.startswith("reef.toml:20 [layers.floor.instrument")
    assert "must be a number" in line


def test_an_unknown_setting_is_guessed() -> None:
    line = only_fault(with_instrument(f"{SETTING}x = 1"))
    assert line == f"{WHERE}{SETTING}x = 1, is not a setting of {INSTRUMENT}. Did you mean {SETTING!r}?"


def test_an_unknown_name_is_guessed_and_its_settings_are_not_judged() -> None:
    line = only_fault(with_instrument("whatever = 1", name=f"{INSTRUMENT}x"))
    assert line == f"{WHERE}name = '{INSTRUMENT}x', is not among the instruments. Did you mean {INSTRUMENT!r}?"


def test_a_rule_between_two_settings_is_told_where_they_stand() -> None:
    has_register = {"setting_lowest_midi", "setting_highest_midi"}
    for name in plugins.names("parts"):
        if has_register <= settings_model("parts", name).model_fields.keys():
            part = f'part = {{ name = "{name}", lowest_midi = 60, highest_midi = 50 }}'
            line = only_fault(EXAMPLE.replace(f'part.name = "{PART}"', part, 1))
            assert line.startswith("reef.toml:19 [layers.floor.part]: "), name
            assert "_midi" in line, name


def test_a_whole_number_becomes_the_kind_that_the_class_declares() -> None:
    layer = parse(with_instrument(f"{SETTING} = 1"), "reef.toml").layers["floor"]
    assert isinstance(layer.instrument[SETTING], float)
    assert set(layer.instrument) == {"name", SETTING}
