"""Buses and desks: sums of layers, the stage and the rooms that answer them, and what comes back to one bus."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.random import Generator

from ambience.sound.block import QUANTUM_FRAMES, Effect, Processor
from ambience.sound.channel import Strip
from ambience.sound.dsp.strip import add_four_scaled, add_scaled, low_cut, settle_bus
from ambience.sound.stage import PLACES, Place, shares
from ambience.units import Audio, FloatArray, Mono, db_to_gain

Job = Callable[[], None]
"""Work that no other job of the same list touches."""

_SUBSONIC_HZ = 20.0
_MONO_BELOW_HZ = 60.0  # one bass for all speakers; by ear: cut higher, a hall has no walls
_Send = tuple[int, float]  # which layer, and at what linear gain


class Desk:
    """The stage, the rooms and the bus of the mix, or of one stem.

    Parameters
    ----------
    strips : sequence of (int, Strip)
        Which layers are heard here, and how they stand.
    effects : mapping of str to Effect
        The rooms, by name.
    sample_rate_hz : int
        Frames per second.
    streams : callable
        Opens the random stream of an effect, by name.
    """

    def __init__(
        self,
        strips: Sequence[tuple[int, Strip]],
        effects: Mapping[str, Effect],
        sample_rate_hz: int,
        streams: Callable[[str], Generator],
    ) -> None:
        self._dry = _Bus([(i, 1.0) for i, strip in strips if strip.distance is None])
        placed = [(i, shares(strip.distance)) for i, strip in strips if strip.distance is not None]
        self._stage: list[tuple[_Bus, Place]] = []
        for number in range(PLACES):
            if standing := [(i, share[number]) for i, share in placed if share[number] > 0.0]:
                self._stage.append((_Bus(standing), Place(number, sample_rate_hz)))
        self._rooms: list[tuple[_Bus, _Bus, Processor]] = []  # what is sent, what comes back, and what does it
        for name, effect in effects.items():
            sends = [(i, db_to_gain(dict(strip.sends_db)[name])) for i, strip in strips if name in dict(strip.sends_db)]
            if sends:
                self._rooms.append((_Bus(sends), _Bus([]), effect.processor(sample_rate_hz, streams(name))))
        self._middle_cut, self._side_cut = (
            np.array(low_cut(hz, sample_rate_hz)) for hz in (_SUBSONIC_HZ, _MONO_BELOW_HZ)
        )
        self._memory = np.zeros(4)

    def jobs(self, lines: Sequence[Mono | None], controls: FloatArray) -> list[Job]:
        """List the work for one span: the dry bus with the stage, and every room.

        Parameters
        ----------
        lines : sequence of Mono or None
            The layers, each as one line of frames; None is silence.
        controls : array, shape (k + 1, 5)
            One row per quantum boundary.
        """
        n_frames = QUANTUM_FRAMES * (len(controls) - 1)

        def gather() -> None:
            self._dry.gather(lines, n_frames)
            for bus, place in self._stage:
                bus.gather(lines, n_frames)
                place.add(bus.audio, self._dry.audio)

        return [gather, *(_visit(*room, lines, controls, n_frames) for room in self._rooms)]

    def settle(self) -> Audio:
        """Bring the rooms back to the dry bus, in their order, and cut its bottom."""
        bus = self._dry.audio
        for _, wet, _ in self._rooms:
            add_scaled(wet.audio.reshape(-1), 1.0, bus.reshape(-1), False)
        settle_bus(bus, self._middle_cut, self._side_cut, self._memory)
        return bus


class _Bus:
    """A sum of layers."""

    def __init__(self, sends: Sequence[_Send]) -> None:
        self._sends = sends
        self.audio: Audio = np.zeros((0, 2), np.float32)
        self._line = self.audio.reshape(-1)

    def gather(self, lines: Sequence[Mono | None], n_frames: int) -> None:
        """Begin a span with the sum of all layers that are sent here, in their order."""
        if len(self.audio) != n_frames:
            self.audio = np.empty((n_frames, 2), np.float32)
            self._line = self.audio.reshape(-1)
        sent = [(line, gain) for number, gain in self._sends if (line := lines[number]) is not None]
        if not sent:
            self.audio.fill(0.0)
        in_fours = len(sent) // 4 * 4
        for first in range(0, in_fours, 4):
            (a, gain_a), (b, gain_b), (c, gain_c), (d, gain_d) = sent[first : first + 4]
            add_four_scaled(a, b, c, d, gain_a, gain_b, gain_c, gain_d, self._line, first == 0)
        for number, (line, gain) in enumerate(sent[in_fours:], in_fours):
            add_scaled(line, gain, self._line, number == 0)


def _visit(
    send: _Bus, wet: _Bus, room: Processor, lines: Sequence[Mono | None], controls: FloatArray, n_frames: int
) -> Job:
    def visit() -> None:
        send.gather(lines, n_frames)
        wet.gather((), n_frames)
        room.process(send.audio, wet.audio, controls)

    return visit
