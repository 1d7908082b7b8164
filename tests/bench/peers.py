"""Runs our engine and the synthesizers that are installed on the same work, in turn, and tells who needs how much.

python tests/bench/peers.py [--rounds 5] [--seconds 60] [--only drone-bank,reverb] [--json FILE]

A peer that is missing is named. Times are medians of whole processes, from start to written file, interleaved A B A
B; the machine should do nothing else. Exit status 1 if one of our own systems failed or left a file that does not
count.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from rounds import Rounds, compare
from verdicts import Verdict
from workloads import (
    drone_bank,
    full_mix,
    growth,
    midi_composition,
    reverb,
    string_ensemble,
    whole_piece,
)

WORKLOADS = {
    module.__name__.rpartition(".")[2].replace("_", "-"): module.WORKLOAD
    for module in (drone_bank, string_ensemble, reverb, full_mix, whole_piece, midi_composition, growth)
}

_QUIET_LOAD = 0.5


def main() -> int:
    """Compare, print a table a workload, and write JSON if asked."""
    wishes, load, tables = _wishes(), os.getloadavg()[0], []
    if load > _QUIET_LOAD:
        print(f"the machine is busy (load {load:.1f}): compare processor times, those on the clock mean little")
    for name in wishes.only:
        workload = WORKLOADS[name]
        with tempfile.TemporaryDirectory(prefix="ambience-peers-") as folder:
            rounds = compare(workload.systems(Path(folder), wishes.seconds), wishes.rounds, _report)
            verdicts = workload.verdicts(rounds, wishes.seconds)
        _report("")
        _print(workload.title, rounds, verdicts)
        tables.append(_table(name, rounds, verdicts))
        if wishes.json:  # again and again: whoever stops it keeps what was measured
            document = {
                "machine": _machine(load),
                "rounds": wishes.rounds,
                "seconds": wishes.seconds,
                "workloads": tables,
            }
            wishes.json.write_text(json.dumps(document, indent=2) + "\n")
    return any(table["ours_failed"] for table in tables)


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="of sound, a multiple of 3 and 30 at least")
    parser.add_argument("--only", type=_names, default=list(WORKLOADS), help=f"some of {', '.join(WORKLOADS)}")
    parser.add_argument("--json", type=Path, help="where to write every run as well")
    wishes = parser.parse_args()
    if wishes.rounds < 1 or wishes.seconds < 30.0 or wishes.seconds % 3.0:
        parser.error("one round at least, and a multiple of 3 seconds, 30 at least: our bars must fill them")
    return wishes


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in WORKLOADS]:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    return names


def _report(line: str) -> None:
    """Say what is going on where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def _print(title: str, rounds: Rounds, verdicts: list[Verdict]) -> None:
    print(f"\n{title}\n  {'':<44}{'wall s':>9}{'cpu s':>9}{'MB':>7}{'x real time':>13}")
    for row in rounds.rows:
        speed = row.system.length_s / row.wall_s
        print(f"  {row.system.name:<44}{row.wall_s:9.2f}{row.cpu_s:9.2f}{row.peak_mb:7.0f}{speed:13.1f}")
    for absentee in rounds.absent:
        print(f"  {absentee.system.name:<44}absent: {absentee.why}")
    for verdict in verdicts:
        print(f"  - {verdict.line}")
    sys.stdout.flush()


def _table(name: str, rounds: Rounds, verdicts: list[Verdict]) -> dict[str, object]:
    rows = [
        {
            "name": row.system.name, "side": row.system.side, "length_s": row.system.length_s,
            "wall_s": row.wall_s, "cpu_s": row.cpu_s, "peak_mb": row.peak_mb, "runs": [asdict(c) for c in row.costs],
        }
        for row in rounds.rows
    ]  # fmt: skip
    return {
        "name": name,
        "rows": rows,
        "absent": [{"name": absentee.system.name, "why": absentee.why} for absentee in rounds.absent],
        "verdicts": [{**asdict(verdict), "reached": verdict.reached} for verdict in verdicts],
        "ours_failed": any(absentee.here and absentee.system.side == "ours" for absentee in rounds.absent),
    }


def _machine(load: float) -> dict[str, object]:
    python, processors = platform.python_version(), os.cpu_count()
    return {"system": platform.platform(), "processors": processors, "load_before": load, "python": python}


if __name__ == "__main__":
    sys.exit(main())
