"""Freeze: a tone caught as it rang, held as a cloud of grains that wanders through what it remembers of it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.random import Generator

from ambience.plugins import MidiProfile, setting
from ambience.rng import noise_seed
from ambience.sound.block import BRIGHTNESS, QUANTUM_FRAMES, TENSION, NoteOn, Player
from ambience.sound.dsp._jit import inline_kernel, kernel
from ambience.sound.dsp.channels import add_shaded
from ambience.sound.dsp.lanes import NEAR, read_between
from ambience.sound.dsp.noise import white
from ambience.sound.dsp.oscillator import sine
from ambience.sound.dsp.roster import END, START, Roster
from ambience.sound.dsp.stroke import level_db
from ambience.sound.dsp.wander import smooth, wander
from ambience.sound.dsp.wavetable import TableSet, Timbre, zone_centers
from ambience.units import AnyArray, Audio, FloatArray, IntArray, Mono, db_to_gain, midi_to_hz, s_to_frames

# What was caught, from long gone to just begun: upper partials die first (a struck string), or the mouth closes.
_CAUGHT: dict[str, tuple[Timbre, ...]] = {
    "piano": (
        Timbre(6.0, 500.0, 14.0),
        Timbre(5.0, 800.0, 14.0, ((330.0, 3.0, 0.5),)),
        Timbre(4.0, 1300.0, 13.0, ((620.0, 4.0, 0.4),)),
        Timbre(3.5, 2200.0, 12.0, ((620.0, 3.0, 0.4), (1500.0, 4.0, 0.4))),
        Timbre(3.0, 4200.0, 12.0, ((1500.0, 4.0, 0.4), (3000.0, 4.0, 0.4))),
    ),
    "voice": (
        Timbre(7.0, 600.0, 16.0, ((350.0, 7.0, 0.35),)),
        Timbre(6.0, 900.0, 15.0, ((400.0, 8.0, 0.3), (750.0, 6.0, 0.25))),
        Timbre(5.0, 1600.0, 14.0, ((520.0, 8.0, 0.3), (1000.0, 8.0, 0.25), (2500.0, 5.0, 0.3))),
        Timbre(4.0, 3000.0, 14.0, ((700.0, 8.0, 0.3), (1150.0, 8.0, 0.25), (2700.0, 9.0, 0.25))),
    ),
}
_HISS = Timbre(5.0, 2500.0, 9.0, floor_hz=150.0)

_LANES = 4
"""Grains of one tone that sound at once, each rising while another falls."""

_BEFORE = 2  # numbers before those it reads that `read_abreast` may load
_POWER = 0.375 * _LANES  # of so many windows sin² that are not in phase
_KEY_UP = 2  # further column of `when`
_ATTACK, _RELEASE, _FADE, _GAIN, _VELOCITY, _RATIO, _ZONE = range(7)  # columns of `how`: the tone
_SPREAD_CENTS, _GRAIN, _RATE_HZ = range(3)  # the cloud
_POSITION, _STEP, _LENGTH, _DONE, _ROW, _LEFT, _RIGHT, _NUMBER = range(8)  # columns of `grains`
_MEMORY_S = 11.0  # seconds in which a cloud turns from one age to another; by ear: slower than a breath
_FADE_OCTAVES = 5.0  # 30 dB


@dataclass(frozen=True, slots=True)
class Freeze:
    """A cloud in which tones stay after they were played."""

    midi: ClassVar[MidiProfile] = MidiProfile(program=94, lowest_midi=36, highest_midi=96)
    caught: Literal["piano", "voice"] = setting("piano", "what rang when it was caught")
    grain_s: float = setting(0.7, "s: length of a grain; short ones rustle, long ones flow", low=0.1, high=1.5)
    spread_cents: float = setting(7.0, "cents: how far grains lie apart in pitch when calm", low=0.0, high=50.0)
    bloom_s: float = setting(2.5, "s: rise of a tone", low=0.05, high=20.0)
    linger_s: float = setting(7.0, "s: how long a tone stays when it is let go", low=0.1, high=30.0)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Make a player; every random choice it will ever make comes from `rng`."""
        return _Cloud(self, sample_rate_hz, rng)


class _Cloud:
    """All tones that were caught and are not yet forgotten."""

    def __init__(self, settings: Freeze, sample_rate_hz: int, rng: Generator) -> None:
        self._settings, self._rate_hz, self._rng = settings, sample_rate_hz, rng
        lowest_hz, highest_hz = midi_to_hz(settings.midi.lowest_midi), midi_to_hz(settings.midi.highest_midi)
        self._n_ages = len(_CAUGHT[settings.caught])
        self._tables = TableSet(
            zone_centers(lowest_hz, highest_hz, 6.0), _CAUGHT[settings.caught], _HISS,
            breath_gain=0.03, spread_cents=6.0, sample_rate_hz=sample_rate_hz, rng=rng,
        )  # fmt: skip
        self._cloud = np.array([settings.spread_cents, settings.grain_s * sample_rate_hz, float(sample_rate_hz)])
        self._roster = Roster(3, (np.float64, (7,)), (np.float64, (_LANES, 8)), (np.uint64, ()))
        self._scratch = np.zeros((6, QUANTUM_FRAMES), dtype=np.float32)
        self._scratch[2] = np.arange(QUANTUM_FRAMES)
        self._picks = np.zeros(QUANTUM_FRAMES, dtype=np.int32)
        self._frame = 0

    def render(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether nothing was left of what was caught."""
        for note in notes:
            self._catch(note)
        self._roster.retire(self._frame)
        if count := self._roster.count:
            when, how, grains, seeds = (array[:count] for array in self._roster.arrays)
            drift(
                out, self._frame, when, how, grains, seeds, controls, self._tables.rows, self._tables.n_frames,
                self._n_ages, self._cloud, self._scratch, self._picks,
            )  # fmt: skip
        self._frame += len(out)
        return not count

    def rest(self, n_frames: int) -> bool:
        """Let time pass, unless something is left of what was caught; tell whether it did."""
        self._roster.retire(self._frame)
        if rests := not self._roster.count:
            self._frame += n_frames
        return rests

    def study(self, frequencies_hz: Iterable[float]) -> None:
        """Build the tables that notes of these pitches will need."""
        self._tables.open_for(frequencies_hz)

    def prepare(self) -> None:
        """Build every table now, so that no note has to wait for its own."""
        self._tables.open_all()

    def _catch(self, note: NoteOn) -> None:
        settings, rate_hz = self._settings, self._rate_hz
        zone = self._tables.zone_of(note.frequency_hz)
        self._tables.open(zone)
        start = self._frame + note.offset_frames
        key_up = start + note.duration_frames
        end = key_up + s_to_frames(settings.linger_s, rate_hz)
        last = -(-end // QUANTUM_FRAMES) * QUANTUM_FRAMES
        row = self._roster.add(last)
        when, how, grains, seeds = self._roster.arrays
        when[row] = (start, last, key_up)
        how[row] = (
            settings.bloom_s * rate_hz, settings.linger_s * rate_hz, -_FADE_OCTAVES,
            db_to_gain(level_db(note.velocity)) / math.sqrt(_POWER), note.velocity,
            note.frequency_hz / float(self._tables.fundamentals_hz[zone]), zone,
        )  # fmt: skip
        # The first grain of each lane is silence, of a quarter, two quarters … of a length.
        grains[row, :, _LENGTH] = np.floor(np.arange(_LANES) * self._cloud[_GRAIN] / _LANES)
        grains[row, :, _ROW] = -1
        seeds[row] = noise_seed(self._rng)


@inline_kernel
def _presence(frame: int, start: int, key_up: int, how: FloatArray) -> float:
    """Return the gain of a tone: rising since it was caught, sinking since it was let go, of equal power."""
    gain = math.sqrt(smooth((frame - start) / how[_ATTACK]))
    if frame > key_up:
        gone = (frame - key_up) / how[_RELEASE]
        gain *= math.sqrt(smooth(1.0 - gone)) * 2.0 ** float(how[_FADE] * gone)
    return gain


@inline_kernel
def _draw(
    grain: FloatArray, how: FloatArray, seed: np.uint64, age_s: float, bright: float, tense: float,
    loop_frames: int, n_ages: int, cloud: FloatArray,
) -> None:  # fmt: skip
    """Choose a lane's next grain: where in the frozen tone, how old the memory, and how it lies in pitch and place."""
    number = 8 * int(grain[_NUMBER])
    grain[_NUMBER] += 1.0
    cents = cloud[_SPREAD_CENTS] * (1.0 + tense) * float(white(seed, number))
    # One lane's grains are not as long as another's, so that they never fall into step.
    grain[_LENGTH] = np.floor(cloud[_GRAIN] * (1.0 + 0.25 * float(white(seed, number + 1))))
    grain[_STEP] = how[_RATIO] * 2.0 ** (cents / 1200.0)
    room = loop_frames - 4.0 - grain[_LENGTH] * grain[_STEP]
    grain[_POSITION] = room * (0.5 + 0.5 * float(white(seed, number + 2)))
    youth = 0.15 + 0.5 * how[_VELOCITY] + 0.5 * (bright - 0.5) + 0.25 * tense
    youth += 0.3 * wander(seed + np.uint64(1), age_s / _MEMORY_S)
    place = min(max(youth, 0.0), 1.0) * (n_ages - 1.001)
    # Between two ages chance decides, grain by grain: the cloud as a whole is as old as it should be.
    grain[_ROW] = how[_ZONE] * n_ages + np.floor(place + 0.5 + 0.5 * float(white(seed, number + 3)))
    gain = how[_GAIN] * (1.0 + 0.4 * float(white(seed, number + 4)))
    angle = 0.125 * (1.0 + 0.9 * float(white(seed, number + 5)))
    grain[_LEFT] = 1.4142135 * gain * float(sine(np.float32(angle + 0.25)))
    grain[_RIGHT] = 1.4142135 * gain * float(sine(np.float32(angle)))
    grain[_DONE] = 0.0


@inline_kernel
def _strew(
    grain: FloatArray, tables: AnyArray, left: Mono, right: Mono, ramp: Mono, window: Mono, fractions: Mono,
    heard: Mono, picks: AnyArray,
) -> None:  # fmt: skip
    """Add frames of a grain, as many as the channels hold."""
    count, base = left.shape[0], int(grain[_POSITION])
    table = tables[int(grain[_ROW]), base:]
    start, step = np.float32(grain[_POSITION] - np.floor(grain[_POSITION])), np.float32(grain[_STEP])
    turn, turns = np.float32(0.5 * grain[_DONE] / grain[_LENGTH]), np.float32(0.5 / grain[_LENGTH])
    left_gain, right_gain = np.float32(grain[_LEFT]), np.float32(grain[_RIGHT])
    for n in range(count):
        x = start + step * ramp[n]
        whole = np.int32(x)
        picks[n], fractions[n] = whole, x - np.float32(whole)
        half = sine(turn + turns * ramp[n])
        window[n] = half * half
    near = base >= _BEFORE and abs(grain[_STEP] - 1.0) < NEAR
    read_between(table, picks, fractions, heard, count, near)
    for n in range(count):
        window[n] *= heard[n]
        left[n] += left_gain * window[n]
        right[n] += right_gain * window[n]
    grain[_POSITION] += count * grain[_STEP]


@kernel
def drift(
    out: Audio, first_frame: int, when: IntArray, how: FloatArray, grains: FloatArray, seeds: AnyArray,
    controls: FloatArray, tables: AnyArray, loop_frames: int, n_ages: int, cloud: FloatArray, scratch: Audio,
    picks: AnyArray,
) -> None:  # fmt: skip
    """Add one span of all tones, in the order in which they were caught, to `out`.

    Notes
    -----
    Overlapping windowed grains at random places: C. Roads, "Microsound", 2001, ch. 3. What they are cut from are
    spectra of random phase, so that a cloud has the color of the tone and none of its time.
    """
    left, right, ramp, window, fractions, heard = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4], scratch[5]
    line = out.reshape(-1)
    for q in range(out.shape[0] // QUANTUM_FRAMES):
        frame = first_frame + q * QUANTUM_FRAMES
        for v in range(when.shape[0]):
            start, key_up = when[v, START], when[v, _KEY_UP]
            if frame + QUANTUM_FRAMES <= start or frame >= when[v, END]:
                continue
            for n in range(QUANTUM_FRAMES):
                left[n], right[n] = np.float32(0.0), np.float32(0.0)
            for lane in range(grains.shape[1]):
                grain, n = grains[v, lane], max(start - frame, 0)
                while n < QUANTUM_FRAMES:
                    if grain[_DONE] >= grain[_LENGTH]:
                        age_s = (frame - start) / cloud[_RATE_HZ] + 1.0
                        bright, tense = controls[q, BRIGHTNESS], controls[q, TENSION]
                        own = seeds[v] + np.uint64(16 * lane + 16)
                        _draw(grain, how[v], own, age_s, bright, tense, loop_frames, n_ages, cloud)
                    count = min(QUANTUM_FRAMES - n, int(grain[_LENGTH] - grain[_DONE]))
                    if grain[_ROW] >= 0.0:
                        until = n + count
                        _strew(grain, tables, left[n:until], right[n:until], ramp, window, fractions, heard, picks)
                    grain[_DONE] += count
                    n += count
            gain = np.float32(_presence(frame, start, key_up, how[v]))
            after = np.float32(_presence(frame + QUANTUM_FRAMES, start, key_up, how[v]))
            slope = (after - gain) / np.float32(QUANTUM_FRAMES)
            for n in range(QUANTUM_FRAMES):
                window[n] = gain + slope * ramp[n]
            add_shaded(left, right, window, line[2 * q * QUANTUM_FRAMES : 2 * (q + 1) * QUANTUM_FRAMES])
