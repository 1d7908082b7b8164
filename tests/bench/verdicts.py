"""What the figures say: ratios, and whether a target is reached."""

from dataclasses import dataclass
from statistics import median

from rounds import Rounds, Row


@dataclass(frozen=True, slots=True)
class Verdict:
    """One claim."""

    claim: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = True  # or at most
    remarks: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None if there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def line(self) -> str:
        """The claim in words."""
        answer = {True: ": reached", False: ": MISSED", None: ""}[self.reached]
        bound = "at least" if self.at_least else "at most"
        wanted = "" if self.target is None else f"; {bound} {self.target:g} {self.unit} wanted"
        remarks = f" ({self.remarks})" if self.remarks else ""
        return f"{self.claim}: {self.value:.3g} {self.unit}{remarks}{wanted}{answer}"


def faster(ours: Row | None, other: Row | None, target: float | None = None) -> list[Verdict]:
    """Tell how many times faster one is than the other, on the clock; nothing if either is absent."""
    if ours is None or other is None:
        return []
    pairs = median(b.wall_s / a.wall_s for a, b in zip(ours.costs, other.costs, strict=True))
    remarks = f"pair by pair {pairs:.3g}, in processor time {other.cpu_s / ours.cpu_s:.3g}"
    claim = f"{ours.system.name} against {other.system.name}"
    return [Verdict(claim, other.wall_s / ours.wall_s, "x", target, remarks=remarks)]


def real_time(row: Row | None, target: float | None = None) -> list[Verdict]:
    """Tell how many seconds of sound a second makes."""
    if row is None:
        return []
    return [Verdict(f"{row.system.name}, speed", row.system.length_s / row.wall_s, "x real time", target)]


def memory(row: Row | None, most_mb: float) -> list[Verdict]:
    """Tell the peak memory."""
    return [] if row is None else [Verdict(f"{row.system.name}, memory", row.peak_mb, "MB", most_mb, at_least=False)]


def against_all(
    rounds: Rounds, ours: str, one_core: str, orchestra: str, limit: str, target: float | None
) -> list[Verdict]:
    """Compare with the quickest peer and with itself on one core, the compiled limit with it, and dearer voices."""
    mine = rounds[ours]
    return [
        *faster(mine, rounds.best_peer(), target),
        *faster(mine, rounds[one_core]),
        *faster(rounds[limit], mine),
        *faster(rounds[orchestra], rounds.best_peer()),
    ]
