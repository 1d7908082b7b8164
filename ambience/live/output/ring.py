"""A ring of frames between two threads: one only writes, one only reads, and neither ever waits for the other."""

import numpy as np

from ambience.units import Audio


class Ring:
    """Hold the frames that one thread has made and another has not yet taken.

    The two positions count for ever and each is stored by one side only, whole, after the frames it speaks of are in
    place; that is all the order that two threads of one interpreter need.

    Parameters
    ----------
    capacity_frames : int, >= 1
        Most frames that wait.
    """

    def __init__(self, capacity_frames: int) -> None:
        self.capacity_frames = capacity_frames
        self.written_frames = self.read_frames = 0
        self._frames: Audio = np.zeros((capacity_frames, 2), np.float32)

    @property
    def fill_frames(self) -> int:
        """How many frames wait."""
        return self.written_frames - self.read_frames

    def write(self, audio: Audio) -> int:
        """Append what there is room for, and tell how many frames that were."""
        written = self.written_frames
        count = min(len(audio), self.capacity_frames - (written - self.read_frames))
        at = written % self.capacity_frames
        first = min(count, self.capacity_frames - at)
        self._frames[at : at + first] = audio[:first]
        self._frames[: count - first] = audio[first:count]
        self.written_frames = written + count
        return count

    def read(self, out: Audio) -> int:
        """Move what there is into `out`, and tell how many frames that were; the rest of `out` stays as it is."""
        read = self.read_frames
        count = min(len(out), self.written_frames - read)
        at = read % self.capacity_frames
        first = min(count, self.capacity_frames - at)
        out[:first] = self._frames[at : at + first]
        out[first:count] = self._frames[: count - first]
        self.read_frames = read + count
        return count
