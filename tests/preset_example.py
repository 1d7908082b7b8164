"""One complete preset of whatever parts, instruments and effects there are, and ways to spoil it."""

from collections.abc import Iterator
from typing import Any

from ambience import plugins
from ambience.preset.settings import settings_model
from ambience.preset.toml_lines import Path

EFFECT, OTHER_EFFECT = plugins.names("effects")[0], plugins.names("effects")[-1]
PART, OTHER_PART = plugins.names("parts")[0], plugins.names("parts")[-1]


def bounded_setting(kind: plugins.Kind) -> tuple[str, str, float, float]:
    """Find a plugin, one of its number settings, a value that is allowed and one that is not."""
    for name in plugins.names(kind):
        for setting, field in settings_model(kind, name).model_fields.items():
            highest = next((mark.le for mark in field.metadata if hasattr(mark, "le")), None)
            if highest is not None and field.annotation is float:
                return name, setting.removeprefix("setting_"), field.default, highest + 1.0
    raise LookupError(kind)


INSTRUMENT, SETTING, ALLOWED, TOO_HIGH = bounded_setting("instruments")

EXAMPLE = f"""\
#:schema ../ambience/preset.schema.json
title = "Reef"
seed = 7
tonic = "Eb"
mode = "dorian"
tempo_bpm = 56
meter = "4/4"
duration_s = 300.5
tension = [[0, 0.2], [60.5, 0.6], [280, 0.1]]

[theme]
bars = 8
form = "period"
motif = "C4:1 G4:2"
lowest = "G3"
highest = "D5"

[layers.floor]
part.name = "{PART}"
instrument = {{ name = "{INSTRUMENT}", {SETTING} = {ALLOWED} }}
gain_db = -3
pan = -0.5
width = 1.2
low_cut_hz = 30
sends_db = {{ {EFFECT} = -12, deep = -6 }}
stem = "drones"

[layers.high]
part.name = "{OTHER_PART}"
instrument.name = "{INSTRUMENT}"
stem = "orchestra"

[states.drift]
layers = ["floor"]
tension = 0.2
brightness = 0.3
density = 0.2
space = 0.9
level = 1
theme = "fragment 5 + augment 2"
swell = 0.2
leave = "phrase"
min_dwell_s = 10

[states.battle]
layers = ["floor", "high"]
gains_db = {{ high = 3 }}
stanzas = [{{ rests = ["high"], tension = -0.1, brightness = -0.05 }}, {{ tension = 0.1 }}]
tempo_ratio = 2
mode = "phrygian"
harmony = "battle"
theme = ["statement", "clone"]
phrase_bars = 4
meter = "7/8"
cue = "anna"

[cast.lewis]
from = "invert + fragment 5"
layers = ["high"]

[cast.anna]
motif = "C4:1 Eb4:2"

[[transitions]]
from = "*"
to = "battle"
bars = 2
riser = true
impact = true
silence_beats = 1.5
stinger = true

[[script]]
at_s = 0
state = "drift"

[[script]]
at_s = 120
state = "battle"
fade_s = 2
when = "beat"
tension = 0.9
level = 0.5
cue = "lewis"
stinger = true
countdown_s = 30

[effects.{EFFECT}]

[effects.deep]
name = "{OTHER_EFFECT}"

[master]
name = "film-bed"
gain_db = -4
"""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """List everything in a table that is neither a table nor a list, with its path."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None:
        yield path, value
    else:
        for key, child in inside:
            yield from leaves(child, (*path, key))


def replaced(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with another value at a path."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def toml(value: Any) -> str:
    """Write a value as inline TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(key))} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in value) + '"'
    return str(value)


def document(table: dict[str, Any]) -> str:
    """Write a whole table as a TOML file, one line a key."""
    return "".join(f"{toml(key)} = {toml(value)}\n" for key, value in table.items())
