"""The sound for listeners on the network: one tap on the player, its frames handed to everybody who keeps up."""

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np

from ambience.io.mp3 import Mp3Encoder
from ambience.live.output.ring import Ring
from ambience.live.session import LiveSession
from ambience.units import Audio

FORMATS = ("s16", "f32")

_TAP_S = 2.0  # the loop may stand still for that long
_EVERY_S = 0.02
_BLOCK_FRAMES = 1024
_MOST_BLOCKS = 256  # that wait for a listener, five seconds; then he is let go


class Listeners:
    """Everybody who gets the same bytes.

    Parameters
    ----------
    encode : callable
        Makes bytes of a block of sound; empty ones are not sent.
    """

    def __init__(self, encode: Callable[[Audio], bytes]) -> None:
        self._encode = encode
        self._queues: dict[int, asyncio.Queue[bytes | None]] = {}
        self._number = self.dropped = 0

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield what is played from now on, until the session is over or the listener is too slow."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._number += 1
        number = self._number
        self._queues[number] = queue
        try:
            while (block := await queue.get()) is not None:
                yield block
        finally:
            self._queues.pop(number, None)

    def hear(self, audio: Audio) -> None:
        """Hand a block to everybody; who has too many waiting is let go."""
        if not self._queues or not (block := self._encode(audio)):
            return
        for number, queue in tuple(self._queues.items()):
            if queue.qsize() >= _MOST_BLOCKS:
                self.dropped += 1
                self._let_go(number)
            else:
                queue.put_nowait(block)

    def close(self) -> None:
        """Let everybody go."""
        for number in tuple(self._queues):
            self._let_go(number)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._queues)

    def _let_go(self, number: int) -> None:
        queue = self._queues.pop(number)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


class Broadcast:
    """Carries the sound from the session to its listeners, in an asyncio loop.

    Parameters
    ----------
    session : LiveSession
        What is heard.
    """

    def __init__(self, session: LiveSession) -> None:
        self._session = session
        self.pcm = {"s16": Listeners(_as_s16), "f32": Listeners(_as_f32)}
        self._encoder: Mp3Encoder | None = None
        self.mp3 = Listeners(self._as_mp3)

    async def keep(self) -> None:
        """Carry until the session is over."""
        everybody = (*self.pcm.values(), self.mp3)
        block: Audio = np.zeros((_BLOCK_FRAMES, 2), np.float32)
        tap: Ring | None = None
        try:
            while self._session.playing:
                await asyncio.sleep(_EVERY_S)
                wanted = any(listeners.count for listeners in everybody)
                if wanted and tap is None:
                    tap = self._session.tap(round(_TAP_S * self._session.sample_rate_hz))
                elif not wanted and tap is not None:
                    self._session.untap(tap)
                    tap, self._encoder = None, None
                while tap is not None and tap.fill_frames >= _BLOCK_FRAMES:
                    tap.read(block)
                    for listeners in everybody:
                        listeners.hear(block)
                    await asyncio.sleep(0)  # they send before more comes
        finally:
            if tap is not None:
                self._session.untap(tap)
            for listeners in everybody:
                listeners.close()

    @property
    def dropped(self) -> int:
        """How many listeners were let go because they were too slow."""
        return sum(listeners.dropped for listeners in (*self.pcm.values(), self.mp3))

    def _as_mp3(self, audio: Audio) -> bytes:
        if self._encoder is None:
            self._encoder = Mp3Encoder(self._session.sample_rate_hz)
        return self._encoder.encode(audio)


def _as_s16(audio: Audio) -> bytes:
    return (np.clip(audio, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()


def _as_f32(audio: Audio) -> bytes:
    return audio.astype("<f4").tobytes()
