"""What everybody reads: the latest state of a session, written a few times a second while somebody looks."""

import asyncio
import contextlib
from collections.abc import Callable

from ambience.engine_requests import Exit, Now
from ambience.errors import AmbienceError
from ambience.live.http.documents import ArrivalDocument, ExitDocument, StateDocument
from ambience.live.session import LiveSession
from ambience.music.pitch import parse_tonic, tonic_name
from ambience.music.scale import Scale

_EVERY_S = 0.05  # twenty times a second
_EXITS_EVERY_S = 0.25  # foretelling them takes the render thread a millisecond or two, and they stand for a bar
_AS_THEY_ARE = (
    *("frame", "at_s", "state", "arriving", "held", "bar", "beat", "bar_beats", "tempo_bpm", "key", "theme", "cue"),
    *("tension", "realized_tension", "level"),
)


class Board:
    """The latest state of a session, written a few times a second while somebody reads it.

    Parameters
    ----------
    session : LiveSession
        What is shown.
    """

    def __init__(self, session: LiveSession) -> None:
        self._session = session
        self._exits: tuple[Exit, ...] = ()
        self._under_runs, self._exits_due_s = 0, 0.0
        self._news = asyncio.Event()
        self._text = ""
        self.readers = 0  # who want to be told
        self.clients = 0

    async def document(self) -> StateDocument:
        """Write down how the piece stands now."""
        loop = asyncio.get_running_loop()
        if self._session.playing and loop.time() >= self._exits_due_s:
            self._exits_due_s = loop.time() + _EXITS_EVERY_S
            self._under_runs = self._session.stats().under_runs
            with contextlib.suppress(AmbienceError):  # it may end meanwhile
                self._exits = await asyncio.to_thread(self._session.next_exits)
        return self._described(self._session.now)

    async def keep(self) -> None:
        """Write the board as long as the loop runs."""
        while True:
            await asyncio.sleep(_EVERY_S)
            if self.readers:
                self._text = (await self.document()).model_dump_json()
                news, self._news = self._news, asyncio.Event()
                news.set()

    async def next(self) -> str:
        """Wait for the next state; who comes late misses what was there between."""
        await self._news.wait()
        return self._text

    def _described(self, now: Now) -> StateDocument:
        session, heard = self._session, self._session.heard_frame
        rate = session.sample_rate_hz

        def in_s(frame: int) -> float:
            return max((frame - heard) / rate, 0.0)

        exits = tuple(
            ExitDocument(
                state=exit_.state,
                frame=exit_.at_frame,
                bar=exit_.bar,
                in_s=in_s(exit_.at_frame),
                answer_frame=exit_.answer_frame,
                answer_bar=exit_.answer_bar,
            )
            for exit_ in self._exits
            if exit_.state != now.state
        )
        return StateDocument(
            title=session.preset.title,
            seed=session.preset.seed,
            sample_rate_hz=rate,
            states=tuple(session.preset.states),
            tensions={name: state.tension for name, state in session.preset.states.items()},
            cast=tuple(session.preset.cast),
            playing=session.playing,
            heard_frame=heard,
            next=_arrival(now, in_s),
            next_exits=exits,
            chord=_chord(now),
            deadline_s=None if now.zero_in_s is None else now.zero_in_s + (now.frame - heard) / rate,
            under_runs=self._under_runs,
            clients=self.clients,
            **{name: getattr(now, name) for name in _AS_THEY_ARE},
        )


def _arrival(now: Now, in_s: Callable[[int], float]) -> ArrivalDocument | None:
    if now.next_frame is None or now.next_bar is None:
        return None
    return ArrivalDocument(state=now.next_state, frame=now.next_frame, bar=now.next_bar, in_s=in_s(now.next_frame))


def _chord(now: Now) -> str:
    """Name the chord as the key would spell it: "Bb major"."""
    if now.root_pc is None:
        return ""
    tonic, mode = now.key.split(" ", 1)
    return f"{tonic_name(now.root_pc, Scale(parse_tonic(tonic), mode))} {now.quality}"
