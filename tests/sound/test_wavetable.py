"""Long tables and the section that reads them."""

import numpy as np
import pytest

from ambience.errors import ParameterError
from ambience.rng import stream
from ambience.sound.block import QUANTUM_FRAMES, NoteOn
from ambience.sound.dsp import section_motion
from ambience.sound.dsp.section import Bowing, Ensemble, Seat, Section, Tone, seat_players
from ambience.sound.dsp.wavetable import GUARD_FRAMES, TableSet, Timbre, table_frames, zone_centers
from ambience.units import Audio, FloatArray

SOFT, LOUD = Timbre(12.0), Timbre(3.0)
HISS = Timbre(0.0)
RATE_HZ = 48_000


def tables_at(rate_hz: int, *, spread_cents: float = 5.0, breath_gain: float = 0.0) -> TableSet:
    tables = TableSet(
        np.array([100.0, 300.0]),
        (SOFT, LOUD),
        HISS,
        breath_gain=breath_gain,
        spread_cents=spread_cents,
        sample_rate_hz=rate_hz,
        rng=stream(1, "tables"),
    )
    tables.open_all()
    return tables


def power(table: FloatArray, n_frames: int) -> FloatArray:
    return np.abs(np.fft.rfft(table[:n_frames])) ** 2


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_a_table_is_a_level_loop_without_a_seam(rate_hz: int) -> None:
    tables = tables_at(rate_hz)
    for row in tables.rows:
        assert np.sqrt(np.mean(row[: tables.n_frames] ** 2)) == pytest.approx(1.0, abs=1e-3)
        np.testing.assert_array_equal(row[:GUARD_FRAMES], row[tables.n_frames :])
        assert abs(row[: tables.n_frames].mean()) < 1e-4


@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
def test_a_table_has_nothing_where_reading_it_faster_would_fold(rate_hz: int) -> None:
    tables = tables_at(rate_hz)
    bins_hz = np.fft.rfftfreq(tables.n_frames, 1 / rate_hz)
    spectrum = power(tables.rows[1], tables.n_frames)
    assert spectrum[bins_hz * 1.19 > 0.5 * rate_hz].sum() < 1e-9 * spectrum.sum()


def test_a_band_stands_on_its_partial_and_is_as_wide_as_asked() -> None:
    tables = tables_at(RATE_HZ, spread_cents=20.0)
    spectrum = power(tables.rows[2], tables.n_frames)
    bins_hz = np.fft.rfftfreq(tables.n_frames, 1 / RATE_HZ)
    for harmonic in (1, 2, 5):
        center_hz = harmonic * tables.fundamentals_hz[1]
        near = np.abs(bins_hz - center_hz) < 0.4 * tables.fundamentals_hz[1]
        mean_hz = np.average(bins_hz[near], weights=spectrum[near])
        width_hz = np.sqrt(np.average((bins_hz[near] - mean_hz) ** 2, weights=spectrum[near]))
        assert abs(1200 * np.log2(mean_hz / center_hz)) < 0.5
        assert width_hz == pytest.approx(center_hz * (2 ** (20 / 1200) - 1) / 2, rel=0.1)


def test_timbres_of_a_zone_blend_without_cancelling() -> None:
    tables = tables_at(RATE_HZ)
    blend = 0.5 * (tables.rows[0] + tables.rows[1])
    assert np.sqrt(np.mean(blend**2)) > 0.85


def test_a_louder_timbre_is_brighter_and_a_peak_is_where_it_was_put() -> None:
    harmonics = np.arange(1.0, 40.0)
    frequencies_hz = 100.0 * harmonics
    plain, peaked = Timbre(6.0), Timbre(6.0, peaks=((1000.0, 12.0, 0.2),))
    lift = peaked.gains(harmonics, frequencies_hz) / plain.gains(harmonics, frequencies_hz)
    assert int(np.argmax(lift)) == 9
    assert 20 * np.log10(lift[9]) == pytest.approx(12.0)
    assert LOUD.gains(harmonics, frequencies_hz)[20] > SOFT.gains(harmonics, frequencies_hz)[20]


def test_breath_fills_the_gaps_between_partials() -> None:
    bins_hz = np.fft.rfftfreq(table_frames(RATE_HZ), 1 / RATE_HZ)
    gap = (bins_hz > 340.0) & (bins_hz < 560.0)
    dry, breathy = tables_at(RATE_HZ), tables_at(RATE_HZ, breath_gain=0.1)
    quiet, noisy = (power(tables.rows[3], tables.n_frames)[gap].sum() for tables in (dry, breathy))
    assert noisy > 1000 * quiet


def test_zones_cover_the_range_evenly() -> None:
    centers = zone_centers(50.0, 1600.0, 6.0)
    assert centers.size == 10
    steps = 12 * np.log2(centers[1:] / centers[:-1])
    np.testing.assert_allclose(steps, 6.0)
    assert 12 * np.log2(centers[0] / 50.0) == pytest.approx(3.0)


def test_the_columns_are_the_fields_in_order() -> None:
    for kind in (Seat, Bowing, Tone):
        for index, name in enumerate(kind._fields):
            assert getattr(section_motion, name.upper()) == index, f"{kind.__name__}.{name}"
    assert len(Tone._fields) == section_motion.SAMPLE_RATE_HZ


def test_seated_players_are_in_tune_together_and_apart_from_one_another() -> None:
    seats = seat_players(5, detune_cents=8.0, width=0.7, late_s=0.03)
    weights = [seat.level_gain**2 for seat in seats]
    assert np.average([seat.detune_cents for seat in seats], weights=weights) == pytest.approx(0.0, abs=1e-9)
    assert len({round(seat.detune_cents, 3) for seat in seats}) == 5
    assert len({round(seat.vibrato_hz, 3) for seat in seats}) == 5
    assert sum(seat.pan for seat in seats) == pytest.approx(0.0, abs=1e-9)


def plain_section(
    *, attack_s: float = 0.01, release_s: float = 0.05, equal_power: bool = False, take: int = 0
) -> Section:
    still = Tone(
        0.5, 0.0, 0.0, 0.0, wander_brightness=0.0, wander_db=0.0, wander_cents=0.0, breath=0.0, equal_power=equal_power
    )
    ensemble = Ensemble((SOFT,), HISS, 100.0, 400.0, still, (Seat(),), {"sustain": Bowing(attack_s, release_s)})
    return Section(ensemble, RATE_HZ, stream(2, "player", take))


def play(section: Section, n_quanta: int, *notes: NoteOn, tension: float = 0.0) -> Audio:
    out = np.zeros((n_quanta * QUANTUM_FRAMES, 2), dtype=np.float32)
    rows = np.zeros((n_quanta + 1, 5))
    rows[:, 0] = tension
    section.render(out, notes, rows)
    return out


def test_a_note_sounds_from_its_frame_to_the_end_of_its_release() -> None:
    sound = play(plain_section(), 40, NoteOn(777, 4000, 220.0, 0.6)).any(axis=1)
    heard = np.flatnonzero(sound)
    assert heard[0] in (778, 779)
    assert heard[-1] < 777 + 4000 + 2400 + 2
    assert heard[-1] > 777 + 4000 + 2000


def test_notes_of_equal_power_join_without_a_dip() -> None:
    length, powers = 2 * RATE_HZ, np.zeros(20)
    for take in range(8):  # two notes of one reader may cancel for a moment; that is no dip of the joint
        section = plain_section(attack_s=0.8, release_s=0.8, equal_power=True, take=take)
        first = play(section, 375, NoteOn(0, length, 200.0, 0.6))
        second = play(section, 187, NoteOn(0, length, 200.0, 0.6))
        joined = np.concatenate((first[RATE_HZ:], second))
        powers += [np.mean(part**2) for part in np.array_split(joined, 20)]
    assert powers.min() > 0.4 * float(np.median(powers))


def test_more_voices_than_the_arrays_had_room_for_all_sound() -> None:
    section = plain_section()
    notes = [NoteOn(10 * i, 9000, 110.0 + 7 * i, 0.6) for i in range(40)]
    together = play(section, 50, *notes)
    one = play(plain_section(), 50, notes[0])
    assert np.sqrt(np.mean(together**2)) > 4 * np.sqrt(np.mean(one**2))


def test_a_pitch_beyond_the_tables_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"frequency_hz = 9000\.0"):
        play(plain_section(), 1, NoteOn(0, 100, 9000.0, 0.5))
