"""What there is to choose from: presets, states, parts, instruments and effects; listed without importing them."""

import dataclasses
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

from ambience import plugins
from ambience.preset.bundled import bundled
from ambience.preset.words import MasterName

_KINDS: tuple[plugins.Kind, ...] = ("parts", "instruments", "effects")
_CLASS = r'^class {name}\b[^\n]*:\n\s+"""(.+?)(?:"""|$)'


def presets() -> list[dict[str, Any]]:
    """Collect the bundled presets: name, title, length, seed, states; a broken one is listed by its name."""
    found = []
    for name, path in bundled().items():
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError):
            table = {}
        entry = {key: table.get(key) for key in ("title", "duration_s", "seed")}
        found.append({"name": name, **entry, "states": list(table.get("states", {}))})
    return found


def catalog() -> dict[str, Any]:
    """Collect everything, with the settings of every part, instrument and effect."""
    ready = presets()
    found: dict[str, Any] = {kind: {name: _settings(kind, name) for name in plugins.names(kind)} for kind in _KINDS}
    return {"presets": ready, "states": _states(ready), **found, "masters": list(get_args(MasterName))}


def catalog_text() -> str:
    """Write the catalog for a reader, one line each."""
    ready = presets()
    lines = ["presets"]
    for preset in ready:
        minutes, seconds = divmod(int(preset["duration_s"] or 0), 60)
        lines.append(f"  {preset['name']:<16} {minutes:>3}:{seconds:02}  {preset['title']}")
        lines.append(f"  {'':<16} states: {', '.join(preset['states'])}")
    lines += ["", "states", f"  {', '.join(_states(ready))}"]
    for kind in _KINDS:
        lines += ["", kind, *(f"  {name:<16} {_summary(kind, name)}" for name in plugins.names(kind))]
    lines += ["", "masters", f"  {', '.join(get_args(MasterName))}"]
    return "\n".join(lines) + "\n"


def _states(ready: list[dict[str, Any]]) -> list[str]:
    return sorted({state for preset in ready for state in preset["states"]})


def _settings(kind: plugins.Kind, name: str) -> dict[str, Any]:
    found = plugins.find(kind, name)
    settings = {
        field.name: {"default": field.default, **field.metadata}
        for field in dataclasses.fields(found)
        if field.init and field.default is not dataclasses.MISSING
    }
    return {"doc": _first_line(found), "settings": settings}


def _summary(kind: plugins.Kind, name: str) -> str:
    """Read the first line about a plugin off its source: importing four dozen modules takes a third of a second."""
    package = {"parts": "music", "instruments": "sound", "effects": "sound"}[kind]
    spec = find_spec(f"ambience.{package}.{kind}.{name}")
    if spec and spec.origin:
        class_name = "".join(word.capitalize() for word in name.split("_"))
        source = Path(spec.origin).read_text(encoding="utf-8")
        if found := re.search(_CLASS.format(name=class_name), source, re.MULTILINE):
            return found[1]
    return _first_line(plugins.find(kind, name))


def _first_line(found: type) -> str:
    return (found.__doc__ or "").strip().split("\n")[0]
