"""Where the tones of a chord may lie: all good voicings of a register, each with its price."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.music.harmony.chords import Chord
from ambience.units import FloatArray, IntArray

PURE_BELOW_MIDI = 48  # C3: nothing but fifths and octaves stands on a tone below
IS_PURE = np.array([step % 12 in (0, 7) for step in range(128)])
_MOST_COMBINATIONS = 4_000
_MOST_UNDER_ONE_TOP = 5  # voicings with the same highest tone that are worth weighing
_FORBIDDEN = 100.0
_STEPS = 0.6180339887498949 * np.arange(128 * _MOST_UNDER_ONE_TOP)  # the golden ratio: no two turns come out alike
_MISSING = (4.0, 9.0, 2.0, 6.0, 5.0)  # price of leaving out root, third, fifth, seventh, ninth
_DOUBLED = (0.0, 7.0, 0.8, 6.0, 6.0)  # price of having one of them twice


class Position(NamedTuple):
    """A chord that is to be laid out."""

    chord: Chord
    lowest_midi: int
    highest_midi: int
    voices: int
    spread: float  # 0..1, close … open above C3


class Voicings(NamedTuple):
    """The best ways to lay out a chord."""

    rows: IntArray  # shape (n, voices): note numbers, each row from low to high
    prices: FloatArray  # shape (n,)


@lru_cache(maxsize=512)
def voicings(position: Position) -> Voicings:
    """List the voicings of a position that keep the rules of spacing and doubling best, in their order of pitch.

    There are fewer voices if the register has fewer chord tones, and no row if it has none.

    Notes
    -----
    Rules of part writing as scored costs: E. Aldwell, C. Schachter, "Harmony and Voice Leading", 1978, ch. 5-6.
    """
    chord, lowest_midi, highest_midi, voices, spread = position
    require(lowest_midi <= highest_midi, "voicings", "lowest_midi", lowest_midi, "must not exceed highest_midi")
    pitches = _central(pitches_of(chord.pcs, lowest_midi, highest_midi), voices)
    count = min(voices, len(pitches))
    if count == 0:
        return Voicings(np.zeros((0, 0), np.int64), np.zeros(0))
    rows = np.array(list(combinations(pitches, count)), dtype=np.int64)
    prices = _spacing_cost(rows, chord, spread) + _color_cost(rows, chord)
    best = _best_under_each_top(rows[:, -1], prices)
    return Voicings(rows[best], prices[best])


def bass_pc(chord: Chord) -> int:
    """Take the chord's own bass; over a foreign pedal, which the drone has, the root."""
    return chord.bass_pc if chord.bass_pc in chord.pcs else chord.root_pc


def voice_chord(
    chord: Chord,
    *,
    lowest_midi: int,
    highest_midi: int,
    voices: int,
    spread: float,
    rng: Generator,
    previous: tuple[int, ...] = (),
) -> tuple[int, ...]:
    """Lay out a chord that stands for itself, such as a stab; for chords in a row see `leading.lead`.

    Parameters
    ----------
    chord : Chord
        What is to sound.
    lowest_midi, highest_midi : int
        Register, inclusive.
    voices : int, >= 1
        Voices wanted; fewer come back if the register has fewer chord tones.
    spread : float, 0..1
        Close … open position above C3.
    rng : numpy.random.Generator
        Chooses among voicings that are equally good; one value is drawn.
    previous : tuple of int, optional
        Stay near these pitches; by default in the middle of the register.

    Returns
    -------
    voicing : tuple of int
        Note numbers from low to high, all different; empty if no chord tone lies in the register.
    """
    turn = rng.random()
    rows, prices = voicings(Position(chord, lowest_midi, highest_midi, voices, spread))
    if not len(rows):
        return ()
    center = np.mean(previous) if previous else 0.5 * (lowest_midi + highest_midi)
    far = 0.15 * np.abs(rows.mean(axis=1) - center)
    return tuple(rows[int(np.argmin(prices + far + preference(len(rows), turn)))].tolist())


def preference(count: int, turn: float) -> FloatArray:
    """Tell equals apart: a small price for each of `count` voicings, another one for every turn 0..1."""
    return np.asarray(0.4 * np.mod(turn + _STEPS[:count], 1.0), dtype=np.float64)


def require_register(where: str, lowest_midi: int, highest_midi: int) -> None:
    """Raise `ParameterError` unless a register holds an octave, so that every chord has a tone in it."""
    require(
        highest_midi - lowest_midi >= 11,
        where,
        "highest_midi",
        highest_midi,
        f"must lie at least 11 above lowest_midi = {lowest_midi}",
        "A register needs a whole octave to hold every tone.",
    )


def pitches_of(pcs: Iterable[int], lowest_midi: int, highest_midi: int) -> tuple[int, ...]:
    """List the note numbers of some pitch classes within a register, from low to high."""
    return _pitches_of(tuple(pcs), lowest_midi, highest_midi)


def nearest_of(pcs: Iterable[int], pitch_midi: float, lowest_midi: int, highest_midi: int) -> int:
    """Find the note of some pitch classes nearest to a pitch, within a register of an octave or more."""
    return min(pitches_of(pcs, lowest_midi, highest_midi), key=lambda pitch: (abs(pitch - pitch_midi), pitch))


@lru_cache(maxsize=2048)
def _pitches_of(pcs: tuple[int, ...], lowest_midi: int, highest_midi: int) -> tuple[int, ...]:
    wanted = frozenset(pc % 12 for pc in pcs)
    return tuple(pitch for pitch in range(lowest_midi, highest_midi + 1) if pitch % 12 in wanted)


def _central(pitches: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Keep the tones in the middle of a wide register, few enough that every combination can be scored."""
    kept = list(pitches)
    while len(kept) > count and comb(len(kept), count) > _MOST_COMBINATIONS:
        kept.pop(0 if len(kept) % 2 else -1)
    return tuple(kept)


def _best_under_each_top(tops: IntArray, prices: FloatArray) -> list[int]:
    """Choose the cheapest few under every highest tone, so that a melody of any height finds its chord."""
    taken: Counter[int] = Counter()
    kept = []
    for place in np.argsort(prices, kind="stable").tolist():
        top = int(tops[place])
        if taken[top] < _MOST_UNDER_ONE_TOP:
            taken[top] += 1
            kept.append(place)
    return sorted(kept)


def _spacing_cost(rows: IntArray, chord: Chord, spread: float) -> FloatArray:
    """Price the gaps: pure and wide below, an octave at most above, close or open as wished."""
    if rows.shape[1] < 2:
        return np.zeros(len(rows))
    gap, lower = np.diff(rows, axis=1), rows[:, :-1]
    deep = lower < PURE_BELOW_MIDI
    cost = _FORBIDDEN * (deep & ~IS_PURE[gap]) + 1.0 * np.maximum(gap - 19, 0)
    cost += ~deep * 12.0 * (gap > 12)
    wished = np.where(lower >= 60, 3.0 + 3.0 * spread, 4.0 + 5.0 * spread)
    cost += ~deep * 0.35 * np.abs(gap - wished)
    if chord.quality != "cluster":
        cost += 3.0 * (gap == 1) + 2.0 * ((gap < 3) & (lower < 60))
    return np.asarray(cost.sum(axis=1), dtype=np.float64)


def _color_cost(rows: IntArray, chord: Chord) -> FloatArray:
    """Price missing tones, doubled thirds and extensions, and a bass that is not the chord's."""
    pcs = rows % 12
    cost = np.zeros(len(rows))
    for place, pc in enumerate(chord.pcs):
        times = (pcs == pc).sum(axis=1)
        cost += _MISSING[place] * (times == 0) + _DOUBLED[place] * np.maximum(times - 1, 0)
    deep = np.where(rows[:, 0] < 55, 5.0, 1.5)  # high up, nobody hears the inversion as a bass
    return np.asarray(cost + deep * (pcs[:, 0] != bass_pc(chord)), dtype=np.float64)
