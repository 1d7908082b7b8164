"""What a session looks at while it renders: where the music is, and what begins there."""

from collections.abc import Callable, Iterator

from ambience.engine import Engine
from ambience.engine_requests import Now
from ambience.live.herald import Event
from ambience.sound.block import QUANTUM_FRAMES
from ambience.units import beats_to_s, s_to_frames

_EVERY_FRAMES = 8 * QUANTUM_FRAMES  # looking costs time, and no bar is that short


class Watch:
    """Turns what the engine tells of itself into events.

    Parameters
    ----------
    tell : callable
        Takes every event, dated with the frame at which it will be heard.
    """

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._due_frame = 0
        self.now: Now | None = None  # as of the last look

    def look(self, engine: Engine) -> None:
        """Compare the music with what it was before."""
        if engine.frame < self._due_frame:
            return
        self._due_frame = engine.frame + _EVERY_FRAMES
        before, self.now = self.now, engine.now()
        for event in _news(before, self.now, engine.sample_rate_hz):
            self._tell(event)


def _news(before: Now | None, now: Now, sample_rate_hz: int) -> Iterator[Event]:
    """Tell what has begun since the last look: all but a deadline's end begins with a bar."""
    if before is not None and before.zero_in_s is not None and (zero_s := before.at_s + before.zero_in_s) <= now.at_s:
        yield Event("marker", "zero", s_to_frames(zero_s, sample_rate_hz), zero_s, now.bar)
    if before is not None and before.bar == now.bar:
        return
    at_s = now.at_s - beats_to_s(now.beat, now.tempo_bpm)
    frame = s_to_frames(at_s, sample_rate_hz)
    yield Event("bar", now.state, frame, at_s, now.bar)
    if before is None or before.state != now.state:
        yield Event("state", now.state, frame, at_s, now.bar)
    known = () if before is None else _marks(before)
    for text in _marks(now):
        if text not in known:
            yield Event("marker", text, frame, at_s, now.bar)


def _marks(now: Now) -> tuple[str, ...]:
    """Name what stands over a bar: the bridge, the transform of the theme, the motif that was called."""
    bridge = f"bridge: {now.state} > {now.arriving}" if now.arriving else ""
    theme = f"theme: {now.theme}" if now.theme else ""
    cue = f"cue: {now.cue}" if now.cue else ""
    return tuple(mark for mark in (bridge, theme, cue) if mark)
