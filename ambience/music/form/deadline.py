"""A deadline: tension climbs, the bars are fitted so that one of them begins at zero, the cadence fills the last."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.scene import Controls, SceneState
from ambience.units import SECONDS_PER_MINUTE, s_to_beats

SHORTEST_S = 1.0
"""A deadline that is nearer than this could not be heard coming."""

_OPEN_END_S = 30.0  # a climb whose end nobody has announced
_FROM, _RISE = 0.7, 0.55  # by ear: starts well below the state's own tension, ends well above it
_CEILING, _SHARE = 0.92, 0.8  # by ear: where the climb of any other state leads, and how much of the way
_PLANS = ("suspense",)
_DOMINANT_S = 2.5  # by ear: the leading tone wants that long to be felt
MILD_STRAIN = math.log(1.06)  # a tempo that nobody notices to be another one
_GRIDS_BEATS = ((1.0, 0.01), (0.5, 0.03), (0.25, 0.05))  # lengths of an odd bar, and what they cost against strain
_LONG_COST = 0.01  # of an odd bar that is longer than the others
_LONGEST_ODD = 1.5  # bars


class Deadline(NamedTuple):
    """Something that runs out."""

    from_s: float  # since when one knows of it
    zero_s: float | None  # second at which it runs out; None: nobody has said when

    def climb(self, controls: Controls, now_s: float, state: SceneState) -> Controls:
        """Raise the tension that the notes are written with, toward zero.

        Parameters
        ----------
        controls : Controls
            As the timeline has them.
        now_s : float
            Second of the bar.
        state : SceneState
            One that waits for something sets out below its own tension, any other from it.
        """
        end_s = self.from_s + _OPEN_END_S if self.zero_s is None else self.zero_s
        progress = min(max((now_s - self.from_s) / max(end_s - self.from_s, 1.0), 0.0), 1.0)
        if is_deadline(state):
            tension = controls.tension * (_FROM + _RISE * progress)
            density = controls.density * (0.85 + 0.3 * progress)
        else:
            tension = controls.tension + _SHARE * progress * max(_CEILING - controls.tension, 0.0)
            density = controls.density * (1.0 + 0.3 * progress)
        return replace(controls, tension=min(tension, 1.0), density=min(density, 1.0))


class Fit(NamedTuple):
    """How the time to zero is filled with bars."""

    bars: int  # the next one included
    length_beats: float  # of the next one; those after it are whole
    tempo_bpm: float  # of all of them
    strain: float  # how far the tempo is bent, as the logarithm of a ratio


def is_deadline(state: SceneState) -> bool:
    """Tell whether a state waits for something: its harmony is suspense."""
    return state.harmony in _PLANS


def fit_bars(left_s: float, tempo_bpm: float, bar_beats: float) -> Fit:
    """Fill the time that is left with whole bars at nearly the tempo, or with one odd bar before them.

    Parameters
    ----------
    left_s : float, > 0
        Seconds to zero.
    tempo_bpm, bar_beats : float
        Tempo and length of a bar as the state has them.

    Notes
    -----
    A segment's tempo is its beats over its time, retuned by a few per cent, as film composers fit a cue to its hit
    points. Where that would be heard, a bar of another length is put in.
    """
    wished = s_to_beats(left_s, tempo_bpm)
    whole = max(round(wished / bar_beats), 1)
    plain = _fit(left_s, tempo_bpm, bar_beats, bar_beats, whole)
    if plain.strain <= MILD_STRAIN:
        return plain
    odd = _odd_fits(left_s, tempo_bpm, bar_beats, wished)
    return min([(plain.strain, plain), *odd], key=lambda entry: entry[0])[1]


def _odd_fits(left_s: float, tempo_bpm: float, bar_beats: float, wished_beats: float) -> Iterator[tuple[float, Fit]]:
    most = int(wished_beats / bar_beats)
    for whole in range(max(most - 1, 0), most + 1):
        for grid, cost in _GRIDS_BEATS:
            odd = max(round((wished_beats - whole * bar_beats) / grid), 1) * grid
            if odd <= _LONGEST_ODD * bar_beats:
                fit = _fit(left_s, tempo_bpm, odd, bar_beats, whole + 1)
                yield fit.strain + cost + _LONG_COST * (odd > bar_beats), fit


def _fit(left_s: float, tempo_bpm: float, first_beats: float, bar_beats: float, bars: int) -> Fit:
    bent_bpm = (first_beats + (bars - 1) * bar_beats) * SECONDS_PER_MINUTE / left_s
    return Fit(bars, first_beats, bent_bpm, abs(math.log(bent_bpm / tempo_bpm)))


def cadence_bars(bar_s: float) -> int:
    """Count the bars for which each chord of the cadence stays."""
    return max(round(_DOMINANT_S / bar_s), 1)


def cadence(scale: Scale, *, last: bool) -> Chord:
    """Return the dominant that leads to zero: suspended, then with its leading tone and seventh."""
    dominant_pc = (scale.tonic_pc + 7) % 12
    return Chord(dominant_pc, "dominant7" if last else "sus4", dominant_pc)


def home(scale: Scale) -> Chord:
    """Return the chord in which everything comes to rest."""
    return Chord(scale.tonic_pc, "minor" if scale.minor else "major", scale.tonic_pc)
