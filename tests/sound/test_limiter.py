"""The limiter and the master: a ceiling that holds, and nothing touched that needs no touching."""

import math

import numpy as np
import pytest

from ambience.errors import ParameterError
from ambience.rng import stream
from ambience.sound.dither import Dither
from ambience.sound.master import MASTERS, Limiter, gain_to_target
from ambience.sound.meter import Meter
from ambience.units import Audio, db_to_gain

RATE_HZ = 48_000


def music(n_s: float = 2.0, gain: float = 0.3) -> Audio:
    """Swelling noise with hits: what a limiter meets."""
    rng = np.random.default_rng(8)
    frames = int(n_s * RATE_HZ)
    bass = 0.2 * np.sin(2.0 * np.pi * 110.0 * np.arange(frames) / RATE_HZ)
    sound = rng.standard_normal((frames, 2)) + bass[:, None]
    hits = np.exp(-(np.arange(frames) % (RATE_HZ // 3)) / 2000.0)[:, None]
    return np.asarray(gain * (0.2 + hits) * sound, dtype=np.float32)


def limited(audio: Audio, ceiling_dbtp: float | None = -1.0, gain_db: float = 0.0, piece: int = 10**9) -> Audio:
    limiter = Limiter(RATE_HZ, ceiling_dbtp, gain_db=gain_db)
    pieces = [limiter.process(audio[first : first + piece]) for first in range(0, len(audio), piece)]
    return np.concatenate([*pieces, limiter.flush()])


def measured(audio: Audio) -> Meter:
    meter = Meter(RATE_HZ)
    meter.add(audio)
    return meter


@pytest.mark.parametrize("gain_db", [0.0, 6.0, 20.0])
def test_no_peak_between_samples_passes_the_ceiling(gain_db: float) -> None:
    out = limited(music(), gain_db=gain_db)
    assert measured(out).true_peak_dbtp() <= -0.95
    if gain_db:
        assert measured(out).true_peak_dbtp() >= -1.5  # nor is it further down than it must be


@pytest.mark.parametrize("divisor", [4, 6, 3])
def test_a_peak_that_no_sample_shows_is_still_held(divisor: int) -> None:
    tone = 1.3 * np.sin(2.0 * np.pi * np.arange(RATE_HZ) / divisor + np.pi / divisor)
    tone *= np.minimum(1.0, np.arange(RATE_HZ) / 4800.0)
    out = limited(np.repeat(tone.astype(np.float32)[:, None], 2, axis=1), ceiling_dbtp=-2.0)
    assert measured(out).true_peak_dbtp() <= -1.95


def test_what_stays_below_the_ceiling_passes_bit_for_bit() -> None:
    audio = music(gain=0.05)
    assert np.array_equal(limited(audio), audio)


def test_after_a_peak_the_gain_returns_to_exactly_one() -> None:
    audio = music(6.0, gain=0.05)
    audio[1000] = 2.0
    out = limited(audio)
    assert np.array_equal(out[5 * RATE_HZ :], audio[5 * RATE_HZ :])
    assert np.abs(out[900:1100]).max() <= db_to_gain(-0.95)


@pytest.mark.parametrize("piece", [1, 255, 256, 4099])
def test_cuts_change_no_bit_and_no_frame_is_lost(piece: int) -> None:
    audio = music(0.4)
    out = limited(audio, gain_db=6.0, piece=piece)
    assert out.shape == audio.shape
    assert np.array_equal(out, limited(audio, gain_db=6.0))


def test_the_gain_has_no_corner() -> None:
    frames = np.arange(RATE_HZ)
    tone = 0.5 * np.sin(2.0 * np.pi * 200.0 * frames / RATE_HZ) * np.where(frames < RATE_HZ // 2, 1.0, 4.0)
    out = limited(np.repeat(tone.astype(np.float32)[:, None], 2, axis=1))
    gain = out[RATE_HZ // 4 : RATE_HZ // 2, 0] / np.where(np.abs(tone) > 0.1, tone, np.nan)[RATE_HZ // 4 : RATE_HZ // 2]
    steps = np.abs(np.diff(gain))
    assert np.nanmin(gain) < 0.6  # it leans back before the loud half begins
    assert np.nanmax(steps) < 0.02
    assert np.nanmax(np.abs(np.diff(gain, n=2))) < 0.002


def test_raw_changes_nothing() -> None:
    audio = music(gain=2.0)
    raw = MASTERS["raw"]
    assert np.array_equal(limited(audio, raw.ceiling_dbtp), audio)
    assert gain_to_target(raw, -30.0) == 0.0


@pytest.mark.parametrize("name", ["stream", "film-bed", "r128", "game"])
def test_every_master_lands_on_its_loudness_and_below_its_ceiling(name: str) -> None:
    master, audio = MASTERS[name], music(3.0)
    assert master.ceiling_dbtp is not None

    def after(gain_db: float) -> float:
        return measured(limited(audio, master.ceiling_dbtp, gain_db)).integrated_lufs()

    gain_db = gain_to_target(master, measured(audio).integrated_lufs(), remeasure=after)
    out = measured(limited(audio, master.ceiling_dbtp, gain_db))
    assert out.integrated_lufs() == pytest.approx(master.target_lufs, abs=0.1)
    assert out.true_peak_dbtp() <= master.ceiling_dbtp + 0.05


def test_silence_needs_no_gain() -> None:
    assert gain_to_target(MASTERS["stream"], -math.inf) == 0.0


def test_a_ceiling_above_full_scale_is_refused() -> None:
    with pytest.raises(ParameterError, match="ceiling_dbtp"):
        Limiter(RATE_HZ, 1.0)


def test_dither_is_the_same_for_every_cut_and_keeps_what_is_below_one_step() -> None:
    tone = 0.4 / 32767.0 * np.sin(2.0 * np.pi * 1000.0 * np.arange(RATE_HZ) / RATE_HZ)
    audio = np.repeat(tone.astype(np.float32)[:, None], 2, axis=1)
    whole, dither = Dither(stream(1, "dither")).to_int16(audio), Dither(stream(1, "dither"))
    cut = np.concatenate([dither.to_int16(audio[:1234]), dither.to_int16(audio[1234:])])
    assert np.array_equal(whole, cut)
    kept = 2.0 * np.mean(whole[:, 0] * np.sin(2.0 * np.pi * 1000.0 * np.arange(RATE_HZ) / RATE_HZ))
    assert kept == pytest.approx(0.4, abs=0.03)
    assert whole.std() == pytest.approx(math.sqrt(0.25 + 0.08), abs=0.02)  # triangular noise and rounding: 1/4 LSB²


def test_dither_clips_rather_than_wraps() -> None:
    loud = np.array([[2.0, -2.0], [1.0, -1.0]], np.float32)
    steps = Dither(stream(1, "dither")).to_int16(loud)
    assert np.array_equal(np.sign(steps), np.sign(loud))
    assert np.abs(steps.astype(int)).min() >= 32765
