"""Rounds: every system once, in turn, again and again, so that whatever the machine does hits all of them alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import add
from statistics import median

from cost import Cost, Failed, spend
from results import Unsound, check
from systems.system import System


@dataclass(slots=True)
class Row:
    """A system, and what each round of it took."""

    system: System
    costs: list[Cost] = field(default_factory=list)

    @property
    def wall_s(self) -> float:
        """Median time on the clock."""
        return median(cost.wall_s for cost in self.costs)

    @property
    def cpu_s(self) -> float:
        """Median time of processors."""
        return median(cost.cpu_s for cost in self.costs)

    def cpu_s_beyond(self, other: "Row") -> float:
        """Processor time that it takes more than another: of the least of all rounds, since all else only ever adds."""
        mine, yours = (min(cost.cpu_s for cost in row.costs) for row in (self, other))
        return mine - yours

    @property
    def peak_mb(self) -> float:
        """Largest memory of any round."""
        return max(cost.peak_mb for cost in self.costs)


@dataclass(frozen=True, slots=True)
class Absentee:
    """A system that could not take part, and why."""

    system: System
    why: str
    here: bool  # it is, but something went wrong


@dataclass(frozen=True, slots=True)
class Rounds:
    """What was measured, and who could not take part."""

    rows: tuple[Row, ...]
    absent: tuple[Absentee, ...]

    def __getitem__(self, name: str) -> Row | None:
        """Find a row by the name of its system; None if it could not take part."""
        return next((row for row in self.rows if row.system.name == name), None)

    def named(self, beginning: str) -> Row | None:
        """Find the quickest row whose name begins so."""
        rows = [row for row in self.rows if row.system.name.startswith(beginning)]
        return min(rows, key=lambda row: row.wall_s, default=None)

    def best_peer(self) -> Row | None:
        """Find the quickest of the others; each works on one thread, so processor time tells, whatever else runs."""
        return min((row for row in self.rows if row.system.side == "peer"), key=lambda row: row.cpu_s, default=None)


def compare(systems: Sequence[System], count: int, report: Callable[[str], None]) -> Rounds:
    """Let all systems that are here do their work `count` times.

    Whatever is missing, fails, or leaves a result that does not count is absent.
    """
    missing = [Absentee(s, f"needs {s.missing}, which is not here", here=False) for s in systems if s.missing]
    rows, failed = [Row(system) for system in systems if not system.missing], list[Absentee]()

    def attempt(row: Row, work: Callable[[], None]) -> None:
        try:
            work()
        except (Failed, Unsound) as error:
            rows.remove(row)
            failed.append(Absentee(row.system, str(error), here=True))

    for row in list(rows):
        report(f"before the first round: {row.system.name}")
        attempt(row, partial(_make_ready, row.system))
    for number in range(count):
        for row in list(rows):
            report(f"round {number + 1} of {count}: {row.system.name}")
            attempt(row, partial(_measure, row))
    return Rounds(tuple(rows), (*missing, *failed))


def _make_ready(system: System) -> None:
    if system.prepare is not None:
        system.prepare()
    if system.compiles:
        _run(system)


def _measure(row: Row) -> None:
    row.costs.append(_run(row.system))


def _run(system: System) -> Cost:
    system.result.parent.mkdir(parents=True, exist_ok=True)
    system.result.unlink(missing_ok=True)
    cost = reduce(add, [spend(command) for command in system.commands])
    check(system)
    return cost
