"""The channels of the desk: how layers stand in the mix, and the memory that this takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ambience.errors import require
from ambience.sound.dsp.abreast import FILTERS, LAYERS
from ambience.sound.dsp.strip import low_cut, screen, shape_four
from ambience.sound.foursome import Foursome
from ambience.units import Audio, FloatArray, db_to_gain


@dataclass(frozen=True, slots=True)
class Strip:
    """How one layer stands in the mix."""

    name: str
    gain_db: float = 0.0
    pan: float = 0.0  # -1 left .. 1 right; power stays, the far channel fades
    width: float = 1.0  # 0 mono .. 1 as played .. 2 twice as wide
    low_cut_hz: float = 0.0  # 12 dB per octave; 0 is off
    stem: str = "mix"  # stem group
    sends_db: Mapping[str, float] | tuple[tuple[str, float], ...] = ()  # after fader and pan, by effect
    distance: float | None = None  # 0 near .. 1 far on the stage; None is off the stage, without reflections
    duck_db: float = 0.0  # by which it gives way to the theme at most

    def __post_init__(self) -> None:
        where = f"strip {self.name!r}"
        require(-1.0 <= self.pan <= 1.0, where, "pan", self.pan, "must be within -1 and 1")
        require(0.0 <= self.width <= 2.0, where, "width", self.width, "must be within 0 and 2")
        far = self.distance or 0.0
        require(0.0 <= far <= 1.0, where, "distance", self.distance, "must be within 0 and 1")
        require(0.0 <= self.duck_db <= 12.0, where, "duck_db", self.duck_db, "must be within 0 and 12")
        require(0.0 <= self.low_cut_hz <= 2000.0, where, "low_cut_hz", self.low_cut_hz, "must be within 0 and 2000")


class Channels:
    """All strips, with the memories of their filters.

    Parameters
    ----------
    strips : sequence of Strip
        One for each layer.
    sample_rate_hz : int
        Frames per second.
    """

    def __init__(self, strips: Sequence[Strip], sample_rate_hz: int) -> None:
        self._strips = np.zeros((len(strips) + 1, 2, 8))
        for number, strip in enumerate(strips):
            self._strips[number] = _settings(strip, sample_rate_hz)
        self._memory = np.zeros((len(strips) + 1, 2, 2))
        self._still = [True] * len(strips)  # whether it is known that nothing rings on in a filter
        self._lost_quanta = [np.zeros(1, np.int64) for _ in strips]
        self._foursome = Foursome()

    @property
    def lost_quanta(self) -> int:
        """How many quanta held something that is no finite number, and were silenced."""
        return sum(int(lost[0]) for lost in self._lost_quanta)

    def sounds(self, number: int, layer: Audio) -> bool:
        """Silence the quanta of a layer that hold what is no finite number; tell whether any sound is left."""
        return screen(layer, self._lost_quanta[number]) > 0

    def is_still(self, number: int) -> bool:
        """Tell whether silence stays silence: nothing rings on in the filter of a layer."""
        if not self._still[number]:
            self._still[number] = not self._memory[number].any()
        return self._still[number]

    def shape(self, layers: Sequence[tuple[int, Audio, FloatArray]]) -> None:
        """Cut, fade and place one span of up to four layers in place, side by side; for who is missing, silence.

        Parameters
        ----------
        layers : sequence of (int, Audio, array)
            The number of a layer; what was played, shape (k * 256, 2); and its linear gains at the quantum boundaries,
            shape (k + 1,), on top of the strip's own; ramped between.
        """
        numbers, sounds, gains = zip(*layers, strict=True)
        faders = np.zeros((LAYERS, len(gains[0])))
        for place, number in enumerate(numbers):
            faders[place], self._still[number] = gains[place], False
        who, (first, second, third, fourth) = self._foursome.seat(numbers, sounds)
        scratch = np.empty((9, FILTERS)), np.empty((2, FILTERS))
        shape_four(first, second, third, fourth, faders, self._strips, self._memory, who, *scratch)


def _settings(strip: Strip, sample_rate_hz: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return what `shape_four` knows of both channels of a strip."""
    b, a1, a2 = low_cut(strip.low_cut_hz, sample_rate_hz)
    cut = (b, -2.0 - a1, a1, 1.0 - a2, a2)  # the states' own recursion, not through the output: a third faster
    left, from_right, from_left, right = _image(strip.pan, strip.width)
    gain = db_to_gain(strip.gain_db)
    return (*cut, left, from_right, gain), (*cut, right, from_left, gain)


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
