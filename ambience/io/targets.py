"""Where the files of a render go: the sound, its stems, its notes and its sidecar."""

from pathlib import Path
from typing import NamedTuple

from ambience.preset import Preset
from ambience.sound.mixer import LAYER_STEM


class Targets(NamedTuple):
    """The files of one render."""

    audio: Path
    stems: tuple[tuple[str, Path], ...]  # the engine's name of each, and its file: groups first, then layers

    @property
    def midi(self) -> Path:
        """The notes."""
        return self.audio.with_suffix(".mid")

    @property
    def sidecar(self) -> Path:
        """What the render is."""
        return self.audio.with_suffix(".json")

    @property
    def stem_paths(self) -> tuple[Path, ...]:
        """The stems."""
        return tuple(path for _, path in self.stems)

    @property
    def sounds(self) -> tuple[Path, ...]:
        """All that sounds, the mix first."""
        return (self.audio, *self.stem_paths)

    @property
    def files(self) -> tuple[Path, ...]:
        """All files, the sidecar last."""
        return (*self.sounds, self.midi, self.sidecar)

    def name_of(self, target: Path) -> str:
        """How the sidecar calls a file: its way from there."""
        return target.relative_to(self.audio.parent).as_posix()


def plan_targets(preset: Preset, audio: Path, *, stems: bool, layer_stems: bool) -> Targets:
    """Name the files of a render.

    Parameters
    ----------
    preset : Preset
        Whose layers and stem groups count.
    audio : Path
        The sound file; stems go into the folder of the same name.
    stems, layer_stems : bool
        Whether there is a file for each group, and for each layer.
    """
    folder = audio.with_suffix("")
    groups: tuple[str, ...] = tuple(dict.fromkeys(layer.stem for layer in preset.layers.values())) if stems else ()
    layers = tuple(preset.layers) if layer_stems else ()
    named = [(name, folder / f"{number:02}_{name}.wav") for number, name in enumerate(groups, 1)]
    named += [
        (f"{LAYER_STEM}{name}", folder / f"{LAYER_STEM}{number:02}_{name}.wav") for number, name in enumerate(layers, 1)
    ]
    return Targets(audio, tuple(named))
