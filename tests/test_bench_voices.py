"""The voices with which our engine races in the bench are those that its peers are told to play."""

import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES, NoteOn
from ambience.units import Audio, FloatArray

_BENCH = Path(__file__).with_name("bench")
_RATE_HZ, _QUANTA = 48_000, 80
_TIMES_S = np.arange(_QUANTA * QUANTUM_FRAMES) / _RATE_HZ
_LATE_FRAMES = 901  # never at the beginning of a quantum
_PITCHES_HZ = (110.0, 82.41, 311.13)
_GOLDEN, _ROOT_2, _ROOT_3, _ROOT_5 = 0.6180339887, 0.4142135624, 0.7320508076, 0.2360679775
_NEAR = 0.003  # of what is asked: slow things move from quantum to quantum, not from frame to frame

if str(_BENCH) not in sys.path:
    sys.path.append(str(_BENCH))


def _notes(name: str, count: int = len(_PITCHES_HZ)) -> list[NoteOn]:
    """List notes: drones from the first frame on, strings one after the other."""
    apart = _LATE_FRAMES if name == "bowed_saws" else 0
    return [NoteOn(apart * i, 10**6, _PITCHES_HZ[i % len(_PITCHES_HZ)], 0.5) for i in range(count)]


@cache
def _instrument(name: str) -> Any:
    """Load an instrument as the bench does: under the name by which the disk remembers its kernels."""
    place, file = f"ambience.sound.instruments.{name}", _BENCH / "systems" / "instruments" / f"{name}.py"
    spec = spec_from_file_location(place, file)
    assert spec is not None and spec.loader is not None
    sys.modules[place] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "".join(word.capitalize() for word in name.split("_")))(first=5)


def _play(name: str, notes: list[NoteOn], cuts: list[int]) -> Audio:
    """Let an instrument play notes in spans that end at some quanta."""
    instrument = _instrument(name)
    player, out = instrument.player(_RATE_HZ, stream(0, "bench")), np.zeros((len(_TIMES_S), 2), np.float32)
    for begin, end in zip([0, *cuts], [*cuts, _QUANTA], strict=True):
        first, last = begin * QUANTUM_FRAMES, end * QUANTUM_FRAMES
        mine = [n for n in notes if first <= n.offset_frames < last]
        shifted = [NoteOn(n.offset_frames - first, n.duration_frames, n.frequency_hz, n.velocity) for n in mine]
        player.render(out[first:last], shifted, np.full((end - begin + 1, 5), 0.5))
    return out


def _slow(hz: float, place: float) -> FloatArray:
    return np.sin(2.0 * np.pi * (hz * _TIMES_S + place))


def _low_passed(sound: FloatArray, cutoff_hz: FloatArray, q: float) -> FloatArray:
    """Pass a sound, frame by frame, through the two-pole low-pass of the compiled limit."""
    first = second = 0.0
    out = np.empty_like(sound)
    for n, g in enumerate(np.tan(np.pi * cutoff_hz / _RATE_HZ)):
        a = 1.0 / (1.0 + g * (g + 1.0 / q))
        high = sound[n] - second
        band, low = a * first + g * a * high, second + g * a * first + g * g * a * high
        first, second, out[n] = 2.0 * band - first, 2.0 * low - second, low
    return out


def _placed(sound: FloatArray, pan: FloatArray | float) -> FloatArray:
    angle = (pan + 1.0) * np.pi / 4.0
    return 0.01 * np.stack([sound * np.cos(angle), sound * np.sin(angle)], axis=-1)


def _drone(number: int, frequency_hz: float) -> FloatArray:
    """Follow `voices.orc` word by word: sine by sine, every frequency and level of its own at every frame."""
    total = np.zeros(len(_TIMES_S))
    for k in range(1, 17):
        place = number * 16 + k
        drift = 0.004 * _slow(0.03 + 0.17 * (place * _GOLDEN % 1.0), place * _ROOT_2)
        swell = 0.4 * _slow(0.02 + 0.28 * (place * _ROOT_3 % 1.0), place * _ROOT_5)
        turned = np.cumsum(frequency_hz * k * (1.0 + drift) / _RATE_HZ)
        cycles = place * _GOLDEN + np.concatenate([[0.0], turned[:-1]])
        total += (0.6 + swell) * k**-0.8 * np.sin(2.0 * np.pi * cycles)
    sweep = 1.5 * _slow(0.02 + 0.13 * (number * _GOLDEN % 1.0), number * _ROOT_3)
    cutoff_hz = (600.0 + 1900.0 * (number * _ROOT_2 % 1.0)) * 2.0**sweep
    way = 0.3 * _slow(0.02 + 0.08 * (number * _ROOT_5 % 1.0), number * _GOLDEN)
    pan = 1.4 * (number * _ROOT_2 % 1.0) - 0.7
    return _placed(_low_passed(total, cutoff_hz, 2.0 + 2.0 * (number * _ROOT_3 % 1.0)), pan + way)


def _string(number: int, frequency_hz: float, onset_frames: int) -> FloatArray:
    """The same for a note of seven saws: every frame of each by itself, its corners rounded by a parabola."""
    ages_s, total = _TIMES_S - onset_frames / _RATE_HZ, np.zeros(len(_TIMES_S))
    begun = ages_s >= 0.0
    vibrato = 1.0 + 0.00231 * np.sin(2.0 * np.pi * 5.0 * ages_s)
    begins = zip(
        (-11, -7, -3, 0, 3, 7, 11), (_GOLDEN, _ROOT_2, _ROOT_3, _ROOT_5, _GOLDEN, _ROOT_2, _ROOT_3), strict=True
    )
    for k, (cents, root) in enumerate(begins):
        step = frequency_hz * vibrato * 2.0 ** (cents / 1200.0) / _RATE_HZ
        x = (number * root + 0.5 * (k > 3) + np.cumsum(step * begun) - step * begun) % 1.0
        behind, before = np.maximum(1.0 - x / step, 0.0), np.maximum(1.0 - (1.0 - x) / step, 0.0)
        total += 2.0 * x - 1.0 + behind**2 - before**2
    color_hz = np.exp(np.interp(ages_s, [0.0, 2.0, 5.0, 5.5, 8.0], np.log([400.0, 4000.0, 1200.0, 1200.0, 400.0])))
    force = np.interp(ages_s, [0.0, 1.5, 2.5, 5.5, 8.0], [0.0, 1.0, 0.7, 0.7, 0.0])
    return _placed(_low_passed(total * begun, color_hz, 1.2) * force, 1.6 * (number * _GOLDEN % 1.0) - 0.8)


@pytest.mark.parametrize("name", ["drifting_sines", "bowed_saws"])
def test_the_bench_plays_the_voices_that_its_peers_are_told_to_play(name: str) -> None:
    notes = _notes(name)
    played = _play(name, notes, [])
    if name == "drifting_sines":
        asked = sum(_drone(5 + i, note.frequency_hz) for i, note in enumerate(notes))
    else:
        asked = sum(_string(5 + i, note.frequency_hz, note.offset_frames) for i, note in enumerate(notes))
    error = np.sqrt(np.mean((played - asked) ** 2, axis=0) / np.mean(np.square(asked), axis=0))
    assert error.max() < _NEAR


@pytest.mark.parametrize("name", ["drifting_sines", "bowed_saws"])
def test_the_voices_of_the_bench_do_not_depend_on_spans(name: str) -> None:
    notes = _notes(name, count=20)  # more than are played side by side
    whole = _play(name, notes, [])
    assert np.isfinite(whole).all()
    np.testing.assert_array_equal(_play(name, notes, [*range(1, 14), 23, 60, 61]), whole)
