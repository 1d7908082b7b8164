"""Who plays what: the instruments of a preset, or for those of an orchestra the sampled ones of a soundfont."""

import math
from functools import cache
from pathlib import Path
from typing import Any

from ambience import plugins
from ambience.preset import Preset
from ambience.preset.tables import Layer
from ambience.rng import stream
from ambience.sound.block import Instrument
from ambience.sound.dsp.stroke import level_db
from ambience.sound.fluid import library_version
from ambience.sound.instruments.soundfont import HOUSE_LUFS, Soundfont
from ambience.sound.soundfonts import DRUM_BANK, find_font
from ambience.sound.trial import MEZZO_FORTE, range_lufs

_NOT_PLAYED_BY_HAND = ("drones", "body", "fx")  # stems that an orchestra does not play
_KEYBOARDS, _BOWED_AND_PLUCKED, _BRASS, _WINDS = range(0, 4), range(40, 50), range(56, 62), range(64, 80)
_ORCHESTRAL = (*_KEYBOARDS, 6, *range(8, 16), 19, *_BOWED_AND_PLUCKED, 52, 53, *_BRASS, *_WINDS, 116)
_PLAYED = 0.45  # velocity: what the parts of an orchestra mostly write
_ORCHESTRA_KIT, _KIT_KEYS = 48, (36, 38, 40, 59)  # General MIDI Level 2: bass drum, snare drums, cymbals


def seats(preset: Preset, sample_rate_hz: int) -> dict[str, Instrument]:
    """Seat an instrument for every layer, as the preset's orchestra has it.

    The notes stay what they are: the composer knows only the built-in instruments. A sampled one is as loud as the one
    whose place it takes.
    """
    seated: dict[str, Instrument] = {}
    for name, layer in preset.layers.items():
        own = plugins.build("instruments", layer.instrument)
        if (program := _program(preset, layer, own)) is not None:
            own = Soundfont(file=preset.orchestra.file, gain_db=_level_db(own, sample_rate_hz), **program)
        seated[name] = own
    return seated


def fonts_of(preset: Preset) -> dict[Path, tuple[str, ...]]:
    """Return the soundfonts that play, and which layers each plays.

    Raises
    ------
    ParameterError
        If one cannot be found, or FluidSynth cannot; the text says what to install.
    """
    fonts: dict[Path, tuple[str, ...]] = {}
    for name, layer in preset.layers.items():
        own: Instrument = plugins.build("instruments", layer.instrument)
        file = own.file if isinstance(own, Soundfont) else preset.orchestra.file
        if isinstance(own, Soundfont) or _program(preset, layer, own) is not None:
            library_version()
            font = find_font(file)
            fonts[font] = (*fonts.get(font, ()), name)
    return fonts


def _program(preset: Preset, layer: Layer, own: Instrument) -> dict[str, Any] | None:
    """Return the settings under which a soundfont has the same instrument; None where the layer keeps its own."""
    profile = own.midi
    switched = preset.orchestra.name == "soundfont" and layer.stem not in _NOT_PLAYED_BY_HAND
    if not switched or isinstance(own, Soundfont):
        return None
    if profile.drum_key is not None:
        kit = {"bank": DRUM_BANK, "program": _ORCHESTRA_KIT, "drum_key": profile.drum_key}
        return kit if profile.drum_key in _KIT_KEYS else None
    if profile.program not in _ORCHESTRAL:
        return None
    return {"program": profile.program, "lowest_midi": profile.lowest_midi, "highest_midi": profile.highest_midi}


@cache
def _level_db(own: Any, sample_rate_hz: int) -> float:
    """Measure how much louder than the house's level an instrument is, as hard as parts mostly play it."""
    level_lufs = range_lufs(own.player(sample_rate_hz, stream(0, "trial")), sample_rate_hz, own.midi, _PLAYED)
    house_lufs = HOUSE_LUFS + level_db(_PLAYED) - level_db(MEZZO_FORTE)
    return level_lufs - house_lufs if math.isfinite(level_lufs) else 0.0
