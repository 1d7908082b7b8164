"""A section: several players in their seats, each reading a long table, who bow, blow or sing one note together."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.rng import noise_seed
from ambience.sound.block import QUANTUM_FRAMES, NoteOn
from ambience.sound.dsp import section_motion as m
from ambience.sound.dsp.roster import Roster
from ambience.sound.dsp.section_kernel import RAMP, RUN_QUANTA, SCRATCH_ROWS, play_section
from ambience.sound.dsp.wavetable import GUARD_FRAMES, TableSet, Timbre, zone_centers
from ambience.units import Audio, FloatArray, db_to_gain

_DYNAMIC_RANGE_DB = 30.0
_MEZZO_FORTE = 0.6
_GOLDEN = 0.618
_HIGHEST_STEP = (GUARD_FRAMES - 64) / QUANTUM_FRAMES


class Bowing(NamedTuple):
    """What one articulation does: bow, breath or tongue."""

    attack_s: float
    release_s: float
    accent: float = 0.0  # extra gain at the onset; dies away with `accent_s`
    accent_s: float = 0.12
    noise: float = 0.0  # gain of bow or tongue noise at the onset, relative to the tone
    noise_s: float = 0.05
    glint: float = 0.0  # extra brightness at the onset, 0..1; dies away with `accent_s`
    decay_s: float = 0.0  # time to 1/e of a tone that nobody keeps alive; 0 sustains
    longest_s: float = 0.0  # key up comes no later; 0 as written
    swell: bool = False  # grows over the length of the note
    tremolo: bool = False  # bows again and again, every player for himself
    vibrato: float = 1.0  # share of the tone's vibrato


class Seat(NamedTuple):
    """One player's place and habits."""

    detune_cents: float = 0.0
    beat_hz: float = 0.0  # added to the fundamental: its beating against the pitch written
    interval: float = 1.0  # frequency ratio to the note
    vibrato_hz: float = 5.4
    pan: float = 0.0  # -1..1
    onset_s: float = 0.0  # how late this player begins and ends
    level_gain: float = 1.0


class Tone(NamedTuple):
    """How a section answers to force, color and tension; brightness runs 0..1 from its first timbre to its last."""

    openness: float  # brightness at velocity 0 and brightness control 0.5
    by_velocity: float
    by_brightness: float
    by_tension: float
    by_rise: float = 0.0  # how much of the brightness the attack has to win first
    wander_brightness: float = 0.08
    wander_db: float = 1.5
    wander_cents: float = 3.0
    wander_hz: float = 0.4  # rate of the slow movements
    vibrato_cents: float = 0.0
    vibrato_delay_s: float = 0.5
    scoop_cents: float = 0.0  # offset of the pitch at the onset
    scoop_s: float = 0.05
    breath: float = 0.02  # gain of the steady noise, relative to the tone
    drive: float = 0.0  # waveshaping at full tension, 0..1
    roughness: float = 0.0  # depth of the shaking at full tension, 0..1
    rough_above: float = 0.8  # tension at which the shaking begins
    tremolo_hz: float = 11.0
    beating: float = 0.5  # how much further full tension pulls the players apart
    equal_power: bool = False  # successive notes join without a dip
    level_db: float = -22.0  # level of a mezzo-forte note


class Ensemble(NamedTuple):
    """All that a section is made of."""

    timbres: tuple[Timbre, ...]  # from soft to loud
    breath: Timbre  # color of its noise
    lowest_hz: float
    highest_hz: float
    tone: Tone
    seats: tuple[Seat, ...]
    bowings: Mapping[str, Bowing]  # by articulation; must hold "sustain", which serves for all others
    zone_semitones: float = 5.0
    spread_cents: float = 8.0  # width of a partial at the fundamental


def seat_players(
    count: int, *, detune_cents: float, width: float, late_s: float, vibrato_hz: float = 5.4, lead: float = 0.86
) -> tuple[Seat, ...]:
    """Seat players evenly across `width`, none in tune, in time or in vibrato with another; their mean is in tune.

    Each plays `lead` times as loud as the one before: equal voices would cancel one another now and then.
    """
    levels = lead ** np.arange(count)
    scatter = (np.arange(count) * _GOLDEN + 0.31) % 1.0 * 2.0 - 1.0
    scatter -= np.average(scatter, weights=levels**2)
    places = (np.arange(count) + 0.5) / count * 2.0 - 1.0
    return tuple(
        Seat(
            detune_cents=detune_cents * float(scatter[i]),
            vibrato_hz=vibrato_hz * (1.0 + 0.09 * float(scatter[i - 1])),
            pan=width * float(places[i]),
            onset_s=late_s * (i * 0.382 % 1.0),
            level_gain=float(levels[i]),
        )
        for i in range(count)
    )


class Section:
    """The section in the act of playing.

    Parameters
    ----------
    ensemble : Ensemble
        What it is made of.
    sample_rate_hz : int
        Frames per second.
    rng : Generator
        Draws the tables, then, note by note, where each reader begins.
    """

    def __init__(self, ensemble: Ensemble, sample_rate_hz: int, rng: Generator) -> None:
        self._ensemble = ensemble
        self._rate_hz = sample_rate_hz
        self._rng = rng
        self._tables = _tables_of(ensemble, sample_rate_hz, rng)
        self._bowings_by_name = {name: (row, bowing) for row, (name, bowing) in enumerate(ensemble.bowings.items())}
        self._seats = _rows(ensemble.seats)
        self._seats[:, m.LEVEL_GAIN] /= math.sqrt(float(np.sum(self._seats[:, m.LEVEL_GAIN] ** 2)))
        widest = 1.1 * max(seat.interval for seat in ensemble.seats)
        self._highest_hz = _HIGHEST_STEP / widest * float(self._tables.fundamentals_hz[-1])
        self._rule = f"must be below {self._highest_hz:.0f}"
        self._bowings = _rows(tuple(ensemble.bowings.values()))
        self._tone = np.append(_rows((ensemble.tone,))[0], float(sample_rate_hz))
        self._late_s = float(self._seats[:, m.ONSET_S].max())
        n_fields = m.WEIGHTS + len(ensemble.timbres) + 1
        shapes = ((m.VOICE_FIELDS,), (len(ensemble.seats), n_fields))
        self._roster = Roster(2, *((np.float64, shape) for shape in shapes))
        self._scratch = np.zeros((SCRATCH_ROWS, GUARD_FRAMES), dtype=np.float32)
        self._scratch[RAMP] = np.arange(GUARD_FRAMES)
        self._picks = np.zeros(QUANTUM_FRAMES, dtype=np.int32)
        self._aims = np.zeros((RUN_QUANTA + 1, len(ensemble.seats), n_fields))
        self._means = np.zeros((2, 2))  # of each channel: as it was a quantum ago, and as it is
        self._still = True  # whether all voices and both means have died away
        self._frame = 0

    def render(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether everybody rested."""
        self._still = self._still and not notes
        for note in notes:
            self._begin(note)
        roster = self._roster
        if sounds := not self._still:
            play_section(
                out,
                controls,
                self._tables.rows,
                self._tables.n_frames,
                roster.arrays[1][: roster.count],
                roster.arrays[2][: roster.count],
                self._seats,
                self._bowings,
                self._tone,
                self._scratch,
                self._picks,
                self._aims,
                self._means,
                self._frame,
            )
        self._frame += out.shape[0]
        roster.retire(self._frame)
        self._still = not (roster.count or self._means.any())
        return not sounds

    def study(self, frequencies_hz: Iterable[float]) -> None:
        """Build the tables that notes of these pitches will need."""
        self._tables.open_for(frequencies_hz)

    def rest(self, n_frames: int) -> bool:
        """Let time pass, unless something sounds; tell whether it did."""
        if self._still:
            self._frame += n_frames
        return self._still

    def prepare(self) -> None:
        """Build every table now, so that no note has to wait for its own."""
        self._tables.open_all()

    def _begin(self, note: NoteOn) -> None:
        require(note.frequency_hz < self._highest_hz, "note", "frequency_hz", note.frequency_hz, self._rule)
        zone = self._tables.zone_of(note.frequency_hz)
        self._tables.open(zone)
        table_hz = float(self._tables.fundamentals_hz[zone])
        names = self._bowings_by_name
        bowing_row, bowing = names.get(note.articulation) or names["sustain"]
        length_s = note.duration_frames / self._rate_hz
        if bowing.longest_s:
            length_s = min(length_s, bowing.longest_s)
        start = self._frame + note.offset_frames
        key_up = start + round(length_s * self._rate_hz)
        last = key_up + math.ceil((self._late_s + bowing.release_s) * self._rate_hz) + 1
        level_db = self._ensemble.tone.level_db + _DYNAMIC_RANGE_DB * (note.velocity - _MEZZO_FORTE)
        seed = int(noise_seed(self._rng)) >> 16  # 48 bits: a float holds them
        positions = self._rng.random(len(self._seats)) * (self._tables.n_frames - 1)
        row = self._roster.add(last)
        _, voices, readers = self._roster.arrays
        voices[row] = (
            start,
            key_up,
            last,
            note.frequency_hz / table_hz,
            table_hz,
            db_to_gain(level_db),
            note.velocity,
            zone,
            bowing_row,
            seed,
        )
        readers[row, :, m.POSITION] = positions


def _tables_of(ensemble: Ensemble, sample_rate_hz: int, rng: Generator) -> TableSet:
    return TableSet(
        zone_centers(ensemble.lowest_hz, ensemble.highest_hz, ensemble.zone_semitones),
        ensemble.timbres,
        ensemble.breath,
        breath_gain=ensemble.tone.breath,
        spread_cents=ensemble.spread_cents,
        sample_rate_hz=sample_rate_hz,
        rng=rng,
    )


def _rows(settings: Sequence[Bowing | Seat | Tone]) -> FloatArray:
    return np.array([[float(value) for value in one] for one in settings], dtype=np.float64)
