"""The engine: turns what the conductor writes into sound, a quantum at a time; the only place where both meet."""

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ambience import plugins, rng
from ambience.errors import require
from ambience.music.commission import commission
from ambience.music.conductor import Conductor
from ambience.music.score import Score
from ambience.music.work import TimedNote
from ambience.preset import Preset
from ambience.scene import SceneChange, When
from ambience.sound.block import QUANTUM_FRAMES, NoteOn, Player
from ambience.sound.mixer import Mixer, Strip
from ambience.timeline import SceneTimeline
from ambience.units import Audio, FloatArray, cents_to_ratio, midi_to_hz, s_to_frames

_SPAN_QUANTA = 188  # one second at 48 kHz: long enough for threads to pay, short enough for little memory
_SAMPLE_RATES_HZ = (8_000, 384_000)


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """A wish that the engine took, and the moment at which the music will answer."""

    change: SceneChange
    at_frame: int  # first frame of the bar (bridge or state) that answers
    at_s: float
    bar: int  # index of that bar


@dataclass(slots=True)
class _Desk:
    """One layer in the act of sounding: its player, what it still has to play, its buffer."""

    name: str
    player: Player
    waiting: deque[tuple[int, TimedNote]] = field(default_factory=deque)

    def take(self, start_frame: int, stop_frame: int, sample_rate_hz: int) -> list[NoteOn]:
        """Take the notes that begin within a span."""
        notes = []
        while self.waiting and self.waiting[0][0] < stop_frame:
            onset_frame, timed = self.waiting.popleft()
            duration_frames = max(s_to_frames(timed.end_s, sample_rate_hz) - onset_frame, 1)
            frequency_hz = midi_to_hz(timed.note.pitch_midi) * cents_to_ratio(timed.note.detune_cents)
            note = timed.note
            notes.append(
                NoteOn(onset_frame - start_frame, duration_frames, frequency_hz, note.velocity, note.articulation)
            )
        return notes


class Engine:
    """Plays a preset: renders sound in any block size and changes scene while it does.

    Parameters
    ----------
    preset : Preset
        What to play.
    sample_rate_hz : int, 8000..384000
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
        low, high = _SAMPLE_RATES_HZ
        require(low <= sample_rate_hz <= high, "Engine", "sample_rate_hz", sample_rate_hz, f"must be {low} to {high}")
        require(threads is None or threads >= 1, "Engine", "threads", threads, "must be at least 1")
        self.preset, self.sample_rate_hz = preset, sample_rate_hz
        self.length_frames = s_to_frames(preset.duration_s, sample_rate_hz)
        self.frame = 0  # frames handed out so far
        work = commission(preset, endless=endless)
        self._timeline = SceneTimeline(work.scenes, [layer.name for layer in work.layers], preset.seed)
        self._conductor = Conductor(work, self._timeline)
        self._states = tuple(state.name for state in work.scenes.states)
        self._desks = [self._desk(name) for name in preset.layers]
        self._mixer = self._make_mixer(stems)
        self._pool = _pool(threads or os.cpu_count() or 1)
        self._run: Callable[..., Iterable[Any]] = self._pool.map if self._pool else map
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
        missing = n_frames
        while missing > 0:
            if not len(self._ready):
                self._render_span(min(-(-missing // QUANTUM_FRAMES), _SPAN_QUANTA))
            count = min(missing, len(self._ready))
            blocks.append(self._ready[:count])
            self._ready = self._ready[count:]
            for name, stem in self._ready_stems.items():
                self._stems.setdefault(name, []).append(stem[:count])
            self._ready_stems = {name: stem[count:] for name, stem in self._ready_stems.items()}
            missing -= count
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
        if self._pool:
            self._pool.shutdown(wait=True)
            self._pool, self._run = None, map

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
            self._drop_from(s_to_frames(bar.bar.start_s + bar.bar.length_s, self.sample_rate_hz))
        at_s, index = self._conductor.moment_of(change)
        return ScheduledChange(change, s_to_frames(at_s, self.sample_rate_hz), at_s, index)

    def _drop_from(self, frame: int) -> None:
        for desk in self._desks:
            desk.waiting = deque(entry for entry in desk.waiting if entry[0] < frame)

    def _render_span(self, quanta: int) -> None:
        start_frame = self._quantum * QUANTUM_FRAMES
        stop_frame = start_frame + quanta * QUANTUM_FRAMES
        self._compose_until(stop_frame)
        times_s = np.arange(self._quantum, self._quantum + quanta + 1) * QUANTUM_FRAMES / self.sample_rate_hz
        controls, gains = self._timeline.rows(times_s)

        def play(desk: _Desk) -> Audio:
            return _play(desk, start_frame, stop_frame, self.sample_rate_hz, controls)

        layers = list(self._run(play, self._desks))
        self._ready = np.empty((stop_frame - start_frame, 2), dtype=np.float32)
        stems = self._mixer.mix(layers, gains, controls, self._ready, run=self._run)
        self._ready_stems = {name: stem.copy() for name, stem in stems.items()}  # the mixer reuses its buses
        self._quantum += quanta

    def _compose_until(self, stop_frame: int) -> None:
        rate = self.sample_rate_hz
        while s_to_frames(self._conductor.end_s, rate) < stop_frame:
            bar = self._conductor.next_bar()
            if bar is None:
                return
            for desk, notes in zip(self._desks, bar.notes, strict=True):
                ordered = sorted(notes, key=lambda n: n.onset_s)
                desk.waiting.extend((s_to_frames(n.onset_s, rate), n) for n in ordered)

    def _desk(self, name: str) -> _Desk:
        instrument = plugins.build("instruments", self.preset.layers[name].instrument)
        return _Desk(name, instrument.player(self.sample_rate_hz, rng.stream(self.preset.seed, "player", name)))

    def _make_mixer(self, stems: bool) -> Mixer:
        preset = self.preset
        strips = [
            Strip(name, y.gain_db, y.pan, y.width, y.low_cut_hz, y.stem, tuple(y.sends_db.items()))
            for name, y in preset.layers.items()
        ]
        effects = {name: plugins.build("effects", table) for name, table in preset.effects.items()}
        return Mixer(
            strips,
            effects,
            self.sample_rate_hz,
            streams=lambda name: rng.stream(preset.seed, "effect", name),
            stems=stems,
        )


_WHENS = ("now", "beat", "bar", "phrase")


def compose(preset: Preset) -> Score:
    """Compose the whole piece without a sound."""
    work = commission(preset)
    timeline = SceneTimeline(work.scenes, [layer.name for layer in work.layers], preset.seed)
    conductor = Conductor(work, timeline)
    while conductor.next_bar() is not None:
        pass
    return conductor.score(preset.duration_s)


def _play(desk: _Desk, start_frame: int, stop_frame: int, sample_rate_hz: int, controls: FloatArray) -> Audio:
    out = np.zeros((stop_frame - start_frame, 2), dtype=np.float32)
    desk.player.render(out, desk.take(start_frame, stop_frame, sample_rate_hz), controls)
    return out


def _pool(threads: int) -> ThreadPoolExecutor | None:
    return ThreadPoolExecutor(threads, thread_name_prefix="ambience") if threads > 1 else None
