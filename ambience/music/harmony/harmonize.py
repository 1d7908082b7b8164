"""Chords under a melody, one a bar: they carry its long notes, and once they open a door to somewhere else."""

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, zip_longest

from ambience.music.harmony.chords import Chord, distance, numeral, triad
from ambience.music.scale import MODES, Scale
from ambience.music.score import Note

_COLORS = ("bVI", "bIII", "bVII", "bII", "iv", "v", "IV", "V", "VI", "III", "#IV")
_HALF_CLOSE = ("V", "v", "IV", "bVII", "II")
_CLOSE = ("V", "v", "iv", "IV", "bVII", "bII", "bVI")
_CHROMATIC = 1.55  # distance of a chromatic mediant and beyond
_UNFIT = 24.0
_HOMELESS = -1000.0  # no theme that is composed ends away from its tonic
_EXCURSION = 4.5  # by ear: less, and half the themes stay at home


def harmonize(
    notes: Sequence[Note],
    scale: Scale,
    bars: int,
    bar_beats: float,
    half_bars: Sequence[int],
    colors: tuple[tuple[str, float], ...] = (),
) -> tuple[tuple[Chord, ...], float]:
    """Choose the chords under a melody, and tell how well they fit.

    Parameters
    ----------
    notes : sequence of Note
        The melody from beat 0.
    half_bars : sequence of int
        Bars in which a half close comes to rest.
    colors : sequence of (str, float)
        What a bar on a chord, a Roman numeral on the tonic, is worth beyond its fit.

    Returns
    -------
    chords : tuple of Chord
        One a bar, the tonic triad in the last.
    merit : float
        Higher is better; lower by 12 for every long note that its chord does not carry.

    Notes
    -----
    Dynamic programming over the bars (A. J. Viterbi, 1967), each chord twice: before and after the one excursion to a
    chromatic mediant or a tritone away, which a theme should make.
    """
    pool = chord_pool(scale)
    worth = _worth(colors, scale)
    fits = [
        [_fit(chord, members) + _function(chord, scale, bar, bars, half_bars) + worth.get(chord, 0.0) for chord in pool]
        for bar, members in enumerate(_bars_of(notes, bars, bar_beats))
    ]
    steps = _transitions(scale)
    best: list[tuple[float, float]] = [(value, -1e9) for value in fits[0]]
    back: list[list[tuple[tuple[int, int], tuple[int, int]]]] = []
    for row in fits[1:]:
        best, pointers = _advance(best, row, steps)
        back.append(pointers)
    state = max(((i, k) for i in range(len(pool)) for k in (0, 1)), key=lambda s: best[s[0]][s[1]] + _EXCURSION * s[1])
    merit = best[state[0]][state[1]] + _EXCURSION * state[1]
    path = [state[0]]
    for pointers in reversed(back):
        state = pointers[state[0]][state[1]]
        path.append(state[0])
    return tuple(pool[i] for i in reversed(path)), merit


def weigh(
    chords: Sequence[Chord],
    notes: Sequence[Note],
    scale: Scale,
    bar_beats: float,
    half_bars: Sequence[int],
    colors: tuple[tuple[str, float], ...] = (),
) -> float:
    """Tell how well given chords, one a bar, fit a melody: for those that `harmonize` finds, the merit it tells."""
    worth, bars = _worth(colors, scale), len(chords)
    merit = sum(
        _fit(chord, members) + _function(chord, scale, bar, bars, half_bars) + worth.get(chord, 0.0)
        for bar, (chord, members) in enumerate(zip(chords, _bars_of(notes, bars, bar_beats), strict=True))
    )
    steps = [_grade(a, b, scale) for a, b in pairwise(chords)]
    away = sum(gone for _, gone in steps)
    return merit + sum(points for points, _ in steps) + (_EXCURSION - (away - 1) if away else 0.0)


@cache
def chord_pool(scale: Scale) -> tuple[Chord, ...]:
    """List the triads that a theme may use: those of the scale, then borrowed ones; the tonic first."""
    own = [triad(scale, degree) for degree in range(len(MODES[scale.mode]))]
    borrowed = [numeral(symbol, scale.tonic_pc) for symbol in _COLORS]
    return tuple(dict.fromkeys((*own, *borrowed)))


def supports(chord: Chord, note: Note, following: Note | None) -> bool:
    """Tell whether a chord carries a long note: as its own tone, or as a suspension that resolves by step."""
    if note.pitch_midi % 12 in chord.pcs:
        return True
    if following is None or not 1 <= abs(following.pitch_midi - note.pitch_midi) <= 2:
        return False
    return following.pitch_midi % 12 in chord.pcs


def structural(note: Note, bar_beats: float) -> bool:
    """Tell whether a note is one that its chord must carry: long, or on the bar line and not short."""
    return note.duration_beats >= 1.9 or (note.onset_beats % bar_beats < 1e-6 and note.duration_beats >= 1.0)


@cache
def _worth(colors: tuple[tuple[str, float], ...], scale: Scale) -> dict[Chord, float]:
    return {numeral(symbol, scale.tonic_pc): points for symbol, points in colors}


_Member = tuple[Note, Note | None, bool]  # a note, the one after it in the same bar, whether structural


def _bars_of(notes: Sequence[Note], bars: int, bar_beats: float) -> list[list[_Member]]:
    """Sort the notes into the bars in which they sound; a note held over a bar line belongs to both."""
    rows: list[list[Note]] = [[] for _ in range(bars)]
    for note in notes:
        first, last = int(note.onset_beats / bar_beats + 1e-9), math.ceil(note.end_beats / bar_beats - 1e-9)
        for row in rows[first:last]:
            row.append(note)
    return [[(n, f, structural(n, bar_beats)) for n, f in zip_longest(row, row[1:])] for row in rows]


def _fit(chord: Chord, members: Sequence[_Member]) -> float:
    total = 0.0
    pcs = chord.pcs
    for note, following, weighty in members:
        pc = note.pitch_midi % 12
        beats = note.duration_beats
        if pc in pcs:
            total += beats * (1.0 if pc != (chord.root_pc + 7) % 12 else 0.85)
        elif not weighty:
            total -= 0.4 * beats
        else:
            total -= 0.4 * beats if supports(chord, note, following) else _UNFIT
    return total * 0.5


def _function(chord: Chord, scale: Scale, bar: int, bars: int, half_bars: Sequence[int]) -> float:
    """Reward a tonic at the start and the end, an open chord at half, a cadence before the end."""
    tonic = chord == chord_pool(scale)[0]
    if bar == bars - 1:
        return 0.0 if tonic else _HOMELESS
    merit = -0.6 * (chord.quality in ("diminished", "augmented")) - 0.3 * (not _diatonic(chord, scale))
    if bar == 0:
        merit += 2.0 * tonic
    if bar == bars - 2:
        merit += 2.0 * (chord in _numerals(_CLOSE, scale)) - 3.0 * tonic
    if bar in half_bars:
        merit += 1.5 * (chord in _numerals(_HALF_CLOSE, scale)) - 1.5 * tonic
    return merit


@cache
def _numerals(symbols: tuple[str, ...], scale: Scale) -> tuple[Chord, ...]:
    return tuple(numeral(symbol, scale.tonic_pc) for symbol in symbols)


def _diatonic(chord: Chord, scale: Scale) -> bool:
    return all(scale.contains(pc) for pc in chord.pcs)


@cache
def _transitions(scale: Scale) -> tuple[tuple[tuple[float, bool], ...], ...]:
    """Grade every step between two chords of the pool: (merit, whether it is the excursion)."""
    pool = chord_pool(scale)
    return tuple(tuple(_grade(a, b, scale) for b in pool) for a in pool)


def _grade(a: Chord, b: Chord, scale: Scale) -> tuple[float, bool]:
    if a == b:
        return (-1.2, False)
    away = distance(a, b) > _CHROMATIC and not (_diatonic(a, scale) and _diatonic(b, scale))
    shared = len(set(a.pcs) & set(b.pcs))
    plagal = (b.root_pc - a.root_pc) % 12 in (5, 7)
    return (0.25 * shared + 0.3 * plagal - (0.8 * away), away)


def _advance(
    best: Sequence[tuple[float, float]], row: Sequence[float], steps: Sequence[Sequence[tuple[float, bool]]]
) -> tuple[list[tuple[float, float]], list[tuple[tuple[int, int], tuple[int, int]]]]:
    """Extend every best path by a bar; a second excursion costs more than the first."""
    values: list[tuple[float, float]] = []
    pointers: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for target, fit in enumerate(row):
        home = far = -1e12
        home_from = far_from = (0, 0)
        for source, (stayed, gone) in enumerate(best):
            merit, away = steps[source][target]
            if not away and stayed + merit > home:
                home, home_from = stayed + merit, (source, 0)
            if away and stayed + merit > far:
                far, far_from = stayed + merit, (source, 0)
            if gone + merit - away > far:
                far, far_from = gone + merit - away, (source, 1)
        values.append((home + fit, far + fit))
        pointers.append((home_from, far_from))
    return values, pointers
