"""What one table of a preset says about another: names that must exist, times that must rise."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from ambience.plugins import suggest
from ambience.preset.terms import broken, not_rising
from ambience.preset.toml_lines import Path

_ANY = "*"
_LONGEST_WORD = 64  # a guess at a longer one would take minutes
Link = tuple[Path, object, str, str]
"""Where, what stands there, what must hold, what to do about it."""


def broken_links(table: Mapping[str, Any]) -> list[InitErrorDetails]:
    """Find everything that is wrong between the tables, whatever may be wrong within them.

    Parameters
    ----------
    table : mapping
        The preset as it was read, not yet validated.

    Returns
    -------
    errors : list of InitErrorDetails
        For `joined`.
    """
    links = (
        *_of_layers(table),
        *_of_states(table),
        *_of_cast(table),
        *_of_transitions(table),
        *_of_script(table),
        *_of_form(table),
        *_of_tension(table),
        *_of_midi(table),
    )
    return [InitErrorDetails(type=broken(rule, hint), loc=path, input=value) for path, value, rule, hint in links]


def joined(error: ValidationError | None, links: Iterable[InitErrorDetails]) -> ValidationError:
    """Put what validation found and broken links into one error."""
    found = [_again(dict(detail)) for detail in error.errors(include_url=False)] if error else []
    return ValidationError.from_exception_data("preset", [*found, *links])


def _again(detail: dict[str, Any]) -> InitErrorDetails:
    limits = detail.get("ctx", {})
    kind = PydanticCustomError("rule", "{rule}", limits) if detail["type"] == "rule" else detail["type"]
    return InitErrorDetails(type=kind, loc=detail["loc"], input=detail["input"], ctx=limits)


def _of_layers(table: Mapping[str, Any]) -> Iterator[Link]:
    effects = _table(table.get("effects"))
    for name, layer in _tables(table.get("layers")):
        for send, level in _table(layer.get("sends_db")).items():
            if send not in effects:
                rule = "is sent to an effect that the preset does not have"
                yield ("layers", name, "sends_db", send), level, rule, _among(send, effects)


def _of_states(table: Mapping[str, Any]) -> Iterator[Link]:
    layers = _table(table.get("layers"))
    for name, state in _tables(table.get("states")):
        playing = _list(state.get("layers"))
        for i, layer in enumerate(playing):
            if isinstance(layer, str) and layer not in layers:
                yield ("states", name, "layers", i), layer, "is not a layer of the preset", _among(layer, layers)
        words = [layer for layer in playing if isinstance(layer, str)]
        for path, layer, value in _named_in(state):
            if layer not in words:
                yield ("states", name, *path), value, "is not a layer of this state", _among(layer, words)


def _named_in(state: Mapping[str, Any]) -> Iterator[tuple[Path, str, object]]:
    """List where a state names layers that it should have: the way there, the name, and what is written there."""
    for i, stanza in _tables(state.get("stanzas")):
        for k, layer in enumerate(_list(stanza.get("rests"))):
            if isinstance(layer, str):
                yield ("stanzas", i, "rests", k), layer, layer
    for layer, level in _table(state.get("gains_db")).items():
        yield ("gains_db", layer), layer, level


def _of_cast(table: Mapping[str, Any]) -> Iterator[Link]:
    cast, layers = _table(table.get("cast")), _table(table.get("layers"))
    for name, member in _tables(cast):
        for i, layer in enumerate(_list(member.get("layers"))):
            if isinstance(layer, str) and layer not in layers:
                yield ("cast", name, "layers", i), layer, "is not a layer of the preset", _among(layer, layers)
    for where in ("states", "script"):
        for key, caller in _tables(table.get(where)):
            if isinstance(cue := caller.get("cue"), str) and cue not in cast:
                yield (where, key, "cue"), cue, "is not in the cast of the preset", _among(cue, cast)


def _of_transitions(table: Mapping[str, Any]) -> Iterator[Link]:
    states = _table(table.get("states"))
    pairs = []
    for i, rule in _tables(table.get("transitions")):
        for key in ("from", "to"):
            if isinstance(state := rule.get(key), str) and state not in states and state != _ANY:
                hint = _among(state, (*states, _ANY))
                yield ("transitions", i, key), state, "is not a state of the preset", hint
        if (pair := (rule.get("from"), rule.get("to"))) in pairs:
            yield ("transitions", i), rule, "repeats an earlier transition", "The first one written would be used."
        pairs.append(pair)


def _of_script(table: Mapping[str, Any]) -> Iterator[Link]:
    states = _table(table.get("states"))
    script = _list(table.get("script"))
    times = [_table(change).get("at_s") for change in script]
    for i, change in _tables(script):
        if isinstance(state := change.get("state"), str) and state not in states:
            yield ("script", i, "state"), state, "is not a state of the preset", _among(state, states)
        if not {"state", "tension", "level", "cue", "stinger", "countdown_s"} & change.keys():
            yield ("script", i), change, "changes nothing", "Give it a state, a tension, a level or a cue."
        elif i == 0 and "state" not in change:
            yield ("script", 0), change, "names no state", "The first change says in which state the piece begins."
    if times and isinstance(times[0], int | float) and times[0] != 0:
        yield ("script", 0, "at_s"), times[0], "must be 0", "The first change says how the piece begins."
    for i in not_rising(times):
        yield ("script", i, "at_s"), times[i], "must be later than the change before it", ""


def _of_form(table: Mapping[str, Any]) -> Iterator[Link]:
    states, form = _table(table.get("states")), _list(table.get("form"))
    if form and _list(table.get("script")):
        yield ("form",), form, "stands beside a script", "Give the one or the other."
    for i, state in enumerate(form):
        if isinstance(state, str) and state not in states:
            yield ("form", i), state, "is not a state of the preset", _among(state, states)
        elif i and state == form[i - 1]:
            yield ("form", i), state, "repeats the state before it", "Long stays are divided by themselves."


def _of_tension(table: Mapping[str, Any]) -> Iterator[Link]:
    points = _list(table.get("tension"))
    for i in not_rising(next(iter(_list(point)), None) for point in points):
        yield ("tension", i), points[i], "must be later than the point before it", ""


def _of_midi(table: Mapping[str, Any]) -> Iterator[Link]:
    states, midi_in = _table(table.get("states")), _table(table.get("midi_in"))
    for word in ("notes", "programs"):
        for state, number in _table(midi_in.get(word)).items():
            if state not in states:
                yield ("midi_in", word, state), number, "asks for a state that the preset lacks", _among(state, states)


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> "list[Any] | tuple[Any, ...]":
    return value if isinstance(value, list | tuple) else []


def _tables(value: object) -> "list[tuple[Any, Mapping[str, Any]]]":
    """List the tables in a table of tables or in a list of tables, each with its key."""
    items = enumerate(_list(value)) if isinstance(value, list | tuple) else _table(value).items()
    return [(key, table) for key, table in items if isinstance(table, Mapping)]


def _among(word: str, known: Iterable[str]) -> str:
    usable = tuple(name for name in known if name.isprintable() and len(name) <= _LONGEST_WORD)
    return suggest(word[:_LONGEST_WORD], usable) if usable else "There are none."
