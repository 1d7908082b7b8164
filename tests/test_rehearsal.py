"""Rehearsing a master: as loud as the real thing, and what is made ahead comes in order."""

import io
from pathlib import Path

import numpy as np
import pytest

from ambience.io.tape import Tape
from ambience.rehearsal import Rehearsal, ahead, stretch_frames
from ambience.rng import stream
from ambience.sound.master import Limiter
from ambience.sound.meter import Meter
from ambience.units import Audio

RATE_HZ = 48_000
CEILING_DBTP = -1.0


def take(seconds: float) -> tuple[Tape, Meter, Audio]:
    """A quiet piece with loud places, some of them at its ends."""
    n = int(seconds * RATE_HZ)
    time_s = np.arange(n) / RATE_HZ
    swell = 0.02 + 0.5 * np.clip(np.cos(2.0 * np.pi * time_s / 17.0), 0.0, 1.0) ** 4
    audio = (swell[:, None] * stream(5, "take").standard_normal((n, 2))).astype(np.float32)
    meter = Meter(RATE_HZ)
    tape = Tape(io.BytesIO(), Path("."), stretch_frames(meter))
    for first in range(0, n, 72_192):
        tape.append(audio[first : first + 72_192])
    meter.add(audio)
    return tape, meter, audio


@pytest.mark.parametrize("seconds", [0.7, 3.0, 47.31])
@pytest.mark.parametrize("gain_db", [-12.0, 0.0, 9.0])
def test_a_rehearsal_is_as_loud_as_the_limited_piece(seconds: float, gain_db: float) -> None:
    tape, meter, audio = take(seconds)
    limiter, ear = Limiter(RATE_HZ, CEILING_DBTP, gain_db=gain_db), Meter(RATE_HZ, true_peak=False)
    ear.add(limiter.process(audio))
    ear.add(limiter.flush())
    rehearsed_lufs = Rehearsal(tape, meter, CEILING_DBTP, RATE_HZ).limited_lufs(gain_db)
    assert rehearsed_lufs == pytest.approx(ear.integrated_lufs(), abs=0.005)


def test_what_is_made_ahead_comes_in_order_and_a_fault_comes_through() -> None:
    assert list(ahead(iter(range(50)))) == list(range(50))
    assert list(ahead([None, 0, None])) == [None, 0, None]
    with pytest.raises(ZeroDivisionError):
        list(ahead(1 // n for n in (2, 1, 0)))


@pytest.mark.parametrize("piece", [1, 999, 1000, 2500, 10_000])
def test_a_tape_knows_the_peak_of_every_stretch_and_plays_any_part(piece: int) -> None:
    audio = stream(6, "tape").standard_normal((3_500, 2)).astype(np.float32)
    tape = Tape(io.BytesIO(), Path("."), 1_000)
    for first in range(0, len(audio), piece):
        tape.append(audio[first : first + piece])
    assert tape.peak_gains == [float(np.abs(audio[first : first + 1_000]).max()) for first in range(0, 3_500, 1_000)]
    assert np.array_equal(np.concatenate(list(tape.blocks(700))), audio)
    for first, n_frames in ((0, 700), (2_000, 1_500), (3_000, 6_000)):
        out: Audio = np.empty((n_frames, 2), np.float32)
        assert np.array_equal(tape.read(first, out), audio[first : first + n_frames])
