"""One evening: a session that plays a preset now and does what it is asked, to the frame."""

import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar, get_args

from ambience.engine import Engine
from ambience.engine_reader import Reader
from ambience.engine_requests import Exit, Now
from ambience.errors import require
from ambience.io.session import Session, session_of
from ambience.live.counting import stats_of
from ambience.live.courier import Courier
from ambience.live.figures import Stats
from ambience.live.herald import Callback, Event, Herald, Unsubscribe
from ambience.live.mailbox import Mailbox
from ambience.live.output.ring import Ring
from ambience.live.output.sinks import MakeSink, sink_maker
from ambience.live.output.standby import Output
from ambience.live.player import Player, Receipt
from ambience.live.recording import Keeper
from ambience.live.steering import Steering
from ambience.live.warm import warm_up
from ambience.live.watch import Watch
from ambience.live.wishes import Wish, judge
from ambience.music.sheet import Score
from ambience.preset import Preset
from ambience.units import s_to_frames

T = TypeVar("T")
LookAhead = Literal["responsive", "normal", "robust"]

_QUANTA: dict[LookAhead, int] = {"responsive": 8, "normal": 14, "robust": 32}


class LiveSession(Steering):
    """A piece that plays until it is closed, and can be steered from any thread while it does.

    Parameters
    ----------
    preset : Preset
        What to play.
    device : str or None
        Name of a sound card, or enough of it; empty: the system's own choice; None: no sound card is needed.
    state : str, optional
        Hold this state until another is asked for; the preset's script is not played.
    sample_rate_hz : int, 22050..192000
        Frames a second.
    look_ahead : {"responsive", "normal", "robust"}
        How far rendering is ahead of the output: 43, 75 or 171 ms at 48 kHz.
    duration_s : float, optional
        Fade out and end after so long; otherwise the piece goes on for ever.
    record : path, optional
        TOML file for the session log: `ambience render --session` makes the same samples from it.
    capture : path, optional
        WAV file, 32-bit float, for what the output is given.
    force : bool
        Replace files that exist.
    paced : bool
        Without a sound card: keep to the clock, or else play as fast as the machine can.
    sink : callable, optional
        Opens an output of one's own, instead of `device`.

    Raises
    ------
    ParameterError
        If a value breaks its rule or a file is in the way.
    OSError
        If there is no sound card, or a file cannot be written.
    """

    def __init__(
        self,
        preset: Preset,
        device: str | None = "",
        *,
        state: str | None = None,
        sample_rate_hz: int = 48_000,
        look_ahead: LookAhead = "normal",
        duration_s: float | None = None,
        record: str | Path | None = None,
        capture: str | Path | None = None,
        force: bool = False,
        paced: bool = True,
        sink: MakeSink | None = None,
    ) -> None:
        known = get_args(LookAhead)
        require(look_ahead in known, "live", "look_ahead", look_ahead, f"must be one of {', '.join(known)}")
        require(duration_s is None or duration_s > 0.0, "live", "duration_s", duration_s, "must be above 0")
        require(paced or device is None, "live", "paced", paced, "must be true where there is a sound card")
        self.preset = preset if state is None else preset.override(state=state)
        self.sample_rate_hz, self._held_state = sample_rate_hz, state or ""
        self._began_s, self._closed, self._closing = time.perf_counter(), False, threading.Lock()
        self._undo = contextlib.ExitStack()  # what is to be done at the end, whatever comes between
        with contextlib.ExitStack() as failed:
            failed.push(self._undo)
            self._keeper = Keeper(record, capture, sample_rate_hz, title=preset.title, force=force)
            self._undo.enter_context(self._keeper)
            self._output = Output(sink or sink_maker(device, sample_rate_hz, paced=paced), sample_rate_hz)
            self._engine = Engine(self.preset, sample_rate_hz=sample_rate_hz, endless=True)
            self._undo.callback(self._engine.close)
            self._courier, self._herald = Courier(), Herald()
            self._undo.callback(self._herald.close)
            self._undo.callback(self._courier.close)
            self._mailbox = Mailbox(self._courier.deliver)
            self._watch = Watch(self._herald.tell)
            self._undo.callback(self._output.close)
            self._player = Player(
                self._engine,
                look_ahead_quanta=_QUANTA[look_ahead],
                length_frames=None if duration_s is None else s_to_frames(duration_s, sample_rate_hz),
                paced=paced,
                tape=self._keeper.tape,
                mailbox=self._mailbox,
                observe=self._watch.look,
            )
            self._begin()
            failed.pop_all()

    def _begin(self) -> None:
        warm_up(self.preset, self.sample_rate_hz)
        self._undo.enter_context(self._player.calm)
        self._courier.start()
        self._herald.start(lambda: self._player.heard_frame)
        self._undo.callback(self._player.end)
        self._player.start()
        self._player.full.wait()
        self._output.start(self._player.outlet)
        self._keeper.start(self.log)

    def ask(self, wish: Wish) -> "Future[Receipt]":
        """Ask for something; the future has the receipt, or the error, about a block later.

        Every other way of asking ends here. Raises `ParameterError` if the wish cannot be met, `AmbienceError` if too
        many are waiting.
        """
        return self._player.ask(judge(wish, self.preset))

    def consult(self, question: Callable[[Engine], T]) -> "Future[T]":
        """Ask the engine something that takes less than a millisecond; it is asked between two quanta."""
        return self._player.consult(question)

    def on_bar(self, callback: Callback) -> Unsubscribe:
        """Call back, on the event thread, when a bar begins to be heard."""
        return self._herald.subscribe("bar", callback)

    def on_state(self, callback: Callback) -> Unsubscribe:
        """Call back when another state begins to be heard; the first sounds already, and `now` names it."""
        return self._herald.subscribe("state", callback)

    def on_marker(self, callback: Callback) -> Unsubscribe:
        """Call back when a marker of the score is passed."""
        return self._herald.subscribe("marker", callback)

    def events(self) -> AsyncIterator[Event]:
        """Yield every event in an asyncio loop, until the session is over."""
        return self._herald.events()

    def tap(self, capacity_frames: int) -> Ring:
        """Return a ring of one's own that gets everything rendered from now on; a full one loses, nobody else does."""
        return self._player.tap(capacity_frames)

    def untap(self, ring: Ring) -> None:
        """Give a ring back."""
        self._player.untap(ring)

    def admit(self, reader: Reader) -> None:
        """Let somebody read every bar and the controls as they are rendered; on the render thread, so only to note."""
        self._player.consult(lambda engine: engine.admit(reader)).result()

    def dismiss(self, reader: Reader) -> None:
        """Let somebody read no more."""
        self._engine.dismiss(reader)

    @property
    def heard_frame(self) -> int:
        """The frame that the output takes next."""
        return self._player.heard_frame

    @property
    def playing(self) -> bool:
        """Whether sound is being made."""
        return not self._player.done.is_set() and self._player.failure is None

    @property
    def device(self) -> str:
        """Name of the output."""
        return self._output.name

    @property
    def now(self) -> Now:
        """How the piece stands where it is being rendered, a twentieth of a second ago at most; costs nothing."""
        assert self._watch.now is not None  # the first look came before the sound
        return self._watch.now

    def next_exits(self) -> tuple[Exit, ...]:
        """Tell for every other state when it would begin if somebody asked for it now."""
        return self.consult(lambda engine: engine.next_exits()).result()

    def stats(self) -> Stats:
        """Tell what was counted since the session began."""
        return stats_of(self._engine, self._player, self._mailbox, self._output, self._herald, self._began_s)

    def score(self) -> Score:
        """Return the score of what was composed so far."""
        if self._player.done.is_set():
            return self._engine.score()
        return self._player.consult(lambda engine: engine.score()).result()  # of a long evening: it takes a while

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the session ends by itself; tell whether it has."""
        return self._player.done.wait(timeout_s)

    def close(self) -> None:
        """Fade out in half a second, stop, and write what was to be written.

        Raises
        ------
        OSError
            If a file could not be written.
        RuntimeError
            If the music had stopped because composing or mixing failed.
        """
        with self._closing:
            closed, self._closed = self._closed, True
        if not closed:
            self._undo.close()
            if (failure := self._player.failure) is not None:
                raise RuntimeError(f"the music stopped at {self._engine.frame} frames: {failure}") from failure

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def log(self) -> Session:
        """Return what turned the preset into this evening so far, as `record` writes it."""
        length_s = self._engine.frame / self.sample_rate_hz
        settings = {"held_state": self._held_state, "length_s": length_s or None}
        return session_of(self.preset, self.sample_rate_hz, tuple(self._engine.log), **settings)
