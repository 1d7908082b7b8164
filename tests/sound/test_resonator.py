"""Filtered noise has the pitch, the level and the shape that a gust asks for."""

import itertools

import numpy as np
import pytest

from ambience.rng import stream
from ambience.sound.block import LEVEL, QUANTUM_FRAMES
from ambience.sound.dsp.gust import Gust
from ambience.sound.dsp.resonator import ResonatorBank
from ambience.units import Audio, FloatArray, gain_to_db

RATE_HZ = 48_000


def a_gust(*centers_hz: float, width: float = 0.02, held_s: float = 4.0, **more: object) -> Gust:
    count = len(centers_hz)
    still: dict[str, object] = {"wander_cents": 0.0, "waver": 0.0, "attack_s": 0.05, "release_s": 0.2}
    ones = np.ones(count)
    return Gust(
        np.array(centers_hz), width * ones, 0.1 * ones, 0.0 * ones, held_s, **{**still, **more}  # type: ignore[arg-type]
    )  # fmt: skip


def render(bank: ResonatorBank, n_quanta: int, level: float = 1.0) -> Audio:
    out = np.zeros((n_quanta * QUANTUM_FRAMES, 2), dtype=np.float32)
    controls = np.full((n_quanta + 1, 5), 0.5)
    controls[:, LEVEL] = level
    bank.render(out, controls)
    return out


def blow(*gusts: Gust, seconds: float = 4.0, rate_hz: int = RATE_HZ, level: float = 1.0) -> Audio:
    bank = ResonatorBank(rate_hz, stream(1, "bank"))
    for gust in gusts:
        bank.blow(0, gust)
    return render(bank, int(seconds * rate_hz) // QUANTUM_FRAMES, level)


def rms(sound: Audio | FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=float))))


def center_hz(sound: Audio, rate_hz: int = RATE_HZ) -> float:
    power = np.abs(np.fft.rfft(sound.sum(axis=1) * np.hanning(len(sound)))) ** 2
    bins_hz = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    near = np.abs(bins_hz / bins_hz[np.argmax(power)] - 1) < 0.03
    return float(np.sum(power[near] * bins_hz[near]) / np.sum(power[near]))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("frequency_hz", [220.0, 1000.0, 5000.0])
def test_a_narrow_resonator_sings_its_pitch(frequency_hz: float, rate_hz: int) -> None:
    sound = blow(a_gust(frequency_hz, width=0.002), rate_hz=rate_hz)
    assert abs(1200 * np.log2(center_hz(sound, rate_hz) / frequency_hz)) < 3.0


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("width", [0.05, 0.3, 1.0])
def test_the_level_does_not_depend_on_width_or_rate(width: float, rate_hz: int) -> None:
    sound = blow(a_gust(900.0, width=width), rate_hz=rate_hz)
    assert gain_to_db(rms(sound[rate_hz // 2 : 3 * rate_hz]) / 0.1) == pytest.approx(0.0, abs=1.0)


def test_notes_in_a_row_join_without_a_dip() -> None:
    def level_db(sounds: list[Audio]) -> FloatArray:
        power = np.mean([np.square(sound, dtype=float) for sound in sounds], axis=0).mean(axis=1)
        return 10 * np.log10(power[: len(power) // 2400 * 2400].reshape(-1, 2400).mean(axis=1))

    sounds = []
    for seed in range(12):
        bank = ResonatorBank(RATE_HZ, stream(seed, "bank"))
        for offset_s in (0.0, 1.5):
            bank.blow(int(offset_s * RATE_HZ), a_gust(*np.geomspace(300, 3000, 8), width=0.5, held_s=1.5, attack_s=0.5,
                                                      release_s=0.5))  # fmt: skip
        sounds.append(render(bank, 500))
    steady = level_db(sounds)[14:58]
    assert np.abs(steady - np.mean(steady)).max() < 1.2


def test_time_may_be_cut_anywhere() -> None:
    def played(cuts: list[int]) -> Audio:
        bank = ResonatorBank(RATE_HZ, stream(2, "bank"))
        spans = []
        for begin, end in itertools.pairwise(cuts):
            for index, frame in enumerate((5, 300, 4000, 4001, 9999)):
                if begin * QUANTUM_FRAMES <= frame < end * QUANTUM_FRAMES:
                    gust = a_gust(*(200.0 * np.arange(1, 3 * index + 2)[:12]), held_s=0.1, waver=0.5, wander_cents=50.0)
                    bank.blow(frame - begin * QUANTUM_FRAMES, gust)
            spans.append(render(bank, end - begin))
        return np.concatenate(spans)

    whole = played([0, 60])
    np.testing.assert_array_equal(played(list(range(61))), whole)
    np.testing.assert_array_equal(played([0, 7, 8, 31, 60]), whole)


def test_nothing_follows_the_last_frame() -> None:
    sound = blow(a_gust(500.0, held_s=1.0, release_s=0.5))
    assert not sound[int(1.5 * RATE_HZ) :].any()
    assert np.abs(sound[int(1.499 * RATE_HZ) : int(1.5 * RATE_HZ)]).max() < 1e-2 * np.abs(sound).max()


def test_the_mask_rises_as_the_level_falls() -> None:
    gust = a_gust(500.0, width=0.05, mask_octaves=2.0)
    assert center_hz(blow(gust, level=1.0)) == pytest.approx(500.0, rel=0.02)
    assert center_hz(blow(gust, level=0.0)) == pytest.approx(2000.0, rel=0.02)


def test_a_late_resonator_grows_in_even_decibels() -> None:
    sound = blow(a_gust(2000.0, width=0.5, late_db=40.0))
    early, middle, late = (gain_to_db(rms(sound[int(at * RATE_HZ) :][:9600])) for at in (0.9, 1.9, 2.9))
    assert middle - early == pytest.approx(10.0, abs=1.5)
    assert late - middle == pytest.approx(10.0, abs=1.5)


def test_both_noises_of_a_voice_are_strangers() -> None:
    pans = np.array([-1.0, 1.0])
    gust = Gust(np.full(2, 1500.0), np.full(2, 1.0), np.full(2, 0.1), pans, 4.0, 0.05, 0.2, wander_cents=0.0, waver=0.0)
    sound = blow(gust)[RATE_HZ // 2 : 3 * RATE_HZ]
    assert abs(float(np.corrcoef(sound[:, 0], sound[:, 1])[0, 1])) < 0.08
