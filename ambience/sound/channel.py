"""One channel of the desk: how a layer stands in the mix, and the memory that this takes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ambience.errors import require
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.dsp.strip import low_cut, screen, shape_strip
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


class Channel:
    """One strip, with the memory of its filter."""

    def __init__(self, strip: Strip, sample_rate_hz: int) -> None:
        self._gain = db_to_gain(strip.gain_db)
        self._image = np.array(_image(strip.pan, strip.width))
        self._cut = np.array(low_cut(strip.low_cut_hz, sample_rate_hz))
        self._memory = np.zeros(4)
        self.still = True  # whether it is known that nothing rings on in the filter
        self._scratch = np.zeros((3, QUANTUM_FRAMES), np.float32)
        self._scratch[2] = np.arange(QUANTUM_FRAMES)
        self._lost_quanta = np.zeros(1, np.int64)

    @property
    def lost_quanta(self) -> int:
        """How many quanta held something that is no finite number, and were silenced."""
        return int(self._lost_quanta[0])

    def shape(self, layer: Audio, gains: FloatArray) -> bool:
        """Cut, fade and place one span in place; tell whether anything is left to be heard.

        Parameters
        ----------
        layer : Audio, shape (k * 256, 2)
            What was played. All zero afterwards if nothing is heard.
        gains : array, shape (k + 1,)
            Linear gains at the quantum boundaries, on top of the strip's own; ramped between.
        """
        sounds = screen(layer, self._lost_quanta) > 0
        if not sounds and self.still:
            return False
        heard = shape_strip(layer, gains, self._gain, self._image, self._cut, self._memory, self._scratch)
        self.still = not sounds and not self._memory.any()
        return heard


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
