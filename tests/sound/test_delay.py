"""A line that is read while its delay glides is heard as if each frame were read by itself."""

import numpy as np
import pytest

from ambience.rng import stream
from ambience.sound.dsp._jit import kernel
from ambience.sound.dsp.delay import glide_run
from ambience.units import Mono

QUANTUM = 256


@kernel
def glide(
    ring: Mono, here: int, first_frames: float, last_frames: float, spare: Mono, ramp: Mono, target: Mono
) -> None:
    glide_run(ring, here, first_frames, last_frames, spare, ramp, target, target.shape[0])


def interpolated(ring: Mono, place: float) -> float:
    """Read a ring at a place between its frames: third-order Lagrange."""
    before, f = int(np.floor(place)), place - np.floor(place)
    weights = (
        -f * (f - 1) * (f - 2) / 6,
        (f + 1) * (f - 1) * (f - 2) / 2,
        -(f + 1) * f * (f - 2) / 2,
        (f + 1) * f * (f - 1) / 6,
    )
    return sum(weight * float(ring[(before + k - 1) % len(ring)]) for k, weight in enumerate(weights))


@pytest.mark.parametrize("last_frames", [400.25, 400.9, 401.5, 404.0, 399.75, 396.1])
@pytest.mark.parametrize("here", [512, 911, 1024, 1170])  # far from where the ring begins anew, near, across, behind
def test_a_gliding_line_is_read_as_frame_by_frame(here: int, last_frames: float) -> None:
    ring = stream(1, "glide").standard_normal(3 * QUANTUM).astype(np.float32)
    spare, ramp = np.zeros(QUANTUM + 8, np.float32), np.arange(QUANTUM + 8, dtype=np.float32)
    target = np.zeros(QUANTUM, np.float32)
    glide(ring, here, 400.25, last_frames, spare, ramp, target)
    delays = 400.25 + (last_frames - 400.25) / QUANTUM * np.arange(QUANTUM)
    wanted = [interpolated(ring, here + n - delay) for n, delay in enumerate(delays)]
    np.testing.assert_allclose(target, wanted, atol=1e-4)  # the fraction has 32 bits
