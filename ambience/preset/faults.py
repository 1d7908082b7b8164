"""What is wrong with a preset, in a musician's words: what must hold, and what was probably meant."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeGuard, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ambience.errors import explain
from ambience.plugins import nearest, suggest
from ambience.preset.settings import PluginTable
from ambience.preset.toml_lines import Path

LONGEST_VALUE = 60
MOST_FAULTS = 50  # a file that is no preset at all must not fill the screen

_RULES = {
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "finite_number": "must be a finite number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "dict_type": "must be a table",
    "mapping_type": "must be a table",
    "model_type": "must be a table",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
    "too_long": "has more than {max_length} values",
    "string_too_short": "must not be empty",
    "string_too_long": "must not be longer than {max_length} characters",
    "literal_error": "must be {expected}",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    path: Path  # where, key by key
    value: object  # what stands there
    rule: str  # what must hold, as a musician would say it
    hint: str = ""  # what to do about it
    about_whole: bool = False  # the fault concerns the table as such: no value is shown


@dataclass(frozen=True, slots=True)
class _Shown:
    """A value as an error shows it: on one line and not too long."""

    value: object

    def __repr__(self) -> str:
        if isinstance(self.value, bool):
            return str(self.value).lower()
        try:
            text = repr(self.value)
        except ValueError:  # Python writes no integer of more than 4,300 digits
            text = "a number of thousands of digits"
        return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def explained(fault: Fault, where: str) -> str:
    """Put a fault into the house's one line; `where` is the file and line, or the option."""
    if fault.about_whole:
        return explain(f"{where}{_bracket(fault.path)}", "", None, fault.rule, fault.hint)
    last = max((i for i, key in enumerate(fault.path) if isinstance(key, str)), default=0)
    return explain(
        f"{where}{_bracket(fault.path[:last])}", _words(fault.path[last:]), _Shown(fault.value), fault.rule, fault.hint
    )


def faults(model: type[BaseModel], table: Mapping[str, Any], error: ValidationError) -> tuple[Fault, ...]:
    """Translate everything that validation found.

    Parameters
    ----------
    model : type
        Model that was validated.
    table : mapping
        What was validated.
    error : ValidationError
        What validation said.

    Returns
    -------
    faults : tuple of Fault
        In the order in which they were found, at most `MOST_FAULTS`.
    """
    details = error.errors(include_url=False)[:MOST_FAULTS]
    return tuple(_fault(model, table, dict(detail)) for detail in details)


def _fault(model: type[BaseModel], table: Mapping[str, Any], detail: dict[str, Any]) -> Fault:
    path, kind, value, limits = detail["loc"], detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        return _missing(model, table, path, value)
    if path and path[-1] == "[key]":
        return Fault(path[:-1], None, limits.get("rule", "is not a usable name"), limits.get("hint", ""), True)
    owner, field = _look_up(model, table, path)
    if kind == "extra_forbidden":
        known = tuple(_written(name, info) for name, info in owner.model_fields.items()) if owner else ()
        called = getattr(owner, "called", "the table")
        return Fault(path, value, f"is not a setting of {called}", suggest(str(path[-1])[:LONGEST_VALUE], known))
    rule = limits.get("rule") or _RULES.get(kind, "cannot be used").format_map(_plain(limits))
    hint = limits.get("hint") or _guess(value, limits) or _meaning(field)
    return Fault(path, value, rule, hint, about_whole=_is_table(value))


def _missing(model: type[BaseModel], table: Mapping[str, Any], path: Path, value: object) -> Fault:
    if isinstance(path[-1], int):
        return Fault(path[:-1], value, "has too few values", _meaning(_look_up(model, table, path[:-1])[1]))
    meant = nearest(path[-1], (str(key)[:LONGEST_VALUE] for key in value)) if _is_table(value) else ""
    hint = f"Did you mean {path[-1]!r} by {meant!r}?" if meant else _meaning(_look_up(model, table, path)[1])
    return Fault(path[:-1], None, f"{path[-1]} is missing", hint, about_whole=True)


def _is_table(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def _look_up(
    model: type[BaseModel], table: Mapping[str, Any], path: Path
) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """Find the model that holds a path's last key, and the field of that key or of the nearest list around it."""
    node: Any = model
    value: Any = table
    owner: type[BaseModel] | None = None
    field: FieldInfo | None = None
    for key in path:
        if isinstance(node, type) and issubclass(node, BaseModel):
            owner = node
            field = next((info for name, info in owner.model_fields.items() if _written(name, info) == key), None)
            node = _unwrapped(field.annotation, field.metadata) if field else None
        else:
            node = _unwrapped(*_item(node))
            owner = None
        value = _child(value, key)
        if isinstance(node, PluginTable):  # an effect that names nothing bears the name of its send
            named = {"name": key} if node.kind == "effects" else {}
            node = node.model({**named, **value}) if _is_table(value) else None
    return owner, field


def _item(node: Any) -> tuple[Any, Iterable[Any]]:
    """Return what a list or a table of tables is made of."""
    inside = get_args(node)
    if get_origin(node) is dict:
        return inside[1], ()
    return (inside[0], ()) if get_origin(node) is tuple else (None, ())


def _unwrapped(node: Any, marks: Iterable[Any]) -> Any:
    if get_origin(node) is Annotated:
        node, *inner = get_args(node)
        marks = (*marks, *inner)
    return next((mark for mark in marks if isinstance(mark, PluginTable)), node)


def _child(value: Any, key: str | int) -> Any:
    try:
        return value[key]
    except (LookupError, TypeError):
        return None


def _written(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _plain(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Write whole limits without a decimal point."""
    return {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in limits.items()}


def _guess(value: object, limits: Mapping[str, Any]) -> str:
    words = re.findall(r"'([^']*)'", str(limits.get("expected", "")))
    close = nearest(value[:LONGEST_VALUE], words) if isinstance(value, str) else ""
    return f"Did you mean {close!r}?" if close else ""


def _meaning(field: FieldInfo | None) -> str:
    return f"Meaning: {field.description.rstrip('.')}." if field and field.description else ""


def _bracket(path: Path) -> str:
    return f" [{_words(path)}]" if path else ""


def _words(path: Path) -> str:
    """Write keys with dots between them, and positions in lists as a reader counts: from 1."""
    words = (f" #{key + 1}" if isinstance(key, int) else f".{_key(key)}" for key in path)
    return "".join(words).removeprefix(".")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w-]{1,64}", key) else repr(_Shown(key))
