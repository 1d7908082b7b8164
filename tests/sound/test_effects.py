"""What every effect promises, and what each room promises besides."""

from itertools import pairwise

import numpy as np
import pytest

from ambience import plugins
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES, SPACE, Processor
from ambience.sound.dsp.damping import band_gains, one_pole
from ambience.sound.dsp.delay import climb_run
from ambience.sound.dsp.reverb import Room
from ambience.units import Audio, FloatArray

RATE_HZ = 48_000
ROOMS = ("hall", "shimmer", "void")


def opened(name: str, *, rate_hz: int = RATE_HZ, seed: int = 5, **settings: float) -> Processor:
    effect = plugins.build("effects", {"name": name, **settings})
    processor: Processor = effect.processor(rate_hz, stream(seed, "effect", name))
    return processor


def noise(n_quanta: int, seed: int = 1, gain: float = 0.1) -> Audio:
    draws = np.random.default_rng(seed).standard_normal((n_quanta * QUANTUM_FRAMES, 2))
    return (gain * draws).astype(np.float32)


def open_controls(n_quanta: int) -> FloatArray:
    return np.ones((n_quanta + 1, 5))


def answer(processor: Processor, send: Audio, controls: FloatArray | None = None) -> Audio:
    out = np.zeros_like(send)
    processor.process(send, out, open_controls(len(send) // QUANTUM_FRAMES) if controls is None else controls)
    return out


def impulse_response(name: str, n_s: float, *, rate_hz: int = RATE_HZ, **settings: float) -> Audio:
    send = np.zeros((int(n_s * rate_hz / QUANTUM_FRAMES) * QUANTUM_FRAMES, 2), np.float32)
    send[0] = 1.0
    return answer(opened(name, rate_hz=rate_hz, **settings), send)


def band(audio: Audio, rate_hz: int, center_hz: float) -> FloatArray:
    """Keep about an octave, through a bell in log frequency that does not ring."""
    size = 1 << len(audio).bit_length()
    hz = np.fft.rfftfreq(size, 1.0 / rate_hz)
    bell = np.exp(-0.5 * (np.log2(np.maximum(hz, 1.0) / center_hz) / 0.25) ** 2)
    return np.fft.irfft(np.fft.rfft(audio.astype(float), size, axis=0) * bell[:, None], size, axis=0)[: len(audio)]


def decay_s(response: FloatArray, rate_hz: int) -> float:
    """T60 by Schroeder's backward integral, from -8 to -38 dB."""
    energy = np.cumsum(np.sum(response**2, axis=1)[::-1])[::-1]
    level_db = 10.0 * np.log10(energy / energy[0] + 1e-30)
    first, last = int(np.argmax(level_db < -8.0)), int(np.argmax(level_db < -38.0))
    return float(-60.0 / np.polyfit(np.arange(first, last) / rate_hz, level_db[first:last], 1)[0])


@pytest.mark.parametrize("name", plugins.names("effects"))
def test_the_same_samples_come_out_however_time_is_cut(name: str) -> None:
    send, controls = noise(40), np.random.default_rng(2).uniform(0.0, 1.0, (41, 5))
    whole = answer(opened(name), send, controls)
    for cuts in (range(41), [0, 1, 8, 9, 23, 40]):
        processor, out, marks = opened(name), np.zeros_like(send), list(cuts)
        for a, b in pairwise(marks):
            span = slice(a * QUANTUM_FRAMES, b * QUANTUM_FRAMES)
            processor.process(send[span], out[span], controls[a : b + 1])
        assert np.array_equal(out, whole)


@pytest.mark.parametrize("name", plugins.names("effects"))
def test_silence_stays_silence_and_what_is_there_is_added_to(name: str) -> None:
    silent = np.zeros((8 * QUANTUM_FRAMES, 2), np.float32)
    assert not np.any(answer(opened(name), silent))
    there = noise(8)
    out = there.copy()
    opened(name).process(silent, out, open_controls(8))
    assert np.array_equal(out, there)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("name", plugins.names("effects"))
def test_it_sounds_at_every_rate_without_dc(name: str, rate_hz: int) -> None:
    heard = answer(opened(name, rate_hz=rate_hz), noise(200))
    assert np.all(np.isfinite(heard))
    assert 0.01 < heard[-50 * QUANTUM_FRAMES :].std() < 0.3
    assert np.all(np.abs(heard.mean(axis=0)) < 0.05 * heard.std())


@pytest.mark.parametrize("name", plugins.names("effects"))
def test_equal_streams_open_equal_rooms_and_others_differ(name: str) -> None:
    send = noise(60)
    assert np.array_equal(answer(opened(name), send), answer(opened(name), send))
    assert not np.array_equal(answer(opened(name), send), answer(opened(name, seed=6), send))


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_is_linear_so_stems_add_up(name: str) -> None:
    one, two = noise(100, seed=1), noise(100, seed=2)
    together = answer(opened(name), one + two)
    apart = answer(opened(name), one).astype(float) + answer(opened(name), two)
    assert np.abs(apart - together).max() < 1e-6 * np.abs(together).max()  # -120 dB


@pytest.mark.parametrize(
    ("name", "wanted_s", "rate_hz"),
    [
        ("hall", 2.8, 48_000),
        ("hall", 1.2, 96_000),
        ("hall", 6.0, 44_100),
        ("void", 6.0, 96_000),
        ("void", 14.0, 48_000),
    ],
)
def test_the_tail_lasts_as_long_as_the_setting_says(name: str, wanted_s: float, rate_hz: int) -> None:
    response = impulse_response(name, 0.8 * wanted_s, rate_hz=rate_hz, decay_s=wanted_s)
    assert decay_s(band(response, rate_hz, 700.0), rate_hz) == pytest.approx(wanted_s, rel=0.1)


@pytest.mark.parametrize("name", ROOMS)
def test_the_top_dies_before_the_middle(name: str) -> None:
    response = impulse_response(name, 5.0, decay_s=5.0)
    top, middle = (decay_s(band(response, RATE_HZ, hz), RATE_HZ) for hz in (6000.0, 700.0))
    assert top < 0.9 * middle


@pytest.mark.parametrize("name", ROOMS)
def test_both_ears_hear_different_tails(name: str) -> None:
    tail = impulse_response(name, 2.0)[RATE_HZ // 2 :]
    assert abs(np.corrcoef(tail.T)[0, 1]) < 0.25


def test_a_room_that_has_died_away_is_exactly_silent() -> None:
    processor = opened("hall", decay_s=0.3, damping=0.0, warmth=1.0)
    answer(processor, noise(20))
    still = np.zeros((1200 * QUANTUM_FRAMES, 2), np.float32)
    assert not np.any(answer(processor, still)[-QUANTUM_FRAMES:])  # no subnormal numbers, which cost time, are left


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_that_rested_sounds_as_if_it_had_been_heard_all_along(name: str) -> None:
    """An empty room does no work, but its lines wander on: the same samples as from one that was never empty."""
    whisper, late = np.full((30 * QUANTUM_FRAMES, 2), 1e-30, np.float32), noise(20)
    heard = []
    for before in (np.zeros_like(whisper), whisper):
        processor = opened(name)
        answer(processor, before[: 10 * QUANTUM_FRAMES])
        answer(processor, before)
        heard.append(answer(processor, late))
    assert np.array_equal(heard[0], heard[1])


def test_the_tail_has_no_ringing_tone() -> None:
    """A dense tail is Gaussian noise: no bin of its spectrum stands out as a lone mode would."""
    tail = impulse_response("hall", 2.5)[RATE_HZ // 4 : RATE_HZ // 4 + 32768]
    shape = tail[:, 0] * np.exp(6.9 / 2.8 * np.arange(len(tail)) / RATE_HZ) * np.hanning(len(tail))
    power = np.abs(np.fft.rfft(shape))[210:2040] ** 2
    assert power.max() < 20.0 * power.mean()  # 1830 exponential draws reach 7.5 on average, 14 once in 700


def test_closing_space_halves_what_enters_without_a_step() -> None:
    send = np.full((200 * QUANTUM_FRAMES, 2), 0.1, np.float32)
    controls = open_controls(200)
    controls[:, SPACE] = 0.0
    half = answer(opened("hall"), send, controls)
    assert np.allclose(half, 0.5 * answer(opened("hall"), send), atol=1e-6)


def test_shimmer_climbs_by_octaves() -> None:
    time_s = np.arange(400 * QUANTUM_FRAMES) / RATE_HZ
    tone = (0.1 * np.sin(2.0 * np.pi * 440.0 * time_s)).astype(np.float32)
    heard = answer(opened("shimmer", climb=0.6), np.stack([tone, tone], axis=1))[-65536:, 0]
    power = np.abs(np.fft.rfft(heard * np.hanning(65536))) ** 2

    def around(hz: float) -> float:
        at = round(hz * 65536 / RATE_HZ)
        return float(power[at - 30 : at + 31].sum())

    assert around(880.0) > 0.01 * around(440.0)
    assert around(880.0) > 100.0 * around(660.0)
    assert around(1760.0) > 10.0 * around(1320.0)


@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
@pytest.mark.parametrize("low_ratio", [0.6, 1.0, 1.6])
@pytest.mark.parametrize("high_ratio", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("decay", [0.3, 3.0, 40.0])
def test_every_pass_loses_at_every_frequency(decay: float, high_ratio: float, low_ratio: float, rate_hz: int) -> None:
    room = Room(decay, low_ratio, high_ratio, 160.0, 2400.0, 0.02, 0.2, 0.0, 1.0, 5000.0, 0.0, 0.1)
    own, high, low = band_gains(np.array([0.02, 0.2]) * rate_hz, room, rate_hz)[:, :, None]
    delayed = np.exp(-1j * np.linspace(0.0, np.pi, 500))
    poles = [one_pole(hz, rate_hz) for hz in (room.high_hz, room.low_hz)]
    response = own + high / (1.0 - poles[0] * delayed) + low / (1.0 - poles[1] * delayed)
    assert np.abs(response).max() < 1.0


def test_climbing_creates_no_energy() -> None:
    line, n_quanta = np.zeros(64 * QUANTUM_FRAMES, np.float32), 48
    line[2000:9000] = noise(28)[:7000, 0]
    energy, target = 0.0, np.zeros(QUANTUM_FRAMES, np.float32)
    for q in range(n_quanta):
        target[:] = 0.0
        climb_run(line, q * QUANTUM_FRAMES, 700, 1480, q * QUANTUM_FRAMES, np.float32(1.0), target)
        energy += float(np.sum(target.astype(float) ** 2))
    assert 0.2 < energy / np.sum(line.astype(float) ** 2) <= 1.0


@pytest.mark.parametrize("climb", [0.5, 1.0])
def test_shimmer_never_blows_up_and_dies_away(climb: float) -> None:
    processor = opened("shimmer", climb=climb, decay_s=30.0, damping=0.0)
    peaks = [np.abs(answer(processor, noise(375, seed=i, gain=0.3))).max() for i in range(8)]  # 16 s of loud noise
    assert max(peaks) < 2.0
    assert peaks[-1] < 1.5 * max(peaks[:4])
    silent = np.zeros((375 * QUANTUM_FRAMES, 2), np.float32)
    levels = [answer(processor, silent).std() for _ in range(6)]
    assert levels[-1] < 0.3 * levels[0]
    assert all(after < before for before, after in pairwise(levels))
