"""The shelf: what is taken is silent, and no more lies there than was needed at once."""

import numpy as np

from ambience.engine_shelf import Shelf


def test_what_is_taken_is_silent_and_of_the_right_length_whoever_had_it_before():
    shelf = Shelf()
    loud = shelf.take(512)
    loud += 1.0
    shelf.bring_back(loud)
    for n_frames in (512, 512, 256):
        buffer = shelf.take(n_frames)
        assert buffer.shape == (n_frames, 2)
        assert not buffer.any()


def test_one_buffer_is_enough_for_all_who_are_silent():
    shelf = Shelf()
    first = shelf.take(256)
    shelf.leave(first)
    for _ in range(10):
        again = shelf.take(256)
        assert again is first
        shelf.leave(again)


def test_what_two_need_at_once_is_not_the_same():
    shelf = Shelf()
    assert not np.shares_memory(shelf.take(256), shelf.take(256))
