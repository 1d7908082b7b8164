"""Plucked strings are in tune at every rate and ring for the time that was asked."""

import itertools

import numpy as np
import pytest

from ambience.errors import ParameterError
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.dsp.pluck import Pluck, PluckBank, loop_taps
from ambience.units import Audio, gain_to_db


def a_string(frequency_hz: float = 220.0, decay_s: float = 2.0, color_hz: float = 3000.0) -> Pluck:
    return Pluck(frequency_hz, decay_s, damping=0.2, position=0.28, color_hz=color_hz, level_db=-24.0)


def render(bank: PluckBank, n_quanta: int) -> Audio:
    out = np.zeros((n_quanta * QUANTUM_FRAMES, 2), dtype=np.float32)
    bank.render(out, np.full((n_quanta + 1, 5), 0.5))
    return out


def ring(string: Pluck, *, seconds: float = 2.0, rate_hz: int = 48_000) -> Audio:
    bank = PluckBank(rate_hz, stream(1, "bank"))
    bank.pluck(0, string)
    return render(bank, int(seconds * rate_hz) // QUANTUM_FRAMES)


def fundamental(sound: Audio, frequency_hz: float, rate_hz: int) -> tuple[float, float]:
    """Return how many cents the fundamental is off, and its T60."""
    frames = np.arange(len(sound))
    slow = sound.sum(axis=1) * np.exp(-2j * np.pi * frequency_hz / rate_hz * frames)
    length = round(round(0.2 * frequency_hz) * rate_hz / frequency_hz)
    early, late = (complex(slow[at : at + length].mean()) for at in (rate_hz // 5, rate_hz))
    between_s = 1.0 - 0.2
    off_hz = float(np.angle(late / early)) / (2 * np.pi * between_s)
    return 1200 * np.log2(1 + off_hz / frequency_hz), 60.0 * between_s / gain_to_db(abs(early) / abs(late))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("frequency_hz", [41.2, 130.8, 440.0, 1567.98, 3135.96])
def test_a_string_is_in_tune_and_decays_as_asked(frequency_hz: float, rate_hz: int) -> None:
    sound = ring(a_string(frequency_hz), rate_hz=rate_hz)
    cents, decay_s = fundamental(sound, frequency_hz, rate_hz)
    assert abs(cents) < 1.0
    assert decay_s == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("frequency_hz", [30.0, 261.6, 2500.0])
def test_the_loop_never_feeds_on_itself(frequency_hz: float) -> None:
    for decay_s in (0.2, 3.0, 30.0):
        taps, _ = loop_taps(frequency_hz, decay_s, 0.25, 48_000)
        assert np.abs(np.fft.fft(taps, 4096)).max() < 1.0


def test_time_may_be_cut_anywhere() -> None:
    def played(cuts: list[int]) -> Audio:
        bank = PluckBank(48_000, stream(2, "bank"))
        spans = []
        for begin, end in itertools.pairwise(cuts):
            for index, frame in enumerate((5, 300, 4000, 4001, 9999)):
                if begin * QUANTUM_FRAMES <= frame < end * QUANTUM_FRAMES:
                    bank.pluck(frame - begin * QUANTUM_FRAMES, a_string(60.0 * 2.0**index, 0.2))
            spans.append(render(bank, end - begin))
        return np.concatenate(spans)

    whole = played([0, 60])
    np.testing.assert_array_equal(played(list(range(61))), whole)
    np.testing.assert_array_equal(played([0, 7, 8, 31, 60]), whole)


def test_nothing_follows_the_last_frame() -> None:
    sound = ring(a_string(decay_s=0.5))
    last = int(np.flatnonzero(sound.any(axis=1))[-1])
    assert 0.5 * 48_000 < last <= 0.5 * 1.5 * 48_000
    assert np.abs(sound[last - 50 : last + 1]).max() < 1e-4 * np.abs(sound).max()


def test_a_harder_finger_is_brighter() -> None:
    def brightness_hz(color_hz: float) -> float:
        power = np.abs(np.fft.rfft(ring(a_string(color_hz=color_hz)).sum(axis=1))) ** 2
        return float(np.sum(power * np.arange(len(power))) / np.sum(power))

    assert brightness_hz(6000.0) > 1.3 * brightness_hz(500.0)


@pytest.mark.parametrize("frequency_hz", [9.0, 9000.0])
def test_a_string_that_cannot_be_is_refused(frequency_hz: float) -> None:
    with pytest.raises(ParameterError, match="frequency_hz"):
        ring(a_string(frequency_hz))


def test_a_string_carries_no_direct_current() -> None:
    sound = ring(a_string())
    assert np.abs(sound.mean(axis=0)).max() < 1e-3 * np.sqrt(np.mean(sound.astype(float) ** 2))
