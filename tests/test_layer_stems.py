"""A file for each layer: as long as the mix, at its gain, and together nothing but the mix."""

import json
from pathlib import Path

import numpy as np
import soundfile
from small_piece import small

from ambience import bounce
from ambience.engine import Engine
from ambience.units import db_to_gain


def test_layers_sum_to_the_mix_like_the_groups_do() -> None:
    engine = Engine(small(state="battle"), stems=True, layer_stems=True)
    mix = engine.render(48_000)
    stems = engine.take_stems()
    engine.close()
    layers = {name: sound for name, sound in stems.items() if name.startswith("layers/")}
    assert list(layers) == [f"layers/{name}" for name in small().layers]
    for part in (layers, {name: sound for name, sound in stems.items() if name not in layers}):
        total = sum(sound.astype(np.float64) for sound in part.values())
        assert np.max(np.abs(total - mix)) < 1e-6 * max(1.0, float(np.abs(mix).max()))


def test_files_of_layers_have_the_gain_that_the_sidecar_tells(tmp_path: Path) -> None:
    preset = small(state="opening", duration_s=4.0, seed=4).override(master="film-bed")
    done = bounce.render(preset, tmp_path / "a.wav", stems=True, layer_stems=True, bit_depth="32f")
    names = [path.relative_to(tmp_path / "a").as_posix() for path in done.stems]
    assert names[:4] == ["01_drones.wav", "02_theme.wav", "03_orchestra.wav", "04_percussion.wav"]
    assert names[5:] == [f"layers/{number:02}_{name}.wav" for number, name in enumerate(preset.layers, 1)]
    sidecar = json.loads(done.sidecar.read_text())
    assert [file["name"] for file in sidecar["files"][1:-1]] == [f"a/{name}" for name in names]
    assert sidecar["loudness"]["gain_db"] == done.loudness.gain_db
    mix = soundfile.read(done.audio)[0]
    for paths in (done.stems[:5], done.stems[5:]):
        total = sum(soundfile.read(path)[0] for path in paths)
        assert total.shape == mix.shape
        assert np.abs(total - mix).max() < db_to_gain(-120.0)  # so soft a bed never meets the limiter
