"""The mixing desk: a strip for every layer, shared rooms, one bus, and a bus for every stem group."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.plugins import suggest
from ambience.sound.block import QUANTUM_FRAMES, Effect, Processor
from ambience.sound.channel import Channel, Strip
from ambience.sound.dsp.strip import add_scaled, low_cut, settle_bus
from ambience.units import Audio, FloatArray, db_to_gain

__all__ = ["Job", "Mixer", "Run", "Strip"]

Job = Callable[[], None]
"""Work that no other job of the same list touches."""

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Does what `map` does, on as many threads as it likes."""

_SUBSONIC_HZ = 20.0
_MONO_BELOW_HZ = 100.0  # one bass for all speakers: B. Katz, "Mastering Audio", 2002
_Send = tuple[int, float]  # which layer, and at what linear gain


class Mixer:
    """Mix layers span by span; linear, so that the stems add up to the mix.

    The work comes in three steps, so that an engine can spread it over threads: `shape` each layer, do the `jobs` of
    the buses, `settle` them. `mix` does all three.

    Parameters
    ----------
    strips : sequence of Strip
        One for each layer, in the order in which they are summed.
    effects : mapping of str to Effect
        The shared rooms, by the names that `sends_db` uses.
    sample_rate_hz : int
        Frames per second.
    streams : callable
        Opens the random stream of an effect, by name; each stem gets rooms of its own from equal streams.
    stems : bool
        Whether `mix` also returns a buffer for each stem group.
    """

    def __init__(
        self,
        strips: Sequence[Strip],
        effects: Mapping[str, Effect],
        sample_rate_hz: int,
        *,
        streams: Callable[[str], Generator],
        stems: bool = False,
    ) -> None:
        _check_sends(strips, effects)
        self._channels = [Channel(strip, sample_rate_hz) for strip in strips]
        self._stems = tuple(dict.fromkeys(strip.stem for strip in strips)) if stems else ()
        numbered = list(enumerate(strips))
        groups = [numbered] + [[(i, strip) for i, strip in numbered if strip.stem == stem] for stem in self._stems]
        self._desks = [_Desk(group, effects, sample_rate_hz, streams) for group in groups]

    @property
    def lost_quanta(self) -> int:
        """How many quanta of layers held something that is no finite number, and were silenced."""
        return sum(channel.lost_quanta for channel in self._channels)

    def shape(self, number: int, layer: Audio, gains: FloatArray) -> bool:
        """Put one span of a layer through its strip, in place; tell whether anything is left to be heard.

        Parameters
        ----------
        number : int
            Which strip.
        layer : Audio, shape (k * 256, 2)
            What was played.
        gains : array, shape (k + 1,)
            Linear gains at the quantum boundaries, on top of the strip's own; ramped between.
        """
        return self._channels[number].shape(layer, gains)

    def jobs(self, layers: Sequence[Audio | None], controls: FloatArray) -> list[Job]:
        """List the work of all buses for one span, the dearest first; it may be done side by side.

        Parameters
        ----------
        layers : sequence of Audio or None
            The shaped layers; None is silence.
        controls : array, shape (k + 1, 5)
            One row per quantum boundary, for the effects.
        """
        jobs = [job for desk in self._desks for job in desk.jobs(layers, controls)]
        return jobs[::-1]  # the rooms stand behind the dry bus

    def settle(self, out: Audio) -> dict[str, Audio]:
        """Bring the rooms back to their buses, when all jobs are done, and return what `mix` returns."""
        mixed, *parts = (desk.settle() for desk in self._desks)
        out[:] = mixed
        return dict(zip(self._stems, parts, strict=True))

    def mix(
        self, layers: Sequence[Audio], gains: FloatArray, controls: FloatArray, out: Audio, *, run: Run = map
    ) -> dict[str, Audio]:
        """Mix one span.

        Parameters
        ----------
        layers : sequence of Audio
            One buffer of k quanta for each strip; they stay as they are.
        gains : array, shape (k + 1, n_layers)
            Linear gains at the quantum boundaries, on top of the strips' own; ramped between.
        controls : array, shape (k + 1, 5)
            One row per quantum boundary, for the effects.
        out : Audio
            Overwritten with the mix.
        run : callable
            A map; the rooms work side by side on it.

        Returns
        -------
        stems : dict of str to Audio
            Buffers of the stem groups, valid until the next call; empty when stems were not asked for.
        """
        count = len(self._channels)
        require(len(layers) == count, "mixer", "layers", len(layers), f"must be {count} buffers")
        copies = [layer.copy() for layer in layers]
        heard = [copy if self.shape(i, copy, gains[:, i]) else None for i, copy in enumerate(copies)]
        for _ in run(_call, self.jobs(heard, controls)):
            pass
        return self.settle(out)


class _Desk:
    """The rooms and the bus of the mix, or of one stem."""

    def __init__(
        self,
        strips: Sequence[tuple[int, Strip]],
        effects: Mapping[str, Effect],
        sample_rate_hz: int,
        streams: Callable[[str], Generator],
    ) -> None:
        self._dry = _Bus([(i, 1.0) for i, _ in strips])
        self._rooms: list[tuple[_Bus, _Bus, Processor]] = []  # what is sent, what comes back, and what does it
        for name, effect in effects.items():
            sends = [(i, db_to_gain(dict(strip.sends_db)[name])) for i, strip in strips if name in dict(strip.sends_db)]
            if sends:
                self._rooms.append((_Bus(sends), _Bus([]), effect.processor(sample_rate_hz, streams(name))))
        self._middle_cut, self._side_cut = (
            np.array(low_cut(hz, sample_rate_hz)) for hz in (_SUBSONIC_HZ, _MONO_BELOW_HZ)
        )
        self._memory = np.zeros(4)

    def jobs(self, layers: Sequence[Audio | None], controls: FloatArray) -> list[Job]:
        """List the work for one span: the dry bus, and every room."""
        n_frames = QUANTUM_FRAMES * (len(controls) - 1)

        def gather() -> None:
            self._dry.gather(layers, n_frames)

        return [gather, *(_visit(*room, layers, controls, n_frames) for room in self._rooms)]

    def settle(self) -> Audio:
        """Bring the rooms back to the dry bus, in their order, and cut its bottom."""
        bus = self._dry.audio
        for _, wet, _ in self._rooms:
            add_scaled(wet.audio.reshape(-1), 1.0, bus.reshape(-1))
        settle_bus(bus, self._middle_cut, self._side_cut, self._memory)
        return bus


class _Bus:
    """A sum of layers."""

    def __init__(self, sends: Sequence[_Send]) -> None:
        self._sends = sends
        self.audio: Audio = np.zeros((0, 2), np.float32)

    def gather(self, layers: Sequence[Audio | None], n_frames: int) -> None:
        """Begin a span with the sum of all layers that are sent here, in their order."""
        if len(self.audio) != n_frames:
            self.audio = np.zeros((n_frames, 2), np.float32)
        else:
            self.audio.fill(0.0)
        for number, gain in self._sends:
            if (layer := layers[number]) is not None:
                add_scaled(layer.reshape(-1), gain, self.audio.reshape(-1))


def _visit(
    send: _Bus, wet: _Bus, room: Processor, layers: Sequence[Audio | None], controls: FloatArray, n_frames: int
) -> Job:
    def visit() -> None:
        send.gather(layers, n_frames)
        wet.gather((), n_frames)
        room.process(send.audio, wet.audio, controls)

    return visit


def _check_sends(strips: Sequence[Strip], effects: Mapping[str, Effect]) -> None:
    for strip in strips:
        for name in dict(strip.sends_db):
            hint = suggest(name, tuple(effects))
            require(name in effects, f"strip {strip.name!r}", "sends_db", name, "is no effect", hint)


def _call(job: Job) -> None:
    job()
