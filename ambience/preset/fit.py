"""The quick look at a plugin's settings: most tables plainly fit, and need no model to be built to say so."""

import dataclasses
import math
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from ambience.plugins import Kind, find

_EXACT_WHOLE = 2**53  # every smaller whole number is a float, too


class _Doubt(Exception):
    """Something does not fit, or only a model can tell; raised without a word since nobody reads it."""


def fitted(kind: Kind, table: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a table with its numbers in the types that the plugin declares, or None where a model must judge.

    Parameters
    ----------
    kind : {"parts", "instruments", "effects"}
        What the table sets.
    table : mapping
        Its `name`, which must exist, and any settings.

    Returns
    -------
    settings : dict or None
        The same that `settings_model` would return; None does not yet mean that anything is wrong.
    """
    try:
        declared = _declared(kind, table["name"])
        if not declared.keys() | {"name"} >= table.keys():
            return None
        settings = {
            name: _taken(field.type, table[name], field.metadata) for name, field in declared.items() if name in table
        }
    except _Doubt:
        return None
    complete = all(name in table for name, field in declared.items() if field.default is dataclasses.MISSING)
    return {"name": table["name"], **settings} if complete else None


@cache
def _declared(kind: Kind, name: str) -> dict[str, "dataclasses.Field[Any]"]:
    return {field.name: field for field in dataclasses.fields(find(kind, name)) if field.init}


def _taken(annotation: Any, value: Any, limits: Mapping[str, Any]) -> Any:
    if annotation is float and type(value) in (int, float):
        return float(_within(value, limits))
    if annotation is int and type(value) is int:
        return _within(value, limits)
    if annotation is bool and type(value) is bool:
        return value
    if annotation is str and type(value) is str:
        return value
    if get_origin(annotation) is UnionType and type(value) in get_args(annotation):
        return _taken(type(value), value, limits)
    if get_origin(annotation) is Literal and type(value) is str and value in get_args(annotation):
        return value
    if get_origin(annotation) is tuple and type(value) in (list, tuple):
        return tuple(_taken(kind, item, limits) for kind, item in zip(_kinds(annotation, value), value, strict=True))
    raise _Doubt


def _kinds(annotation: Any, values: "list[Any] | tuple[Any, ...]") -> tuple[Any, ...]:
    kinds = get_args(annotation)
    if len(kinds) == 2 and kinds[1] is ...:
        return (kinds[0],) * len(values)
    if len(kinds) != len(values):
        raise _Doubt
    return kinds


def _within(value: float, limits: Mapping[str, Any]) -> float:
    low, high = limits.get("low", -_EXACT_WHOLE), limits.get("high", _EXACT_WHOLE)
    if not (low <= value <= high and value > limits.get("above", -math.inf) and abs(value) <= _EXACT_WHOLE):
        raise _Doubt
    return value
