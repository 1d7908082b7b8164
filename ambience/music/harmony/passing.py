"""Steps between chord tones, and the theme's head quoted so that it fits the moment."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale


@lru_cache(maxsize=512)
def walking_pcs(chord: Chord, scale: Scale) -> tuple[int, ...]:
    """List the tones on which one may walk over a chord: its own, and those of the scale that it does not alter."""
    own = set(chord.pcs)
    altered = {pc for pc in scale.pcs if pc not in own and any((pc + s) % 12 in own - set(scale.pcs) for s in (1, 11))}
    return tuple(sorted(own | (set(scale.pcs) - altered)))


def step_on(pitch_midi: int, way: int, pcs: Sequence[int]) -> int:
    """Go to the next tone of some pitch classes, up (1) or down (-1)."""
    pitch = pitch_midi + way
    while pitch % 12 not in pcs:
        pitch += way
    return pitch


def line_to(start_midi: int, goal_midi: int, pcs: Sequence[int]) -> tuple[int, ...]:
    """Walk from a tone to another through all that lie between; both are included."""
    way = 1 if goal_midi > start_midi else -1
    line = [start_midi]
    while (goal_midi - line[-1]) * way > 0:
        following = step_on(line[-1], way, pcs)
        line.append(following if (goal_midi - following) * way > 0 else goal_midi)
    return tuple(line)


@lru_cache(maxsize=512)  # asked for again whenever a chord comes back
def quote(
    head_semitones: tuple[int, ...],
    chord: Chord,
    scale: Scale,
    *,
    near_midi: float,
    lowest_midi: int,
    highest_midi: int,
) -> tuple[int, ...]:
    """Play the head of the theme, true to every interval, in the transposition that fits a chord best.

    Returns
    -------
    pitches : tuple of int
        Note numbers; empty if the head is wider than the register.
    """
    shape = (0, *accumulate(head_semitones))
    low, high = lowest_midi - min(shape), highest_midi - max(shape)
    misfits, half = _misfits(shape, chord, scale), 0.5 * max(shape)

    def misfit(first: int) -> float:
        return misfits[first % 12] + 0.12 * abs(first + half - near_midi)

    first = min(range(low, high + 1), key=misfit, default=None)
    return () if first is None else tuple([first + step for step in shape])


@lru_cache(maxsize=512)
def _misfits(shape: tuple[int, ...], chord: Chord, scale: Scale) -> tuple[float, ...]:
    """Price a line of tones, in semitones above the first, for each pitch class on which it may begin."""
    walkable, misfits = walking_pcs(chord, scale), []
    for first in range(12):
        pcs = [(first + step) % 12 for step in shape]
        foreign = sum(pc not in walkable for pc in pcs)
        ends = sum(pc not in chord.pcs for pc in (pcs[0], pcs[-1]))
        inner = sum(pc not in chord.pcs for pc in pcs[1:-1])
        misfits.append(6.0 * foreign + 2.0 * ends + inner)
    return tuple(misfits)
