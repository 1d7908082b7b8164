"""Reading presets: by name or by path, with every fault named by file and line."""

import os
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ambience.errors import PresetError, explain
from ambience.plugins import nearest, suggest
from ambience.preset import Preset
from ambience.preset.bundled import bundled
from ambience.preset.toml_lines import line_map, line_of

LARGEST_BYTES = 1_000_000
_MOST_DOTS = 32
_SUFFIX = ".toml"
_WORD = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
# The parser's time grows with the square of the dots in one key: ten thousand of them take a second.
_DOTTED = re.compile(rf"(?<![\w-]){_WORD}(?:[ \t]*+\.[ \t]*+{_WORD}){{{_MOST_DOTS}}}")
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_LONG_NUMBER = re.compile(r"[\d_]{4000}")


def read(preset: str | Path) -> Preset:
    """Read a preset.

    Parameters
    ----------
    preset : str or Path
        Name of a bundled preset, or path of a TOML file.

    Returns
    -------
    preset : Preset
        Checked; it carries its file's name and text.

    Raises
    ------
    PresetError
        If there is no such preset, it cannot be read, or it breaks a rule; one line a fault.
    """
    path = _find(preset)
    where = _shown(path)
    return parse(_decode(_load(path, where, LARGEST_BYTES), where), where)


def read_table(path: Path, largest_bytes: int = LARGEST_BYTES) -> tuple[dict[str, Any], str, str]:
    """Read a TOML file of another kind: its table, its text, and its name as errors should show it (PresetError)."""
    where = _shown(path)
    text = _decode(_load(path, where, largest_bytes), where)
    return _parse_toml(text, where), text, where


def parse(text: str, where: str) -> Preset:
    """Make a preset of TOML text; `where` is its file, as errors should name it (PresetError if it breaks a rule)."""
    table = _parse_toml(text, where)
    try:
        return Preset.model_validate(table).carrying(Path(where).stem, text)
    except ValidationError as error:
        raise PresetError(*_told(table, error, text, where)) from None


def _told(table: dict[str, Any], error: ValidationError, text: str, where: str) -> Iterator[str]:
    """Tell one line a fault, in the order of the file."""
    from ambience.preset.faults import MOST_FAULTS, explained, faults  # what is right needs no words for faults

    found, count, lines = faults(Preset, table, error), error.error_count(), line_map(text)
    places = sorted(((line_of(lines, fault.path), fault) for fault in found), key=lambda place: place[0])
    yield from (explained(fault, f"{where}:{line}") for line, fault in places)
    if count > MOST_FAULTS:
        yield f"{where}: {count - len(found)} more faults of {count}."


def _find(preset: str | Path) -> Path:
    names = bundled()
    if isinstance(preset, str) and preset in names:
        return names[preset]
    path = Path(preset)
    if isinstance(preset, str) and _looks_like_a_name(preset) and not os.path.lexists(preset):
        raise PresetError(explain("preset", "name", preset, "is not a bundled preset", _alternatives(preset)))
    return path


def _looks_like_a_name(text: str) -> bool:
    return re.fullmatch(r"[^./\\\0]{1,100}", text) is not None


def _alternatives(name: str) -> str:
    names = tuple(bundled())
    close = f"{suggest(name, names)} " if nearest(name, names) else ""
    there = f"There are: {', '.join(names)}" if names else "There are none"
    return f"{close}{there}; or give the path of a {_SUFFIX} file."


def _load(path: Path, where: str, largest_bytes: int) -> bytes:
    try:
        _refuse_special(path.stat(), where)
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            _refuse_special(os.fstat(handle), where)  # what stands there now may not be what stood there before
            content = file.read(largest_bytes + 1)
    except FileNotFoundError:
        raise PresetError(explain(where, "", None, "there is no such file", _neighbors(path))) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise PresetError(explain(where, "", None, f"cannot be read: {reason[0].lower()}{reason[1:]}")) from None
    if len(content) > largest_bytes:
        rule = f"is larger than {largest_bytes // 1_000_000} MB"
        raise PresetError(explain(where, "", None, rule, "A preset is a few pages of text."))
    return content


def _refuse_special(status: os.stat_result, where: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise PresetError(explain(where, "", None, "is a folder", f"Give the {_SUFFIX} file in it."))
    if not stat.S_ISREG(status.st_mode):
        raise PresetError(explain(where, "", None, "is not a regular file", f"Give a {_SUFFIX} file."))


def _neighbors(path: Path) -> str:
    try:
        close = nearest(path.name, (other.name for other in path.parent.glob(f"*{_SUFFIX}")))
    except (OSError, ValueError):
        close = ""
    if close:
        return f"Did you mean {close!r}?"
    return "Did you mean the bundled preset " + f"{path.stem!r}?" if path.stem in bundled() else ""


def _decode(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        rule = f"is not UTF-8 text: byte {content[error.start]:#04x}"
        raise PresetError(
            explain(f"{where}:{line}", "", None, rule, "Save the file with the encoding UTF-8.")
        ) from None


def _parse_toml(text: str, where: str) -> dict[str, Any]:
    if found := _DOTTED.search(text):
        raise PresetError(explain(_at(where, text, found.start()), "", None, "has a key of too many dots"))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = _POSITION.search(message)
        place = f"{position[1]}:{position[2]}" if position and position[1] else f"{text.count(chr(10)) + 1}"
        rule = _POSITION.sub("", message)
        raise PresetError(f"{where}:{place}: is not valid TOML: {rule[0].lower()}{rule[1:]}.") from None
    except RecursionError:
        raise PresetError(explain(where, "", None, "has lists or tables within each other too deeply")) from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        found = _LONG_NUMBER.search(text)
        place = _at(where, text, found.start() if found else 0)
        raise PresetError(explain(place, "", None, "is not valid TOML: a number or date cannot be read")) from None


def _at(where: str, text: str, position: int) -> str:
    return f"{where}:{text.count(chr(10), 0, position) + 1}"


def _shown(path: Path) -> str:
    """Write a path so that it stays on one line whatever its characters."""
    return str(path) if str(path).isprintable() else repr(str(path))
