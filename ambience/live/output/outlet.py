"""The side of the ring on which the output stands: it copies, and notes what was missing."""

import time

import numpy as np

from ambience.live.figures import UnderRuns
from ambience.live.output.ring import Ring
from ambience.live.threads import ask_for_priority
from ambience.units import Audio, smoothsteps

_EDGE_FRAMES = 240  # a gap begins and ends without a click: 5 ms at 48 kHz


class Outlet:
    """Gives frames to whichever output has the word, and keeps on doing so whatever happens.

    Parameters
    ----------
    ring : Ring
        What was rendered; its read position is the frame that is heard.
    sample_rate_hz : int
        Frames a second.
    tape : Ring, optional
        Gets a copy of all that an output was given.
    """

    def __init__(self, ring: Ring, sample_rate_hz: int, tape: Ring | None = None) -> None:
        self._ring, self._rate_hz, self._tape = ring, sample_rate_hz, tape
        self._speaker: _Turn | None = None
        self._last: Audio = np.zeros((1, 2), np.float32)  # frame that was given last
        rise = smoothsteps(np.arange(_EDGE_FRAMES) / _EDGE_FRAMES).astype(np.float32)[:, np.newaxis]
        self._rise, self._fall = rise, np.ascontiguousarray(rise[::-1])
        self._due_s = 0.0
        self._gap = False
        self.called_s = time.perf_counter()  # when an output last asked for frames
        self.rendering_since_s = 0.0  # set by the render thread while it is at work, else 0
        self.over = False  # set when nothing more will come
        self.under_runs = UnderRuns()
        self.untaped_frames = 0  # that the tape had no room for
        self.least_frames = ring.capacity_frames  # that were waiting when an output asked

    def give_word(self) -> "_Turn":
        """Let another output speak; from now on any other gets silence."""
        self._due_s, self.called_s = 0.0, time.perf_counter()
        self._speaker = _Turn(self)
        return self._speaker

    @property
    def ready_frames(self) -> int:
        """How many frames can be taken at once."""
        return self._ring.fill_frames

    def fill(self, turn: "_Turn", out: Audio) -> None:
        """Fill `out` for the output whose turn it is."""
        if turn is not self._speaker:
            out.fill(0.0)
            return
        now_s = time.perf_counter()
        if not self.over:
            self.least_frames = min(self.least_frames, self._ring.fill_frames)
        count = self._ring.read(out)
        if self._gap and count:
            edge = min(count, _EDGE_FRAMES)
            np.multiply(out[:edge], self._rise[:edge], out=out[:edge])
            self._gap = False
        if count < len(out):
            self._bridge(now_s, out, count)
        self._last[0] = out[-1]
        if self._tape is not None:
            given = count if self.over else len(out)
            self.untaped_frames += given - self._tape.write(out[:given])
        self.called_s, self._due_s = now_s, now_s + len(out) / self._rate_hz

    def _bridge(self, now_s: float, out: Audio, count: int) -> None:
        """Let what was heard last die away where there is nothing more."""
        if not self.over:
            self._note(now_s, len(out) - count)
        edge = 0 if self._gap else min(len(out) - count, _EDGE_FRAMES)
        if edge:
            np.multiply(out[count - 1] if count else self._last[0], self._fall[:edge], out=out[count : count + edge])
        out[count + edge :] = 0.0
        self._gap = True

    def _note(self, now_s: float, missing_frames: int) -> None:
        if self._gap:
            self.under_runs.lengthen(missing_frames)
            return
        late_s = now_s - self._due_s if self._due_s else 0.0
        busy_s = now_s - self.rendering_since_s if self.rendering_since_s else 0.0
        at_frame = self._ring.read_frames
        self.under_runs.note(now_s, at_frame, missing_frames, late_s, busy_s)


class _Turn:
    """The word of one output."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet, self._asked = outlet, False

    @property
    def ready_frames(self) -> int:
        """How many frames can be taken at once."""
        return self._outlet.ready_frames

    def fill(self, out: Audio) -> None:
        """Fill `out` with the next frames."""
        if not self._asked:  # now, for a device has a thread of its own
            ask_for_priority()
            self._asked = True
        self._outlet.fill(self, out)
