"""The spiral array and roughness against published and computed values."""

import math

import numpy as np
import pytest

from ambience.music.harmony.spiral import (
    chord_center,
    cloud_momentum,
    key_center,
    position,
    roughness,
    strain_and_diameter,
)

# Tones on the line of fifths, diameter, strain to C minor; E. Chew's model with a rise of 0.4, computed independently.
REFERENCE = {
    "C G": ((0, 1), 1.470, 0.321),
    "Cm": ((0, -3, 1), 1.855, 0.470),
    "C": ((0, 4, 1), 1.855, 0.729),
    "Ab": ((-4, 0, -3), 1.855, 1.057),
    "Fm": ((-1, -4, 0), 1.855, 1.047),
    "G": ((1, 5, 2), 1.855, 1.235),
    "G7": ((1, 5, 2, -1), 3.124, 0.841),
    "Db": ((-5, -1, -4), 1.855, 1.702),
    "E": ((4, 8, 5), 1.855, 2.251),
    "Gb": ((-6, -2, -5), 1.855, 2.122),
    "Bdim7": ((5, 2, -1, -4), 3.868, 0.453),
    "cluster": ((5, 0, -5, 2), 4.472, 0.453),
    "Cm(maj7)": ((0, -3, 1, 5), 3.200, 0.495),
}


NAMES = (0, -5, 2, -3, 4, -1, -6, 1, -4, 3, -2, 5)  # pitch classes from C upward, on the line of fifths


def measured(fifths: tuple[int, ...], gains: tuple[float, ...] = ()) -> tuple[float, float]:
    """Measure a cloud in C minor whose tones are spelled as they are given."""
    spelling, strengths = list(NAMES), np.zeros(12)
    for place, gain in zip(fifths, gains or (1.0,) * len(fifths), strict=True):
        spelling[place * 7 % 12] = place
        strengths[place * 7 % 12] = gain
    return strain_and_diameter(strengths, tuple(spelling), minor=True)


def rough(*pitches_midi: int) -> float:
    tones = np.zeros((1, 128))
    tones[0, list(pitches_midi)] = 1.0
    return float(roughness(tones)[0])


@pytest.mark.parametrize("name", REFERENCE)
def test_diameter_and_strain_meet_the_reference(name: str) -> None:
    fifths, diameter, strain = REFERENCE[name]
    assert measured(fifths) == pytest.approx((strain, diameter), abs=1e-3)


def test_a_foreign_tone_pulls_the_more_the_stronger_it_is_and_a_faint_one_widens_nothing() -> None:
    triad, foreign = (0, -3, 1), -6
    faint, soft, strong = (measured((*triad, foreign), (1.0, 1.0, 1.0, gain)) for gain in (0.05, 0.3, 1.0))
    plain = measured(triad)
    assert plain[0] < faint[0] < soft[0] < strong[0]
    assert plain[1] == faint[1] < soft[1] == strong[1]


def test_a_fifth_is_nearer_than_a_third_and_a_third_nearer_than_a_second() -> None:
    fifth, third, second = (math.dist(position(0), position(k)) for k in (1, 4, 2))
    assert fifth < third < second


def test_the_tonic_triad_lies_nearest_to_its_key() -> None:
    key = key_center(0, False)
    strains = {root: math.dist(chord_center(root, False), key) for root in range(-6, 7)}
    assert min(strains, key=strains.__getitem__) == 0


def test_momentum_is_symmetric_and_vanishes_at_rest() -> None:
    c_minor, a_flat = (0, -3, 1), (-4, 0, -3)
    assert cloud_momentum(c_minor, c_minor) == 0.0
    assert cloud_momentum(c_minor, a_flat) == pytest.approx(cloud_momentum(a_flat, c_minor))


def test_a_semitone_is_rougher_than_a_tritone_and_that_than_a_fifth() -> None:
    semitone, tritone, fifth, octave = (rough(60, 60 + k) for k in (1, 6, 7, 12))
    assert semitone > tritone > fifth > octave >= 0.0


def test_a_third_grows_rough_in_the_bass() -> None:
    assert rough(36, 39) > 3.0 * rough(72, 75)


def test_roughness_does_not_depend_on_how_loud_all_is_and_falls_when_one_tone_steps_back() -> None:
    even, louder, uneven = np.zeros((3, 1, 128))
    even[0, [60, 61]], louder[0, [60, 61]], uneven[0, [60, 61]] = 1.0, 7.0, (1.0, 0.1)
    assert roughness(even) == pytest.approx(roughness(louder))
    assert roughness(uneven) < 0.5 * roughness(even)


def test_silence_is_smooth() -> None:
    assert roughness(np.zeros((2, 128))).tolist() == [0.0, 0.0]
