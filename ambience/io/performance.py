"""From a score to what a DAW plays: ticks, channels, clean notes and controller curves, before any file format."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
    to_timbre,
    to_velocity,
)
from ambience.music.score import Note
from ambience.music.sheet import ControlPoint, Score, Track
from ambience.scene import Controls
from ambience.units import FloatArray, IntArray

_STEPS_PER_BEAT = 8  # of the curves: 20 points a second at 150 bpm, the most that a DAW draws well


class Key(NamedTuple):
    """One note as MIDI knows it."""

    start: int  # ticks
    end: int  # ticks, > start
    pitch_midi: int
    velocity: int  # 1..127


class Performance(NamedTuple):
    """What one track of the file plays."""

    name: str
    port: int
    channel: int
    program: int | None  # None: percussion keeps the kit
    keys: tuple[Key, ...]  # by rising start, then pitch
    changes: tuple[Change, ...]  # by rising tick


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


def perform(score: Score) -> tuple[Performance, ...]:
    """Play a score: one performance per track, in the order of the score.

    A pitch never overlaps itself on a channel: the earlier note ends where the later begins, and of two that begin
    together the longer stays. Drum layers share channel 10 and yield to each other in the same way.
    """
    curves = _curves(score)
    played: list[Sequence[Key]] = [_keys(track) for track in score.tracks]
    drums = [i for i, track in enumerate(score.tracks) if track.profile.drum_key is not None]
    for index, keys in zip(drums, separate([played[i] for i in drums]), strict=True):
        played[index] = keys
    for index in range(len(score.tracks)):
        if index not in drums:
            played[index] = separate([played[index]])[0]
    places = chairs([track.profile for track in score.tracks])
    return tuple(
        _performance(track, tuple(keys), curves, chair, _reverb(score))
        for track, keys, chair in zip(score.tracks, played, places, strict=True)
    )


def separate(layers: Sequence[Sequence[Key]]) -> list[tuple[Key, ...]]:
    """Trim the notes of layers that share a channel until no pitch overlaps itself."""
    by_pitch: defaultdict[int, list[tuple[int, int, int, Key]]] = defaultdict(list)
    for layer, keys in enumerate(layers):
        for key in keys:
            by_pitch[key.pitch_midi].append((key.start, -key.end, layer, key))
    cleaned: list[list[Key]] = [[] for _ in layers]
    for ordered in by_pitch.values():
        ordered.sort()
        kept = [entry for i, entry in enumerate(ordered) if i == 0 or entry[0] != ordered[i - 1][0]]
        for (*_, layer, key), following in zip(kept, [*kept[1:], None], strict=True):
            end = min(key.end, following[0]) if following else key.end
            cleaned[layer].append(key._replace(end=end))
    return [tuple(sorted(keys)) for keys in cleaned]


def _keys(track: Track) -> list[Key]:
    keys = []
    for note in track.notes:
        pitch = note.pitch_midi if track.profile.drum_key is None else track.profile.drum_key
        require(0 <= pitch <= 127, f"layer {track.name}", "pitch_midi", pitch, "must be 0..127")
        start = to_tick(note.onset_beats)
        keys.append(Key(start, max(to_tick(note.end_beats), start + 1), pitch, to_velocity(note.velocity)))
    return keys


def _performance(track: Track, keys: tuple[Key, ...], curves: _Curves, chair: Chair, reverb: int) -> Performance:
    # A kit is one channel with one volume, place and curve; layers that differed would only overwrite each other.
    own = curves if chair.drums else curves.of(track)
    expression = _controller(own.expression if chair.drums else _swelled(own, track.notes))
    timbre = _controller(own.timbre)
    gain_db, pan = (0.0, 0.0) if chair.drums else (track.gain_db, track.pan)
    start = opening(gain_db, pan, reverb, int(expression[0]), int(timbre[0]))
    moving = [Change(tick, EXPRESSION, value) for tick, value in _thin(curves.ticks, expression, keys)]
    for tick, value in _thin(curves.ticks, timbre, keys):
        moving += [Change(tick, TIMBRE, value), Change(tick, BREATH, value)]
    program = None if chair.drums else track.profile.program
    return Performance(track.name, *chair, program, keys, (*start, *sorted(moving)))


def _curves(score: Score) -> _Curves:
    fastest_bpm = max(tempo.tempo_bpm for tempo in score.tempos)
    step_beats = (1 if fastest_bpm <= 150 else 2 if fastest_bpm <= 300 else 4) / _STEPS_PER_BEAT
    beats = np.arange(int(score.length_beats / step_beats) + 1) * step_beats
    points = score.controls or (ControlPoint(0.0, 0.0, Controls()),)
    at_beats = [point.at_beats for point in points]

    def curve(name: str) -> FloatArray:
        values: FloatArray = np.interp(beats, at_beats, [getattr(point.controls, name) for point in points])
        return values

    tension = curve("tension")
    timbre, expression = to_timbre(curve("brightness"), tension), to_expression(tension, curve("level"))
    return _Curves(np.floor(beats * TICKS_PER_BEAT + 0.5).astype(np.int64), timbre, expression)


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


def _thin(ticks: IntArray, values: IntArray, keys: Sequence[Key]) -> list[tuple[int, int]]:
    """Keep the points, after the first, at which a value changes while something sounds or is about to."""
    if not keys:
        return []
    heard = np.zeros(len(ticks) + 1, dtype=np.int64)
    starts = np.searchsorted(ticks, [key.start for key in keys], side="right") - 1
    ends = np.searchsorted(ticks, [key.end for key in keys], side="left")
    np.add.at(heard, np.maximum(starts, 0), 1)
    np.add.at(heard, ends, -1)
    audible = np.flatnonzero(np.cumsum(heard[:-1]) > 0)
    chosen = np.concatenate(([0], audible[audible > 0]))
    kept = chosen[1:][np.diff(values[chosen]) != 0]
    return [(int(ticks[i]), int(values[i])) for i in kept]


def _reverb(score: Score) -> int:
    return to_reverb(score.controls[0].controls.space if score.controls else 0.5)
