"""Plays an evening again from its log, to compare it with what was heard and to find what each change altered first.

For the second question the process forks at every change: the child plays on as if nobody had asked.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from ambience.engine import Engine
from ambience.io.session import Session
from ambience.live.figures import UnderRun
from ambience.mastering import session_gains, session_level
from ambience.preset import Preset
from ambience.units import Audio, s_to_frames

_EDGE_FRAMES = 240  # after a gap the outlet rises for so long
_LISTENED_S = 1.0  # after a change
_WINDOW_FRAMES = 240
# A change by 0.4 dB: G. A. Miller, "Sensitivity to Changes in the Intensity of White Noise", JASA 1947.
_NOTICED = 0.047


@dataclass
class Replay:
    """What playing it again has shown."""

    differing_frames: int = 0
    compared_frames: int = 0
    lost_numbers: int = 0  # frames of what was heard that hold something that is no finite number
    first_changed_frames: list[int | None] = field(default_factory=list)  # of each change; None: nothing within 1 s
    first_noticed_frames: list[int | None] = field(default_factory=list)  # as far as an ear could tell


def replay(log: Session, preset: Preset, capture: Path, gaps: tuple[UnderRun, ...]) -> Replay:
    """Play an evening again, and compare it with its capture, which holds the gaps as well."""
    heard, found, evening = _without_gaps(capture, gaps), Replay(), _Evening(log, preset)
    found.lost_numbers = int((~np.isfinite(heard)).any(axis=1).sum())
    frames = [s_to_frames(change.at_s, log.sample_rate_hz) for change in log.changes]
    edges = {gap.at_frame for gap in gaps}

    def compare(audio: Audio) -> None:
        start = evening.given_frames - len(audio)
        differs = (audio[: max(len(heard) - start, 0)] != heard[start : start + len(audio)]).any(axis=1)
        for edge in edges:
            differs[max(edge - start, 0) : max(edge - start + _EDGE_FRAMES, 0)] = False
        found.differing_frames += int(differs.sum())
        found.compared_frames += len(differs)

    for change, frame, following in zip(log.changes, frames, [*frames[1:], evening.length_frames], strict=True):
        compare(evening.play(frame - evening.frame))
        listened = min(round(_LISTENED_S * log.sample_rate_hz), following - frame)
        otherwise = evening.fork(listened)
        evening.post(change)
        begins, audio = evening.given_frames, evening.play(listened)
        compare(audio)
        instead = otherwise()
        for differs, frames_of in (
            (np.flatnonzero((audio != instead).any(axis=1)), found.first_changed_frames),
            (_noticed(audio, instead), found.first_noticed_frames),
        ):
            frames_of.append(begins + int(differs[0]) if len(differs) else None)
    while evening.frame < evening.length_frames:
        compare(evening.play(min(log.sample_rate_hz, evening.length_frames - evening.frame)))
    compare(evening.end())
    found.differing_frames += abs(len(heard) - evening.given_frames)
    return found


def _noticed(audio: Audio, instead: Audio) -> np.ndarray:
    """Return the ends of the windows in which the difference is as large as that of a level that is just noticed."""
    whole = len(audio) // _WINDOW_FRAMES * _WINDOW_FRAMES
    apart = np.square(audio[:whole] - instead[:whole]).reshape(-1, 2 * _WINDOW_FRAMES).mean(axis=1)
    return (np.flatnonzero(apart > _NOTICED**2 * np.square(instead).mean()) + 1) * _WINDOW_FRAMES


class _Evening:
    """An engine and a limiter that do again what a session did."""

    def __init__(self, log: Session, preset: Preset) -> None:
        self._rate_hz = log.sample_rate_hz
        self._engine = Engine(preset, sample_rate_hz=self._rate_hz, threads=1, endless=True)  # threads do not fork
        self._limiter = session_level(preset, self._rate_hz)
        self.length_frames = s_to_frames(log.length_s or 0.0, self._rate_hz)
        self.post = self._engine.post
        self.given_frames = 0  # by the limiter, which keeps some back

    @property
    def frame(self) -> int:
        return self._engine.frame

    def play(self, frames: int) -> Audio:
        """Return what the output gets next."""
        start = self._engine.frame
        audio = self._engine.render(frames)
        audio *= session_gains(start, frames, self.length_frames, self._rate_hz)
        return self._give(self._limiter.process(audio))

    def end(self) -> Audio:
        """Return what the limiter has kept back."""
        self._engine.close()
        return self._give(self._limiter.flush())

    def fork(self, frames: int):
        """Let a child play on from here; what is returned gives its sound."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            with os.fdopen(writing, "wb") as opened:
                opened.write(self.play(frames).tobytes())
            os._exit(0)
        os.close(writing)

        def sound() -> Audio:
            with os.fdopen(reading, "rb") as opened:
                content = opened.read()
            os.waitpid(child, 0)
            return np.frombuffer(content, np.float32).reshape(-1, 2)

        return sound

    def _give(self, audio: Audio) -> Audio:
        self.given_frames += len(audio)
        return audio


def _without_gaps(capture: Path, gaps: tuple[UnderRun, ...]) -> Audio:
    """Return what was heard as if nothing had been missing."""
    heard, _ = soundfile.read(capture, dtype="float32")
    kept = np.ones(len(heard), bool)
    missing = 0
    for gap in gaps:
        kept[gap.at_frame + missing : gap.at_frame + missing + gap.missing_frames] = False
        missing += gap.missing_frames
    return heard[kept]
