"""How voices go from chord to chord: a whole phrase is weighed before its first chord is sung."""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from ambience.music.harmony.chords import Chord
from ambience.music.harmony.voicing import IS_PURE, Position, bass_pc, preference, voicings
from ambience.units import FloatArray, IntArray

_FORBIDDEN, _LET_GO = 200.0, 60.0
_WAYS_KEPT = 1024  # of the ways in three hours a fifth is then priced anew; they take a few megabytes
_BELOW_THEME, _ABOVE_COMFORT, _BELOW_COMFORT = 6.0, 0.9, 0.7  # by ear: prices of a semitone beyond

_SEMITONES = np.arange(128)
_MOVE = 0.8 * _SEMITONES + 1.2 * np.maximum(_SEMITONES - 5, 0) - 1.5 * (_SEMITONES == 0)  # price of any voice's move
_MELODY = 1.2 * np.maximum(_SEMITONES - 4, 0)  # and of the highest voice's besides, which is a melody
_FALLS = {
    "minor7": 3,
    "dominant7": 3,
    "diminished7": 3,
    "minor9": 3,
    "sus4": 1,
}  # which tone of the chord wants to fall


class Step(NamedTuple):
    """One chord of a phrase, and what is asked of its voicing."""

    position: Position
    floor_midi: int  # comfortable lower end
    ceiling_midi: int  # comfortable upper end
    theme_midi: int = 127  # the theme's line, below which the voices should stay
    turn: float = 0.0  # 0..1, chooses among equals; the same throughout a phrase


class _Prospect(NamedTuple):
    """What lies ahead of the voicings of a step."""

    prices: FloatArray  # of each, with the best way on from it
    onward: IntArray  # to which voicing of the next step that leads


def lead(
    steps: tuple[Step, ...],
    *,
    before: tuple[int, ...] = (),
    last_chord: Chord | None = None,
    held: tuple[int, ...] = (),
) -> tuple[tuple[int, ...], ...]:
    """Lay out some chords in a row so that the voices go well all the way.

    The cheapest way is found by dynamic programming from the last chord back (R. Bellman, "Dynamic Programming",
    1957), so what is planned for a later chord is what is chosen when its turn comes and nothing has changed.

    Parameters
    ----------
    steps : tuple of Step
        The chords, at least one.
    before : tuple of int
        Where the voices were, from low to high; empty at a beginning.
    last_chord : Chord, optional
        The chord before, whose sevenths and leading tones want to go on.
    held : tuple of int
        Pitches that still sound and belong to the first voicing where they are chord tones.

    Returns
    -------
    voicings : tuple of tuple of int
        One for each step, note numbers from low to high; empty where the register has no tone of the chord.
    """
    rows = voicings(steps[0].position).rows
    if not len(rows):
        return ((),) * len(steps)
    prices = _prospect(steps).prices
    if before:
        prices = prices + _arrival(before, last_chord, steps[0].position)
    for pitch in held:
        prices = prices + _LET_GO * ~np.any(rows == pitch, axis=1)
    place = int(np.argmin(prices))
    way = [tuple(rows[place].tolist())]
    for number, step in enumerate(steps[1:]):
        place = int(_prospect(steps[number:]).onward[place])
        way.append(tuple(voicings(step.position).rows[place].tolist()))
    return tuple(way)


@lru_cache(maxsize=256)
def _prospect(steps: tuple[Step, ...]) -> _Prospect:
    """Price every voicing of the first step together with the best way on from it."""
    own = _price(steps[0])
    if len(steps) == 1:
        return _Prospect(own, np.zeros(len(own), np.int64))
    after = _prospect(steps[1:])
    ways = _ways(steps[0].position, steps[1].position) + after.prices
    return _Prospect(own + ways.min(axis=1), ways.argmin(axis=1))


@lru_cache(maxsize=512)
def _price(step: Step) -> FloatArray:
    """Price voicings by themselves: spacing, doubling, register, and the theme above them."""
    rows, prices = voicings(step.position)
    if not len(rows):
        return prices
    top, bottom = rows[:, -1], rows[:, 0]
    comfort = _ABOVE_COMFORT * np.maximum(top - step.ceiling_midi, 0)
    comfort += _BELOW_COMFORT * np.maximum(step.floor_midi - bottom, 0)
    comfort += _BELOW_THEME * np.maximum(top - step.theme_midi, 0)
    return prices + comfort + preference(len(rows), step.turn)


@lru_cache(maxsize=_WAYS_KEPT)
def _arrival(before: tuple[int, ...], left: Chord | None, there: Position) -> FloatArray:
    """Price the ways from where the voices are to the voicings of a chord."""
    cost: FloatArray = _motion(np.array([before], dtype=np.int64), voicings(there).rows, left, there.chord)[0]
    return cost


@lru_cache(maxsize=_WAYS_KEPT)
def _ways(here: Position, there: Position) -> FloatArray:
    """Price all ways from the voicings of one chord to those of the next."""
    return _motion(voicings(here).rows, voicings(there).rows, here.chord, there.chord)


def _motion(old: IntArray, new: IntArray, left: Chord | None, reached: Chord) -> FloatArray:
    """Price moves: leaps, common tones let go, overlaps, parallels, tones that want to go elsewhere."""
    cost = np.zeros((len(old), len(new)))
    if old.shape[1] == new.shape[1]:
        steps = new[None, :, :] - old[:, None, :]
        moves = np.abs(steps)
        cost += _MELODY[moves[:, :, -1]]
        cost += _overlaps(old, new) + _parallels(old, new, np.sign(steps).astype(np.int8))
        if left is not None:
            cost += _unresolved(old, steps, left, reached)
    else:
        moves = np.abs(new[None, :, :, None] - old[:, None, None, :]).min(axis=3)
    cost += _MOVE[moves].sum(axis=2)
    if old.shape[1] > 1:
        cost += _outer_parallels(old, new)
    return cost + _bass_parallels(old, new, left, reached) if left is not None else cost


def _overlaps(old: IntArray, new: IntArray) -> FloatArray:
    """Dislike a voice that goes beyond where its neighbor was."""
    above = (new[None, :, :-1] > old[:, None, 1:]).sum(axis=2)
    below = (new[None, :, 1:] < old[:, None, :-1]).sum(axis=2)
    return np.asarray(3.0 * (above + below), dtype=np.float64)


def _parallels(old: IntArray, new: IntArray, ways: IntArray) -> FloatArray:
    """Dislike parallel fifths and octaves of any two voices."""
    low, high = _pairs(old.shape[1])
    before, after = (old[:, high] - old[:, low]) % 12, (new[:, high] - new[:, low]) % 12
    wrong = IS_PURE[after] & (before[:, None] == after) & (ways[:, :, low] * ways[:, :, high] > 0)
    return np.asarray(16.0 * wrong.sum(axis=2), dtype=np.float64)


@cache
def _pairs(voices: int) -> tuple[IntArray, IntArray]:
    """List all pairs of voices: the lower ones, the higher ones."""
    return np.triu_indices(voices, 1)


def _outer_parallels(old: IntArray, new: IntArray) -> FloatArray:
    """Forbid parallel fifths and octaves of bass and soprano; dislike hidden ones reached by a leap."""
    low, high = new[:, 0] - old[:, :1], new[:, -1] - old[:, -1:]
    reached = (new[:, -1] - new[:, 0]) % 12
    together = (low * high > 0) & IS_PURE[reached]
    same = reached == ((old[:, -1] - old[:, 0]) % 12)[:, None]
    return np.asarray(_FORBIDDEN * (together & same) + 2.0 * (together & (np.abs(high) > 2)), dtype=np.float64)


def _bass_parallels(old: IntArray, new: IntArray, left: Chord, reached: Chord) -> FloatArray:
    """Forbid parallel fifths and octaves of the highest voice with a bass of which only the pitch class is known."""
    bass_before, bass = bass_pc(left), bass_pc(reached)
    before, after = (old[:, -1:] - bass_before) % 12, (new[:, -1] - bass) % 12
    same = (before == after) & IS_PURE[after] & (bass_before != bass)
    cost = 0.5 * _FORBIDDEN * same
    way = (bass - bass_before + 6) % 12 - 6
    if way in (-5, -4, -3, 3, 4):  # the bass may walk there, and its last step must not be doubled either
        along = (new[:, -1] - old[:, -1:]) * (1 if way > 0 else -1)
        cost = cost + 14.0 * (IS_PURE[after] & (along > 0) & (along <= 2))
    return np.asarray(cost, dtype=np.float64)


def _unresolved(old: IntArray, steps: IntArray, left: Chord, reached: Chord) -> FloatArray:
    """Dislike a seventh that does not fall or stay, and a leading tone that does not rise to its tonic."""
    cost = np.zeros(steps.shape[:2])
    place = _FALLS.get(left.quality)
    if place is not None:
        falls = (old % 12 == left.pcs[place])[:, None, :]
        cost += 5.0 * (falls & ((steps > 0) | (steps < -2))).sum(axis=2)
    dominant = left.quality in ("major", "dominant7") and (reached.root_pc - left.root_pc) % 12 == 5
    if dominant:
        rises = (old % 12 == left.pcs[1])[:, None, :]
        weight = np.full(steps.shape[2], 1.5)
        weight[-1] = 4.0  # where everybody hears it
        cost += (weight * (rises & (steps != 1))).sum(axis=2)
    return cost
