"""The loudness meter against the EBU's own test signals."""

import math

import numpy as np
import pytest

from ambience.sound.dsp.loudness import TAPS, interpolation_bounds, interpolation_table, may_exceed
from ambience.sound.meter import Meter, gated_lufs
from ambience.units import Audio

RATE_HZ = 48_000
QUIET = 200.0  # dB below full scale: silence


def tones(*steps: tuple[float, float], rate_hz: int = RATE_HZ) -> Audio:
    """1 kHz in both channels, in steps of (dBFS, seconds), phase running on."""
    level = np.concatenate([np.full(round(s * rate_hz), 10.0 ** (db / 20.0)) for db, s in steps])
    tone = level * np.sin(2.0 * np.pi * 1000.0 / rate_hz * np.arange(level.size))
    return np.repeat(tone.astype(np.float32)[:, None], 2, axis=1)


def metered(audio: Audio, rate_hz: int = RATE_HZ, piece: int = 48_000) -> Meter:
    meter = Meter(rate_hz)
    for first in range(0, len(audio), piece):
        meter.add(audio[first : first + piece])
    return meter


TECH_3341 = {
    1: ((-23.0, 20.0),),
    2: ((-33.0, 20.0),),
    3: ((-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)),
    4: ((-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)),
    5: ((-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)),
}


@pytest.mark.parametrize("number", TECH_3341)
def test_integrated_loudness_of_tech_3341(number: int) -> None:
    wanted = -33.0 if number == 2 else -23.0
    assert metered(tones(*TECH_3341[number])).integrated_lufs() == pytest.approx(wanted, abs=0.1)


def test_energies_of_five_channels_add_up() -> None:
    center = tones((-24.0, 20.0))
    center[:, 1] = 0.0
    front, surround = (metered(tones((level, 20.0))) for level in (-28.0, -30.0))
    energies = front.energies + metered(center).energies + 1.41 * surround.energies  # weights: BS.1770-4, table 4
    assert gated_lufs(energies) == pytest.approx(-23.0, abs=0.1)  # Tech 3341, signal 6


@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
def test_loudness_does_not_depend_on_the_sample_rate(rate_hz: int) -> None:
    meter = metered(tones((-23.0, 5.0), rate_hz=rate_hz), rate_hz)
    assert meter.integrated_lufs() == pytest.approx(-23.0, abs=0.1)
    assert meter.momentary_max_lufs() == pytest.approx(-23.0, abs=0.1)
    assert meter.short_term_max_lufs() == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(
    ("steps", "settled_s", "word"),
    [
        (((-20.0, 1.34), (-30.0, 1.66)) * 5, 3.0, "short_term_lufs"),  # Tech 3341, signal 9
        (((-20.0, 0.18), (-30.0, 0.22)) * 25, 1.0, "momentary_lufs"),  # signal 12
    ],
)
def test_the_sliding_windows_stand_still(steps: tuple[tuple[float, float], ...], settled_s: float, word: str) -> None:
    audio, meter, readings = tones(*steps), Meter(RATE_HZ), []
    for first in range(0, len(audio), 2400):
        meter.add(audio[first : first + 2400])
        if first >= settled_s * RATE_HZ:
            readings.append(getattr(meter, word)())
    assert readings == pytest.approx([-23.0] * len(readings), abs=0.1)


@pytest.mark.parametrize("index", range(20))
def test_maxima_are_found_wherever_they_fall(index: int) -> None:
    short = metered(tones((-QUIET, 0.15 * index), (-23.0, 3.0), (-QUIET, 1.0)))  # Tech 3341, signal 10
    assert short.short_term_max_lufs() == pytest.approx(-23.0, abs=0.1)
    momentary = metered(tones((-QUIET, 0.02 * index), (-23.0, 0.4), (-QUIET, 1.0)))  # signal 13
    assert momentary.momentary_max_lufs() == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(
    ("length_s", "word"), [(3.0, "short_term_max_lufs"), (0.4, "momentary_max_lufs")]
)  # Tech 3341, signals 11 and 14
def test_a_maximum_grows_with_what_is_louder(length_s: float, word: str) -> None:
    meter, readings = Meter(RATE_HZ, true_peak=False), []
    for index in range(20):
        late_s = 0.05 * length_s * index
        meter.add(tones((-QUIET, late_s), (-38.0 + index, length_s), (-QUIET, length_s - late_s)))
        readings.append(getattr(meter, word)())
    assert readings == pytest.approx([-38.0 + index for index in range(20)], abs=0.1)


@pytest.mark.parametrize(
    ("divisor", "degrees", "gain", "wanted_dbtp"),
    [(4, 0.0, 0.5, -6.0), (4, 45.0, 0.5, -6.0), (6, 60.0, 0.5, -6.0), (8, 67.5, 0.5, -6.0), (4, 45.0, 1.41, 3.0)],
)  # Tech 3341, signals 15 to 19
def test_true_peak_of_tech_3341(divisor: int, degrees: float, gain: float, wanted_dbtp: float) -> None:
    frames = np.arange(RATE_HZ // 2)
    fade = np.minimum(1.0, np.minimum(frames, frames[::-1]) / 480.0)
    tone = gain * fade * np.sin(2.0 * np.pi * frames / divisor + np.radians(degrees))
    reading = metered(np.repeat(tone.astype(np.float32)[:, None], 2, axis=1)).true_peak_dbtp()
    assert wanted_dbtp - 0.4 <= reading <= wanted_dbtp + 0.2


@pytest.mark.parametrize("offset", range(4))  # Tech 3341, signals 20 to 23
def test_a_true_peak_is_found_wherever_the_samples_fall(offset: int) -> None:
    frames = np.arange(RATE_HZ)  # four to each of the meter's
    tone = 0.5 * np.sin(2.0 * np.pi * frames / 24.0)
    burst = slice(RATE_HZ // 2, RATE_HZ // 2 + 16)
    tone[burst] = np.sin(2.0 * np.pi * np.arange(16) / 16.0)
    taps = np.arange(-128, 129)
    low_pass = np.sinc(taps / 4.0) * np.kaiser(taps.size, 8.0)
    band_limited = np.convolve(tone, low_pass / low_pass.sum(), mode="same")[offset::4]
    reading = metered(np.repeat(band_limited.astype(np.float32)[:, None], 2, axis=1)).true_peak_dbtp()
    assert -0.4 <= reading <= 0.2


@pytest.mark.parametrize(
    ("levels", "wanted_lu"),
    [
        ((-20.0, -30.0), 10.0),
        ((-20.0, -15.0), 5.0),
        ((-40.0, -20.0), 20.0),
        ((-50.0, -35.0, -20.0, -35.0, -50.0), 15.0),
    ],
)  # Tech 3342, signals 1 to 4
def test_loudness_range_of_tech_3342(levels: tuple[float, ...], wanted_lu: float) -> None:
    assert metered(tones(*[(level, 20.0) for level in levels])).range_lu() == pytest.approx(wanted_lu, abs=1.0)


def test_one_channel_is_half_the_power_of_two() -> None:
    audio = tones((-18.0, 2.0))
    audio[:, 1] = 0.0
    assert metered(audio).integrated_lufs() == pytest.approx(-18.0 - 3.01, abs=0.1)


def test_readings_do_not_depend_on_the_pieces() -> None:
    audio = (0.2 * np.random.default_rng(1).standard_normal((5 * RATE_HZ, 2))).astype(np.float32)
    audio *= np.linspace(0.1, 1.0, len(audio))[:, None].astype(np.float32)
    readings = set()
    for piece in (len(audio), 777, 4800, 10):
        meter = metered(audio, piece=piece)
        readings.add(
            (
                meter.integrated_lufs(),
                meter.range_lu(),
                meter.momentary_max_lufs(),
                meter.short_term_max_lufs(),
                meter.true_peak_dbtp(),
                meter.dc_db(),
            )
        )
    assert len(readings) == 1


def test_silence_and_shreds_have_readings_too() -> None:
    for frames in (0, 1, 9600, RATE_HZ):
        meter = metered(np.zeros((frames, 2), np.float32))
        assert meter.integrated_lufs() == meter.true_peak_dbtp() == meter.dc_db() == -math.inf
        assert meter.range_lu() == 0.0


def test_dc_is_read_and_adds_no_loudness() -> None:
    still = tones((-23.0, 5.0))
    offset = still + np.float32(0.01)
    assert metered(offset).dc_db() == pytest.approx(-40.0, abs=0.01)
    assert metered(offset).integrated_lufs() == pytest.approx(metered(still).integrated_lufs(), abs=0.05)


@pytest.mark.parametrize("index", range(40))
def test_where_the_meter_does_not_look_there_is_no_peak(index: int) -> None:
    table = interpolation_table()
    rng = np.random.default_rng(index)
    steepest = np.sign(table[1 + index % 3])  # no signal reaches further beyond its samples
    sounds = (
        np.resize(steepest, TAPS),
        rng.standard_normal(TAPS),
        np.sin(rng.uniform(0.0, 3.1) * np.arange(TAPS) + rng.uniform(0.0, 6.0)),
        np.where(np.arange(TAPS) < index % TAPS, -1.0, 1.0),
    )
    for sound in (np.asarray(s, np.float32) for s in sounds):
        peak = float(np.abs(table @ sound).max())
        assert may_exceed(sound, peak * (1.0 - 1e-6), interpolation_bounds())


def test_the_meter_looks_away_from_music_that_stays_just_below_its_peak() -> None:
    bass = np.sin(2.0 * np.pi * 440.0 / RATE_HZ * np.arange(TAPS) + 1.3).astype(np.float32)
    assert not may_exceed(bass, 1.01, interpolation_bounds())
