"""What a bar sounds like to a listener who waits for what will come, as soft or as loud as it may be played."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ambience.music.harmony.chords import Chord, fifths
from ambience.music.harmony.spiral import roughness, strain_and_diameter
from ambience.music.scale import Scale
from ambience.music.score import Bar
from ambience.units import FloatArray, IntArray

SOFTEST = 0.02  # velocity below which nobody is led to play
VELOCITY_RANGE_DB = 30.0  # as the instruments play, from the softest note to the loudest
NO_PITCH = 128  # in the place of a note number
# What listeners weigh: M. M. Farbood, "A Parametric, Temporal Model of Musical Tension", Music Perception 29(4), 2012;
# the variant with long windows. It has no onset rate, and its tempo weighs -0.18 where that with short windows has
# 0.05: as the sign is not settled, what happens in a second takes the place of tempo with the smaller weight.
_LOUDNESS, _TONAL, _REGISTER, _ROUGHNESS, _ACTIVITY = (w / 0.89 for w in (0.47, 0.20, 0.10, 0.07, 0.05))

_TONAL_WINDOW_S, _REGISTER_WINDOW_S = 7.0, 5.0  # of attention, in that variant

# What is heard as 0 and as 1, the same for every piece, so that a bar is judged as it is written. By ear and from the
# calmest and the fiercest bars of the bundled pieces.
_LOUDNESS_DB = (-10.0, 12.0)  # to one mezzo forte note held throughout
_STRAIN, _DIAMETER = (0.4, 0.8), (1.7, 3.1)  # a little calmer than the home triad … a chord from far outside the key
_REGISTER_MIDI = (44.0, 64.0)
_BEATING = (0.1, 0.4)
_ONSETS_OCTAVES = (-1.0, 3.3)  # one in two seconds … ten a second

_MOMENTS = 4  # sonorities of a bar
_SAME_ONSET_S = 0.04
_AUDIBLE_DB = 30.0  # below the loudest note of the bar: what is softer is not noticed as a stroke
_SILENCE = 1e-9
_NEPERS = 0.1 * math.log(10.0)  # of energy, in a decibel
_PLACES = NO_PITCH + 1
_PITCHES = np.arange(128.0)
_PITCH_CLASSES = np.arange(128) % 12
_ROWS, _EDGES = _PLACES * np.arange(_MOMENTS), np.arange(_MOMENTS + 1)


class Impression(NamedTuple):
    """What a bar sounds like to somebody who waits for what will come; four features 0 calm … 1 unbearable."""

    held_energy: float  # of what sounds on from before; 1 is a mezzo forte note held throughout
    begun_energy: float  # of what begins in the bar
    tonal: float  # strain and diameter of the cloud of tones
    register: float
    roughness: float
    activity: float

    def tension(self, shade: float = 0.0) -> float:
        """Tell the tension, 0..1, if the velocity of all that begins were moved by `shade`."""
        energy = self.held_energy + self.begun_energy * math.pow(10.0, 0.1 * VELOCITY_RANGE_DB * shade)
        return self._colors + _LOUDNESS * _between(10.0 * math.log10(energy + _SILENCE), _LOUDNESS_DB)

    def shade_for(self, tension: float) -> float:
        """Tell by how much the velocity of all that begins must move for a tension; infinite if it cannot be had."""
        low_db, high_db = _LOUDNESS_DB
        wanted_db = low_db + (high_db - low_db) * (tension - self._colors) / _LOUDNESS
        left = math.pow(10.0, 0.1 * wanted_db) - self.held_energy
        if self.begun_energy < _SILENCE or left < _SILENCE:
            return -math.inf if left < _SILENCE else math.inf
        return 10.0 * math.log10(left / self.begun_energy) / VELOCITY_RANGE_DB

    @property
    def _colors(self) -> float:
        return _TONAL * self.tonal + _REGISTER * self.register + _ROUGHNESS * self.roughness + _ACTIVITY * self.activity


class Sounding(NamedTuple):
    """What sounds in a bar, note by note: all that does not change with how hard it is played, and how hard that is."""

    bar: Bar
    strokes: IntArray  # which strokes begin the notes: the same number where they begin together
    begins: npt.NDArray[np.bool_]  # whether they begin in the bar
    shares: FloatArray  # shape (n, moments): parts of each moment through which they sound
    cells: IntArray  # shape (n, moments): their places among all moments and pitches
    levels_db: FloatArray  # at no velocity
    velocities: FloatArray

    def impression(self, shade: float = 0.0, before: Impression | None = None) -> Impression:
        """Sum up what a listener hears if the velocity of all that begins is moved by `shade`."""
        now = self._impression(shade) if len(self.begins) else Impression(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return now if before is None else _remembering(before, now, self.bar.length_s)

    def _impression(self, shade: float) -> Impression:
        bar, begins, velocities = self.bar, self.begins, self.velocities
        if shade:
            shaded = np.minimum(np.maximum(velocities + shade, SOFTEST), 1.0)
            velocities = np.where(begins, shaded, velocities)
        levels_db = self.levels_db + VELOCITY_RANGE_DB * velocities
        energies = self.shares * np.exp(levels_db * _NEPERS)[:, None]
        moments = np.bincount(self.cells, energies.ravel(), _MOMENTS * _PLACES).reshape(_MOMENTS, _PLACES)
        struck = begins & (levels_db > levels_db.max() - _AUDIBLE_DB)
        begun, total = float(energies[begins].sum()) / _MOMENTS, float(moments.sum()) / _MOMENTS
        strokes = len(set(self.strokes[struck].tolist()))
        activity = _between(math.log2(max(strokes / bar.length_s, _SILENCE)), _ONSETS_OCTAVES)
        tones = np.sqrt(moments[:, :NO_PITCH])
        strengths = tones.sum(axis=0)
        if not (strength := float(strengths.sum())):
            return Impression(max(total - begun, 0.0), begun, 0.0, 0.0, 0.0, activity)
        return Impression(
            max(total - begun, 0.0),
            begun,
            _tonal(np.bincount(_PITCH_CLASSES, strengths, 12).astype(np.float64), bar),
            _between(float(strengths @ _PITCHES) / strength, _REGISTER_MIDI),
            _between(float(roughness(tones).sum()) / _MOMENTS, _BEATING),
            activity,
        )


def sorted_out(bar: Bar, rows: FloatArray) -> Sounding:
    """Lay notes, a row of onset, end, place, level and velocity each, upon the moments of a bar."""
    onsets_s, ends_s, places, levels_db, velocities = rows.T
    edges_s = bar.start_s + bar.length_s / _MOMENTS * _EDGES
    heard_s = np.minimum(ends_s[:, None], edges_s[1:]) - np.maximum(onsets_s[:, None], edges_s[:-1])
    shares = np.maximum(heard_s, 0.0) * (_MOMENTS / bar.length_s)
    cells = (places.astype(np.int64)[:, None] + _ROWS).ravel()
    strokes = (onsets_s / _SAME_ONSET_S).astype(np.int64)
    return Sounding(bar, strokes, onsets_s >= bar.start_s - 1e-6, shares, cells, levels_db, velocities)


def _remembering(before: Impression, now: Impression, length_s: float) -> Impression:
    """Let harmony and register reach a listener with the delay of attention."""
    tonal, register = (1.0 - math.exp(-length_s / window_s) for window_s in (_TONAL_WINDOW_S, _REGISTER_WINDOW_S))
    return Impression(
        now.held_energy,
        now.begun_energy,
        before.tonal + tonal * (now.tonal - before.tonal),
        before.register + register * (now.register - before.register),
        now.roughness,
        now.activity,
    )


def _tonal(strengths: FloatArray, bar: Bar) -> float:
    """Weigh how far a cloud of tones pulls from the key, and how wide it is: neither figure replaces the other."""
    strain, diameter = strain_and_diameter(strengths, _spelling(bar.scale, bar.chord), bar.scale.minor)
    return 0.5 * (_between(strain, _STRAIN) + _between(diameter, _DIAMETER))


@lru_cache(maxsize=512)
def _spelling(scale: Scale, chord: Chord) -> tuple[int, ...]:
    """Place the pitch classes from C upward on the line of fifths, the tonic at 0.

    The chord's tones are spelled as the chord is; the others as flats go, but for a raised fourth beside a pure fifth.
    """
    tonic = scale.tonic_pc
    fourth = 6 if scale.contains(tonic + 6) and scale.contains(tonic + 7) else -6
    plain = [((pc - tonic) * 7 + 6) % 12 - 6 for pc in range(12)]
    places = [fourth if place == -6 else place for place in plain]
    home = (tonic * 7 + 5) % 12 - 5
    for pc, place in zip(chord.pcs, fifths(chord, tonic), strict=True):
        places[pc] = place - home
    return tuple(places)


def _between(value: float, anchors: tuple[float, float]) -> float:
    low, high = anchors
    return min(max((value - low) / (high - low), 0.0), 1.0)
