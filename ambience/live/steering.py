"""How a session is asked for something, in the words of a musician; all of it ends in one `ask`."""

import asyncio
from concurrent.futures import Future
from typing import Protocol

from ambience.live.player import Receipt
from ambience.live.wishes import Wish
from ambience.scene import When

_ANSWER_S = 10.0  # for which a caller waits: longer than a machine stands still


class Steering(Protocol):
    """Everything that can be asked of a session, from any thread.

    Every request returns a receipt with exact frames, about a block after it was made, and raises `ParameterError` at
    once if it cannot be met. In an event loop, ``await session.asked(Wish(...))`` waits without holding the loop up.
    """

    def ask(self, wish: Wish) -> "Future[Receipt]":
        """Put a wish into the queue of the render thread."""
        ...

    async def asked(self, wish: Wish) -> Receipt:
        """Ask for something and wait for the receipt, in an asyncio loop."""
        return await asyncio.wrap_future(self.ask(wish))

    def set_state(
        self,
        state: str,
        *,
        when: When = "bar",
        fade_s: float = 4.0,
        tension: float | None = None,
        level: float | None = None,
    ) -> Receipt:
        """Ask for another state.

        Parameters
        ----------
        state : str
            Name of one of the preset's states.
        when : {"now", "beat", "bar", "phrase"}
            Musical moment at which the notes change; controls and gains begin to move at once.
        fade_s : float, 0..600
            Time in which they move.
        tension, level : float, optional, 0..1
            Instead of the state's own.
        """
        return self._wait(Wish(state, when, fade_s, tension, level))

    def set_tension(self, tension: float, *, fade_s: float = 4.0) -> Receipt:
        """Move the tension, 0..1."""
        return self._wait(Wish(tension=tension, fade_s=fade_s))

    def set_level(self, level: float, *, fade_s: float = 4.0) -> Receipt:
        """Move the level of the supply, 0..1."""
        return self._wait(Wish(level=level, fade_s=fade_s))

    def cue(self, name: str) -> Receipt:
        """Let a motif of the cast be heard once, over whatever plays."""
        return self._wait(Wish(cue=name))

    def stinger(self) -> Receipt:
        """Ask for a short hit at the next beat."""
        return self._wait(Wish(stinger=True))

    def countdown(self, duration_s: float | None) -> Receipt:
        """Set a deadline so many seconds from what is heard now, or move the one that runs; None calls it off."""
        return self._wait(Wish(call_off=True) if duration_s is None else Wish(countdown_s=duration_s))

    def hold(self, on: bool = True) -> Receipt:
        """Let the form wait, or go on."""
        return self._wait(Wish(hold=on))

    def _wait(self, wish: Wish) -> Receipt:
        return self.ask(wish).result(_ANSWER_S)
