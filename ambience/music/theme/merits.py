"""What speaks for a theme, and what against it."""

from typing import NamedTuple

REJECTED = 40.0  # a fault that no merit outweighs


class Merits(NamedTuple):
    """What speaks for a theme, in points; higher is better, and a broken rule costs `REJECTED`."""

    climax: float = 0.0  # one highest note, two thirds of the way, long and on a strong beat
    line: float = 0.0  # singable: steps, leaps that are answered, a range for a voice
    rhythm: float = 0.0  # breadth, and figures that come back
    signature: float = 0.0  # a head that is known by its rhythm and by one leap
    contour: float = 0.0  # a clear shape as a whole
    memory: float = 0.0  # as much that is known as that is new
    cadence: float = 0.0  # a close that is prepared and a rest that is earned
    harmony: float = 0.0  # chords that carry it, and one door to somewhere else

    @property
    def total(self) -> float:
        """All points together."""
        return sum(self)

    def named(self) -> tuple[tuple[str, float], ...]:
        """List the points by name."""
        return tuple(self._asdict().items())
