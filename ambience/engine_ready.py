"""What the engine has made and not handed out yet: the mix, and the stems that belong to it."""

from collections.abc import Mapping

import numpy as np

from ambience.units import Audio


class Ready:
    """A span of sound that is handed out in pieces."""

    def __init__(self) -> None:
        self._mix: Audio = np.zeros((0, 2), dtype=np.float32)
        self._stems: dict[str, Audio] = {}
        self._handed: dict[str, list[Audio]] = {}

    def __len__(self) -> int:
        return len(self._mix)

    def put(self, mix: Audio, stems: Mapping[str, Audio]) -> None:
        """Take the next span, when all of the last one is handed out."""
        self._mix, self._stems = mix, {name: stem.copy() for name, stem in stems.items()}  # the mixer reuses its buses

    def hand_out(self, most_frames: int) -> Audio:
        """Hand out the mix, `most_frames` at most, and keep what belongs to it of the stems."""
        audio, self._mix = self._mix[:most_frames], self._mix[most_frames:]
        for name, stem in self._stems.items():
            self._handed.setdefault(name, []).append(stem[:most_frames])
            self._stems[name] = stem[most_frames:]
        return audio

    def stems(self) -> dict[str, Audio]:
        """Return the stems of what was handed out since they were forgotten."""
        return {name: np.concatenate(parts) for name, parts in self._handed.items()}

    def forget_stems(self) -> None:
        """Keep the stems of what is handed out from now on."""
        self._handed = {}
