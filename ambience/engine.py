"""The engine: turns what the conductor writes into sound, a quantum at a time; the only place where both meet."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from ambience import plugins
from ambience.engine_desk import Crew, make_desks, make_mixer, prepare
from ambience.errors import require
from ambience.music.commission import commission
from ambience.music.conductor import Conductor
from ambience.music.score import Score
from ambience.preset import Preset
from ambience.scene import SceneChange, When
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.warm import compile_ahead
from ambience.timeline import SceneTimeline
from ambience.units import SAMPLE_RATES_HZ, Audio, FloatArray, s_to_frames

_SPAN_QUANTA = 188  # one second at 48 kHz: long enough for threads to pay, short enough for little memory
_SPREAD_QUANTA = 16  # a shorter span is done before other threads have woken up


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """A wish that the engine took, and the moment at which the music will answer."""

    change: SceneChange
    at_frame: int  # first frame of the bar (bridge or state) that answers
    at_s: float
    bar: int  # index of that bar


class Engine:
    """Plays a preset: renders sound in any block size and changes scene while it does.

    Parameters
    ----------
    preset : Preset
        What to play.
    sample_rate_hz : int, 22050..192000
        Frames a second.
    threads : int, optional, >= 1
        Layers rendered at once; the number of processors by default. It never changes a sample.
    stems : bool
        Whether `take_stems` will be asked.
    endless : bool
        Go on in the last state for ever instead of ending after the preset's duration.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        sample_rate_hz: int = 48_000,
        threads: int | None = None,
        stems: bool = False,
        endless: bool = False,
    ) -> None:
        low, high = SAMPLE_RATES_HZ
        require(low <= sample_rate_hz <= high, "Engine", "sample_rate_hz", sample_rate_hz, f"must be {low} to {high}")
        require(threads is None or threads >= 1, "Engine", "threads", threads, "must be at least 1")
        self._crew = Crew(threads or os.cpu_count() or 1)
        if self._crew.size > 1:
            compile_ahead()
        self.preset, self.sample_rate_hz = preset, sample_rate_hz
        self.length_frames = s_to_frames(preset.duration_s, sample_rate_hz)
        self.frame = 0  # frames handed out so far
        work = commission(preset, endless=endless)
        self._timeline = SceneTimeline(work.scenes, [layer.name for layer in work.layers], preset.seed)
        self._conductor = Conductor(work, self._timeline)
        self._states = tuple(state.name for state in work.scenes.states)
        self._mixer = make_mixer(preset, sample_rate_hz, stems)
        self._desks = make_desks(preset, sample_rate_hz, self._mixer)
        if endless:
            prepare(self._desks, self._crew)
        self._quantum = 0  # of the next span
        self._ready: Audio = np.zeros((0, 2), dtype=np.float32)
        self._ready_stems: dict[str, Audio] = {}
        self._stems: dict[str, list[Audio]] = {}
        self.log: list[SceneChange] = []  # every change that was asked for, as it was applied

    def render(self, n_frames: int) -> Audio:
        """Return the next `n_frames` of the mix, shape (n_frames, 2), before the master."""
        require(n_frames >= 0, "Engine.render", "n_frames", n_frames, "must not be negative")
        blocks: list[Audio] = []
        self._stems = {}
        missing = n_frames - self._hand_out(n_frames, blocks)
        for _ in self._spans(-(-missing // QUANTUM_FRAMES)):
            missing -= self._hand_out(missing, blocks)
        self.frame += n_frames
        return np.concatenate(blocks) if blocks else np.zeros((0, 2), dtype=np.float32)

    def take_stems(self) -> dict[str, Audio]:
        """Return the stem groups of the last `render`, same frames; their sum is the mix."""
        return {name: np.concatenate(parts) for name, parts in self._stems.items()}

    def set_state(
        self,
        state: str,
        *,
        when: When = "bar",
        fade_s: float = 4.0,
        tension: float | None = None,
        level: float | None = None,
    ) -> ScheduledChange:
        """Ask for another scene state.

        Parameters
        ----------
        state : str
            Name of one of the preset's states.
        when : {"now", "beat", "bar", "phrase"}
            Musical moment at which the notes change; controls and gains move at once.
        fade_s : float, 0..600
            Time in which they move.
        tension, level : float, optional, 0..1
            Instead of the state's own.

        Returns
        -------
        scheduled : ScheduledChange
            With the exact frame at which the music answers.
        """
        hint = plugins.suggest(state, self._states)
        require(state in self._states, "set_state", "state", state, "is not a state of this preset", hint)
        require(when in _WHENS, "set_state", "when", when, f"must be one of {', '.join(_WHENS)}")
        return self.post(SceneChange(self._now_s, state, fade_s, when, tension, level))

    def set_tension(self, tension: float, *, fade_s: float = 4.0) -> ScheduledChange:
        """Move the tension, 0..1, and stay in the state."""
        return self.post(SceneChange(self._now_s, None, fade_s, "now", tension=tension))

    def set_level(self, level: float, *, fade_s: float = 4.0) -> ScheduledChange:
        """Move the level of the supply, 0..1, and stay in the state."""
        return self.post(SceneChange(self._now_s, None, fade_s, "now", level=level))

    def score(self) -> Score:
        """Return the score of what was composed so far."""
        composed_s = self.preset.duration_s if self._conductor.finished else self._conductor.end_s
        return self._conductor.score(composed_s)

    def close(self) -> None:
        """Release the threads; the engine can still be asked for its score."""
        self._crew.leave()

    @property
    def nan_resets(self) -> int:
        """How many quanta of single layers were silenced because they held something that is no finite number."""
        return self._mixer.lost_quanta

    @property
    def _now_s(self) -> float:
        """The first moment that is not rendered yet."""
        return self._quantum * QUANTUM_FRAMES / self.sample_rate_hz

    def post(self, change: SceneChange) -> ScheduledChange:
        """Take a change that is already dated, such as a session log's."""
        for name in ("tension", "level"):
            value = getattr(change, name)
            require(value is None or 0.0 <= value <= 1.0, "Engine", name, value, "must be 0 to 1")
        require(0.0 <= change.fade_s <= 600.0, "Engine", "fade_s", change.fade_s, "must be 0 to 600 seconds")
        self._timeline.post(change)
        self.log.append(change)
        if change.state is None:
            return ScheduledChange(change, s_to_frames(change.at_s, self.sample_rate_hz), change.at_s, -1)
        if (bar := self._conductor.cut(change)) is not None:
            for desk in self._desks:
                desk.drop_from(s_to_frames(bar.bar.start_s + bar.bar.length_s, self.sample_rate_hz))
        at_s, index = self._conductor.moment_of(change)
        return ScheduledChange(change, s_to_frames(at_s, self.sample_rate_hz), at_s, index)

    def _hand_out(self, most_frames: int, blocks: list[Audio]) -> int:
        """Move what is ready, `most_frames` at most, to `blocks`; tell how many frames that were."""
        count = min(most_frames, len(self._ready))
        if count:
            blocks.append(self._ready[:count])
            self._ready = self._ready[count:]
            for name, stem in self._ready_stems.items():
                self._stems.setdefault(name, []).append(stem[:count])
            self._ready_stems = {name: stem[count:] for name, stem in self._ready_stems.items()}
        return count

    def _spans(self, quanta: int) -> Iterator[None]:
        """Make so many quanta ready, a span at a time: while one is in the rooms, the next is played.

        Nothing is begun that was not asked for, so a change that is posted afterward finds nothing played too early.
        """
        lengths = [min(_SPAN_QUANTA, quanta - done) for done in range(0, quanta, _SPAN_QUANTA)]
        playing = self._play(lengths[0] if lengths else 0)
        for length, following in pairwise([*lengths, 0]):
            controls, wait_for_layers = playing
            jobs = self._mixer.jobs(wait_for_layers(), controls)
            wait_for_rooms = self._crew.begin(jobs, spread=length >= _SPREAD_QUANTA)
            playing = self._play(following)
            wait_for_rooms()
            self._ready = np.empty((length * QUANTUM_FRAMES, 2), dtype=np.float32)
            stems = self._mixer.settle(self._ready)
            self._ready_stems = {name: stem.copy() for name, stem in stems.items()}  # the mixer reuses its buses
            yield

    def _play(self, quanta: int) -> tuple[FloatArray, Callable[[], list[Audio | None]]]:
        """Begin to play all layers for a span; return its controls, and what waits for the layers."""
        if quanta == 0:
            return np.zeros((1, 5)), list
        start_frame = self._quantum * QUANTUM_FRAMES
        self._compose_until(start_frame + quanta * QUANTUM_FRAMES)
        times_s = np.arange(self._quantum, self._quantum + quanta + 1) * QUANTUM_FRAMES / self.sample_rate_hz
        controls, gains = self._timeline.rows(times_s)
        order = sorted(range(len(self._desks)), key=lambda number: -self._desks[number].busy_s)
        jobs = [
            partial(self._desks[number].play, start_frame, self.sample_rate_hz, controls, gains[:, number])
            for number in order
        ]
        wait = self._crew.begin(jobs, spread=quanta >= _SPREAD_QUANTA)
        self._quantum += quanta

        def wait_in_order() -> list[Audio | None]:
            layers = dict(zip(order, wait(), strict=True))
            return [layers[number] for number in range(len(order))]

        return controls, wait_in_order

    def _compose_until(self, stop_frame: int) -> None:
        while s_to_frames(self._conductor.end_s, self.sample_rate_hz) < stop_frame:
            bar = self._conductor.next_bar()
            if bar is None:
                return
            for desk, notes in zip(self._desks, bar.notes, strict=True):
                desk.expect(notes, self.sample_rate_hz)


_WHENS = ("now", "beat", "bar", "phrase")


def compose(preset: Preset) -> Score:
    """Compose the whole piece without a sound."""
    work = commission(preset)
    timeline = SceneTimeline(work.scenes, [layer.name for layer in work.layers], preset.seed)
    conductor = Conductor(work, timeline)
    while conductor.next_bar() is not None:
        pass
    return conductor.score(preset.duration_s)
