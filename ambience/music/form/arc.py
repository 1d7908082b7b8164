"""The arc of tension: every passage is a small wave, every cycle a larger one, the whole piece the largest."""

from collections.abc import Sequence
from dataclasses import dataclass

from ambience.music.form.proportions import GOLDEN
from ambience.music.form.scene_order import Place
from ambience.scene import Role

Point = tuple[float, float]
"""A second and a tension."""

# Where a passage enters, what it rises to, and where it is left, over the tension of its state: by ear.
_WAVES: dict[Role, tuple[float, float, float]] = {
    "ground": (0.85, 1.1, 0.9),
    "statement": (0.85, 1.15, 0.95),
    "fragments": (0.9, 1.1, 0.85),
    "development": (0.9, 1.18, 0.95),
    "climax": (0.92, 1.1, 0.9),
    "reprise": (0.95, 1.1, 0.85),
    "dissolution": (0.95, 0.75, 0.4),
}
# What a role makes of a state whose neighbors are no calmer and no tenser than itself.
_DEPTHS: dict[Role, float] = {
    "ground": 0.65,
    "statement": 0.9,
    "fragments": 0.8,
    "development": 1.1,
    "climax": 1.2,
    "reprise": 0.85,
    "dissolution": 0.6,
}
_WIDE = 0.5  # states that lie so far apart make an arc by themselves
_HEADROOM = 0.3  # share of what is left above a state's tension that the climax takes
_BELOW = 0.93  # of a cycle's climax: nothing else in it comes nearer
_EDGE_SHARE, _EDGE_S = 0.15, 5.0  # of a passage, in which the tension crosses over
_QUIET_SHARE = 0.3  # of the last passage's tension, at the very end


@dataclass(frozen=True, slots=True)
class Wave:
    """One cycle of the form, laid out in time."""

    places: tuple[Place, ...]
    starts_s: tuple[float, ...]
    end_s: float
    climax_s: float
    height: float  # 0..1: 1 in the cycle that holds the climax of the piece

    @property
    def ends_s(self) -> tuple[float, ...]:
        """Where the passages end."""
        return (*self.starts_s[1:], self.end_s)


def arc(waves: Sequence[Wave], *, until_s: float | None) -> tuple[Point, ...]:
    """Draw the tension of a whole form.

    Parameters
    ----------
    waves : sequence of Wave
        Its cycles, by rising time.
    until_s : float, optional
        Where the piece falls silent; absent: it goes on.

    Returns
    -------
    points : tuple of (float, float)
        Second and tension 0..1, by rising second; the highest at the climax of the highest wave.
    """
    tensions = [place.state.controls.tension for wave in waves for place in wave.places]
    flat = max(1.0 - (max(tensions) - min(tensions)) / _WIDE, 0.0)
    points = [point for wave in waves for point in _of_wave(wave, flat)]
    if until_s is not None:
        points.append((until_s, _QUIET_SHARE * points[-1][1]))
    return _rising(points)


def _summit(wave: Wave, flat: float) -> float:
    tension = wave.places[_peak(wave)].state.controls.tension
    lifted = tension * (1.0 + flat * (_DEPTHS["climax"] - 1.0))
    return wave.height * min(lifted + _HEADROOM * (1.0 - lifted), 1.0)


def _peak(wave: Wave) -> int:
    """Find the passage that holds the climax."""
    return max((i for i, start_s in enumerate(wave.starts_s) if start_s <= wave.climax_s), default=0)


def _of_wave(wave: Wave, flat: float) -> list[Point]:
    points: list[Point] = []
    summit = _summit(wave, flat)
    most = _BELOW * summit
    peak = _peak(wave)
    for i, (place, start_s, end_s) in enumerate(zip(wave.places, wave.starts_s, wave.ends_s, strict=True)):
        enter, top, leave = _WAVES[place.role]
        depth = 1.0 + flat * (_DEPTHS[place.role] - 1.0)
        tension = place.state.controls.tension * depth * (0.5 + 0.5 * wave.height)
        edge_s = min(_EDGE_SHARE * (end_s - start_s), _EDGE_S)
        top_s, height = start_s + GOLDEN * (end_s - start_s), min(tension * top, most)
        if i == peak:
            top_s, height = wave.climax_s, summit
        points.append((start_s + edge_s * (start_s > 0.0), min(tension * enter, most)))
        points.append((top_s, height))
        points.append((end_s - edge_s, min(tension * leave, most)))
    return points


def _rising(points: Sequence[Point]) -> tuple[Point, ...]:
    """Drop what does not come after what came before it."""
    kept: list[Point] = []
    for second, tension in points:
        if not kept or second > kept[-1][0] + 1e-6:
            kept.append((second, min(max(tension, 0.0), 1.0)))
    return tuple(kept)
