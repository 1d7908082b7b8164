"""The mixing desk: a strip for every layer, shared rooms, one bus, and a bus for every stem group."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.plugins import suggest
from ambience.sound.block import QUANTUM_FRAMES, Effect, Processor
from ambience.sound.dsp.strip import low_cut, mix_strip, settle_bus
from ambience.units import Audio, FloatArray, Mono, db_to_gain

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Does what `map` does, on as many threads as it likes."""

_SUBSONIC_HZ = 20.0
_MONO_BELOW_HZ = 100.0  # one bass for all speakers: B. Katz, "Mastering Audio", 2002


@dataclass(frozen=True, slots=True)
class Strip:
    """How one layer stands in the mix."""

    name: str
    gain_db: float = 0.0
    pan: float = 0.0  # -1 left .. 1 right; power stays, the far channel fades
    width: float = 1.0  # 0 mono .. 1 as played .. 1.5 wider
    low_cut_hz: float = 0.0  # 12 dB per octave; 0 is off
    stem: str = "mix"  # stem group
    sends_db: Mapping[str, float] | tuple[tuple[str, float], ...] = ()  # after fader and pan, by effect

    def __post_init__(self) -> None:
        where = f"strip {self.name!r}"
        require(-1.0 <= self.pan <= 1.0, where, "pan", self.pan, "must be within -1 and 1")
        require(0.0 <= self.width <= 1.5, where, "width", self.width, "must be within 0 and 1.5")
        require(0.0 <= self.low_cut_hz <= 2000.0, where, "low_cut_hz", self.low_cut_hz, "must be within 0 and 2000")


class Mixer:
    """Mix layers span by span; linear, so that the stems add up to the mix.

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
        self._stems = tuple(dict.fromkeys(strip.stem for strip in strips)) if stems else ()
        self._desks = [_Desk(strips, effects, sample_rate_hz, streams)]
        self._desks += [
            _Desk([strip for strip in strips if strip.stem == stem], effects, sample_rate_hz, streams)
            for stem in self._stems
        ]
        self._levels = _levels(strips, [tuple(effects)] * len(self._desks), self._stems)
        self._buses = np.zeros((self._levels.shape[1], 0, 2), np.float32)
        self._channels = [
            _Channel(strip, levels, sample_rate_hz) for strip, levels in zip(strips, self._levels, strict=True)
        ]

    def mix(
        self,
        layers: Sequence[Audio],
        gains: FloatArray,
        controls: FloatArray,
        out: Audio,
        *,
        run: Run = map,
    ) -> dict[str, Audio]:
        """Mix one span.

        Parameters
        ----------
        layers : sequence of Audio
            One buffer of k quanta for each strip.
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
        buses = self._cleared_buses(out.shape[0])
        for i, (channel, layer) in enumerate(zip(self._channels, layers, strict=True)):
            channel.add(layer, gains[:, i], buses)
        per_desk = buses.shape[0] // len(self._desks)
        shares = [buses[i * per_desk : (i + 1) * per_desk] for i in range(len(self._desks))]
        jobs = [job for desk, share in zip(self._desks, shares, strict=True) for job in desk.jobs(share, controls)]
        for _ in run(_call, jobs):
            pass
        for _ in run(_call, [_settling(desk, share) for desk, share in zip(self._desks, shares, strict=True)]):
            pass
        out[:] = shares[0][0]
        return {stem: share[0] for stem, share in zip(self._stems, shares[1:], strict=True)}

    def _cleared_buses(self, n_frames: int) -> Audio:
        if self._buses.shape[1] != n_frames:
            self._buses = np.zeros((self._buses.shape[0], n_frames, 2), np.float32)
        else:
            self._buses.fill(0.0)
        return self._buses


class _Desk:
    """The rooms and the bus of the mix, or of one stem."""

    def __init__(
        self,
        strips: Sequence[Strip],
        effects: Mapping[str, Effect],
        sample_rate_hz: int,
        streams: Callable[[str], Generator],
    ) -> None:
        used = {name for strip in strips for name in dict(strip.sends_db)}
        self._rooms: list[Processor | None] = [
            effect.processor(sample_rate_hz, streams(name)) if name in used else None
            for name, effect in effects.items()
        ]
        self._middle_cut, self._side_cut = (
            np.array(low_cut(hz, sample_rate_hz)) for hz in (_SUBSONIC_HZ, _MONO_BELOW_HZ)
        )
        self._memory = np.zeros(4)
        self._wet: list[Audio] = []

    def jobs(self, buses: Audio, controls: FloatArray) -> list[Callable[[], None]]:
        """List the rooms' work for one span; `buses` holds the dry bus and one send for each effect."""
        self._wet = [np.zeros_like(buses[0]) for room in self._rooms if room is not None]
        wet = iter(self._wet)
        return [
            _processing(room, send, next(wet), controls)
            for room, send in zip(self._rooms, buses[1:], strict=True)
            if room is not None
        ]

    def settle(self, buses: Audio) -> None:
        """Bring the rooms back to the dry bus, in their order, and cut its bottom."""
        for wet in self._wet:
            buses[0] += wet
        settle_bus(buses[0], self._middle_cut, self._side_cut, self._memory)


class _Channel:
    """One strip, with the memory of its filter."""

    def __init__(self, strip: Strip, levels: Mono, sample_rate_hz: int) -> None:
        self._gain = db_to_gain(strip.gain_db)
        self._image = np.array(_image(strip.pan, strip.width))
        self._cut = np.array(low_cut(strip.low_cut_hz, sample_rate_hz))
        self._levels = levels
        self._memory = np.zeros(4)
        self._scratch = np.zeros(2 * QUANTUM_FRAMES, np.float32)

    def add(self, layer: Audio, gains: FloatArray, buses: Audio) -> None:
        """Add a span of this strip to the buses."""
        faders = np.ascontiguousarray(gains * self._gain)
        flat = buses.reshape(buses.shape[0], -1)
        mix_strip(layer, faders, self._image, self._cut, self._memory, self._levels, flat, self._scratch)


def _image(pan: float, width: float) -> tuple[float, float, float, float]:
    """Return the 2 x 2 matrix of width (middle and side) followed by a balance that keeps the power.

    Notes
    -----
    The balance gains are sqrt(2) cos and sqrt(2) sin of the pan angle: unity in the center, squares that always sum to
    two, +3 dB and silence at the ends.
    """
    angle = (pan + 1.0) * np.pi / 4.0
    left, right = np.sqrt(2.0) * np.cos(angle), np.sqrt(2.0) * np.sin(angle)
    near, far = 0.5 * (1.0 + width), 0.5 * (1.0 - width)
    return left * near, left * far, right * far, right * near


def _levels(strips: Sequence[Strip], effects: Sequence[tuple[str, ...]], stems: tuple[str, ...]) -> Audio:
    """Connect each strip to the mix and to its stem: a dry bus and the sends."""
    known = effects[0]
    table = np.zeros((len(strips), len(effects) * (1 + len(known))), np.float32)
    for row, strip in zip(table, strips, strict=True):
        sends = dict(strip.sends_db)
        for name in sends:
            require(name in known, f"strip {strip.name!r}", "sends_db", name, "is no effect", suggest(name, known))
        chain = [1.0] + [db_to_gain(sends[name]) if name in sends else 0.0 for name in known]
        for desk in [0] + ([1 + stems.index(strip.stem)] if stems else []):
            row[desk * len(chain) : (desk + 1) * len(chain)] = chain
    return table


def _processing(room: Processor, send: Audio, wet: Audio, controls: FloatArray) -> Callable[[], None]:
    return lambda: room.process(send, wet, controls)


def _settling(desk: _Desk, buses: Audio) -> Callable[[], None]:
    return lambda: desk.settle(buses)


def _call(job: Callable[[], None]) -> None:
    job()
