"""The tension that is really there: heard bar by bar in the notes that sound, weighed as listeners weigh it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ambience.music.harmony import Chord, fifths
from ambience.music.scale import Scale
from ambience.music.score import Bar
from ambience.music.tension import roughness, strain_and_diameter
from ambience.music.work import Layer, TimedNote
from ambience.plugins import MidiProfile
from ambience.timeline import opening_gain
from ambience.units import FloatArray, gain_to_db

_VELOCITY_RANGE_DB = 30.0  # as the instruments play, from the softest note to the loudest
_MEZZO_FORTE = 0.6

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
_RING_S = 0.5  # what is struck or plucked counts so long, however long it is held; measured on the instruments
_RELEASE_S = 0.2  # what is bowed or blown counts on so long; measured on the instruments
_SWELL_DB = -6.0  # a note that grows from nothing, to the same note held
_STRUCK = (*range(16), 45, 46, 47, *range(112, 120))  # General MIDI: piano, bells, pizzicato, harp, timpani, drums
_NOISES = 112  # General MIDI programs from here on have no pitch to speak of
_PLACES, _NO_PITCH = 129, 128
_SAME_ONSET_S = 0.04
_AUDIBLE_DB = 30.0  # below the loudest note of the bar: what is softer is not noticed as a stroke
_SILENCE = 1e-9

_PITCHES = np.arange(128.0)
_PITCH_CLASSES = np.arange(128) % 12
_ROWS = _PLACES * np.arange(_MOMENTS)


@dataclass(frozen=True, slots=True)
class Impression:
    """What a bar sounds like to somebody who waits for what will come; four features 0 calm … 1 unbearable."""

    held_energy: float  # of what sounds on from before; 1 is a mezzo forte note held throughout
    begun_energy: float  # of what begins in the bar
    tonal: float  # strain and diameter of the cloud of tones
    register: float
    roughness: float
    activity: float

    def tension(self, shade: float = 0.0) -> float:
        """Tell the tension, 0..1, if the velocity of all that begins were moved by `shade`."""
        energy = self.held_energy + self.begun_energy * math.pow(10.0, 0.1 * _VELOCITY_RANGE_DB * shade)
        return self._colors + _LOUDNESS * _between(10.0 * math.log10(energy + _SILENCE), _LOUDNESS_DB)

    def shade_for(self, tension: float) -> float:
        """Tell by how much the velocity of all that begins must move for a tension; infinite if it cannot be had."""
        low_db, high_db = _LOUDNESS_DB
        wanted_db = low_db + (high_db - low_db) * (tension - self._colors) / _LOUDNESS
        left = math.pow(10.0, 0.1 * wanted_db) - self.held_energy
        if self.begun_energy < _SILENCE or left < _SILENCE:
            return -math.inf if left < _SILENCE else math.inf
        return 10.0 * math.log10(left / self.begun_energy) / _VELOCITY_RANGE_DB

    @property
    def _colors(self) -> float:
        return _TONAL * self.tonal + _REGISTER * self.register + _ROUGHNESS * self.roughness + _ACTIVITY * self.activity


class Listener:
    """Hears what all layers of a work play in a bar, without a sound.

    Parameters
    ----------
    layers : sequence of Layer
        In the order in which their notes will be given.

    Notes
    -----
    On the bars of two rendered pieces (K-weighted, before the rooms) the loudness told from the notes was right but for
    a constant, with a standard deviation of 0.7 dB. Ring and release were chosen on the same two.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._levels_db = tuple((layer.name, layer.gain_db) for layer in layers)
        self._ways = tuple((_ring_s(layer.profile), _is_pitched(layer.profile)) for layer in layers)

    def hear(
        self,
        bar: Bar,
        sounding: Sequence[Sequence[TimedNote]],
        expression: Sequence[Sequence[tuple[float, float]]] = (),
        before: Impression | None = None,
    ) -> Impression:
        """Hear one bar.

        Parameters
        ----------
        bar : Bar
            Its state sets the levels of the layers, its tension opens the mix.
        sounding : sequence of sequence of TimedNote
            What begins or still sounds in the bar, layer by layer.
        expression : sequence of sequence of (float, float), optional
            (beat, 0..1) points, layer by layer; an empty sequence stands for 1.
        before : Impression, optional
            What the bar before left: harmony and register are heard over several seconds.
        """
        opening_db = gain_to_db(opening_gain(bar.controls.tension)) - _VELOCITY_RANGE_DB * _MEZZO_FORTE
        offsets_db = _offsets_db(self._levels_db, bar.state.gains_db)
        rows: list[tuple[float, float, int, float]] = []  # onset, end, place, level
        for number, notes in enumerate(sounding):
            if not notes:
                continue
            ring_s, pitched = self._ways[number]
            level_db = opening_db + offsets_db[number] + (_mean_db(expression[number]) if expression else 0.0)
            for timed in notes:
                note, onset_s = timed.note, timed.onset_s
                end_s = min(timed.end_s, onset_s + ring_s) + _RELEASE_S
                grown_db = _SWELL_DB if note.articulation == "swell" else 0.0
                place = note.pitch_midi if pitched else _NO_PITCH
                rows.append((onset_s, end_s, place, level_db + grown_db + _VELOCITY_RANGE_DB * note.velocity))
        now = _impression(bar, np.array(rows, dtype=np.float64)) if rows else Impression(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return now if before is None else _remembering(before, now, bar.length_s)


def _impression(bar: Bar, rows: FloatArray) -> Impression:
    """Sum up notes, a row of onset, end, place and level each."""
    onsets_s, ends_s, places, levels_db = rows.T
    edges_s = bar.start_s + bar.length_s / _MOMENTS * np.arange(_MOMENTS + 1)
    heard_s = np.minimum(ends_s[:, None], edges_s[1:]) - np.maximum(onsets_s[:, None], edges_s[:-1])
    shares = np.maximum(heard_s, 0.0) * (_MOMENTS / bar.length_s)
    energies = shares * np.exp(levels_db * (0.1 * math.log(10.0)))[:, None]
    at = places.astype(np.int64)[:, None] + _ROWS
    moments = np.bincount(at.ravel(), energies.ravel(), _MOMENTS * _PLACES).reshape(_MOMENTS, _PLACES)
    begins = onsets_s >= bar.start_s - 1e-6
    struck = begins & (levels_db > levels_db.max() - _AUDIBLE_DB)
    begun, total = float(energies[begins].sum()) / _MOMENTS, float(moments.sum()) / _MOMENTS
    strokes = len(set((onsets_s[struck] / _SAME_ONSET_S).astype(np.int64).tolist()))
    activity = _between(math.log2(max(strokes / bar.length_s, _SILENCE)), _ONSETS_OCTAVES)
    tones = np.sqrt(moments[:, :_NO_PITCH])
    strengths = tones.sum(axis=0)
    if not (strength := float(strengths.sum())):
        return Impression(max(total - begun, 0.0), begun, 0.0, 0.0, 0.0, activity)
    return Impression(
        max(total - begun, 0.0),
        begun,
        _tonal(np.bincount(_PITCH_CLASSES, strengths, 12).astype(np.float64), bar),
        _between(float(strengths @ _PITCHES) / strength, _REGISTER_MIDI),
        _between(float(roughness(tones).mean()), _BEATING),
        activity,
    )


def _remembering(before: Impression, now: Impression, length_s: float) -> Impression:
    """Let harmony and register reach a listener with the delay of attention."""
    tonal, register = (1.0 - math.exp(-length_s / window_s) for window_s in (_TONAL_WINDOW_S, _REGISTER_WINDOW_S))
    return replace(
        now,
        tonal=before.tonal + tonal * (now.tonal - before.tonal),
        register=before.register + register * (now.register - before.register),
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


@lru_cache(maxsize=64)
def _offsets_db(layers: tuple[tuple[str, float], ...], gains_db: tuple[tuple[str, float], ...]) -> tuple[float, ...]:
    offsets = dict(gains_db)
    return tuple(gain_db + offsets.get(name, 0.0) for name, gain_db in layers)


def _mean_db(expression: Sequence[tuple[float, float]]) -> float:
    """Average a hairpin over its time; an empty one is 0 dB."""
    if len(expression) < 2:
        return gain_to_db(expression[0][1]) if expression else 0.0
    span_beats = expression[-1][0] - expression[0][0]
    area = sum(0.5 * (a[1] + b[1]) * (b[0] - a[0]) for a, b in pairwise(expression))
    return gain_to_db(max(area / span_beats, 1e-3))


def _between(value: float, anchors: tuple[float, float]) -> float:
    low, high = anchors
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _ring_s(profile: MidiProfile) -> float:
    struck = profile.drum_key is not None or profile.program in _STRUCK
    return _RING_S if struck else math.inf


def _is_pitched(profile: MidiProfile) -> bool:
    return profile.drum_key is None and profile.program < _NOISES
