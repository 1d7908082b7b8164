"""The JSON schema of a preset, by which editors complete and check; `python -m ambience.preset.schema` writes it."""

import json
from pathlib import Path
from typing import Any

from ambience.plugins import Kind, names
from ambience.preset import Preset
from ambience.preset.settings import settings_model

FILE = Path(__file__).parents[1] / "preset.schema.json"
COMMAND = "python -m ambience.preset.schema"

_Schema = dict[str, Any]
_KINDS: tuple[Kind, ...] = ("parts", "instruments", "effects")


def schema_text() -> str:
    """Return the schema as the file holds it."""
    return json.dumps(preset_schema(), indent=1, ensure_ascii=False) + "\n"


def preset_schema() -> _Schema:
    """Return the schema: the preset's own tables, and the settings of all that a layer or a send can name."""
    schema = Preset.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    for kind in _KINDS:
        definitions |= {f"{kind}.{name}": _settings(kind, name) for name in names(kind)}
        definitions[kind] = _named(kind)
    layer = definitions["Layer"]["properties"]
    layer["part"] |= {"$ref": "#/$defs/parts"}
    layer["instrument"] |= {"$ref": "#/$defs/instruments"}
    effects = schema["properties"]["effects"]
    effects["propertyNames"] = {"pattern": next(iter(effects.pop("patternProperties")))}
    effects["properties"] = {name: _named_by_key(name) for name in names("effects")}
    effects["additionalProperties"] = {"$ref": "#/$defs/effects"}
    tidy = _tidied(schema)
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "ambience preset", **tidy}


def _settings(kind: Kind, name: str) -> _Schema:
    schema = settings_model(kind, name).model_json_schema(by_alias=True)
    schema["required"].remove("name")  # demanded where the name is not already the key
    return schema


def _named(kind: Kind) -> _Schema:
    """Let the name decide which settings there are."""
    return {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"enum": list(names(kind))}},
        "allOf": [_if_named(kind, name) for name in names(kind)],
    }


def _if_named(kind: Kind, name: str) -> _Schema:
    named = {"type": "object", "properties": {"name": {"const": name}}, "required": ["name"]}
    return {"if": named, "then": {"$ref": f"#/$defs/{kind}.{name}"}}


def _named_by_key(name: str) -> _Schema:
    """Let an effect that names nothing be the one after which its table is called."""
    return {
        "if": {"required": ["name"]},
        "then": {"$ref": "#/$defs/effects"},
        "else": {"$ref": f"#/$defs/effects.{name}"},
    }


def _tidied(node: Any, *, names_fields: bool = False) -> Any:
    """Drop what tells an editor nothing: generated titles, empty defaults, the null that TOML cannot write."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    if names_fields:
        return {key: _tidied(value) for key, value in node.items()}
    kept = {key: value for key, value in node.items() if not _says_nothing(key, value)}
    choices = [choice for choice in kept.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept |= choices[0]
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    if "prefixItems" in kept:  # as draft 7, which editors for TOML know, writes it
        kept["items"] = kept.pop("prefixItems")
    return {key: _tidied(value, names_fields=key in ("properties", "$defs")) for key, value in kept.items()}


def _says_nothing(key: str, value: object) -> bool:
    return key in ("title", "default") and (key == "title" or value in ("", None, []) or isinstance(value, dict))


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
