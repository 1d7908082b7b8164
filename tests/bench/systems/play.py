"""The program `ambience` itself, which finds parts and instruments of the bench as if their files lay among its own.

python tests/bench/systems/play.py render tests/bench/systems/presets/drone-bank.toml ...
"""

import sys
from pathlib import Path

_HERE = Path(__file__).parent
sys.path[0] = str(_HERE.parent)  # parts and instruments look for the notes there

import ambience.music.parts  # noqa: E402
import ambience.sound.instruments  # noqa: E402
from ambience.__main__ import main  # noqa: E402

if __name__ == "__main__":
    ambience.music.parts.__path__.append(str(_HERE / "parts"))
    ambience.sound.instruments.__path__.append(str(_HERE / "instruments"))
    sys.exit(main())
