"""The engine: turns what the conductor writes into sound, a quantum at a time; the only place where both meet."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from ambience.engine_crew import Crew
from ambience.engine_desk import make_desks, make_mixer, prepare
from ambience.engine_now import describe
from ambience.engine_reader import Reader
from ambience.engine_ready import Ready
from ambience.engine_requests import Exit, Now, Requests, ScheduledChange, check
from ambience.engine_rows import Rows
from ambience.engine_stands import Stands
from ambience.errors import require
from ambience.music.conducting.commission import commission
from ambience.music.conducting.conductor import Conductor
from ambience.music.conducting.outlook import Answer
from ambience.music.sheet import Score
from ambience.preset import Preset
from ambience.scene import SceneChange
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.warm import compile_ahead
from ambience.timeline import SceneTimeline
from ambience.units import SAMPLE_RATES_HZ, Audio, FloatArray, s_to_frames

_SPAN_QUANTA = 282  # 1.5 s at 48 kHz: long enough for threads to pay, short enough for little memory
_SPREAD_QUANTA = 16  # a shorter span is done before other threads have woken up


class Engine(Requests):
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
        Whether `take_stems` will be asked for the stem groups.
    layer_stems : bool
        Whether it will be asked for single layers.
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
        layer_stems: bool = False,
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
        self._work = work = commission(preset, endless=endless)
        self._timeline = SceneTimeline(work.scenes, [layer.name for layer in work.layers], preset.seed)
        self._rows = Rows(self._timeline, sample_rate_hz)
        self._conductor = Conductor(work, self._timeline)
        self._mixer = make_mixer(preset, sample_rate_hz, stems, layer_stems)
        self._desks = make_desks(preset, sample_rate_hz, self._mixer)
        self._stands = Stands(self._desks, sample_rate_hz)
        if endless:
            prepare(self._desks, self._crew)
        self._quantum = 0  # of the next span
        self._ready = Ready()
        self.log: list[SceneChange] = []  # every change that was asked for, as it was applied

    def render(self, n_frames: int) -> Audio:
        """Return the next `n_frames` of the mix, shape (n_frames, 2), before the master."""
        require(n_frames >= 0, "Engine.render", "n_frames", n_frames, "must not be negative")
        self._ready.forget_stems()
        blocks = list(self._blocks(n_frames))
        return np.concatenate(blocks) if blocks else np.zeros((0, 2), dtype=np.float32)

    def blocks(self, n_frames: int) -> Iterator[Audio]:
        """Yield the next `n_frames`, 1.5 s at a time at most; while one block is used, the next is being played."""
        self._ready.forget_stems()
        for audio in self._blocks(n_frames):
            yield audio
            self._ready.forget_stems()

    def write_ahead(self) -> None:
        """Compose what the next quantum needs, so that it is only played when its time has come.

        From then on until it is rendered nothing may be posted: `is_ahead` tells. So a wish is never dated before
        a bar that did not know of it, and a log played again gives the same bars.
        """
        self._write_until(self._quantum + 1)

    @property
    def is_ahead(self) -> bool:
        """Whether a bar is composed of which nothing was rendered yet."""
        return self._stands.waiting

    def take_stems(self) -> dict[str, Audio]:
        """Return the stems of the last `render` or block, same frames: the groups sum to the mix, so do the layers."""
        return self._ready.stems()

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
    def layer_failures(self) -> int:
        """How many spans of single layers were silent because their players raised an error."""
        return sum(desk.failures for desk in self._desks)

    @property
    def now_s(self) -> float:
        """The first moment that is not rendered yet."""
        return self._quantum * QUANTUM_FRAMES / self.sample_rate_hz

    def post(self, change: SceneChange) -> ScheduledChange:
        """Take a change that is already dated, now or later, such as a session log's."""
        check(change, self._work, self.now_s)
        self.log.append(change)
        if (bar := self._conductor.post(change)) is not None:
            self._stands.rewrite(bar, self._quantum * QUANTUM_FRAMES)
        answer = None
        if change.state is not None and (change.at_s < self._conductor.end_s or change.at_s == self.now_s):
            answer = self._conductor.foretell(change)
        if answer is None:
            answer = Answer(change.at_s, -1, change.at_s, -1)
        return ScheduledChange.answered(change, answer, self.sample_rate_hz)

    def next_exits(self) -> tuple[Exit, ...]:
        """Tell for every state but the present one when it would begin if somebody asked for it now."""
        answers = self._conductor.answers(self.now_s)
        return tuple(Exit.told(name, answer, self.sample_rate_hz) for name, answer in answers.items())

    def admit(self, reader: Reader) -> None:
        """Let somebody read along from now on, first the bar that is being played."""
        self._stands.admit(reader)
        reader.read_controls(self._quantum * QUANTUM_FRAMES, self._timeline.controls(np.array([self.now_s]))[0])
        if (bar := self._conductor.last) is not None:
            reader.read_bar(bar, 0)

    def dismiss(self, reader: Reader) -> None:
        """Let somebody read no more."""
        self._stands.dismiss(reader)

    def now(self) -> Now:
        """Tell how the piece stands at the moment that is rendered next."""
        return describe(self._conductor, self._timeline, self.now_s, self.sample_rate_hz)

    def _blocks(self, n_frames: int) -> Iterator[Audio]:
        """Yield the next `n_frames` as they are made, first what is left of the last quantum."""
        missing = n_frames
        if len(self._ready) and missing:
            missing -= len(audio := self._hand_out(missing))
            yield audio
        for _ in self._spans(-(-missing // QUANTUM_FRAMES)):
            missing -= len(audio := self._hand_out(missing))
            yield audio

    def _hand_out(self, most_frames: int) -> Audio:
        """Take from what is ready, `most_frames` at most."""
        audio = self._ready.hand_out(most_frames)
        self.frame += len(audio)
        return audio

    def _spans(self, quanta: int) -> Iterator[None]:
        """Make so many quanta ready, a span at a time: while one is balanced and used, the next is played.

        Nothing is begun that was not asked for, so a change that is posted afterward finds nothing played too early.
        """
        lengths = [min(_SPAN_QUANTA, quanta - done) for done in range(0, quanta, _SPAN_QUANTA)] + [0, 0, 0]
        playing, in_rooms = self._play(lengths[0]), 0
        wait_for_rooms: Callable[[], object] = list  # nothing to wait for
        wait_for_studies: Callable[[], object] = list
        for length, following, later in zip(lengths, lengths[1:], lengths[2:], strict=False):
            controls, wait_for_layers = playing
            *_, layers = wait_for_studies(), wait_for_rooms(), wait_for_layers()  # here alone the crew is waited for
            playing = self._play(following)
            if in_rooms:
                mix = np.empty((in_rooms * QUANTUM_FRAMES, 2), dtype=np.float32)
                self._ready.put(mix, self._mixer.settle(mix))
            jobs = self._mixer.jobs(layers, controls) if length else ()
            settled, in_rooms = in_rooms, length
            wait_for_rooms = self._crew.begin(jobs, spread=length >= _SPREAD_QUANTA)
            if settled:
                yield
            wait_for_studies = self._look_ahead(later)

    def _look_ahead(self, quanta: int) -> Callable[[], object]:
        """Compose and study what will be played after all that is playing; return what waits for those who study."""
        if quanta == 0:
            return list
        self._write_until(self._quantum + quanta)
        self._rows.between(self._quantum, self._quantum + quanta)  # which it keeps
        return self._crew.begin(self._stands.studies(), spread=quanta >= _SPREAD_QUANTA)

    def _play(self, quanta: int) -> tuple[FloatArray, Callable[[], list[Audio | None]]]:
        """Begin to play all layers for a span; return its controls, and what waits for the layers."""
        if quanta == 0:
            return np.zeros((1, 5)), list
        start_frame = self._quantum * QUANTUM_FRAMES
        self._write_until(self._quantum + quanta)
        self._stands.give_out()
        asked, heard, gains = self._rows.between(self._quantum, self._quantum + quanta)
        self._stands.read_controls(start_frame, asked[0])
        spread = quanta >= _SPREAD_QUANTA
        order: Sequence[int] = range(len(self._desks))
        order = sorted(order, key=lambda number: -self._desks[number].busy_s) if spread else order
        jobs = [partial(self._desks[number].play, start_frame, heard, gains[number]) for number in order]
        wait = self._crew.begin(jobs, spread=spread)
        self._quantum += quanta

        def wait_and_shape() -> list[Audio | None]:
            layers = dict(zip(order, wait(), strict=True))
            played = [layers[number] for number in range(len(order))]
            return self._mixer.shape(played, run=self._crew.map if spread else map)

        return heard, wait_and_shape

    def _write_until(self, quantum: int) -> None:
        """Compose as far as is needed to play up to a quantum."""
        while s_to_frames(self._conductor.end_s, self.sample_rate_hz) < quantum * QUANTUM_FRAMES:
            bar = self._conductor.next_bar()
            if bar is None:
                return
            self._stands.add(bar)
