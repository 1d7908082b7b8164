"""What every instrument owes a piece, whatever its timbre: one suite over all that are installed."""

import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from soundfont_here import what_is_missing

from ambience import plugins
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES, NoteOn, Player, Restful, Studious
from ambience.sound.dsp.wavetable import TableSet
from ambience.units import Audio, FloatArray, gain_to_db, midi_to_hz

NAMES = plugins.names("instruments")
RATE_HZ = 48_000
HELD_S = 8.0
LONGEST_TAIL_S = 45.0
SUB_BASSES = {"sub_drone", "heart", "gran_cassa", "impact"}  # may be 6 dB hotter
SAME_COLOR = {"sub_drone", "heart"}  # dynamics are level only
UNPITCHED = {"air", "breath", "heart", "hull", "impact", "reverse", "riser", "ticker"}
SAMPLED = {
    "soundfont"
}  # as it was recorded: what lies below 20 Hz is cut by the strip, and a test of its own asks that
GUSTY = {"air"}  # two seconds of it are weather
GROWING = {"reverse", "riser"}  # a held note rises all the time
ARTICULATIONS = ("sustain", "marcato", "staccato", "tremolo", "pizzicato", "swell")


def player_of(name: str, rate_hz: int) -> Player:
    return plugins.find("instruments", name)().player(rate_hz, stream(5, "player", name))


def middle_midi(name: str) -> int:
    profile = plugins.find("instruments", name)().midi
    return (profile.lowest_midi + profile.highest_midi) // 2


def control_rows(n_quanta: int, seed: int | None = None) -> FloatArray:
    if seed is None:
        return np.tile([0.3, 0.5, 0.5, 0.5, 0.7], (n_quanta + 1, 1))
    return np.random.default_rng(seed).random((n_quanta + 1, 5))


def render(player: Player, n_quanta: int, *notes: NoteOn) -> Audio:
    out = np.zeros((n_quanta * QUANTUM_FRAMES, 2), dtype=np.float32)
    player.render(out, notes, control_rows(n_quanta))
    return out


def rms_db(sound: Any) -> float:
    return gain_to_db(float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))))


def loudest_half_second(sound: Audio) -> Audio:
    window = RATE_HZ // 2
    starts = range(0, max(1, len(sound) - window), window // 5)
    return max((sound[i : i + window] for i in starts), key=rms_db)


def centroid_hz(sound: Audio, rate_hz: int = RATE_HZ) -> float:
    spectrum = np.abs(np.fft.rfft(sound.sum(axis=1) * np.hanning(len(sound)))) ** 2
    return float(np.sum(spectrum * np.fft.rfftfreq(len(sound), 1 / rate_hz)) / np.sum(spectrum))


def off_by_cents(sound: Audio, frequency_hz: float, rate_hz: int = RATE_HZ) -> float:
    """Return the mean distance of the first partials from where they should be, weighted by power."""
    padded = 4 * len(sound)
    power = np.abs(np.fft.rfft(sound.sum(axis=1) * np.hanning(len(sound)), padded)) ** 2
    bins_hz = np.fft.rfftfreq(padded, 1 / rate_hz)
    total = weights = 0.0
    for harmonic in range(1, 7):
        near = np.abs(np.log2(np.maximum(bins_hz, 1e-9) / (harmonic * frequency_hz))) < 0.6 / 12
        cents = 1200 * np.log2(bins_hz[near] / (harmonic * frequency_hz))
        total += float(np.sum(power[near] * cents))
        weights += float(np.sum(power[near]))
    return total / weights


def bend(sound: Audio) -> FloatArray:
    return np.abs(np.diff(sound.astype(np.float64), n=2, axis=0)).max(axis=1)


@dataclass(frozen=True)
class Recital:
    """One instrument heard: silence, then three notes, each until it is gone."""

    silence: Audio
    mezzo_forte: Audio
    soft: Audio
    loud: Audio
    frequency_hz: float

    @property
    def sustains(self) -> bool:
        """Whether a held note is still there when the key comes up."""
        end = round(HELD_S * RATE_HZ)
        return (
            rms_db(self.mezzo_forte[end - RATE_HZ : end] + 1e-12) > rms_db(loudest_half_second(self.mezzo_forte)) - 12
        )

    def heart_of(self, sound: Audio) -> Audio:
        """Return the steady part of a sustained note, or the loudest half second of a struck one."""
        if self.sustains:
            return sound[round((HELD_S - 2.5) * RATE_HZ) : round(HELD_S * RATE_HZ)]
        return loudest_half_second(sound[: round(HELD_S * RATE_HZ)])


@cache
def recital(name: str) -> Recital:
    player = player_of(name, RATE_HZ)
    frequency_hz = midi_to_hz(middle_midi(name))
    silence = render(player, 8)
    heard = [ring_out(player, frequency_hz, velocity) for velocity in (0.6, 0.25, 0.95)]
    return Recital(silence, heard[0], heard[1], heard[2], frequency_hz)


def has_pitch(name: str) -> bool:
    drum = plugins.find("instruments", name)().midi.drum_key is not None
    return name not in UNPITCHED and not drum and recital(name).sustains


def ring_out(player: Player, frequency_hz: float, velocity: float) -> Audio:
    note = NoteOn(1000, round(HELD_S * RATE_HZ), frequency_hz, velocity)
    second = RATE_HZ // QUANTUM_FRAMES
    parts = [render(player, (round(HELD_S) + 1) * second, note)]
    while parts[-1].any() and len(parts) <= LONGEST_TAIL_S:
        parts.append(render(player, second))
    return np.concatenate(parts)


def phrase(name: str) -> list[tuple[int, NoteOn]]:
    """Five overlapping notes of all articulations, by absolute frame."""
    middle = middle_midi(name)
    frames = (3, 700, 701, 2560, 5000, 6111)
    return [
        (frame, NoteOn(0, 1500 + 300 * i, midi_to_hz(middle + (i * 5) % 12 - 6), 0.4 + 0.1 * i, articulation))
        for i, (frame, articulation) in enumerate(zip(frames, ARTICULATIONS, strict=True))
    ]


def play_in_spans(name: str, cuts: list[int]) -> Audio:
    player = player_of(name, 44_100)
    rows = control_rows(cuts[-1], seed=3)
    out = np.zeros((cuts[-1] * QUANTUM_FRAMES, 2), dtype=np.float32)
    for begin, end in itertools.pairwise(cuts):
        first, last = begin * QUANTUM_FRAMES, end * QUANTUM_FRAMES
        notes = [
            NoteOn(frame - first, note.duration_frames, note.frequency_hz, note.velocity, note.articulation)
            for frame, note in phrase(name)
            if first <= frame < last
        ]
        rested = player.render(out[first:last], notes, rows[begin : end + 1])
        assert not (rested and out[first:last].any())
    return out


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    if request.param in SAMPLED and (missing := what_is_missing()):
        pytest.skip(missing)
    return str(request.param)


def test_no_notes_are_silence(name: str) -> None:
    assert not recital(name).silence.any()


def test_who_has_nothing_to_play_rests(name: str) -> None:
    out = np.zeros((4 * QUANTUM_FRAMES, 2), np.float32)
    assert player_of(name, RATE_HZ).render(out, (), control_rows(4))


def test_who_says_beforehand_that_it_will_rest_may_be_passed_over(name: str) -> None:
    whole, passed = (player_of(name, RATE_HZ) for _ in range(2))
    if not isinstance(passed, Restful):
        pytest.skip("never says so")
    note = NoteOn(99, 9000, midi_to_hz(middle_midi(name)), 0.7)
    rested = []
    for notes in [(), (note,), *[()] * 30, (note,)]:
        rested.append(not notes and passed.rest(40 * QUANTUM_FRAMES))
        expected = render(whole, 40, *notes)
        heard = np.zeros_like(expected) if rested[-1] else render(passed, 40, *notes)
        np.testing.assert_array_equal(heard, expected)
    assert rested[0]
    assert not rested[2]


def test_a_phrase_is_the_same_however_time_is_cut(name: str) -> None:
    whole = play_in_spans(name, [0, 40])
    assert whole.any()
    assert np.isfinite(whole).all()
    # another player of the same stream, so this also says that two of them are one
    np.testing.assert_array_equal(play_in_spans(name, [*range(12), 23, 24, 37, 40]), whole)


def test_a_player_adds_to_what_is_there(name: str) -> None:
    player = player_of(name, 96_000)
    out = np.full((40 * QUANTUM_FRAMES, 2), 0.25, dtype=np.float32)
    player.render(out, [NoteOn(9, 9000, midi_to_hz(middle_midi(name)), 0.9)], control_rows(40))
    assert (out[:9] == 0.25).all()
    assert np.isfinite(out).all()
    assert (out[9:] != 0.25).any()


def test_notes_are_finite_and_die_away(name: str) -> None:
    heard = recital(name)
    for sound in (heard.mezzo_forte, heard.soft, heard.loud):
        assert np.isfinite(sound).all()
        assert not sound[-RATE_HZ // 2 :].any(), f"rings for more than {LONGEST_TAIL_S} s"


def test_mezzo_forte_has_the_house_level(name: str) -> None:
    heard = recital(name)
    assert -30.0 <= rms_db(heard.heart_of(heard.mezzo_forte)) <= (-14.0 if name in SUB_BASSES else -20.0)


def test_force_is_level_and_color(name: str) -> None:
    heard = recital(name)
    soft, loud = heard.heart_of(heard.soft), heard.heart_of(heard.loud)
    assert rms_db(loud) > rms_db(soft) + 10.0
    if name not in SAME_COLOR:
        assert centroid_hz(loud) > 1.03 * centroid_hz(soft)


def test_a_sustained_pitch_is_in_tune(name: str) -> None:
    heard = recital(name)
    if not has_pitch(name):
        pytest.skip("has no sustained pitch")
    steady = heard.mezzo_forte[RATE_HZ : round(HELD_S * RATE_HZ)]
    assert abs(off_by_cents(steady, heard.frequency_hz)) < 3.0


@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
def test_force_color_and_pitch_are_the_same_at_another_sample_rate(name: str, rate_hz: int) -> None:
    if name in SAMPLED:
        pytest.skip("FluidSynth has tests of its own")
    player, heard = player_of(name, rate_hz), recital(name)
    begin, end = 2 * rate_hz if heard.sustains else 0, 4 * rate_hz
    soft, loud = (
        render(player, 5 * rate_hz // QUANTUM_FRAMES, NoteOn(0, end, heard.frequency_hz, force))[begin:end]
        for force in (0.25, 0.95)
    )
    assert 10.0 < rms_db(loud) - rms_db(soft) < 30.0
    if name not in SAME_COLOR | GUSTY:
        assert centroid_hz(loud, rate_hz) > centroid_hz(soft, rate_hz)
    if has_pitch(name):
        assert abs(off_by_cents(loud, heard.frequency_hz, rate_hz)) < 5.0  # two seconds hold less than one wander


def test_a_note_has_no_direct_current(name: str) -> None:
    if name in SAMPLED:
        pytest.skip("is as somebody recorded it")
    heard = recital(name)
    window = np.hanning(len(heard.mezzo_forte))[:, None]  # else the edges of the file count as direct current
    mean = float(np.abs((heard.mezzo_forte * window).mean(axis=0)).max())
    assert gain_to_db(mean) < rms_db(heard.heart_of(heard.mezzo_forte)) - 60.0


def test_a_note_begins_and_ends_without_a_click(name: str) -> None:
    heard = recital(name)
    sound = heard.mezzo_forte
    bends = bend(sound)
    peak = float(np.abs(sound).max())
    last = int(np.flatnonzero(sound.any(axis=1))[-1])
    assert bends[last - 8 : last + 2].max() < 1e-3 * peak  # -60 dB, where the sound itself has gone
    onset = bends[980:1020].max()
    if heard.sustains:
        assert onset < 1.2 * bends[RATE_HZ : RATE_HZ + 200 * 256].max()
        key_up = 1000 + round(HELD_S * RATE_HZ)
        assert bends[key_up - 100 : key_up + 200].max() < 1.5 * bends[key_up - RATE_HZ : key_up - 100].max()
    else:
        assert onset < 0.5 * peak


def test_a_held_tone_never_stands_still(name: str) -> None:
    heard = recital(name)
    if not heard.sustains:
        pytest.skip("is struck")
    steady = heard.mezzo_forte[round((HELD_S - 4.0) * RATE_HZ) : round(HELD_S * RATE_HZ)].sum(axis=1)
    window = RATE_HZ // 10
    levels = [rms_db(part) for part in np.array_split(steady, len(steady) // window)]
    assert 0.15 < float(np.std(levels)) < (20.0 if name in GROWING else 6.0)
    frames = np.stack([np.abs(np.fft.rfft(part[:window])) for part in np.array_split(steady, len(steady) // window)])
    frames /= np.linalg.norm(frames, axis=1, keepdims=True)
    assert float(np.mean(np.sum(frames[1:] * frames[:-1], axis=1))) < 0.99999
    assert not math.isclose(levels[0], levels[-1], abs_tol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_note_that_was_studied_sounds_the_same_and_needs_no_more_work(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    surprised, prepared = player_of(name, 22_050), player_of(name, 22_050)
    if not isinstance(prepared, Studious):
        pytest.skip("its notes need no study")
    note = NoteOn(0, 11_025, midi_to_hz(middle_midi(name)), 0.6, "sustain")
    built: list[int] = []
    build = TableSet._build
    monkeypatch.setattr(TableSet, "_build", lambda tables, zone: (built.append(zone), build(tables, zone))[1])
    with ThreadPoolExecutor(2) as hands:
        list(hands.map(prepared.study, [[note.frequency_hz]] * 4))
    assert len(built) == 1
    heard = render(prepared, 20, note)
    assert len(built) == 1
    np.testing.assert_array_equal(heard, render(surprised, 20, note))
    assert built == [built[0]] * 2
