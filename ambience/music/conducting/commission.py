"""From a preset to a work: the theme is found, the layers get their parts, the end is fixed."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from ambience import plugins, rng
from ambience.music.form.form_plan import plan_form
from ambience.music.form.retelling import retold
from ambience.music.ledger.cast import make_cast
from ambience.music.pitch import parse_tonic
from ambience.music.scale import Scale
from ambience.music.score import Part
from ambience.music.theme.candidates import theme_scale, theme_spec
from ambience.music.theme.spec import Theme, ThemeSpec
from ambience.music.theme.theme import compose_theme
from ambience.music.work import Layer, Work, meter_beats
from ambience.preset import Preset
from ambience.scene import Scenes

_TAIL_S = 9.0  # the hall and the void ring out
_TAIL_SHARE = 0.25  # of a short piece


def commission(preset: Preset, *, endless: bool = False) -> Work:
    """Prepare the work that a preset asks for.

    Parameters
    ----------
    preset : Preset
        Validated.
    endless : bool
        Go on after script or form, which are those of the preset's own length, whatever length it was asked for.
    """
    scale = Scale(parse_tonic(preset.tonic), preset.mode)
    length_s = preset.own_s if endless else preset.duration_s
    tail_s = min(_TAIL_S, _TAIL_SHARE * length_s)
    theme = find_theme(preset, scale)
    layers = tuple(_layer(name, table) for name, table in preset.layers.items())
    draft = Work(
        title=preset.title,
        seed=preset.seed,
        scale=scale,
        tempo_bpm=preset.tempo_bpm,
        theme=theme,
        layers=layers,
        scenes=_metered(preset.scenes_in(length_s), preset.meter),
        end_s=None if endless else length_s - tail_s,
        tail_s=tail_s,
        cast=make_cast(preset.cast, theme, scale, layers, preset.seed),
    )
    return _formed(draft, length_s, preset)


def _formed(work: Work, length_s: float, preset: Preset) -> Work:
    """Give a work that has no script for its length a form, in which happens what the preset's script says."""
    if len(work.scenes.script) == 1:
        return work  # one state, and it is held
    if work.scenes.script:
        return replace(work, form_s=length_s)
    plan = plan_form(work, length_s)
    changes = plan.changes
    if script := preset.scenes_in(preset.own_s).script:
        changes = retold(changes, script, script_s=preset.own_s, form_s=plan.end_s)
    scenes = replace(work.scenes, script=changes, tension_curve=plan.tension)
    return replace(work, scenes=scenes, form_s=plan.end_s)


def _metered(scenes: Scenes, meter: str) -> Scenes:
    """Give every state that names no meter that of the piece."""
    return replace(scenes, states=tuple(replace(state, meter=state.meter or meter) for state in scenes.states))


def find_theme(preset: Preset, scale: Scale) -> Theme:
    """Compose the theme of a preset, from its own motif or melody if it has one; `scale` is that of the piece."""
    return _composed(theme_spec(preset), theme_scale(preset, scale), meter_beats(preset.meter), preset.seed)


@lru_cache(maxsize=16)  # a preset is checked, then composed, then played: always with the same theme
def _composed(spec: ThemeSpec, scale: Scale, bar_beats: float, seed: int) -> Theme:
    return compose_theme(spec, scale, bar_beats, rng.stream(seed, "theme"))


def _layer(name: str, table: Any) -> Layer:
    part: Part = plugins.build("parts", table.part)
    instrument = plugins.build("instruments", table.instrument)
    return Layer(name, part, instrument.midi, table.stem, table.gain_db, table.pan)
