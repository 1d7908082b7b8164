"""The ring between two threads: nothing is lost, doubled or reordered."""

import threading
import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ambience.live.output.ring import Ring


def numbered(start: int, count: int) -> np.ndarray:
    return np.repeat(np.arange(start, start + count, dtype=np.float32)[:, None], 2, axis=1)


@given(st.integers(1, 50), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=40))
def test_frames_come_out_as_they_went_in(capacity: int, moves: list[tuple[int, int]]) -> None:
    ring, written, read = Ring(capacity), 0, 0
    for put, take in moves:
        written += (count := ring.write(numbered(written, put)))
        assert count == min(put, capacity - (written - count - read))
        out = np.full((take, 2), -1.0, np.float32)
        count = ring.read(out)
        assert count == min(take, written - read)
        assert np.array_equal(out[:count], numbered(read, count))
        assert (out[count:] == -1.0).all()
        read += count
        assert ring.fill_frames == written - read


def test_two_threads_pass_a_long_sequence_through_a_small_ring() -> None:
    ring, total, failures = Ring(1000), 60_000, []

    def take() -> None:
        read, out = 0, np.zeros((333, 2), np.float32)
        while read < total:
            count = ring.read(out)
            if not np.array_equal(out[:count], numbered(read, count)):
                failures.append(read)
            read += count
            time.sleep(0.0 if count else 1e-4)

    reader = threading.Thread(target=take)
    reader.start()
    written = 0
    while written < total:
        written += (count := ring.write(numbered(written, min(257, total - written))))
        time.sleep(0.0 if count else 1e-4)
    reader.join()
    assert not failures
