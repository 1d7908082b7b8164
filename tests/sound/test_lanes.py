"""What is done side by side sounds like what is done one by one."""

import numpy as np
import pytest

from ambience.rng import stream
from ambience.sound.dsp._jit import kernel
from ambience.sound.dsp.lanes import LANES, NEAR, prefetch, read_abreast
from ambience.units import AnyArray, Mono

FRAMES = 256
ROOM = 2


@kernel
def read_all(line: Mono, picks: AnyArray, fractions: Mono, heard: Mono) -> None:
    for at in range(0, heard.shape[0], LANES):
        read_abreast(line, picks, fractions, heard, at)


@kernel
def ask_for(rows: AnyArray, place: int) -> None:
    prefetch(rows, place)


@pytest.mark.parametrize("share", [-0.9999, -0.6, -0.01, 0.0, 0.003, 0.4, 0.77, 0.9999])
def test_frames_abreast_are_those_that_are_read_one_by_one(share: float) -> None:
    rng = stream(1, "lanes")
    line = rng.standard_normal(2 * FRAMES).astype(np.float32)[ROOM:]
    for start in [0.0, 0.9999, *rng.random(50)]:
        places = (start + np.arange(FRAMES) * (1.0 + share * NEAR)).astype(np.float32)
        picks = places.astype(np.int32)
        fractions = places - picks.astype(np.float32)
        heard = np.zeros(FRAMES, dtype=np.float32)
        read_all(line, picks, fractions, heard)
        np.testing.assert_array_equal(heard, line[picks] + fractions * (line[picks + 1] - line[picks]))


def test_asking_for_what_lies_behind_the_end_does_no_harm() -> None:
    rows = np.ones((3, 5), dtype=np.float32)
    for place in (0, 7, 14, 1 << 20, 1 << 40):
        ask_for(rows, place)
    np.testing.assert_array_equal(rows, 1.0)
