"""Sends a sound file through the hall of `ambience`, and nothing else.

python tests/bench/systems/hall.py IN.wav OUT.wav
"""

import sys
from pathlib import Path

import numpy as np

from ambience.io.wav import AudioFile, HeardFile
from ambience.io.wav_chunks import Tags
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.effects.hall import Hall

_SPAN_QUANTA = 282  # as the engine does
_DECAY_S = 8.0


def main(source: Path, target: Path) -> None:
    """Write the wet sound alone, in 32-bit floats."""
    dry = HeardFile(source)
    rate, length_frames = dry.sample_rate_hz, dry.length_frames
    hall = Hall(decay_s=_DECAY_S).processor(rate, stream(1, "hall"))
    opened = AudioFile(
        target, rate, length_frames=length_frames, container="wav", bit_depth="32f", tags=Tags("Hall", comment="")
    )
    with opened:
        for audio in dry.blocks(_SPAN_QUANTA * QUANTUM_FRAMES):
            quanta = -(-len(audio) // QUANTUM_FRAMES)
            send, wet = np.zeros((2, quanta * QUANTUM_FRAMES, 2), np.float32)
            send[: len(audio)] = audio
            hall.process(send, wet, np.full((quanta + 1, 5), 0.5))
            opened.write(wet[: len(audio)])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
