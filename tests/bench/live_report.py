"""The figures of a bench, as a table to read and as JSON to keep; one that breaks its limit fails the whole."""

import json
import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import ambience


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that was counted or measured."""

    name: str
    value: float | int | str
    unit: str = ""
    holds: bool = True  # what was promised

    @property
    def line(self) -> str:
        """The figure as a row of the table."""
        value = f"{self.value:.1f}" if isinstance(self.value, float) else f"{self.value}"
        return f"{self.name:<38}{f'{value} {self.unit}':<26}{'' if self.holds else 'FAIL'}".rstrip()


def finish(figures: Iterable[Figure], notes: dict[str, Any], file: Path | None) -> NoReturn:
    """Print all, write it down if asked, and end with status 1 if a limit was broken."""
    listed = tuple(figures)
    for figure in listed:
        print(figure.line)
    passed = all(figure.holds for figure in listed)
    if file:
        machine = {"processors": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
        kept = {figure.name: {"value": figure.value, "unit": figure.unit, "holds": figure.holds} for figure in listed}
        document = {"passed": passed, "ambience": ambience.__version__, "machine": machine, "figures": kept}
        file.write_text(json.dumps({**document, **notes}, indent=2))
    print("all holds" if passed else "something does not hold")
    sys.exit(not passed)
