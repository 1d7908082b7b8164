"""A skin answers the mallet as skins do: every blow a little different, a soft one without the high modes."""

import numpy as np

from ambience.sound.dsp.skin import Skin

RATIOS = np.array([1.0, 1.594, 2.136, 2.653])
SKIN = Skin(RATIOS, np.ones(4), np.array([(0.98, 1.02), (0.5, 1.0), (-0.4, 0.4)]), slope=1.0, wide_hz=120.0)


def test_chance_moves_every_mode_within_its_bounds() -> None:
    rng = np.random.default_rng(4)
    blows = [SKIN.struck(60.0, 1e9, 0.0, rng.random(12)) for _ in range(500)]
    tuning, force, pan = (np.array(rows) for rows in zip(*blows, strict=True))
    tuning /= 60.0 * RATIOS
    for found, (low, high) in ((tuning, (0.98, 1.02)), (force, (0.5, 1.0)), (pan[:, 2:], (-0.4, 0.4))):
        assert found.min() >= low
        assert found.max() <= high
        assert np.ptp(found) > 0.9 * (high - low)


def test_a_softer_mallet_takes_more_of_the_high_modes() -> None:
    chance = np.full(12, 0.5)
    _, hard, _ = SKIN.struck(60.0, 400.0, 0.0, chance)
    _, soft, _ = SKIN.struck(60.0, 80.0, 0.0, chance)
    assert (np.diff(soft / hard) < 0.0).all()


def test_the_low_modes_stand_nearer_to_the_middle_and_none_beyond_the_sides() -> None:
    _, _, pan = SKIN.struck(60.0, 400.0, 0.9, np.full(12, 1.0))
    assert (np.diff(pan) >= 0.0).all()
    assert pan[0] < 0.6
    assert pan[-1] == 1.0
