"""The mixing desk: a strip for every layer, shared rooms, one bus, and a bus for every stem group."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from numpy.random import Generator

from ambience.errors import require
from ambience.plugins import suggest
from ambience.sound.balance import Courtesy, Glue
from ambience.sound.block import Effect
from ambience.sound.bus import Desk, Job
from ambience.sound.channel import Channels, Strip
from ambience.sound.dsp.abreast import LAYERS
from ambience.units import Audio, FloatArray

__all__ = ["Job", "Mixer", "Played", "Run", "Strip"]

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Does what `map` does, on as many threads as it likes."""

Played = tuple[Audio, FloatArray]
"""What a layer played in one span, and its gains at the quantum boundaries."""

LAYER_STEM = "layers/"
"""Begins the names of the stems of single layers; no group has such a name."""


class Mixer:
    """Mix layers span by span; whatever the mix does its stems do, so that they add up to it.

    The work comes in three steps, so that an engine can spread it over threads: `shape` brings all layers through their
    channels, the `jobs` of the buses are done, `settle` ends it. `mix` does all three.

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
    layer_stems : bool
        Whether it also returns one for each layer, under `LAYER_STEM` and its name.
    glue : float, 0..1
        How firmly the bus holds the mix together; 0 not at all.

    Attributes
    ----------
    channels : Channels
        They hear whether a layer sounds, before it is shaped.
    """

    def __init__(
        self,
        strips: Sequence[Strip],
        effects: Mapping[str, Effect],
        sample_rate_hz: int,
        *,
        streams: Callable[[str], Generator],
        stems: bool = False,
        layer_stems: bool = False,
        glue: float = 0.0,
    ) -> None:
        _check_sends(strips, effects)
        require(0.0 <= glue <= 1.0, "mixer", "glue", glue, "must be within 0 and 1")
        self._courtesy, self._glue = Courtesy(strips, sample_rate_hz), Glue(glue, sample_rate_hz)
        self.channels = Channels(strips, sample_rate_hz)
        self._count = len(strips)
        self._stems = tuple(dict.fromkeys(strip.stem for strip in strips)) if stems else ()
        numbered = list(enumerate(strips))
        groups = [numbered] + [[(i, strip) for i, strip in numbered if strip.stem == stem] for stem in self._stems]
        if layer_stems:
            self._stems += tuple(f"{LAYER_STEM}{strip.name}" for strip in strips)
            groups += [[entry] for entry in numbered]
        self._desks = [Desk(group, effects, sample_rate_hz, streams) for group in groups]

    @property
    def lost_quanta(self) -> int:
        """How many quanta of layers held something that is no finite number, and were silenced."""
        return self.channels.lost_quanta

    def shape(self, played: Sequence[Played | None], *, run: Run = map) -> list[Audio | None]:
        """Shape one span of all layers in place, a few side by side; return what is heard: None is silence.

        Parameters
        ----------
        played : sequence of Played or None
            Whatever sounds, or rings on in its channel.
        run : callable
            A map.
        """
        sounding = [(number, *layer) for number, layer in enumerate(played) if layer is not None]
        groups = [sounding[first : first + LAYERS] for first in range(0, len(sounding), LAYERS)]
        for _ in run(self.channels.shape, groups):
            pass
        return [layer[0] if layer is not None and _is_open(layer[1]) else None for layer in played]

    def jobs(self, layers: Sequence[Audio | None], controls: FloatArray) -> list[Job]:
        """Let the layers give way to the theme, and list the work of all buses; it may be done side by side.

        The dearest work comes first.

        Parameters
        ----------
        layers : sequence of Audio or None
            The shaped layers, lowered in place where they give way; None is silence.
        controls : array, shape (k + 1, 5)
            One row per quantum boundary, for the effects.
        """
        self._courtesy.balance(layers, len(controls) - 1)
        lines = [None if layer is None else layer.reshape(-1) for layer in layers]
        jobs = [job for desk in self._desks for job in desk.jobs(lines, controls)]
        return jobs[::-1]  # the rooms stand behind the dry bus

    def settle(self, out: Audio) -> dict[str, Audio]:
        """Bring the rooms back to their buses, when all jobs are done, and return what `mix` returns."""
        mixed, *parts = [desk.settle() for desk in self._desks]
        self._glue.hold(mixed, parts)
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
        require(len(layers) == self._count, "mixer", "layers", len(layers), f"must be {self._count} buffers")
        played = [(layer.copy(), gains[:, number]) for number, layer in enumerate(layers)]
        for number, (layer, _) in enumerate(played):
            self.channels.sounds(number, layer)
        for _ in run(_call, self.jobs(self.shape(played, run=run), controls)):
            pass
        return self.settle(out)


def _is_open(gains: FloatArray) -> bool:
    """Tell whether anything is heard at such gains."""
    return bool(gains[-1] != 0.0 or gains.any())  # it mostly is at the end


def _check_sends(strips: Sequence[Strip], effects: Mapping[str, Effect]) -> None:
    for strip in strips:
        for name in dict(strip.sends_db):
            hint = suggest(name, tuple(effects))
            require(name in effects, f"strip {strip.name!r}", "sends_db", name, "is no effect", hint)


def _call(job: Job) -> None:
    job()
