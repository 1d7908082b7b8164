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

from ambience.units import midi_to_hz

Point = tuple[float, float, float]

_RISE = 0.4  # height of a fifth; must lie in sqrt(2/15)..sqrt(1/5) for a third to be nearer than a second
_WEIGHTS = (0.536, 0.274, 0.190)  # root, fifth, third; also tonic, dominant, subdominant
_MINOR_MIX = 0.75  # share of the major dominant and of the minor subdominant in a minor key
_CIRCLE = ((0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0))
_PARTIALS = 6
_ROLLOFF = 0.88  # amplitude from partial to partial


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


def cloud_diameter(fifths: Sequence[int]) -> float:
    """Measure how far the two most distant tones of a cloud lie apart."""
    points = [position(f) for f in fifths]
    return max((math.dist(a, b) for i, a in enumerate(points) for b in points[:i]), default=0.0)


def cloud_momentum(before: Sequence[int], after: Sequence[int]) -> float:
    """Measure how far the centroid moves from one cloud to the next."""
    return math.dist(center(before), center(after))


def tensile_strain(fifths: Sequence[int], tonic_fifths: int, minor: bool) -> float:
    """Measure how far a cloud pulls away from its key."""
    return math.dist(center(fifths), key_center(tonic_fifths, minor))


def roughness(pitches_midi: Sequence[float]) -> float:
    """Measure the beating of simultaneous tones, 0 for none, relative to their energy.

    Notes
    -----
    W. A. Sethares, "Local consonance and the relationship between timbre and scale", JASA 94(3), 1993, after
    R. Plomp, W. J. M. Levelt, "Tonal Consonance and Critical Bandwidth", JASA 38, 1965; six partials a tone.
    """
    partials = sorted(
        (midi_to_hz(pitch) * k, _ROLLOFF ** (k - 1)) for pitch in pitches_midi for k in range(1, _PARTIALS + 1)
    )
    total = 0.0
    for i, (low_hz, low_gain) in enumerate(partials):
        scale = 0.24 / (0.0207 * low_hz + 18.96)
        for high_hz, high_gain in partials[i + 1 :]:
            spread = scale * (high_hz - low_hz)
            total += min(low_gain, high_gain) * (math.exp(-3.51 * spread) - math.exp(-5.75 * spread))
    energy = sum(gain * gain for _, gain in partials)
    return total / energy if energy else 0.0


def _mix(points: Sequence[Point], weights: Sequence[float]) -> Point:
    x, y, z = (sum(w * p[axis] for p, w in zip(points, weights, strict=True)) for axis in range(3))
    return (x, y, z)
