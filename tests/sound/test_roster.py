"""Notes and what they leave behind happen in one order, however time is cut."""

import itertools

import numpy as np
import pytest

from ambience.plugins import find
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES, NoteOn
from ambience.sound.dsp.roster import END, Roster
from ambience.units import Audio

ROLLS = ((100, "roll"), (2560, "sustain"), (2561, "tremolo"), (7680, "sustain"), (9000, "roll"))


def play_in_spans(name: str, cuts: list[int]) -> Audio:
    player = find("instruments", name)().player(48_000, stream(1, "player", name))
    rows = np.random.default_rng(3).random((cuts[-1] + 1, 5))
    out = np.zeros((cuts[-1] * QUANTUM_FRAMES, 2), dtype=np.float32)
    for begin, end in itertools.pairwise(cuts):
        first, last = begin * QUANTUM_FRAMES, end * QUANTUM_FRAMES
        notes = [NoteOn(at - first, 24_000, 70.0 + at / 500, 0.7, way) for at, way in ROLLS if first <= at < last]
        player.render(out[first:last], notes, rows[begin : end + 1])
    return out


@pytest.mark.parametrize("name", ["timpani", "taiko", "gran_cassa"])
def test_rolls_are_the_same_however_time_is_cut(name: str) -> None:
    whole = play_in_spans(name, [0, 160])
    assert np.abs(whole[-5 * QUANTUM_FRAMES :]).max() > 1e-4
    np.testing.assert_array_equal(play_in_spans(name, list(range(161))), whole)
    np.testing.assert_array_equal(play_in_spans(name, [0, 3, 10, 11, 30, 36, 90, 160]), whole)


def test_a_roll_keeps_sounding_until_its_end() -> None:
    player = find("instruments", "timpani")().player(48_000, stream(1, "player", "timpani"))
    out = np.zeros((800 * QUANTUM_FRAMES, 2), dtype=np.float32)
    player.render(out, [NoteOn(0, 4 * 48_000, 98.0, 0.6, "roll")], np.full((801, 5), 0.5))
    levels = np.sqrt(np.mean(out[: 4 * 48_000].reshape(-1, 4800, 2).astype(float) ** 2, axis=(1, 2)))
    assert levels.min() > 0.25 * levels.max()


def test_voices_grow_and_retire_in_order() -> None:
    roster = Roster(2, (np.float64, (3,)))
    for voice in range(50):
        row = roster.add(100 + voice % 2)
        assert roster.when[row, END] == 100 + voice % 2
        roster.arrays[1][row] = voice
    roster.retire(100)
    assert roster.count == 25
    np.testing.assert_array_equal(roster.arrays[1][:25, 0], np.arange(1, 50, 2))
    assert roster.add(200) == 25
    assert not roster.arrays[1][25].any()
