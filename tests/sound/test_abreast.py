"""Filters side by side sound like filters one by one, and no layer hears its neighbors."""

from collections.abc import Callable

import numpy as np
import pytest

from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.channel import Channels, Strip
from ambience.sound.dsp._jit import kernel
from ambience.sound.dsp.abreast import FILTERS, LAYERS, dip_abreast, shape_abreast
from ambience.units import Audio, FloatArray

FRAMES = 256
QUANTA = 5


@kernel
def dip(
    a: Audio, b: Audio, c: Audio, d: Audio, band: FloatArray, depths: FloatArray, states: FloatArray,
    count: int,
) -> None:  # fmt: skip
    dip_abreast(a, b, c, d, band, depths, states, count)


@kernel
def shape(a: Audio, b: Audio, c: Audio, d: Audio, settings: FloatArray, states: FloatArray, count: int) -> None:
    shape_abreast(a, b, c, d, settings, states, count)


def sounds(name: str, quanta: int = 1) -> Audio:
    return stream(1, name).standard_normal((quanta * QUANTUM_FRAMES, 2)).astype(np.float32)


@pytest.mark.parametrize(
    ("compiled", "told", "rows"),
    [(dip, dip_abreast, (3, 2)), (shape, shape_abreast, (9,))],
)
def test_what_the_processor_does_is_what_is_told(
    compiled: Callable[..., None], told: Callable[..., None], rows: tuple[int, ...]
) -> None:
    rng = stream(1, "filters")
    settings = [rng.uniform(-0.6, 0.6, (count, FILTERS)) for count in rows]
    ours, states = [sounds(str(k)) for k in range(LAYERS)], rng.random((2, FILTERS))
    theirs, their_states = [layer.copy() for layer in ours], states.copy()
    compiled(*ours, *settings, states, FRAMES)
    told.__wrapped__(*theirs, *settings, their_states, FRAMES)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(states, their_states)
    assert not np.array_equal(ours[0], sounds("0"))


STRIPS = (
    Strip("floor", gain_db=-3.0),
    Strip("strings", pan=-0.4, width=1.3, low_cut_hz=90.0),
    Strip("horn", pan=0.3, low_cut_hz=60.0),
    Strip("taiko", width=0.5, low_cut_hz=30.0),
    Strip("breath", pan=0.1, low_cut_hz=200.0),
    Strip("bells", pan=1.0),
)


def shaped(groups: tuple[tuple[int, ...], ...]) -> list[Audio]:
    """Two spans of all layers, brought through their channels in such groups."""
    channels, spans = Channels(STRIPS, 48_000), [sounds(strip.name, 2 * QUANTA) for strip in STRIPS]
    for begin in (0, QUANTA):
        for group in groups:
            frames = slice(begin * QUANTUM_FRAMES, (begin + QUANTA) * QUANTUM_FRAMES)
            gains = [stream(2, STRIPS[k].name).random(2 * QUANTA + 1)[begin : begin + QUANTA + 1] for k in group]
            channels.shape([(k, spans[k][frames], own) for k, own in zip(group, gains, strict=True)])
    return spans


def test_it_does_not_matter_who_is_shaped_beside_whom() -> None:
    alone = shaped(tuple((k,) for k in range(len(STRIPS))))
    for groups in (((0, 1, 2, 3), (4, 5)), ((5, 2), (4, 0, 1), (3,)), ((3, 2, 1, 0), (5, 4))):
        np.testing.assert_array_equal(shaped(groups), alone)


def test_a_channel_without_cut_in_the_middle_leaves_what_it_is_given() -> None:
    channels, layer = Channels([Strip("x")], 48_000), sounds("x", QUANTA)
    channels.shape([(0, layer, np.ones(QUANTA + 1))])
    np.testing.assert_allclose(layer, sounds("x", QUANTA), rtol=1e-6)
    assert channels.is_still(0)
