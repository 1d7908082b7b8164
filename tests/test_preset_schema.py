"""The schema that editors read says the same as the program."""

import json
from typing import get_args

from ambience import plugins
from ambience.preset.schema import COMMAND, FILE, preset_schema, schema_text
from ambience.preset.settings import settings_model
from ambience.preset.words import MasterName


def test_the_file_is_current() -> None:
    message = f"parts, instruments, effects or presets changed; run: {COMMAND}"
    assert FILE.is_file() and FILE.read_text(encoding="utf-8") == schema_text(), message


def test_every_setting_of_every_plugin_is_in_the_schema_and_explained() -> None:
    definitions = preset_schema()["$defs"]
    for kind in get_args(plugins.Kind):
        assert definitions[kind]["properties"]["name"]["enum"] == list(plugins.names(kind))
        for name in plugins.names(kind):
            written = definitions[f"{kind}.{name}"]["properties"]
            assert set(written) == {field.alias for field in settings_model(kind, name).model_fields.values()}
            assert all(setting.get("description") for setting in written.values()), (kind, name)


def test_every_reference_leads_somewhere() -> None:
    schema = preset_schema()
    text = json.dumps(schema)
    names = {part.split('"')[0] for part in text.split('"$ref": "#/$defs/')[1:]}
    assert names <= set(schema["$defs"])


def test_every_key_of_the_preset_is_explained() -> None:
    assert all(part.get("description") for part in preset_schema()["properties"].values())


def test_masters_are_those_that_the_sound_knows() -> None:
    from ambience.sound.master import MASTERS

    assert set(get_args(MasterName)) == set(MASTERS)
