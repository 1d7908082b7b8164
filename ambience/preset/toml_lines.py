"""Where things stand in a TOML file: the line of every table, key and list entry."""

import contextlib
import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
"""Keys and positions that lead to a value, such as ``("script", 2, "state")``; positions count from 0."""

_BLANK = re.compile(r"[ \t]*+")
_GAP = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_KEY = re.compile(r"""[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'"
)
_SCALAR = re.compile(r"[^,\]}#\n]*+")


def line_map(text: str) -> dict[Path, int]:
    """Find the line, counted from 1, on which every table, key and list entry of a TOML text begins.

    Parameters
    ----------
    text : str
        TOML that `tomllib` has accepted; of any other text only the beginning is mapped.

    Returns
    -------
    lines : dict
        From path to line. Tables that are only implied stand on the line that first implies them.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of a path, or of the nearest thing around it that the file does have."""
    return next((lines[path[:size]] for size in range(len(path), 0, -1) if path[:size] in lines), 1)


class _Scanner:
    """Walks through a text once, from statement to statement."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._entries: dict[Path, int] = {}  # entries so far of each array of tables

    def document(self) -> None:
        table: Path = ()
        self._skip(_GAP)
        while self.at < len(self.text):
            before = self.at
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_GAP)
            if self.at == before:  # not TOML: what follows has no meaning
                return

    def _header(self) -> Path:
        start, many = self.at, self._peek("[[")
        self.at += 2 if many else 1
        path = self._in_arrays(keys := self._dotted_key())
        if many:
            place = (*self._in_arrays(keys[:-1]), keys[-1])
            entry = self._entries[place] = self._entries.get(place, -1) + 1
            path = (*place, entry)
        self.at += 2 if many else 1
        self._note(path, start)
        return path

    def _in_arrays(self, keys: tuple[str, ...]) -> Path:
        """Spell a header's keys as a path: a key that names an array of tables means its last entry."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._entries:
                path = (*path, self._entries[path])
        return path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._dotted_key())
        self._note(path, start)
        if self._peek("="):
            self.at += 1
            self._skip(_BLANK)
            self._value(path)

    def _dotted_key(self) -> tuple[str, ...]:
        keys = []
        while True:
            self._skip(_BLANK)
            if not (found := _KEY.match(self.text, self.at)):
                break
            self.at = found.end()
            keys.append(_unquoted(found.group()))
            self._skip(_BLANK)
            if not self._peek("."):
                break
            self.at += 1
        return tuple(keys) or ("",)

    def _value(self, path: Path) -> None:
        if self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline_table(path)
        elif not self._skip(_STRING):
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._more("]"):
            before = self.at
            self._note((*path, index), self.at)
            self._value((*path, index))
            index += 1
            if self.at == before:
                return

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._more("}"):
            before = self.at
            self._pair(path)
            if self.at == before:
                return

    def _more(self, closing: str) -> bool:
        """Step over gaps and a comma, and over the bracket if the list ends here."""
        self._skip(_GAP)
        if self._peek(","):
            self.at += 1
            self._skip(_GAP)
        if self._peek(closing):
            self.at += 1
            return False
        return self.at < len(self.text)

    def _note(self, path: Path, position: int) -> None:
        line = bisect_right(self._starts, position)
        for size in range(1, len(path) + 1):
            self.lines.setdefault(path[:size], line)

    def _peek(self, word: str) -> bool:
        return self.text.startswith(word, self.at)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return bool(found)


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    if key[0] == '"' and "\\" in key:
        with contextlib.suppress(ValueError):  # the parser knows every escape; a wrong one is no TOML anyway
            return next(iter(tomllib.loads(f"{key} = 0")))
    return key[1:-1]
