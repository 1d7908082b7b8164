"""The command line of a bench that prints a figure a line: how many runs, how long, and where the JSON goes."""

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any


def tell(description: str | None, figures: Callable[[int, bool], Iterable[Any]], long_adds: str) -> None:
    """Print every figure as it comes, and write all of them as JSON if asked.

    Parameters
    ----------
    description : str
        What `--help` says.
    figures : callable
        Takes the number of runs and whether to take long; its figures are dataclasses with a `line`.
    long_adds : str
        What `--long` does besides.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--long", action="store_true", help=long_adds)
    parser.add_argument("--json", type=Path)
    wishes = parser.parse_args()
    table = []
    for figure in figures(wishes.runs, wishes.long):
        print(figure.line, flush=True)
        table.append(asdict(figure))
    if wishes.json:
        wishes.json.write_text(json.dumps(table, indent=2))
