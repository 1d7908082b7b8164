"""Where the tones of a chord lie: voicings chosen by how little, and how well, the voices move."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.music.harmony import Chord
from ambience.units import FloatArray, IntArray

OPEN_BELOW_MIDI = 48  # C3: wide gaps below
PURE_BELOW_MIDI = 45  # A2, 110 Hz: nothing but fifths and octaves below
_MOST_CANDIDATES = 1_000
_FORBIDDEN = 200.0
_GOLDEN = 0.6180339887498949
_IS_PURE = np.array([step % 12 in (0, 7) for step in range(128)])


def voice_chord(
    chord: Chord,
    *,
    lowest_midi: int,
    highest_midi: int,
    voices: int,
    previous: tuple[int, ...],
    spread: float,
    rng: Generator,
    held: tuple[int, ...] = (),
    bass_pcs: tuple[int, int] | None = None,
) -> tuple[int, ...]:
    """Lay a chord out in a register so that the voices arrive well from where they were.

    Parameters
    ----------
    chord : Chord
        What is to sound.
    lowest_midi, highest_midi : int
        Register, inclusive.
    voices : int, >= 1
        Voices wanted; fewer come back if the register has fewer chord tones.
    previous : tuple of int
        Where the voices were, in any order; empty at a beginning.
    spread : float, 0..1
        Close … open position above C3.
    rng : numpy.random.Generator
        Chooses among voicings that are equally good; one value is drawn.
    held : tuple of int, optional
        Pitches that still sound and must belong to the voicing where they are chord tones.
    bass_pcs : tuple of int, optional
        The bass of another part before and now: no parallels of the highest voice with it.

    Returns
    -------
    voicing : tuple of int
        Note numbers from low to high, all different; empty if no chord tone lies in the register.

    Notes
    -----
    Rules of part writing as scored costs: E. Aldwell, C. Schachter, "Harmony and Voice Leading", 1978, ch. 5-6;
    pure intervals only below 110 Hz: A. Kameoka, M. Kuriyagawa, "Consonance Theory", 1969.
    """
    require(lowest_midi <= highest_midi, "voice_chord", "lowest_midi", lowest_midi, "must not exceed highest_midi")
    turn = rng.random()
    before = tuple(sorted(set(previous)))
    pitches = pitches_of(chord.pcs, lowest_midi, highest_midi)
    count = min(voices, len(pitches))
    if count == 0:
        return ()
    kept = frozenset(held) & frozenset(pitches)
    rows = _candidates(_near(pitches, before, count), count)
    rows = _with_held(rows, tuple(sorted(kept)))
    cost = _spacing_cost(rows, chord, spread) + _color_cost(rows, chord) + _motion_cost(rows, before)
    if bass_pcs is not None and before:
        cost += _bass_parallels(rows, before[-1], *bass_pcs)
    cost += 0.4 * np.mod(turn + _GOLDEN * np.arange(len(rows)), 1.0)
    return tuple(int(pitch) for pitch in rows[int(np.argmin(cost))])


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
    wanted = frozenset(pc % 12 for pc in pcs)
    return tuple(pitch for pitch in range(lowest_midi, highest_midi + 1) if pitch % 12 in wanted)


def nearest_of(pcs: Iterable[int], pitch_midi: float, lowest_midi: int, highest_midi: int) -> int:
    """Find the note of some pitch classes nearest to a pitch, within a register of an octave or more."""
    return min(pitches_of(pcs, lowest_midi, highest_midi), key=lambda pitch: (abs(pitch - pitch_midi), pitch))


def _near(pitches: tuple[int, ...], before: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Keep the tones around where the voices were, few enough that every combination can be scored."""
    center = sum(before) / len(before) if before else (pitches[0] + pitches[-1]) / 2.0
    kept = list(pitches)
    while len(kept) > count and comb(len(kept), count) > _MOST_CANDIDATES:
        kept.remove(max(kept, key=lambda pitch: abs(pitch - center)))
    return tuple(kept)


@lru_cache(maxsize=256)
def _candidates(pitches: tuple[int, ...], count: int) -> IntArray:
    return np.array(list(combinations(pitches, count)), dtype=np.int64).reshape(-1, count)


def _with_held(rows: IntArray, held: tuple[int, ...]) -> IntArray:
    if not held:
        return rows
    kept = rows[np.all([np.any(rows == pitch, axis=1) for pitch in held], axis=0)]
    return kept if len(kept) else rows


def _spacing_cost(rows: IntArray, chord: Chord, spread: float) -> FloatArray:
    """Price the gaps: pure and wide below, an octave at most above, close or open as wished."""
    if rows.shape[1] < 2:
        return np.zeros(len(rows))
    gap, lower = np.diff(rows, axis=1), rows[:, :-1]
    pure = _IS_PURE[gap]
    cost = 0.5 * _FORBIDDEN * ((lower < PURE_BELOW_MIDI) & ~pure)
    cost += 6.0 * ((lower < OPEN_BELOW_MIDI) & (gap < 7)) + 1.0 * np.maximum(gap - 19, 0)
    cost += (lower >= OPEN_BELOW_MIDI) * 12.0 * (gap > 12)
    wished = np.where(lower >= 60, 3.0 + 3.0 * spread, 4.0 + 5.0 * spread)
    cost += (lower >= OPEN_BELOW_MIDI) * 0.35 * np.abs(gap - wished)
    if chord.quality != "cluster":
        cost += 3.0 * (gap == 1) + 2.0 * ((gap < 3) & (lower < 60))
    return np.asarray(cost.sum(axis=1), dtype=np.float64)


def _color_cost(rows: IntArray, chord: Chord) -> FloatArray:
    """Price missing tones, doubled thirds and extensions, and a bass that is not the chord's."""
    pcs = rows % 12
    missing = (4.0, 9.0, 2.0, 6.0, 5.0)
    doubled = (0.0, 7.0, 0.8, 6.0, 6.0)
    cost = np.zeros(len(rows))
    for place, pc in enumerate(chord.pcs):
        times = (pcs == pc).sum(axis=1)
        cost += missing[place] * (times == 0) + doubled[place] * np.maximum(times - 1, 0)
    bass_pc = chord.bass_pc if chord.bass_pc in chord.pcs else chord.root_pc
    deep = np.where(rows[:, 0] < 55, 5.0, 1.5)  # high up, nobody hears the inversion as a bass
    return np.asarray(cost + deep * (pcs[:, 0] != bass_pc), dtype=np.float64)


def _motion_cost(rows: IntArray, before: tuple[int, ...]) -> FloatArray:
    """Price the way from the voicing before: leaps, lost common tones, overlaps and parallels."""
    if not before:
        return np.asarray(0.15 * np.abs(rows.mean(axis=1) - np.median(rows)), dtype=np.float64)
    old = np.array(before, dtype=np.int64)
    sounded = np.zeros(128)
    sounded[old] = 1.5
    cost = -sounded[rows].sum(axis=1)
    if len(old) == rows.shape[1]:
        moves = np.abs(rows - old)
        overlaps = (rows[:, :-1] > old[1:]).sum(axis=1) + (rows[:, 1:] < old[:-1]).sum(axis=1)
        cost += 3.0 * overlaps + _inner_parallels(rows, old)
    else:
        moves = np.abs(rows[:, :, None] - old).min(axis=2)
    cost += (0.8 * moves + 1.2 * np.maximum(moves - 5, 0)).sum(axis=1)
    return np.asarray(cost + _outer_parallels(rows, old) if len(old) > 1 else cost, dtype=np.float64)


def _outer_parallels(rows: IntArray, old: IntArray) -> FloatArray:
    """Forbid parallel fifths and octaves of bass and soprano; dislike hidden ones reached by a leap."""
    low, high = rows[:, 0] - old[0], rows[:, -1] - old[-1]
    together = low * high > 0
    interval = (rows[:, -1] - rows[:, 0]) % 12
    pure = _IS_PURE[interval]
    same = interval == (old[-1] - old[0]) % 12
    return np.asarray(_FORBIDDEN * (together & pure & same) + 2.0 * (together & pure & (np.abs(high) > 2)), np.float64)


def _bass_parallels(rows: IntArray, top: int, bass_before_pc: int, bass_pc: int) -> FloatArray:
    """Forbid parallel fifths and octaves of the highest voice with a bass of which only the pitch class is known."""
    interval = (top - bass_before_pc) % 12
    if bass_before_pc == bass_pc or interval not in (0, 7):
        return np.zeros(len(rows))
    return np.asarray(40.0 * ((rows[:, -1] - bass_pc) % 12 == interval), dtype=np.float64)


def _inner_parallels(rows: IntArray, old: IntArray) -> FloatArray:
    """Dislike parallel fifths and octaves of neighboring voices."""
    interval = np.diff(rows, axis=1) % 12
    moved = (rows[:, 1:] - old[1:]) * (rows[:, :-1] - old[:-1]) > 0
    wrong = moved & _IS_PURE[interval] & (interval == np.diff(old) % 12)
    return np.asarray(6.0 * wrong.sum(axis=1), dtype=np.float64)
