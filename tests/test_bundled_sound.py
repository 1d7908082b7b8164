"""What every bundled preset owes its listener: heard for a moment."""

import numpy as np
import pytest

from ambience.engine import Engine
from ambience.preset import file as preset_file
from ambience.units import FloatArray


@pytest.mark.parametrize("name", tuple(preset_file.bundled()))
def test_it_sounds_from_the_start(name: str) -> None:
    engine = Engine(preset_file.read(name).override(duration_s=12.0))
    sound = engine.render(3 * 48_000)
    engine.close()
    assert np.isfinite(sound).all()
    assert longest_silence_s(sound.astype(np.float64)[24_000:]) < 1.0
    assert np.abs(sound).max() > 1e-3


def longest_silence_s(sound: FloatArray) -> float:
    windows = np.abs(sound[: len(sound) // 480 * 480]).reshape(-1, 960).max(axis=1)
    silent = np.concatenate(([0], (windows < 1e-4).astype(int), [0]))
    edges = np.flatnonzero(np.diff(silent))
    return float(max((end - begin for begin, end in edges.reshape(-1, 2)), default=0)) * 0.01
