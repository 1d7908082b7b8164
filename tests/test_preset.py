"""A preset is accepted whole or refused with one line for every fault."""

import dataclasses
import math
import tomllib
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from preset_example import (
    EFFECT,
    EXAMPLE,
    INSTRUMENT,
    OTHER_EFFECT,
    SETTING,
    document,
    leaves,
    replaced,
)

from ambience import plugins
from ambience.errors import ParameterError, PresetError
from ambience.music.harmony.chords import PLANS
from ambience.music.scale import MODES
from ambience.preset import Preset
from ambience.preset.file import parse
from ambience.preset.toml_lines import Path
from ambience.preset.words import Harmony, Mode
from ambience.scene import SceneChange, Transition

TABLE: dict[str, Any] = tomllib.loads(EXAMPLE)


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(PresetError) as caught:
        parse(text, "reef.toml")
    return caught.value.lines


def test_the_example_is_accepted_with_its_name_and_text() -> None:
    preset = parse(EXAMPLE, "somewhere/reef.toml")
    assert (preset.name, preset.text, preset.title) == ("reef", EXAMPLE, "Reef")
    assert preset.layers["floor"].instrument["name"] == INSTRUMENT
    assert preset.effects == {EFFECT: {"name": EFFECT}, "deep": {"name": OTHER_EFFECT}}


def test_every_plugin_table_that_is_accepted_can_be_built() -> None:
    preset = parse(EXAMPLE, "reef.toml")
    built = plugins.build("instruments", preset.layers["floor"].instrument)
    assert dataclasses.is_dataclass(built)
    assert isinstance(getattr(built, SETTING), float)


def test_scenes_say_what_the_file_says() -> None:
    scenes = parse(EXAMPLE, "reef.toml").scenes
    battle = scenes.state("battle")
    assert (battle.theme, battle.gains_db, battle.mode) == (("statement", "clone"), (("high", 3.0),), "phrygian")
    assert scenes.state("drift").theme == ("fragment 5 + augment 2",)
    assert scenes.state("drift").controls.space == 0.9
    assert scenes.transitions == (Transition("*", "battle", 2, True, True, 1.5, True),)
    wish = SceneChange(120.0, "battle", 2.0, "beat", 0.9, 0.5, ahead=True, cue="lewis", stinger=True, zero_s=150.0)
    assert scenes.script[1] == wish
    assert scenes.tension_curve[1] == (60.5, 0.6)


def test_without_a_script_the_form_is_left_to_the_composer() -> None:
    scenes = parse(document({k: v for k, v in TABLE.items() if k != "script"}), "reef.toml").scenes
    assert scenes.script == ()
    assert scenes.form == ()


def test_modes_and_harmonies_are_those_that_the_music_knows() -> None:
    assert get_args(Mode) == tuple(MODES)
    assert set(get_args(Harmony)) == set(PLANS)


BAD_VALUES = [
    ("gain_db = -3", "gian_db = -3", "reef.toml:21 [layers.floor]: gian_db = -3, ", "Did you mean 'gain_db'?"),
    ("gain_db = -3", "gain_db = true", "[layers.floor]: gain_db = true, must be a number", ""),
    ("pan = -0.5", "pan = '0'", "pan = '0', must be a number", ""),
    ("pan = -0.5", "pan = 1.5", "pan = 1.5, must be at most 1", ""),
    ("seed = 7", "seed = 7.0", "reef.toml:3: seed = 7.0, must be a whole number", ""),
    ("seed = 7", "seed = -1", "seed = -1, must be at least 0", ""),
    ("seed = 7", "seed = 9223372036854775808", "must be at most 9223372036854775807", ""),
    ("duration_s = 300.5", "duration_s = 1e9", "duration_s = 1000000000.0, must be at most 86400", "the limit is 24 h"),
    ("duration_s = 300.5", "duration_s = 0", "must be above 0", ""),
    ("duration_s = 300.5", "duration_s = 1e400", "duration_s = inf, must be a finite number", ""),
    ('tonic = "Eb"', 'tonic = "H"', "must be a note name", ""),
    ('mode = "dorian"', 'mode = "dorain"', "mode = 'dorain', must be", "Did you mean 'dorian'?"),
    ('"7/8"', '"7/6"', "[states.battle]: meter = '7/6', must be 2 to 15 quarters or eighths", ""),
    ('motif = "C4:1 G4:2"', 'motif = "C4:1"\nmidi = "a.mid"', "[theme]: has both motif and midi", ""),
    ('motif = "C4:1 G4:2"', 'midi = "../a.mid"', "must be a file in the preset's own folder", ""),
    ('highest = "D5"', 'highest = "C5"', "at least a twelfth", ""),
    ('highest = "D5"', 'highest = "B"', "must be a pitch", ""),
    ('layers = ["floor"]', "layers = []", "[states.drift]: layers = [], must not be empty", ""),
    ('layers = ["floor"]', 'layers = ["flor"]', "layers #1 = 'flor', is not a layer", "Did you mean 'floor'?"),
    ("{ high = 3 }", "{ hihg = 3 }", "[states.battle.gains_db]: hihg = 3, is not a layer", "Did you mean 'high'?"),
    (
        'rests = ["high"]',
        'rests = ["hihg"]',
        "[states.battle.stanzas #1]: rests #1 = 'hihg', is not a layer",
        "Did you mean 'high'?",
    ),
    ("deep = -6", "depe = -6", "[layers.floor.sends_db]: depe = -6, is sent to", "Did you mean 'deep'?"),
    ('to = "battle"', 'to = "batle"', "[transitions #1]: to = 'batle', is not a state", "Did you mean 'battle'?"),
    ('state = "battle"', 'state = "batle"', "[script #2]: state = 'batle', is not a", "Did you mean 'battle'?"),
    ("at_s = 120", "at_s = 0", "[script #2]: at_s = 0, must be later", ""),
    ("at_s = 0\n", "at_s = 1\n", "[script #1]: at_s = 1, must be 0", ""),
    ("[280, 0.1]", "[20, 0.1]", "tension #3 = [20, 0.1], must be later", ""),
    ("[280, 0.1]", "[280]", "tension #3 = [280], has too few values", ""),
    ("[280, 0.1]", "[280, 1.1]", "tension #3 #2 = 1.1, must be at most 1", ""),
    ('name = "film-bed"', 'name = "fimbed"', "[master]: name = 'fimbed', must be", "Did you mean 'film-bed'?"),
    ('stem = "drones"\n', "", "reef.toml:18 [layers.floor]: stem is missing", ""),
    ("[layers.high]", '[layers."hi gh"]', "[layers.'hi gh']: is not a usable name", ""),
    (f'name = "{OTHER_EFFECT}"', f'name = "{OTHER_EFFECT}x"', "[effects.deep]: name = ", f"mean '{OTHER_EFFECT}'?"),
]


@pytest.mark.parametrize(("old", "new", "rule", "hint"), BAD_VALUES, ids=[new for _, new, _, _ in BAD_VALUES])
def test_a_bad_value_is_named_with_its_rule(old: str, new: str, rule: str, hint: str) -> None:
    lines = faults_of(EXAMPLE.replace(old, new, 1))
    assert any(rule in line and hint in line for line in lines), lines
    assert all(line.startswith("reef.toml:") and "\n" not in line for line in lines)


def test_two_faults_are_two_lines_in_the_order_of_the_file() -> None:
    lines = faults_of(EXAMPLE.replace("pan = -0.5", "pan = 9").replace("tempo_bpm = 56", "tempo_bpm = 'x'"))
    assert [line.split(" = ")[0] for line in lines] == ["reef.toml:6: tempo_bpm", "reef.toml:22 [layers.floor]: pan"]


def test_a_fault_within_a_table_hides_none_between_tables() -> None:
    lines = faults_of(EXAMPLE.replace("pan = -0.5", "pan = 9").replace('to = "battle"', 'to = "x"'))
    assert len(lines) == 2


def test_an_empty_file_is_told_all_that_it_lacks() -> None:
    lines = faults_of("")
    assert len(lines) == 7
    assert all(line.startswith("reef.toml:1: ") and " is missing" in line for line in lines)


def test_no_layers_and_no_states_are_refused() -> None:
    lines = faults_of(document({**TABLE, "layers": {}, "states": {}}))
    assert sum("must not be empty" in line for line in lines) == 2


NUMBERS = [(path, value) for path, value in leaves(TABLE) if isinstance(value, int | float)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "0.5", [1], 1e300])
def test_no_number_accepts_what_is_no_number_in_range(value: object) -> None:
    for path, old in NUMBERS:
        if isinstance(old, bool) and value == 1e300:
            continue
        key = next(key for key in reversed(path) if isinstance(key, str))
        lines = faults_of(document(replaced(TABLE, path, value)))
        assert any(key in line for line in lines), (path, lines)


def test_every_misspelt_key_is_refused_and_guessed() -> None:
    named_by_hand = ("layers", "states", "cast", "effects", "sends_db", "gains_db")
    keys = {path[: i + 1] for path, _ in leaves(TABLE) for i in range(len(path)) if isinstance(path[i], str)}
    for path in sorted(keys, key=str):
        if (len(path) > 1 and path[-2] in named_by_hand) or path == ("effects", "deep", "name"):
            continue
        lines = faults_of(document(misspelt(TABLE, path)))
        assert any(f"Did you mean {path[-1]!r}" in line for line in lines), (path, lines)


def misspelt(table: Any, path: Path) -> Any:
    key, *rest = path
    if rest:
        return replaced(table, (key,), misspelt(table[key], tuple(rest)))
    return {(f"{name}x" if name == key else name): value for name, value in table.items()}


json_like = st.recursive(
    st.none().map(lambda _: "") | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
all_paths = sorted({path[:size] for path, _ in leaves(TABLE) for size in range(1, len(path) + 1)}, key=str)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(all_paths), json_like)
def test_any_value_anywhere_is_accepted_or_refused_in_words(path: Path, value: object) -> None:
    text = document(replaced(TABLE, path, value))
    try:
        preset = parse(text, "reef.toml")
    except PresetError as error:
        assert error.lines
        assert all(line.startswith("reef.toml:") and line.isprintable() and len(line) < 800 for line in error.lines)
    else:
        assert all(change.at_s == 0 for change in preset.scenes.script[:1])


def test_overriding_replaces_only_what_is_named() -> None:
    preset = parse(EXAMPLE, "reef.toml")
    other = preset.override(seed=8, duration_s=10, master="raw")
    assert (other.seed, other.duration_s, other.master.name, other.master.gain_db) == (8, 10.0, "raw", -4.0)
    assert (other.name, other.text, other.script) == (preset.name, preset.text, preset.script)
    assert preset.override() == preset


def test_holding_a_state_drops_the_script_and_the_drawn_tension() -> None:
    scenes = parse(EXAMPLE, "reef.toml").override(state="battle").scenes
    assert [(change.at_s, change.state) for change in scenes.script] == [(0.0, "battle")]
    assert scenes.tension_curve == ()


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        ({"duration_s": math.nan}, "--duration: duration_s = nan, must be a finite number"),
        ({"duration_s": -1.0}, "--duration: duration_s = -1.0, must be above 0"),
        ({"duration_s": 1e9}, "the limit is 24 h"),
        ({"seed": -1}, "--seed: seed = -1, must be at least 0"),
        ({"state": "batle"}, "--state: state = 'batle', is not a state of the preset. Did you mean 'battle'?"),
        ({"master": "strem"}, "--master: master = 'strem', must be"),
    ],
)
def test_a_bad_wish_is_refused_in_the_words_of_the_command_line(wish: dict[str, Any], line: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse(EXAMPLE, "reef.toml").override(**wish)
    assert line in str(caught.value)


def test_a_preset_cannot_be_changed() -> None:
    preset = parse(EXAMPLE, "reef.toml")
    with pytest.raises(ValueError, match="frozen"):
        preset.seed = 8  # type: ignore[misc]
    assert isinstance(preset, Preset)
