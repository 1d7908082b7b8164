"""Everything is compiled and loaded before the first frame: nothing may hold up a quantum once somebody listens."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ambience import plugins, rng
from ambience.engine_desk import make_mixer
from ambience.mastering import session_gains, session_level
from ambience.preset import Preset
from ambience.sound.block import QUANTUM_FRAMES, Instrument, NoteOn
from ambience.units import Audio, FloatArray, midi_to_hz

_ARTICULATIONS = ("sustain", "staccato", "tremolo", "swell", "scrape", "inhale")  # each takes another way somewhere
_VELOCITY = 0.7


def warm_up(preset: Preset, sample_rate_hz: int) -> None:
    """Play a moment on every instrument of a preset, through its strips, rooms and limiter, for nobody."""
    controls = np.full((2, 5), 0.5)
    mixer = make_mixer(preset, sample_rate_hz, False)
    layers: list[Audio] = []
    played: list[Mapping[str, Any]] = []
    for layer in preset.layers.values():
        out: Audio = np.zeros((QUANTUM_FRAMES, 2), np.float32)
        if layer.instrument not in played:
            played.append(layer.instrument)
            _play(plugins.build("instruments", layer.instrument), sample_rate_hz, out, controls)
        layers.append(out)
    mix: Audio = np.zeros((QUANTUM_FRAMES, 2), np.float32)
    mixer.mix(layers, np.ones((2, len(layers))), controls, mix)
    mix *= session_gains(0, QUANTUM_FRAMES, None, sample_rate_hz)
    session_level(preset, sample_rate_hz).process(mix)


def _play(instrument: Instrument, sample_rate_hz: int, out: Audio, controls: FloatArray) -> None:
    profile = instrument.midi
    frequency_hz = midi_to_hz(0.5 * (profile.lowest_midi + profile.highest_midi))
    player = instrument.player(sample_rate_hz, rng.stream(0, "warm"))
    notes = [NoteOn(0, QUANTUM_FRAMES, frequency_hz, _VELOCITY, word) for word in _ARTICULATIONS]
    for begun in (notes, (), ()):  # what is let go takes another way again
        player.render(out, begun, controls)
