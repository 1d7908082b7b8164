"""Where the lines of a room cross, what is done eight frames abreast is what the room asks for."""

import numpy as np

from ambience.rng import stream
from ambience.sound.dsp._jit import kernel
from ambience.sound.dsp.crossing import IN_LEFT, LINES, ROW_FRAMES, cross
from ambience.units import AnyArray, Audio, FloatArray

QUANTUM = 256


@kernel
def cross_once(
    rows: AnyArray, ears: Audio, gains: FloatArray, poles: FloatArray, memory: FloatArray, lines: AnyArray, here: int
) -> None:
    cross(rows, ears, gains, poles, memory, lines, here, lines.shape[1])


class Room:
    """Lines that have brought something, and those into which it goes."""

    def __init__(self, level: float) -> None:
        rng = stream(1, "crossing")
        self.rows = (level * rng.standard_normal((IN_LEFT + 2, ROW_FRAMES))).astype(np.float32)
        self.ears = rng.standard_normal((2, LINES)).astype(np.float32)
        self.gains, self.poles = rng.uniform(-0.3, 0.3, (3, LINES)), np.array([0.98, 0.6])
        self.memory = level * rng.standard_normal((2, LINES))
        self.lines = np.zeros((LINES, 3 * QUANTUM), np.float32)

    def parts(self) -> tuple[AnyArray, ...]:
        return self.rows, self.ears, self.gains, self.poles, self.memory, self.lines

    def written(self) -> tuple[AnyArray, ...]:
        return self.rows[LINES:IN_LEFT, :QUANTUM], self.memory, self.lines


def test_lines_abreast_cross_as_it_is_told() -> None:
    for level in (0.3, 1e-20, 0.0):
        ours, theirs = Room(level), Room(level)
        cross_once(*ours.parts(), QUANTUM)
        cross.__wrapped__(*theirs.parts(), QUANTUM, ours.lines.shape[1])  # type: ignore[attr-defined]
        for compiled, told in zip(ours.written(), theirs.written(), strict=True):
            np.testing.assert_array_equal(compiled, told)
            assert compiled.any() == (level > 0.0)


def test_lines_that_lose_nothing_keep_their_energy_where_they_cross() -> None:
    room = Room(0.1)
    room.gains[:] = [[1.0], [0.0], [0.0]]
    room.rows[IN_LEFT:] = 0.0
    before = room.rows[:LINES, :QUANTUM].astype(np.float64)
    cross_once(*room.parts(), QUANTUM)
    after = room.lines[:, QUANTUM : 2 * QUANTUM].astype(np.float64)
    np.testing.assert_allclose((after**2).sum(axis=0), (before**2).sum(axis=0), rtol=1e-5)
    np.testing.assert_array_equal(room.lines[:, :QUANTUM], 0.0)
    np.testing.assert_array_equal(room.lines[:, 2 * QUANTUM :], 0.0)


def test_what_is_too_small_to_be_heard_is_forgotten() -> None:
    room = Room(1e-21)
    cross_once(*room.parts(), QUANTUM)
    assert room.rows[:LINES].any()
    assert not room.lines.any()
