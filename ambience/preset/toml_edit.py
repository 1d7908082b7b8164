"""Changing a few settings of one table in a TOML text, and nothing else: every comment stays."""

import json
import tomllib
from collections.abc import Mapping

from ambience.errors import ParameterError, explain
from ambience.preset.toml_lines import line_map


def with_settings(text: str, table: str, settings: Mapping[str, str | int | None]) -> str:
    """Set keys of a table at the top level of a TOML text; a key whose value is None goes.

    What a key was set to before stays in the text as a comment.

    Parameters
    ----------
    text : str
        Valid TOML.
    table : str
        Name of the table; it is added where there is none.
    settings : mapping
        Values by key. Text of several lines, each ended, is written as it is.

    Raises
    ------
    ParameterError
        If the table is written in a way that cannot be changed line by line.
    """
    before = tomllib.loads(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    places = {path: line - 1 for path, line in line_map(text).items()}
    for key in settings:
        if (table, key) in places:
            _comment_out(lines, places[table, key])
    written = [line for key, value in settings.items() if value is not None for line in _statement(key, value)]
    if (table,) not in places:
        lines[len(lines) - (lines[-1] == "") :] = ["", f"[{table}]", *written, ""]
    elif lines[places[table,]].lstrip().startswith("["):
        lines[places[table,] + 1 : places[table,] + 1] = written
    else:  # dotted keys, such as theme.bars = 8
        prefix = f"{table}."
        dotted = [
            prefix + line for key, value in settings.items() if value is not None for line in [_one_line(key, value)]
        ]
        lines[places[table,] : places[table,]] = dotted
    changed = newline.join(lines)
    kept = {**before.get(table, {}), **settings}
    if _loaded(changed) != {**before, table: {key: value for key, value in kept.items() if value is not None}}:
        hint = f"Write it as [{table}] with one setting a line."
        raise ParameterError(explain(f"[{table}]", "", None, "is written so that it cannot be changed", hint))
    return changed


def _comment_out(lines: list[str], start: int) -> None:
    """Turn the statement that begins on a line into comments."""
    end = next((end for end in range(start + 1, len(lines) + 1) if _loaded("\n".join(lines[start:end])) is not None), 0)
    lines[start:end] = [f"# {line}" for line in lines[start:end]]


def _statement(key: str, value: str | int) -> list[str]:
    if isinstance(value, str) and "\n" in value:
        return [f'{key} = """', *value.removesuffix("\n").split("\n"), '"""']
    return [_one_line(key, value)]


def _one_line(key: str, value: str | int) -> str:
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _loaded(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
