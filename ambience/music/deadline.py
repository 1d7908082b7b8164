"""A deadline: tension that climbs by itself until something must happen, and the cadence that lands on zero."""

from collections.abc import Sequence
from dataclasses import replace

from ambience.music.harmony import Chord
from ambience.music.scale import Scale
from ambience.scene import Controls, SceneChange, SceneState

_OPEN_END_S = 30.0  # a climb whose end nobody has announced
_FROM, _RISE = 0.7, 0.55  # by ear: starts well below the state's own tension, ends well above it
_PLANS = ("suspense",)


def is_deadline(state: SceneState) -> bool:
    """Tell whether a state waits for something: its harmony is suspense."""
    return state.harmony in _PLANS


def climb(controls: Controls, entered_s: float, now_s: float, waiting: Sequence[SceneChange]) -> Controls:
    """Raise the tension that the notes are written with toward the moment at which the state will be left.

    Parameters
    ----------
    controls : Controls
        As the timeline has them.
    entered_s, now_s : float
        When the state began, and the bar.
    waiting : sequence of SceneChange
        The first that is known in advance is the deadline.
    """
    end_s = next((wish.at_s for wish in waiting if wish.ahead and wish.state), entered_s + _OPEN_END_S)
    progress = min(max((now_s - entered_s) / max(end_s - entered_s, 1.0), 0.0), 1.0)
    tension = controls.tension * (_FROM + _RISE * progress)
    density = controls.density * (0.85 + 0.3 * progress)
    return replace(controls, tension=min(tension, 1.0), density=min(density, 1.0))


def cadence(scale: Scale, *, last: bool) -> Chord:
    """Return the dominant that leads to zero: suspended, then with its leading tone and seventh."""
    dominant_pc = (scale.tonic_pc + 7) % 12
    return Chord(dominant_pc, "dominant7" if last else "sus4", dominant_pc)
