"""The output's side of the ring: copies, bridges gaps without a click, counts them, and lets one output speak."""

import numpy as np

from ambience.live.output.outlet import Outlet
from ambience.live.output.ring import Ring
from ambience.units import Audio

RATE_HZ = 48_000


def tone(frames: int) -> Audio:
    wave = 0.5 * np.sin(2 * np.pi * 100.0 * np.arange(frames) / RATE_HZ + 1.0)
    return np.repeat(wave.astype(np.float32)[:, None], 2, axis=1)


def outlet_with(frames: int, *, tape: Ring | None = None) -> tuple[Outlet, Ring]:
    ring = Ring(8192)
    ring.write(tone(frames))
    return Outlet(ring, RATE_HZ, tape), ring


def test_what_was_rendered_is_given_bit_for_bit() -> None:
    outlet, _ = outlet_with(960)
    turn, out = outlet.give_word(), np.zeros((960, 2), np.float32)
    turn.fill(out[:300])
    turn.fill(out[300:])
    assert np.array_equal(out, tone(960))
    assert outlet.under_runs.count == 0


def test_a_gap_is_counted_and_begins_and_ends_without_a_step() -> None:
    outlet, ring = outlet_with(700)
    turn, blocks = outlet.give_word(), []
    for number in range(6):
        if number == 4:
            ring.write(tone(2000)[700:])
        blocks.append(np.empty((480, 2), np.float32))
        turn.fill(blocks[-1])
    heard = np.concatenate(blocks)
    largest_step = np.abs(np.diff(tone(2000), axis=0)).max()
    assert np.abs(np.diff(heard, axis=0)).max() < 1.5 * largest_step
    assert not heard[1000:1920].any()
    assert np.array_equal(heard[2160:2400], tone(2000)[940:1180])
    listed = outlet.under_runs.listed(0.085, 0.0)
    assert [(missed.at_frame, missed.missing_frames) for missed in listed] == [(700, 260 + 480 + 480)]
    assert listed[0].cause


def test_the_end_of_the_piece_is_no_gap() -> None:
    outlet, _ = outlet_with(100)
    outlet.over = True
    outlet.give_word().fill(np.empty((480, 2), np.float32))
    assert outlet.under_runs.count == 0


def test_only_the_output_that_has_the_word_takes_frames() -> None:
    outlet, ring = outlet_with(960)
    lost, out = outlet.give_word(), np.ones((480, 2), np.float32)
    found = outlet.give_word()
    lost.fill(out)
    assert not out.any()
    assert ring.read_frames == 0
    found.fill(out)
    assert np.array_equal(out, tone(960)[:480])


def test_the_tape_holds_what_was_given_gaps_included_and_nothing_behind_the_end() -> None:
    tape = Ring(4096)
    outlet, ring = outlet_with(700, tape=tape)
    turn, out = outlet.give_word(), np.empty((480, 2), np.float32)
    given = []
    for _ in range(3):
        turn.fill(out)
        given.append(out.copy())
    outlet.over = True
    ring.write(tone(100))
    turn.fill(out)
    given.append(out[:100].copy())
    kept = np.zeros((tape.fill_frames, 2), np.float32)
    tape.read(kept)
    assert np.array_equal(kept, np.concatenate(given))
    assert outlet.untaped_frames == 0
