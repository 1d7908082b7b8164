"""Modes ring at their pitch, for their time, and not a frame longer."""

import itertools

import numpy as np
import pytest

from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.dsp.decay import RING, Decay
from ambience.sound.dsp.modal import ModalBank
from ambience.sound.dsp.stroke import Stick, Stroke, level_db, make_stroke
from ambience.units import Audio, gain_to_db

RATE_HZ = 48_000
QUANTA_PER_S = RATE_HZ / QUANTUM_FRAMES


def a_mode(frequency_hz: float, decay_s: float = 2.0, **more: object) -> Stroke:
    return make_stroke(np.array([frequency_hz]), np.array([0.1]), np.array([decay_s]), **more)


def a_chime() -> Stroke:
    ratios = np.array([1.0, 2.76, 5.4, 8.93])
    stick = Stick(gain=0.3)
    stroke = make_stroke(440.0 * ratios, 0.1 / ratios, 0.5 / ratios, stick=stick, drop=0.1, waver=0.3, drift_cents=9.0)
    decay = Decay(0.5 / ratios, 0.5 / ratios, np.array([0.3, 4.0, 0.0, 0.5]))
    return stroke._replace(decay=decay, held_s=0.1, release_s=0.15)


def render(bank: ModalBank, n_quanta: int) -> Audio:
    out = np.zeros((n_quanta * QUANTUM_FRAMES, 2), dtype=np.float32)
    bank.render(out, np.full((n_quanta + 1, 5), 0.5))
    return out


def ring(stroke: Stroke, *, seconds: float = 3.0, rate_hz: int = RATE_HZ, offset_frames: int = 0) -> Audio:
    bank = ModalBank(rate_hz, 8, stream(1, "bank"))
    bank.strike(offset_frames, stroke)
    return render(bank, int(seconds * rate_hz) // QUANTUM_FRAMES)


def level_around_db(sound: Audio, at_s: float) -> float:
    middle = int(at_s * RATE_HZ)
    return gain_to_db(float(np.sqrt(np.mean(sound[middle - 2400 : middle + 2400].astype(float) ** 2))))


def pitch_hz(sound: Audio, rate_hz: int) -> float:
    """Return the frequency of the strongest partial, by the phase it gains in half a second."""
    mono = sound.sum(axis=1, dtype=float)[rate_hz // 5 :]
    window, hop = np.hanning(rate_hz // 2), rate_hz // 100
    first, second = (np.fft.rfft(window * mono[at : at + len(window)]) for at in (0, hop))
    peak = int(np.argmax(np.abs(first)))
    turns = np.angle(second[peak] / first[peak]) / (2 * np.pi) - peak * hop / len(window)
    return float((peak * hop / len(window) + (turns + 0.5) % 1.0 - 0.5) * rate_hz / hop)


@pytest.mark.parametrize("decay_s", [0.7, 2.0, 6.0])
def test_a_mode_decays_as_asked(decay_s: float) -> None:
    sound = ring(a_mode(300.0, decay_s))
    fallen_db = level_around_db(sound, 0.2) - level_around_db(sound, 0.7)
    assert fallen_db == pytest.approx(60.0 * 0.5 / decay_s, rel=0.01)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("frequency_hz", [41.2, 440.0, 3520.0])
def test_a_mode_is_in_tune(frequency_hz: float, rate_hz: int) -> None:
    found_hz = pitch_hz(ring(a_mode(frequency_hz), rate_hz=rate_hz), rate_hz)
    assert abs(1200 * np.log2(found_hz / frequency_hz)) < 0.5


def test_time_may_be_cut_anywhere() -> None:
    def played(cuts: list[int]) -> Audio:
        bank = ModalBank(RATE_HZ, 8, stream(2, "bank"))
        spans = []
        for begin, end in itertools.pairwise(cuts):
            for frame in (5, 300, 4000, 4001, 9999):
                if begin * QUANTUM_FRAMES <= frame < end * QUANTUM_FRAMES:
                    bank.strike(frame - begin * QUANTUM_FRAMES, a_chime())
            spans.append(render(bank, end - begin))
        return np.concatenate(spans)

    whole = played([0, 60])
    np.testing.assert_array_equal(played(list(range(61))), whole)
    np.testing.assert_array_equal(played([0, 7, 8, 31, 60]), whole)


def test_a_stroke_begins_on_its_frame() -> None:
    early, late = ring(a_chime(), offset_frames=0), ring(a_chime(), offset_frames=100)
    assert not late[:100].any()
    assert late[101:110].any()
    # The blocks in which levels are straight lines lie elsewhere, and the noise is of other frames: close, not equal.
    silent_stick = a_chime()._replace(stick=Stick())
    early, late = (ring(silent_stick, offset_frames=at) for at in (0, 100))
    np.testing.assert_allclose(late[100:20_000], early[:19_900], atol=2e-3 * np.abs(early).max())


def test_nothing_follows_the_last_frame() -> None:
    stroke = a_chime()
    sound = ring(stroke)
    last = int(np.flatnonzero(sound.any(axis=1))[-1])
    assert last <= (stroke.life_s() + 0.03) * RATE_HZ
    assert np.abs(sound[last - 50 : last + 1]).max() < 1e-4 * np.abs(sound).max()


def test_the_damper_stops_what_rings_for_ever() -> None:
    sound = ring(a_mode(200.0, RING, held_s=1.0, release_s=0.4), seconds=2.0)
    assert level_around_db(sound, 0.3) == pytest.approx(level_around_db(sound, 0.9), abs=0.05)
    assert level_around_db(sound, 1.1) - level_around_db(sound, 1.3) == pytest.approx(60.0 * 0.2 / 0.4, rel=0.02)
    assert not sound[int(1.7 * RATE_HZ) :].any()


def test_a_glide_arrives() -> None:
    sound = ring(a_mode(200.0, RING, held_s=2.9, glide_octaves=1.0, glide_s=1.0), seconds=2.0)
    assert pitch_hz(sound[RATE_HZ:], RATE_HZ) == pytest.approx(400.0, rel=1e-4)


def test_the_level_is_the_one_asked_for() -> None:
    stroke = a_chime()._replace(held_s=RING, waver=0.0, stick=Stick()).at_level(-20.0)
    half_second = ring(stroke)[: RATE_HZ // 2].astype(float)
    assert gain_to_db(float(np.sqrt(np.mean(half_second**2)))) == pytest.approx(-20.0, abs=0.5)
    assert level_db(1.0) - level_db(0.0) == pytest.approx(30.0)


def test_modes_beyond_hearing_are_left_out() -> None:
    assert not ring(a_mode(23_000.0), seconds=0.2).any()
