"""Compiles every kernel once, by playing a moment on everything there is; run by `conftest.py` in a second process."""

import contextlib
import sys
from pathlib import Path

import numpy as np

from ambience import plugins
from ambience.errors import ParameterError
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES, NoteOn
from ambience.sound.master import Limiter
from ambience.sound.meter import Meter

RATE_HZ = 22_050
CONTROLS = np.full((2, 5), 0.5)


def main() -> None:
    """Play one quantum on every instrument, in every room, through the master."""
    out = np.zeros((QUANTUM_FRAMES, 2), np.float32)
    for name in plugins.names("instruments"):
        with contextlib.suppress(ParameterError):  # a soundfont that is not installed
            player = plugins.find("instruments", name)().player(RATE_HZ, stream(0, name))
            player.render(out, [NoteOn(0, 1000, 220.0, 0.5)], CONTROLS)
    for name in plugins.names("effects"):
        plugins.find("effects", name)().processor(RATE_HZ, stream(0, name)).process(out.copy(), out, CONTROLS)
    meter = Meter(RATE_HZ)
    meter.add(Limiter(RATE_HZ, -1.0).process(out))
    meter.true_peak_dbtp()


if __name__ == "__main__":
    try:
        main()
    finally:
        Path(sys.argv[1]).touch()
