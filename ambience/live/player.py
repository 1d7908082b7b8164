"""The render thread: it alone owns the engine, answers wishes between quanta, and keeps the ring full."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ambience.engine import Engine
from ambience.live.calm import Calm
from ambience.live.figures import Stopwatch
from ambience.live.mailbox import Mailbox
from ambience.live.output.outlet import Outlet
from ambience.live.output.ring import Ring
from ambience.live.threads import eager_thread
from ambience.live.wishes import Wish
from ambience.mastering import SESSION_FADE_OUT_S, session_gains, session_level
from ambience.scene import SceneChange
from ambience.sound.block import QUANTUM_FRAMES
from ambience.units import Audio, s_to_frames

_MOST_QUANTA = 8  # at once, to catch up
_DRAIN_S = 2.0  # for which the last frames wait for an output that may have gone


@dataclass(frozen=True, slots=True)
class Receipt:
    """What becomes of a wish, to the frame; frames and seconds count from the start of the session."""

    change: SceneChange  # as it was taken, and as the session log has it
    from_frame: int  # first frame of sound that it may alter: controls and gains begin to move here
    at_frame: int  # first frame of the bar that answers; `from_frame` where only values move
    at_s: float
    bar: int  # index of that bar; -1 where only values move
    begins_frame: int  # first frame of the state itself, behind its bridge; `at_frame` where there is none
    begins_bar: int  # index of that bar; -1 where only values move
    heard_in_s: float  # until `at_frame` is heard, as seen when the wish was taken


T = TypeVar("T")


class Player:
    """Renders a session ahead of the output.

    Parameters
    ----------
    engine : Engine
        Nobody else may touch it while the player runs.
    look_ahead_quanta : int, >= 4
        Quanta between the engine and the output, those in the limiter included.
    length_frames : int, optional
        After which the session ends by itself.
    paced : bool
        Whether the output keeps to the clock.
    tape : Ring, optional
        Gets a copy of all that the output was given.
    mailbox : Mailbox
        What is asked of the engine meanwhile.
    observe : callable
        Told when a span has been rendered, on the render thread.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        look_ahead_quanta: int,
        length_frames: int | None,
        paced: bool,
        tape: Ring | None,
        mailbox: Mailbox,
        observe: Callable[[Engine], None],
    ) -> None:
        self._engine, self._rate_hz = engine, engine.sample_rate_hz
        self._limiter = session_level(engine.preset, self._rate_hz)
        self._ahead_frames = look_ahead_quanta * QUANTUM_FRAMES - self._limiter.latency_frames
        self._ring = Ring(look_ahead_quanta * QUANTUM_FRAMES)
        self.outlet = Outlet(self._ring, self._rate_hz, tape)
        self.length_frames, self._paced = length_frames, paced
        self._observe, self._mailbox = observe, mailbox
        self._taps: tuple[Ring, ...] = ()
        self._tapping = threading.Lock()  # among those who tap; the render thread reads the whole tuple
        self._ending = False
        self._pause_s = 0.25 * QUANTUM_FRAMES / self._rate_hz
        self.calm = Calm()
        self.stopwatch = Stopwatch()
        self.taken = 0  # wishes
        self.failure: Exception | None = None
        self.full, self.done = threading.Event(), threading.Event()
        self._thread = eager_thread(self._run, "render")

    @property
    def heard_frame(self) -> int:
        """The frame that the output takes next."""
        return self._ring.read_frames

    @property
    def look_ahead_s(self) -> float:
        """Seconds between what is rendered and what the output takes."""
        return self._ahead_frames / self._rate_hz

    @property
    def fill_frames(self) -> int:
        """How many frames wait for the output."""
        return self._ring.fill_frames

    def start(self) -> None:
        """Begin to render."""
        self._thread.start()

    def ask(self, wish: Wish) -> "Future[Receipt]":
        """Put a judged wish into the queue; from any thread."""
        return self._mailbox.ask(partial(self._meet, wish))

    def consult(self, question: Callable[[Engine], T]) -> "Future[T]":
        """Ask the engine something that takes less than a millisecond; from any thread."""
        return self._mailbox.ask(question)

    def tap(self, capacity_frames: int) -> Ring:
        """Return a ring that gets everything rendered from now on; what it has no room for is lost to it alone."""
        ring = Ring(capacity_frames)
        with self._tapping:
            self._taps = (*self._taps, ring)
        return ring

    def untap(self, ring: Ring) -> None:
        """Stop filling a ring."""
        with self._tapping:
            self._taps = tuple(tap for tap in self._taps if tap is not ring)

    def end(self) -> None:
        """Let the sound fade out, stop, and wait until the output has taken it."""
        self._ending = True
        if self._thread.ident is not None:
            self._thread.join()

    # On the render thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self.length_frames is None or self._engine.frame < self.length_frames:
                self._step()
            self._pass_on(self._limiter.flush())
        except Exception as error:
            self.failure = error
        finally:
            self._finish()

    def _step(self) -> None:
        """Answer what is asked; render if there is room, else use the time."""
        if not self._engine.is_ahead:
            self._mailbox.answer(self._engine)
        if self._ending and (self.length_frames is None or self._frames_left() > self._fade_frames):
            self.length_frames = self._engine.frame + self._fade_frames
        fill = self._ring.fill_frames
        room = self._ahead_frames - fill
        if room >= QUANTUM_FRAMES:  # a long span is cheaper, but comes late if little waits
            most = max(fill // (2 * QUANTUM_FRAMES), 1) if self._paced else _MOST_QUANTA
            self._render(min(room // QUANTUM_FRAMES, most, _MOST_QUANTA))
        else:
            self.full.set()
            self._engine.write_ahead()
            self.calm.breathe()
            time.sleep(self._pause_s)

    @property
    def _fade_frames(self) -> int:
        return s_to_frames(SESSION_FADE_OUT_S, self._rate_hz)

    def _frames_left(self) -> int:
        return (self.length_frames or 0) - self._engine.frame

    def _render(self, quanta: int) -> None:
        began_s = self.outlet.rendering_since_s = time.perf_counter()
        start, count = self._engine.frame, quanta * QUANTUM_FRAMES
        if self.length_frames is not None:
            count = min(count, self._frames_left())
        audio = self._engine.render(count)
        audio *= session_gains(start, count, self.length_frames, self._rate_hz)
        limited = self._limiter.process(audio)
        self.outlet.rendering_since_s = 0.0
        self.stopwatch.add((time.perf_counter() - began_s) / quanta, quanta)
        self._pass_on(limited)
        self._observe(self._engine)

    def _pass_on(self, audio: Audio) -> None:
        self._ring.write(audio)
        for tap in self._taps:
            tap.write(audio)

    def _meet(self, wish: Wish, engine: Engine) -> Receipt:
        frame, heard = engine.frame, self._ring.read_frames
        scheduled = engine.post(wish.change_at(frame / self._rate_hz, heard / self._rate_hz))
        self.taken += 1
        heard_in_s = (scheduled.at_frame - heard) / self._rate_hz
        return Receipt(
            change=scheduled.change,
            from_frame=frame,
            at_frame=scheduled.at_frame,
            at_s=scheduled.at_s,
            bar=scheduled.bar,
            begins_frame=scheduled.begins_frame,
            begins_bar=scheduled.begins_bar,
            heard_in_s=heard_in_s,
        )

    def _finish(self) -> None:
        """Let the output take what is left, then say that all is over."""
        self.full.set()
        self.outlet.over = True
        until_s = time.perf_counter() + _DRAIN_S
        while self._ring.fill_frames and time.perf_counter() < until_s:
            time.sleep(self._pause_s)
        self.done.set()
        self._mailbox.close()
