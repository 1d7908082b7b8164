"""Tonal tension: where tones lie in the spiral of fifths, and how rough they sound together.

A tone is named by its place on the line of fifths (C = 0, G = 1, F = -1, B flat = -2 …), so that spelling counts.

Notes
-----
E. Chew, "Towards a Mathematical Model of Tonality", MIT, 2000; D. Herremans, E. Chew, "Tension Ribbons: Quantifying and
Visualising Tonal Tension", TENOR 2016. A cluster has a wide cloud and little strain, a remote triad the reverse:
neither figure replaces the other, and both ignore octaves, which is what `roughness` is for.
"""

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import combinations

import numpy as np

from ambience.units import FloatArray, midi_to_hz

Point = tuple[float, float, float]
_Pair = tuple[float, int, int]  # how far apart two pitch classes are

_RISE = 0.4  # height of a fifth; must lie in sqrt(2/15)..sqrt(1/5) for a third to be nearer than a second
_WEIGHTS = (0.536, 0.274, 0.190)  # root, fifth, third; also tonic, dominant, subdominant
_MINOR_MIX = 0.75  # share of the major dominant and of the minor subdominant in a minor key
_CIRCLE = ((0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0))
_PARTIALS = 6
_ROLLOFF = 0.88  # amplitude from partial to partial
_AUDIBLE_GAIN = 0.12  # by ear: to the strongest tone; what is weaker does not widen a cloud


def position(fifths: int) -> Point:
    """Place a tone, named on the line of fifths, in the spiral array."""
    x, y = _CIRCLE[fifths % 4]
    return (x, y, _RISE * fifths)


def center(fifths: Sequence[int]) -> Point:
    """Return the plain centroid of a cloud of tones, at least one."""
    return _mix([position(f) for f in fifths], [1.0 / len(fifths)] * len(fifths))


def chord_center(root_fifths: int, minor: bool) -> Point:
    """Return the center of a major or minor triad, its root weighing most."""
    third = root_fifths + (-3 if minor else 4)
    return _mix([position(root_fifths), position(root_fifths + 1), position(third)], _WEIGHTS)


def key_center(tonic_fifths: int, minor: bool) -> Point:
    """Return the center of a key from its tonic, dominant and subdominant chords."""
    dominant, subdominant = tonic_fifths + 1, tonic_fifths - 1
    if not minor:
        chords = [chord_center(root, False) for root in (tonic_fifths, dominant, subdominant)]
        return _mix(chords, _WEIGHTS)
    mix = (_MINOR_MIX, 1.0 - _MINOR_MIX)
    fifth = _mix([chord_center(dominant, False), chord_center(dominant, True)], mix)
    fourth = _mix([chord_center(subdominant, True), chord_center(subdominant, False)], mix)
    return _mix([chord_center(tonic_fifths, True), fifth, fourth], _WEIGHTS)


def cloud_momentum(before: Sequence[int], after: Sequence[int]) -> float:
    """Measure how far the centroid moves from one cloud to the next."""
    return math.dist(center(before), center(after))


def strain_and_diameter(strengths: FloatArray, spelling: tuple[int, ...], minor: bool) -> tuple[float, float]:
    """Measure how far a cloud of tones pulls away from its key, and how wide it is.

    Parameters
    ----------
    strengths : array, shape (12,)
        Gains of the pitch classes, not all 0. One that is far weaker than the strongest pulls, but widens nothing.
    spelling : tuple of int, length 12
        Places of these pitch classes on the line of fifths, the tonic at 0.
    minor : bool
        Whether the key is.

    Notes
    -----
    Tensile strain and cloud diameter of Herremans and Chew 2016, for tones that are not all alike.
    """
    points, pairs, key = _space(spelling, minor)
    gains = strengths.tolist()
    faint = _AUDIBLE_GAIN * max(gains)
    diameter = next((apart for apart, a, b in pairs if gains[a] > faint and gains[b] > faint), 0.0)
    return math.dist((strengths @ points / sum(gains)).tolist(), key), diameter


def roughness(tones: FloatArray) -> FloatArray:
    """Measure the beating within sonorities, 0 for none, relative to their energy.

    Parameters
    ----------
    tones : array, shape (n, 128)
        Gains of the 128 notes, a row for each sonority.

    Returns
    -------
    roughness : array, shape (n,)
        One number a sonority.

    Notes
    -----
    W. A. Sethares, "Local consonance and the relationship between timbre and scale", JASA 94(3), 1993, after
    R. Plomp, W. J. M. Levelt, "Tonal Consonance and Critical Bandwidth", JASA 38, 1965; six partials a tone, products
    of amplitudes, so that many sonorities are one product of matrices.
    """
    energies = (tones * tones).sum(axis=1)
    beats = (tones @ _beating() * tones).sum(axis=1)
    relative: FloatArray = beats / np.where(energies > 0.0, energies, 1.0)
    return relative


@cache
def _beating() -> FloatArray:
    """Return half the beating of any two of the 128 notes at unit gain, shape (128, 128)."""
    gains = _ROLLOFF ** np.arange(_PARTIALS)
    notes_hz = np.array([[midi_to_hz(pitch) * k for k in range(1, _PARTIALS + 1)] for pitch in range(128)])
    all_hz, products = notes_hz.ravel(), np.outer(gains, np.tile(gains, 128))
    table = np.empty((128, 128))
    for row, own_hz in zip(table, notes_hz[:, :, None], strict=True):  # row by row: all at once would leave the cache
        spread = 0.24 / (0.0207 * np.minimum(own_hz, all_hz) + 18.96) * np.abs(own_hz - all_hz)
        beats = products * (np.exp(-3.51 * spread) - np.exp(-5.75 * spread))
        row[:] = beats.reshape(_PARTIALS, 128, _PARTIALS).sum(axis=(0, 2))
    halved: FloatArray = table / (2.0 * float(np.sum(gains**2)))
    return halved


@lru_cache(maxsize=512)
def _space(spelling: tuple[int, ...], minor: bool) -> tuple[FloatArray, list[_Pair], Point]:
    """Place the pitch classes around a tonic: their points, all pairs from far to near, the center of the key."""
    points = [position(place) for place in spelling]
    pairs = [(math.dist(points[a], points[b]), a, b) for a, b in combinations(range(len(points)), 2)]
    return np.array(points), sorted(pairs, reverse=True), key_center(0, minor)


def _mix(points: Sequence[Point], weights: Sequence[float]) -> Point:
    x, y, z = (sum(w * p[axis] for p, w in zip(points, weights, strict=True)) for axis in range(3))
    return (x, y, z)
