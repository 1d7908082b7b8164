"""How well the tension that is heard follows the tension that was asked for, over a whole piece."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ambience.music.sheet import Score
from ambience.music.tension.steering import RUNNING_OUT_LEVEL
from ambience.units import AnyArray, FloatArray

WINDOW_S = 10.0
"""Both curves are averaged over so many seconds before they are compared: listeners do not hear tension bar by bar."""

LEAST_RANGE = 0.15
"""Where less than this was asked for, from calmest to tensest, a correlation would only measure accidents."""

_STEP_S = 0.5


class Agreement(NamedTuple):
    """Tension asked for and heard, and how the two curves go together."""

    at_s: tuple[float, ...]  # where the bars begin
    requested: tuple[float, ...]  # 0..1, mean of the control over each bar
    realized: tuple[float, ...]  # 0..1, measured on the notes of each bar
    sections: tuple[tuple[float, float], ...]  # requested and realized, mean over each section
    correlation: float | None  # -1..1; None: too little change was asked for
    mean_error: float  # 0..1, mean distance of the two


def agreement(score: Score) -> Agreement:
    """Compare the tension of a score with what was asked for.

    Notes
    -----
    Pearson's r of both curves as functions of clock time, every half second, each a centered mean over ten seconds.
    Two things are left out, as silence is asked for in them whatever the tension: bars in which a supply runs out
    (`level` below 0.4), and the last bar.
    """
    edges_s = _edges(score)
    if len(edges_s) < 2:
        return Agreement((), (), (), (), None, 0.0)
    requested, level = _per_bar(score, edges_s)
    realized = np.array(score.realized_tension, dtype=np.float64)
    counts = level >= RUNNING_OUT_LEVEL
    counts[-1] = False
    correlation, error = _compare(edges_s, requested, realized, counts)
    return Agreement(
        tuple(map(float, edges_s[:-1])),
        tuple(map(float, requested)),
        tuple(map(float, realized)),
        _sections(score, edges_s, requested, realized),
        correlation,
        error,
    )


def _edges(score: Score) -> FloatArray:
    """Return where the bars begin, in seconds, and where the last one ends, as long as the one before it."""
    beats = [beat for beat, _ in score.chords]
    ends = [beats[-1] + (beats[-1] - beats[-2])] if len(beats) > 1 else [score.length_beats] * bool(beats)
    return score.seconds_at([*beats, *ends])


def _per_bar(score: Score, edges_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Average tension and level over each bar."""
    rows = np.array([(p.at_s, p.controls.tension, p.controls.level) for p in score.controls])
    places_s = np.linspace(edges_s[:-1], edges_s[1:], 4, endpoint=False)
    tension, level = (np.interp(places_s, rows[:, 0], rows[:, column]).mean(axis=0) for column in (1, 2))
    return tension, level


def _compare(
    edges_s: FloatArray, requested: FloatArray, realized: FloatArray, counts: AnyArray
) -> tuple[float | None, float]:
    times_s = np.arange(edges_s[0], edges_s[-1], _STEP_S)
    bars = np.searchsorted(edges_s, times_s, side="right") - 1
    here = counts[bars]
    if not here.any():
        return None, 0.0
    window = np.ones(min(round(WINDOW_S / _STEP_S), len(times_s)))
    weight = np.convolve(here, window, "same")[here]
    asked, heard = (np.convolve(curve[bars] * here, window, "same")[here] / weight for curve in (requested, realized))
    error = float(np.mean(np.abs(asked - heard)))
    varied = np.ptp(asked) >= LEAST_RANGE and np.ptp(heard) > 0.0
    return (float(np.corrcoef(asked, heard)[0, 1]) if varied else None), error


def _sections(
    score: Score, edges_s: FloatArray, requested: FloatArray, realized: FloatArray
) -> tuple[tuple[float, float], ...]:
    starts_s = [section.at_s for section in score.sections]
    means = []
    for start_s, stop_s in pairwise((*starts_s, edges_s[-1] + 1.0)):
        inside = (edges_s[:-1] >= start_s - 1e-6) & (edges_s[:-1] < stop_s - 1e-6)
        lengths_s = np.diff(edges_s)[inside]
        means.append(tuple(float(np.average(curve[inside], weights=lengths_s)) for curve in (requested, realized)))
    return tuple((a, b) for a, b in means)
