"""Compiles every kernel once, by playing a moment on everything there is; run by `conftest.py` in a second process."""

import contextlib
import sys
from pathlib import Path

import numpy as np

from ambience import plugins
from ambience.errors import ParameterError
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES, NoteOn
from ambience.sound.dither import Dither
from ambience.sound.dsp.quantize import pack_24
from ambience.sound.master import Limiter
from ambience.sound.meter import Meter
from ambience.sound.mixer import Mixer, Strip

RATE_HZ = 22_050
CONTROLS = np.full((2, 5), 0.5)


def main() -> None:
    """Play one quantum on every instrument, in every room, over the mixing desk and through the master."""
    out = np.zeros((QUANTUM_FRAMES, 2), np.float32)
    for name in plugins.names("instruments"):
        with contextlib.suppress(ParameterError):  # a soundfont that is not installed
            player = plugins.find("instruments", name)().player(RATE_HZ, stream(0, name))
            player.render(out, [NoteOn(0, 1000, 220.0, 0.5)], CONTROLS)
    for name in plugins.names("effects"):
        plugins.find("effects", name)().processor(RATE_HZ, stream(0, name)).process(out.copy(), out, CONTROLS)
    to_hall = {"hall": 0.0}
    strips = [Strip(f"theme {n}", stem="theme", sends_db=to_hall, distance=0.5) for n in range(3)]
    strips.append(Strip("floor", sends_db=to_hall, duck_db=6.0))  # a fourth: so many are summed at once
    hall = {"hall": plugins.build("effects", {"name": "hall"})}
    mixer = Mixer(strips, hall, RATE_HZ, streams=lambda name: stream(0, name), glue=0.5)
    mixer.mix([np.full_like(out, 0.1) for _ in strips], np.ones((2, len(strips))), CONTROLS, out)
    meter = Meter(RATE_HZ)
    meter.add(Limiter(RATE_HZ, -1.0).process(out))
    meter.true_peak_dbtp()
    Dither(stream(0, "dither")).to_int16(out)
    pack_24(out, np.zeros(3 * out.size, np.uint8))


if __name__ == "__main__":
    try:
        main()
    finally:
        Path(sys.argv[1]).touch()
