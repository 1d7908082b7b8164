"""From a preset to a work: the theme is found, the layers get their parts, the end is fixed."""

from typing import Any

from ambience import plugins, rng
from ambience.music.motif import parse_motif
from ambience.music.pitch import parse_pitch, parse_tonic
from ambience.music.scale import Scale
from ambience.music.score import Part
from ambience.music.theme import Theme, ThemeSpec, compose_theme
from ambience.music.work import Layer, Work, meter_beats
from ambience.preset import Preset

_TAIL_S = 9.0  # the hall and the void ring out
_TAIL_SHARE = 0.25  # of a short piece


def commission(preset: Preset, *, endless: bool = False) -> Work:
    """Prepare the work that a preset asks for.

    Parameters
    ----------
    preset : Preset
        Validated.
    endless : bool
        Ignore the preset's duration.
    """
    scale = Scale(parse_tonic(preset.tonic), preset.mode)
    tail_s = min(_TAIL_S, _TAIL_SHARE * preset.duration_s)
    return Work(
        title=preset.title,
        seed=preset.seed,
        scale=scale,
        tempo_bpm=preset.tempo_bpm,
        meter=preset.meter,
        theme=find_theme(preset, scale),
        layers=tuple(_layer(name, table) for name, table in preset.layers.items()),
        scenes=preset.scenes,
        end_s=None if endless else preset.duration_s - tail_s,
    )


def find_theme(preset: Preset, scale: Scale) -> Theme:
    """Compose the theme of a preset, from its own motif if it has one."""
    wish = preset.theme
    spec = ThemeSpec(
        bars=wish.bars,
        form=wish.form,
        motif=parse_motif(wish.motif) if wish.motif else (),
        lowest_midi=parse_pitch(wish.lowest),
        highest_midi=parse_pitch(wish.highest),
    )
    return compose_theme(spec, scale, meter_beats(preset.meter), rng.stream(preset.seed, "theme"))


def _layer(name: str, table: Any) -> Layer:
    part: Part = plugins.build("parts", table.part)
    instrument = plugins.build("instruments", table.instrument)
    return Layer(name, part, instrument.midi, table.stem, table.gain_db, table.pan)
