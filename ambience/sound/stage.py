"""The stage: near, middle and far in one hall, told apart by what the walls return and by what the air takes."""

from typing import NamedTuple

import numpy as np

from ambience.sound.block import QUANTUM_FRAMES, sounds
from ambience.sound.dsp.damping import one_pole
from ambience.sound.dsp.reflection import reflect
from ambience.units import Audio, FloatArray

PLACES = 3
"""How many distances have reflections of their own; what stands between two is heard from both."""

_SOUND_M_PER_S = 343.0
_RUN_QUANTA = 4
_DISTANCES_M = (3.5, 8.0, 17.0)
_TOP_LOSS_DB = (0.0, 1.5, 4.0)  # by ear: more than the air of one hall takes, as far microphones are darker
_WALL_HZ = 4500.0  # by ear: a wall of wood and plaster
_WALL_GAIN = 0.6  # by ear: above, a far horn turns out of phase with itself
_WIDTH_M, _CEILING_M = 19.0, 11.0  # above the ears; a shoebox, as the halls that are loved
_STAGE_WALL_M, _REAR_WALL_M = 22.0, 7.5  # before and behind the listener
_ASIDE_M = 0.8  # right of the middle sits the listener, so that no two walls answer at once
_EARS_M = 0.2
_BENCH_M = 2.0  # half of the width of those who play


class _Image(NamedTuple):
    """One reflection of one player."""

    late_s: float  # after the direct sound
    gain: float  # over that of the direct sound


def shares(distance: float) -> tuple[float, ...]:
    """Divide a distance, 0 near .. 1 far, between the places next to it."""
    spot = distance * (PLACES - 1)
    return tuple(max(0.0, 1.0 - abs(spot - place)) for place in range(PLACES))


class Place:
    """Everything that is played at one distance; linear, and the same however time is cut.

    Parameters
    ----------
    number : int
        0 is near, `PLACES` - 1 is far.
    sample_rate_hz : int
        Frames a second.

    Notes
    -----
    Image sources: J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65,
    1979. The farther away, the sooner and the stronger the walls answer against the direct sound; together they carry
    the power that came in. Signs alternate, so that the lows are neither swollen nor hollow.
    """

    def __init__(self, number: int, sample_rate_hz: int) -> None:
        ears = [_images(_DISTANCES_M[number], ear) for ear in (-1, 1)]
        relative = np.array([[(-1) ** tap * image.gain for tap, image in enumerate(ear)] for ear in ears])
        late_s = np.array([[image.late_s for image in ear] for ear in ears])
        straight = 1.0 / np.sqrt(1.0 + np.mean(np.sum(relative**2, axis=1)))
        kept = 10.0 ** (-_TOP_LOSS_DB[number] / 20.0)
        self._direct: FloatArray = straight * np.array([kept, 1.0 - kept])
        self._gains = (straight * relative).astype(np.float32)
        self._delays = np.maximum(np.round(late_s * sample_rate_hz), 1.0).astype(np.int64)
        self._pole = one_pole(_WALL_HZ, sample_rate_hz)
        reach = (int(self._delays.max()) // QUANTUM_FRAMES + 1 + _RUN_QUANTA) * QUANTUM_FRAMES
        self._ring = np.zeros((2, reach), np.float32)
        self._memory = np.zeros(2)
        self._place = np.zeros(1, np.int64)
        self._still = False  # whether it is known that nothing sounds here
        self._heard = np.zeros((2, _RUN_QUANTA * QUANTUM_FRAMES), np.float32)

    def add(self, played: Audio, out: Audio) -> None:
        """Add to `out` what the ears hear of one span."""
        silent = not sounds(played)
        if silent and self._still:
            self._place += len(played) // QUANTUM_FRAMES
            return
        reflect(
            played, out, self._direct, self._pole, self._delays, self._gains,
            self._ring, self._memory, self._place, self._heard,
        )  # fmt: skip
        self._still = silent and not (self._ring.any() or self._memory.any())


def _images(distance_m: float, ear: int) -> list[_Image]:
    """List what one ear, -1 left or 1 right, hears of the player on its own side and of the other by turns.

    Side wall, side wall, stage wall, ceiling, the corner of side and stage wall, rear wall. What comes from the middle
    reaches both ears alike, so that a far tone never turns out of phase.
    """
    beyond_m = 2.0 * _STAGE_WALL_M - distance_m
    ways_m = (
        (ear * _WIDTH_M, distance_m, 0.0),
        (ear * _WIDTH_M, distance_m, 0.0),
        (0.0, beyond_m, 0.0),
        (0.0, distance_m, 2.0 * _CEILING_M),
        (ear * _WIDTH_M, beyond_m, 0.0),
        (0.0, distance_m + 2.0 * _REAR_WALL_M, 0.0),
    )
    images = []
    for number, (mirror_m, along_m, up_m) in enumerate(ways_m):
        here_m = _ASIDE_M + ear * _EARS_M / 2.0 if mirror_m else 0.0
        player_m = _BENCH_M * ear * (-1) ** number
        direct_m = float(np.hypot(player_m - here_m, distance_m))
        across_m = (mirror_m - player_m if mirror_m else player_m) - here_m
        way_m = float(np.sqrt(across_m**2 + along_m**2 + up_m**2))
        images.append(_Image((way_m - direct_m) / _SOUND_M_PER_S, _WALL_GAIN * direct_m / way_m))
    return images
