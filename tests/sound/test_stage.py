"""The stage: what distance does to a sound, and what it must not do."""

from itertools import pairwise

import numpy as np
import pytest

from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.mixer import Mixer, Strip
from ambience.sound.stage import PLACES, Place, shares
from ambience.units import Audio, FloatArray

RATE_HZ = 48_000


def noise(quanta: int) -> Audio:
    return (0.1 * stream(3, "noise").standard_normal((quanta * QUANTUM_FRAMES, 2))).astype(np.float32)


def through_the_stage(distance: float | None, layer: Audio) -> FloatArray:
    out = np.zeros_like(layer)
    quanta, strips = len(layer) // QUANTUM_FRAMES, [Strip("x", distance=distance)]
    Mixer(strips, {}, RATE_HZ, streams=lambda name: stream(9, name)).mix(
        [layer], np.ones((quanta + 1, 1)), np.ones((quanta + 1, 5)), out
    )
    return out.astype(np.float64)


def click() -> Audio:
    layer = np.zeros((40 * QUANTUM_FRAMES, 2), np.float32)
    layer[0] = 1.0
    return layer


def reverberant_db(distance: float) -> float:
    """Power of the reflections over that of the direct sound, above the mono bottom."""
    heard = np.diff(through_the_stage(distance, click()), axis=0)
    return float(10.0 * np.log10(np.sum(heard[256:] ** 2) / np.sum(heard[:256] ** 2)))


def top_db(distance: float) -> float:
    """Power at 10 kHz over that at 1 kHz of the direct sound."""
    power: FloatArray = np.square(np.abs(np.fft.rfft(through_the_stage(distance, click())[:256, 0])))
    return float(10.0 * np.log10(power[53] / power[5]))


def test_what_is_farther_has_less_direct_sound_and_less_top() -> None:
    places = (0.0, 0.25, 0.5, 0.75, 1.0)
    assert all(after > before for before, after in pairwise([reverberant_db(place) for place in places]))
    assert all(after < before for before, after in pairwise([top_db(place) for place in places]))
    assert reverberant_db(0.0) < -8.0 < -5.0 < reverberant_db(1.0)


def test_off_the_stage_nothing_is_reflected() -> None:
    heard = np.diff(through_the_stage(None, click()), axis=0)
    assert np.abs(heard[256:]).max() < 1e-3 * np.abs(heard).max()


@pytest.mark.parametrize("distance", [0.0, 0.5, 1.0])
def test_the_stage_keeps_the_power_and_is_never_out_of_phase(distance: float) -> None:
    layer = noise(400)
    layer[:, 1] = layer[:, 0]
    before, after = through_the_stage(None, layer), through_the_stage(distance, layer)
    assert abs(20.0 * np.log10(after.std() / before.std())) < 4.0  # the top that the walls take
    assert np.corrcoef(after.T)[0, 1] > 0.4


@pytest.mark.parametrize("distance", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_a_distance_is_divided_between_its_neighbors(distance: float) -> None:
    parts = shares(distance)
    assert len(parts) == PLACES
    assert sum(parts) == pytest.approx(1.0)
    assert sum(part * place / (PLACES - 1) for place, part in enumerate(parts)) == pytest.approx(distance)


@pytest.mark.parametrize("rate_hz", [22_050, 48_000, 192_000])
def test_a_place_that_rested_sounds_as_if_it_had_been_played_all_along(rate_hz: int) -> None:
    loud, silent, heard = noise(40), np.zeros((70 * QUANTUM_FRAMES, 2), np.float32), []
    for before in (silent, np.full_like(silent, 1e-30)):
        place, out = Place(1, rate_hz), np.zeros_like(loud)
        for _ in range(3):
            place.add(before, np.zeros_like(before))
        place.add(loud, out)
        heard.append(out)
    assert np.array_equal(heard[0], heard[1])
