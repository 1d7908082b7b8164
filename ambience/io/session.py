"""The log of a live session: what was changed and when, so that the evening can be rendered again."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

from ambience.errors import PresetError, explain
from ambience.io.atomic import write_whole
from ambience.plugins import suggest
from ambience.preset import Preset
from ambience.preset.file import read_table
from ambience.preset.toml_lines import Path as Place
from ambience.preset.toml_lines import line_map, line_of
from ambience.scene import SceneChange, When
from ambience.units import SAMPLE_RATES_HZ

FORMAT_VERSION = 1
LARGEST_BYTES = 16_000_000  # a fader moved twenty times a second for four hours

_LONGEST_S = 31 * 86_400.0
_CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Session:
    """All that turns a preset into one particular evening."""

    preset: str  # name
    preset_sha256: str  # of the preset's text
    seed: int
    sample_rate_hz: int
    changes: tuple[SceneChange, ...]  # by rising time
    held_state: str = ""  # the session began in it without a script; empty: the preset's script was played
    length_s: float | None = None  # how long it lasted

    def wish(self, option: str) -> Any:
        """Return what an option of the command line is when nobody sets it: `seed`, `duration` or `state`."""
        return {"seed": self.seed, "duration": self.length_s, "state": self.held_state or None}[option]

    def fits(self, preset: Preset) -> bool:
        """Tell whether a preset is, word for word, the one that was played."""
        return self.preset_sha256 == sha256(preset.text.encode()).hexdigest()

    def require_states(self, preset: Preset, path: str | Path) -> None:
        """Raise `PresetError`, naming the log at `path`, unless the preset has every state that the log names."""
        known = tuple(preset.states)
        rule = f"is not a state of {preset.name}"
        lines = (
            explain(f"{path} [{_CHANGES} #{number}]", "state", change.state, rule, suggest(change.state[:64], known))
            for number, change in enumerate(self.changes, 1)
            if change.state and change.state not in known
        )
        if (first := next(lines, None)) is not None:
            raise PresetError(first)


def session_of(preset: Preset, sample_rate_hz: int, changes: Iterable[SceneChange], **settings: Any) -> Session:
    """Collect what is to be logged of a session with a preset; `settings` are further fields of `Session`."""
    digest = sha256(preset.text.encode()).hexdigest()
    return Session(preset.name, digest, preset.seed, sample_rate_hz, tuple(changes), **settings)


def write_session(session: Session, path: str | Path, force: bool = False) -> None:
    """Write a session log, whole or not at all; an existing file is replaced only with `force`."""
    text = session_text(session)
    write_whole(Path(path), lambda opened: opened.write(text.encode("utf-8", "replace")), force=force)


def session_text(session: Session) -> str:
    """Return a session as TOML; every number reads back as it was, to the last bit."""
    table = session_table(session)
    changes = table.pop(_CHANGES)
    blocks = [_pairs({"version": FORMAT_VERSION, **table}), *(f"[[{_CHANGES}]]\n{_pairs(c)}" for c in changes)]
    return "\n".join(blocks)


def session_table(session: Session) -> dict[str, Any]:
    """Return a session as plain tables, without what is not set."""
    table: dict[str, Any] = {
        "preset": session.preset,
        "preset_sha256": session.preset_sha256,
        "seed": session.seed,
        "sample_rate_hz": session.sample_rate_hz,
    }
    if session.held_state:
        table["held_state"] = session.held_state
    if session.length_s is not None:
        table["length_s"] = session.length_s
    return {**table, _CHANGES: [_change_table(change) for change in session.changes]}


def read_session(path: str | Path) -> Session:
    """Read a session log.

    Raises
    ------
    PresetError
        If it cannot be read or breaks a rule; one line a fault, at most twenty.
    """
    table, text, where = read_table(Path(path), LARGEST_BYTES)
    if "version" not in table:
        raise PresetError(explain(where, "", None, "is not a session log", "`ambience live --record` writes one."))
    faults = [*_faults(table, _HEAD, ()), *_faults_of_changes(table.get(_CHANGES, []))]
    if faults:
        lines = line_map(text)
        raise PresetError(*(_explained(where, lines, *fault) for fault in faults[:20]))
    changes = tuple(SceneChange(**{"state": None, **entry}) for entry in table.pop(_CHANGES, []))
    del table["version"]
    return Session(changes=changes, **table)


_Rule = tuple[Callable[[Any], bool], str, bool]
"""What must hold, in code and in words, and whether the key must be there."""
_Fault = tuple[Place, object, str]


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: type(value) in (int, float) and math.isfinite(value) and low <= value <= high


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _switch(value: object) -> bool:
    return isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 1000


_TIME: _Rule = (_number(0.0, _LONGEST_S), "must be seconds from 0, at most 31 days", True)
_SHARE: _Rule = (_number(0.0, 1.0), "must be a number from 0 to 1", False)
_HEAD: dict[str, _Rule] = {
    "version": (_whole(1, FORMAT_VERSION), f"must be {FORMAT_VERSION}; this log is of another kind", True),
    "preset": (_text, "must be the name of a preset", True),
    "preset_sha256": (_text, "must be a checksum in quotes", True),
    "seed": (_whole(0, 2**63 - 1), "must be a whole number from 0 to 2**63 - 1", True),
    "sample_rate_hz": (_whole(*SAMPLE_RATES_HZ), "must be a whole number from {} to {}".format(*SAMPLE_RATES_HZ), True),
    "held_state": (_text, "must be the name of a state", False),
    "length_s": (*_TIME[:2], False),
    _CHANGES: (lambda value: isinstance(value, list), "must be a list of tables", False),
}
_CHANGE: dict[str, _Rule] = {
    "at_s": _TIME,
    "state": (_text, "must be the name of a state", False),
    "fade_s": (_number(0.0, 600.0), "must be a number from 0 to 600", False),
    "when": (lambda value: value in get_args(When), f"must be one of {', '.join(get_args(When))}", False),
    "tension": _SHARE,
    "level": _SHARE,
    "cue": (_text, "must be the name of a motif", False),
    "stinger": (_switch, "must be true or false", False),
    "zero_s": (_number(-1.0, _LONGEST_S), "must be seconds from 0, or -1 to call a deadline off", False),
    "hold": (_switch, "must be true or false", False),
}
_AT_ALL = {*_CHANGE} - {"at_s", "fade_s", "when"}
_UNSET = (("stinger", False), ("cue", ""))  # `hold = false` says something


def _faults(table: Mapping[str, Any], rules: Mapping[str, _Rule], place: Place) -> Iterator[_Fault]:
    for key, value in table.items():
        if key not in rules:
            yield (*place, key), value, f"is not a setting of a session log; there are {', '.join(rules)}"
        elif not rules[key][0](value):
            yield (*place, key), value, rules[key][1]
    for key, (_, _, needed) in rules.items():
        if needed and key not in table:
            yield place, None, f"{key} is missing"


def _faults_of_changes(changes: object) -> Iterator[_Fault]:
    latest_s = 0.0
    for i, change in enumerate(changes if isinstance(changes, list) else []):
        place: Place = (_CHANGES, i)
        if not isinstance(change, dict):
            yield place, change, "must be a table"
            continue
        faults = tuple(_faults(change, _CHANGE, place))
        yield from faults
        if faults:
            continue
        if not _AT_ALL & change.keys():
            yield place, None, "changes nothing"
        if change["at_s"] < latest_s:
            yield (*place, "at_s"), change["at_s"], "must not be earlier than the change before it"
        latest_s = change["at_s"]


def _explained(where: str, lines: dict[Place, int], place: Place, value: object, rule: str) -> str:
    line = f"{where}:{line_of(lines, place)}"
    if place and place[0] == _CHANGES and len(place) > 1:
        line += f" [{_CHANGES} #{int(place[1]) + 1}]"
    name = str(place[-1])[:60] if place and value is not None else ""
    return explain(line, name, _short(value), rule)


def _short(value: object) -> object:
    return value if len(repr(value)) <= 60 else f"{str(value)[:60]}…"


def _change_table(change: SceneChange) -> dict[str, Any]:
    table = {name: getattr(change, name) for name in _CHANGE}
    return {name: value for name, value in table.items() if value is not None and (name, value) not in _UNSET}


def _pairs(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_written(value)}\n" for key, value in table.items())


def _written(value: object) -> str:
    # JSON's strings are TOML's, but for one character that JSON leaves bare.
    return (
        json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        if isinstance(value, str | bool)
        else repr(float(value) if isinstance(value, float) else value)
    )
