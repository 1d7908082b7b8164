"""The mixing desk: where a layer stands, what the stems add up to, and that nothing hears what it should not."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from numpy.random import Generator

from ambience import plugins
from ambience.errors import ParameterError
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.mixer import Mixer, Run, Strip
from ambience.units import Audio, FloatArray, db_to_gain

RATE_HZ = 48_000
QUANTA = 60
ROOMS = {name: plugins.build("effects", {"name": name}) for name in ("hall", "void")}
STRIPS = (
    Strip("floor", gain_db=-3.0, stem="drones", sends_db={"void": -6.0}, duck_db=4.0),
    Strip("strings", pan=-0.4, width=1.3, low_cut_hz=90.0, stem="orchestra", sends_db={"hall": -8.0}, distance=0.3),
    Strip("horn", pan=0.3, low_cut_hz=60.0, stem="theme", sends_db={"hall": -5.0, "void": -20.0}, distance=0.5),
    Strip("taiko", width=0.5, stem="percussion", sends_db=(("hall", -10.0),), distance=1.0),
    Strip("breath", pan=0.1, low_cut_hz=200.0, stem="body"),
)


def streams(name: str) -> Generator:
    return stream(9, "effect", name)


def layers_of(names: Sequence[str], n_quanta: int = QUANTA) -> list[Audio]:
    frames = n_quanta * QUANTUM_FRAMES
    return [(0.1 * stream(3, name).standard_normal((frames, 2))).astype(np.float32) for name in names]


def faders(strips: Sequence[Strip], n_quanta: int = QUANTA) -> FloatArray:
    columns = [stream(4, strip.name).uniform(0.2, 1.0, n_quanta + 1) for strip in strips]
    return np.stack(columns, axis=1)


def mixed(
    strips: Sequence[Strip],
    *,
    stems: bool = False,
    cuts: Sequence[int] = (0, QUANTA),
    run: Run = map,
    glue: float = 0.0,
) -> tuple[Audio, dict[str, Audio]]:
    mixer = Mixer(strips, ROOMS, RATE_HZ, streams=streams, stems=stems, glue=glue)
    layers, gains, controls = layers_of([s.name for s in strips]), faders(strips), np.full((QUANTA + 1, 5), 0.7)
    out, parts = np.full_like(layers[0], 7.0), [dict[str, Audio]()]
    for a, b in pairwise(cuts):
        span = slice(a * QUANTUM_FRAMES, b * QUANTUM_FRAMES)
        heard = [layer[span] for layer in layers]
        parts.append(mixer.mix(heard, gains[a : b + 1], controls[a : b + 1], out[span], run=run))
        parts[-1] = {stem: audio.copy() for stem, audio in parts[-1].items()}
    return out, {stem: np.concatenate([part[stem] for part in parts[1:]]) for stem in parts[-1]}


def passed(strip: Strip, tone_hz: float, left: float = 1.0, right: float = 1.0) -> FloatArray:
    """RMS of both channels, settled, of a dry tone through one strip and the bus."""
    time_s = np.arange(400 * QUANTUM_FRAMES) / RATE_HZ
    tone = 0.1 * np.sin(2.0 * np.pi * tone_hz * time_s)
    layer = np.stack([left * tone, right * tone], axis=1).astype(np.float32)
    out = np.zeros_like(layer)
    Mixer([strip], {}, RATE_HZ, streams=streams).mix([layer], np.ones((401, 1)), np.ones((401, 5)), out)
    return np.asarray(out[-RATE_HZ:].std(axis=0) / 0.1 * np.sqrt(2.0), dtype=float)


@pytest.mark.parametrize("glue", [0.0, 0.8])
def test_stems_add_up_to_the_mix(glue: float) -> None:
    out, stems = mixed(STRIPS, stems=True, glue=glue)
    assert list(stems) == ["drones", "orchestra", "theme", "percussion", "body"]
    error = np.sum([stem.astype(float) for stem in stems.values()], axis=0) - out
    assert np.abs(error).max() < 1e-6 * np.abs(out).max()  # -120 dB


def test_asking_for_stems_changes_no_bit_of_the_mix() -> None:
    assert np.array_equal(mixed(STRIPS, stems=True)[0], mixed(STRIPS)[0])


@pytest.mark.parametrize("glue", [0.0, 0.8])
def test_neither_cuts_nor_threads_change_a_bit(glue: float) -> None:
    whole, stems = mixed(STRIPS, stems=True, glue=glue)
    with ThreadPoolExecutor(3) as pool:
        for cuts in ((0, 1, 2, 17, QUANTA), tuple(range(QUANTA + 1))):
            again, parts = mixed(STRIPS, stems=True, cuts=cuts, run=pool.map, glue=glue)
            assert np.array_equal(again, whole)
            assert all(np.array_equal(parts[stem], stems[stem]) for stem in stems)


def test_a_layer_put_between_leaves_the_other_stems_untouched() -> None:
    more = (*STRIPS[:2], Strip("bells", stem="fx", sends_db={"hall": 0.0, "void": 0.0}), *STRIPS[2:])
    before, after = mixed(STRIPS, stems=True)[1], mixed(more, stems=True)[1]
    assert set(after) == {*before, "fx"}
    assert all(np.array_equal(before[stem], after[stem]) for stem in before)


def test_a_muted_layer_leaves_no_trace() -> None:
    layers, out = layers_of(["one", "two"]), np.zeros((QUANTA * QUANTUM_FRAMES, 2), np.float32)
    alone, gains = out.copy(), np.ones((QUANTA + 1, 2))
    gains[:, 1] = 0.0
    strips, controls = [Strip("one"), Strip("two", sends_db={"hall": 0.0})], np.ones((QUANTA + 1, 5))
    Mixer(strips, ROOMS, RATE_HZ, streams=streams).mix(layers, gains, controls, out)
    Mixer(strips[:1], ROOMS, RATE_HZ, streams=streams).mix(layers[:1], gains[:, :1], controls, alone)
    assert np.array_equal(out, alone)


@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.0, 0.7, 1.0])
def test_panning_keeps_the_power(pan: float) -> None:
    both = passed(Strip("x", pan=pan), 1000.0)
    assert np.sum(both**2) == pytest.approx(2.0, rel=0.01)
    assert (both[1] - both[0]) * pan >= 0.0


def test_width_zero_is_mono_and_width_scales_the_side() -> None:
    assert passed(Strip("x", width=0.0), 1000.0, left=1.0, right=-1.0).max() < 1e-4
    assert passed(Strip("x", width=1.5), 1000.0, left=1.0, right=-1.0) == pytest.approx([1.5, 1.5], rel=0.01)
    assert passed(Strip("x", width=1.5), 1000.0) == pytest.approx([1.0, 1.0], rel=0.01)


def test_the_low_cut_falls_by_twelve_db_per_octave() -> None:
    strip = Strip("x", low_cut_hz=400.0)
    assert passed(strip, 400.0)[0] == pytest.approx(db_to_gain(-3.01), rel=0.01)
    assert passed(strip, 100.0)[0] / passed(strip, 200.0)[0] == pytest.approx(0.25, rel=0.1)


def test_the_bottom_is_mono_and_nothing_subsonic_passes() -> None:
    assert passed(Strip("x"), 50.0)[0] > 0.95
    assert passed(Strip("x"), 25.0, left=1.0, right=-1.0)[0] < 0.2
    assert passed(Strip("x"), 120.0, left=1.0, right=-1.0)[0] > 0.95
    assert passed(Strip("x"), 5.0)[0] < 0.08


def test_gains_ramp_without_a_corner_between_quanta() -> None:
    layer = np.full((20 * QUANTUM_FRAMES, 2), 0.5, np.float32)
    layer *= np.sin(2.0 * np.pi * 300.0 * np.arange(len(layer)) / RATE_HZ)[:, None].astype(np.float32)
    gains = np.zeros((21, 1))
    gains[10:] = 1.0
    out = np.zeros_like(layer)
    Mixer([Strip("x")], {}, RATE_HZ, streams=streams).mix([layer], gains, np.ones((21, 5)), out)
    swing = (2.0 * np.pi * 300.0 / RATE_HZ) ** 2 * 0.5
    assert np.abs(np.diff(out, n=2, axis=0)).max() < 1.5 * swing


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"pan": 1.5}, "pan"),
        ({"width": -0.1}, "width"),
        ({"low_cut_hz": -1.0}, "low_cut_hz"),
        ({"distance": 1.1}, "distance"),
        ({"duck_db": -1.0}, "duck_db"),
    ],
)
def test_a_strip_refuses_what_it_cannot_be(settings: dict[str, float], word: str) -> None:
    with pytest.raises(ParameterError, match=word):
        Strip("x", **settings)  # type: ignore[arg-type]


def test_a_send_to_an_unknown_room_names_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="Did you mean 'hall'"):
        Mixer([Strip("x", sends_db={"hal": 0.0})], ROOMS, RATE_HZ, streams=streams)


def yielded_db(theme_gain: float, duck_db: float, *, tone_hz: float = 800.0) -> float:
    """By how many dB a tone gives way when a theme sounds over it, settled."""
    frames = 800 * QUANTUM_FRAMES
    tone = 0.1414 * np.sin(2.0 * np.pi * tone_hz / RATE_HZ * np.arange(frames))  # as loud as the theme
    drone, theme = np.repeat(tone.astype(np.float32)[:, None], 2, axis=1), layers_of(["theme"], 800)[0]
    theme[: frames // 2] = 0.0
    strips = [Strip("drone", stem="drones", duck_db=duck_db), Strip("theme", stem="theme")]
    mixer, out = Mixer(strips, {}, RATE_HZ, streams=streams, stems=True), np.zeros_like(drone)
    gains = np.stack([np.ones(801), np.full(801, theme_gain)], axis=1)
    heard = mixer.mix([drone, theme], gains, np.ones((801, 5)), out)["drones"].astype(np.float64)
    alone, under = heard[50_000:100_000], heard[-50_000:]
    return float(20.0 * np.log10(alone.std() / under.std()))


def test_a_drone_gives_way_to_a_theme_and_only_where_it_would_mask_it() -> None:
    assert yielded_db(1.0, 3.0) == pytest.approx(3.0, abs=0.5)
    assert yielded_db(1.0, 3.0, tone_hz=80.0) < 0.5  # below every melody
    assert yielded_db(10.0, 3.0) < 0.1  # stands clear of the drone anyway
    assert yielded_db(1e-4, 3.0) < 0.1  # is not heard
    assert yielded_db(1.0, 0.0) < 0.1


def test_giving_way_is_the_same_however_time_is_cut_into_silence_and_sound() -> None:
    strips = [Strip("floor", stem="drones", duck_db=6.0), Strip("voice", stem="theme")]
    floor, voice = layers_of(["floor", "voice"], 60)
    floor[20 * QUANTUM_FRAMES : 29 * QUANTUM_FRAMES] = 0.0
    voice[: 5 * QUANTUM_FRAMES] = voice[34 * QUANTUM_FRAMES :] = 0.0
    outs = []
    for cuts in ((0, 60), (0, 3, 21, 22, 28, 33, 59, 60)):
        mixer, out = Mixer(strips, {}, RATE_HZ, streams=streams), np.zeros_like(floor)
        for a, b in pairwise(cuts):
            span = slice(a * QUANTUM_FRAMES, b * QUANTUM_FRAMES)
            mixer.mix([floor[span], voice[span]], np.ones((b - a + 1, 2)), np.ones((b - a + 1, 5)), out[span])
        outs.append(out)
    np.testing.assert_array_equal(*outs)


def test_glue_lowers_what_is_loud_and_leaves_what_is_soft() -> None:
    layer = layers_of(["x"], 200)[0]
    for gain, low, high in ((0.02, -0.05, 0.05), (4.0, -12.0, -2.0)):
        outs = []
        for glue in (0.0, 1.0):
            out = np.zeros_like(layer)
            mixer = Mixer([Strip("x")], {}, RATE_HZ, streams=streams, glue=glue)
            mixer.mix([layer * np.float32(gain)], np.ones((201, 1)), np.ones((201, 5)), out)
            outs.append(out[-20_000:].astype(np.float64).std())
        assert low < 20.0 * np.log10(outs[1] / outs[0]) < high
