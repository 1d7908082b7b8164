"""From a score to what a DAW plays: ticks, channels, clean notes and controller curves, before any file format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ambience.errors import require
from ambience.io.midi_terms import (
    BREATH,
    EXPRESSION,
    TICKS_PER_BEAT,
    TIMBRE,
    Chair,
    Change,
    chairs,
    opening,
    swell_gain,
    to_expression,
    to_reverb,
    to_tick,
    to_ticks,
    to_timbre,
    to_velocities,
)
from ambience.music.score import Note
from ambience.music.sheet import ControlPoint, Score, Track
from ambience.packed import Packed
from ambience.scene import Controls
from ambience.units import FloatArray, IntArray

_START, _END, _PITCH = range(3)  # columns of keys
_STEPS_PER_BEAT = 8  # of the curves: 20 points a second at 150 bpm, the most that a DAW draws well


class Key(NamedTuple):
    """One note as MIDI knows it."""

    start: int  # ticks
    end: int  # ticks, > start
    pitch_midi: int
    velocity: int  # 1..127


class _Curves(NamedTuple):
    """The controls of the piece on one fine grid."""

    ticks: IntArray
    timbre: FloatArray  # 0..1
    expression: FloatArray  # 0..1

    def of(self, track: Track) -> "_Curves":
        """Let the hairpins of a track shape both: what grows also grows brighter."""
        if not track.expression:
            return self
        beats, heights = zip(*track.expression, strict=True)
        hairpins = np.interp(self.ticks / TICKS_PER_BEAT, beats, heights)
        return _Curves(self.ticks, self.timbre * hairpins, self.expression * hairpins)


@dataclass(frozen=True, slots=True)
class Performance:
    """What one track of the file plays."""

    keys: Packed[Key]  # by rising start, then end
    _track: Track
    _chair: Chair
    _curves: _Curves
    _reverb: int

    @property
    def name(self) -> str:
        """Name of the layer."""
        return self._track.name

    @property
    def port(self) -> int:
        """Where it plays, from 0."""
        return self._chair.port

    @property
    def channel(self) -> int:
        """Where it plays, 0..15."""
        return self._chair.channel

    @property
    def program(self) -> int | None:
        """What plays it, 0..127; None: percussion keeps the kit."""
        return None if self._chair.drums else self._track.profile.program

    @property
    def changes(self) -> Packed[Change]:
        """All that its controllers do, by rising tick; drawn anew each time, for they are more than all the notes."""
        # A kit is one channel with one volume, place and curve; layers that differed would only overwrite each other.
        track, drums = self._track, self._chair.drums
        own = self._curves if drums else self._curves.of(track)
        expression = _controller(own.expression if drums else _swelled(own, track.notes))
        timbre = _controller(own.timbre)
        gain_db, pan = (0.0, 0.0) if drums else (track.gain_db, track.pan)
        start = opening(gain_db, pan, self._reverb, int(expression[0]), int(timbre[0]))
        audible = _audible(own.ticks, self.keys.table)
        curved = ((EXPRESSION, expression), (TIMBRE, timbre), (BREATH, timbre))
        moving = np.concatenate([_moves(own.ticks, audible, *one) for one in curved])
        moving = moving[np.lexsort((moving[:, 1], moving[:, 0]))]
        return Packed(Change, np.concatenate((start, moving)))


def perform(score: Score) -> tuple[Performance, ...]:
    """Play a score: one performance per track, in the order of the score.

    A pitch never overlaps itself on a channel: the earlier note ends where the later begins, and of two that begin
    together the longer stays. Drum layers share channel 10 and yield to each other in the same way.
    """
    curves, reverb = _curves(score), _reverb(score)
    played = [_keys(track) for track in score.tracks]
    places = chairs([track.profile for track in score.tracks])
    for chair in dict.fromkeys(places):
        here = [number for number, place in enumerate(places) if place == chair]
        for number, keys in zip(here, separate([played[number] for number in here]), strict=True):
            played[number] = keys
    return tuple(
        Performance(Packed(Key, keys), track, chair, curves, reverb)
        for track, keys, chair in zip(score.tracks, played, places, strict=True)
    )


def separate(layers: Sequence[IntArray]) -> list[IntArray]:
    """Trim the notes of layers that share a channel until no pitch overlaps itself.

    Parameters
    ----------
    layers : sequence of array, shape (n, 4)
        The fields of `Key`, one row a note.

    Returns
    -------
    layers : list of array, shape (n, 4)
        What is left, by rising start, then end.
    """
    owners = np.repeat(np.arange(len(layers)), [len(keys) for keys in layers])
    keys = np.column_stack((np.concatenate(layers), owners))
    start, end, pitch, velocity, owner = keys.T
    keys = keys[np.lexsort((velocity, owner, -end, start, pitch))]
    again = (keys[1:, _PITCH] == keys[:-1, _PITCH]) & (keys[1:, _START] == keys[:-1, _START])
    keys = keys[np.concatenate(([True], ~again))[: len(keys)]]
    met = keys[1:, _PITCH] == keys[:-1, _PITCH]
    keys[:-1, _END][met] = np.minimum(keys[:-1, _END], keys[1:, _START])[met]
    keys = keys[np.lexsort((keys[:, _PITCH], keys[:, _END], keys[:, _START]))]
    return [keys[keys[:, -1] == number, :-1] for number in range(len(layers))]


def _keys(track: Track) -> IntArray:
    notes = [(note.onset_beats, note.end_beats, note.pitch_midi, note.velocity) for note in track.notes]
    onsets_beats, ends_beats, pitches, velocities = np.array(notes, dtype=np.float64).reshape(-1, 4).T
    drum_key = track.profile.drum_key
    pitches = pitches.astype(np.int64) if drum_key is None else np.full(len(notes), drum_key)
    for pitch in np.unique(pitches).tolist():
        require(0 <= pitch <= 127, f"layer {track.name}", "pitch_midi", pitch, "must be 0..127")
    starts = to_ticks(onsets_beats)
    ends = np.maximum(to_ticks(ends_beats), starts + 1)
    return np.column_stack((starts, ends, pitches, to_velocities(velocities)))


def _curves(score: Score) -> _Curves:
    fastest_bpm = max(tempo.tempo_bpm for tempo in score.tempos)
    step_beats = (1 if fastest_bpm <= 150 else 2 if fastest_bpm <= 300 else 4) / _STEPS_PER_BEAT
    beats = step_beats * np.arange(int(score.length_beats / step_beats) + 1, dtype=np.float64)
    points = score.controls or (ControlPoint(0.0, 0.0, Controls()),)
    asked = [(p.at_beats, p.controls.tension, p.controls.brightness, p.controls.level) for p in points]
    at_beats, *curves = np.array(asked).T
    tension, brightness, level = (np.interp(beats, at_beats, curve) for curve in curves)
    return _Curves(to_ticks(beats), to_timbre(brightness, tension), to_expression(tension, level))


def _controller(amount: FloatArray) -> IntArray:
    return np.clip(np.floor(1.5 + 126.0 * amount), 1, 127).astype(np.int64)


def _swelled(curves: _Curves, notes: Iterable[Note]) -> FloatArray:
    """Draw a hairpin up and down into the expression wherever a note swells."""
    expression: FloatArray = curves.expression.copy()
    for note in notes:
        if note.articulation == "swell":
            first, last = np.searchsorted(curves.ticks, (to_tick(note.onset_beats), to_tick(note.end_beats)))
            for i in range(int(first), int(last)):
                position = (curves.ticks[i] / TICKS_PER_BEAT - note.onset_beats) / note.duration_beats
                expression[i] = curves.expression[i] * swell_gain(float(position))
    return expression


def _audible(ticks: IntArray, keys: IntArray) -> IntArray:
    """Return the first place of a grid, and every other at which something sounds or is about to."""
    heard = np.zeros(len(ticks) + 1, dtype=np.int64)
    starts = np.searchsorted(ticks, keys[:, _START], side="right") - 1
    ends = np.searchsorted(ticks, keys[:, _END], side="left")
    np.add.at(heard, np.maximum(starts, 0), 1)
    np.add.at(heard, ends, -1)
    audible = np.flatnonzero(np.cumsum(heard[:-1]) > 0)
    return np.concatenate(([0], audible[audible > 0]))


def _moves(ticks: IntArray, audible: IntArray, controller: int, values: IntArray) -> IntArray:
    """Return the changes of a controller after the first value, one row each, at those places at which it changes."""
    kept = audible[1:][np.diff(values[audible]) != 0]
    return np.column_stack((ticks[kept], np.full(len(kept), controller), values[kept]))


def _reverb(score: Score) -> int:
    return to_reverb(score.controls[0].controls.space if score.controls else 0.5)
