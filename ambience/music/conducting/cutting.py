"""Where a bar that is being played is cut, for a wish that will not wait or for a deadline that has moved."""

import math

from ambience.music.conducting.agenda import SAME_S
from ambience.music.conducting.course import Place
from ambience.music.conducting.departure import has_dwelt
from ambience.music.form.deadline import MILD_STRAIN, fit_bars
from ambience.music.score import Bar
from ambience.music.work import Work
from ambience.scene import SceneChange
from ambience.units import beats_to_s, s_to_beats

_WISH_GRID_BEATS = {"now": 0.5, "beat": 1.0}
_ZERO_GRIDS_BEATS = (0.5, 0.25)  # a sixteenth where no eighth will do
_STRONG_STRAIN = math.log(1.2)
_EPSILON = 1e-9


def cut_for_wish(wish: SceneChange, place: Place, bar: Bar) -> float | None:
    """Return the length to which a bar is cut so that a wish is met at the next beat or eighth; None: it stays whole.

    Parameters
    ----------
    wish : SceneChange
        Heard within the bar.
    place : Place
        The end of the bar.
    bar : Bar
        As it was written.
    """
    grid = _WISH_GRID_BEATS.get(wish.when)
    if grid is None or bar.bridge is not None or not has_dwelt(bar.state, place.entered_s, wish.at_s):
        return None
    if bar.state.leave == "phrase" and place.bars_done < bar.state.phrase_bars:
        return None
    length = next_step(bar, wish.at_s, grid)
    return length if length < bar.length_beats else None


def cut_for_zero(work: Work, zero_s: float, now_s: float, bar: Bar) -> float | None:
    """Return the length to which a bar is cut so that what follows can land on zero; None: it stays whole.

    Parameters
    ----------
    work : Work
        Tempo and length of the state's bars.
    zero_s : float
        The second to land on.
    now_s : float
        The first moment that can still be changed.
    bar : Bar
        As it was written.
    """
    tempo, bar_beats = work.tempo_in(bar.state), work.bar_beats_in(bar.state)

    def strain(length_beats: float) -> float:
        left_s = zero_s - bar.start_s - beats_to_s(length_beats, bar.tempo_bpm)
        if abs(left_s) < SAME_S:
            return 0.0
        return fit_bars(left_s, tempo, bar_beats).strain if left_s > 0.0 else math.inf

    def merit(length_beats: float) -> tuple[float, float]:
        bent = strain(length_beats)
        return (0.0 if bent <= MILD_STRAIN else bent, -length_beats)

    lengths = [bar.length_beats]
    for grid in _ZERO_GRIDS_BEATS:
        first = next_step(bar, now_s, grid)
        lengths += [first + grid * step for step in range(math.ceil((bar.length_beats - first) / grid - _EPSILON))]
        best = min(lengths, key=merit)
        if strain(best) <= _STRONG_STRAIN:
            break
    if math.isinf(strain(best)):  # slower than two eighths a second, zero may come before the next of them
        best = min(lengths)
    return best if best < bar.length_beats else None


def next_step(bar: Bar, now_s: float, grid_beats: float) -> float:
    """Return how far into a bar the next step of a grid lies, one step at least."""
    passed = s_to_beats(now_s - bar.start_s, bar.tempo_bpm)
    return max(math.ceil(passed / grid_beats - _EPSILON), 1) * grid_beats
