"""One player's desk: the part that is read from it, and what the player still holds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ambience import rng
from ambience.music.bridge import hold_breath, liquidate, pick_up
from ambience.music.deadline import is_deadline
from ambience.music.score import Bar, Bridge, Dynamics, Note
from ambience.music.work import Layer, TimedNote
from ambience.plugins import MidiProfile
from ambience.units import beats_to_s

_UNBROKEN_STEMS = ("drones", "body", "fx")  # they sound through the silence before a hit


class Desk:
    """Writes one layer, bar by bar, and remembers what it wrote."""

    def __init__(self, layer: Layer, seed: int) -> None:
        self._layer, self._seed = layer, seed
        self._held: tuple[TimedNote, ...] = ()  # notes of the last bar, and older ones that still sound

    def write(self, bar: Bar) -> tuple[TimedNote, ...]:
        """Let the layer play the bar, dissolve, arrive, or rest."""
        layer, bridge = self._layer, bar.bridge
        stays = layer.name in bar.state.layers
        arrives = bridge is not None and layer.name in bridge.arriving.layers
        sounding = tuple(n for n in self._held if n.end_s > bar.start_s + 1e-6)
        before, self._held = self._held, sounding
        if not (stays or arrives):
            return ()
        voices = tuple(sorted(n.note.pitch_midi for n in sounding))
        view = replace(bar, previous=tuple(n.note for n in before), voices=voices)
        notes: Sequence[Note] = layer.part.compose(view, rng.stream(self._seed, "layer", layer.name, bar.index))
        if bridge is not None:
            notes = self._bridged(notes, bar, bridge, stays, arrives)
        in_compass = (_in_compass(note, layer.profile) for note in notes)
        written = tuple(_timed(note, bar) for note in _untangled(in_compass))
        self._held = sounding + written
        return written

    def dynamics(self, bar: Bar) -> tuple[tuple[float, float], ...]:
        """Return the hairpins of the bar that was just written; empty: none."""
        part = self._layer.part
        return tuple(part.dynamics(bar)) if isinstance(part, Dynamics) else ()

    def cut(self, end_beats: float) -> None:
        """Forget what was to begin at or after a place: it is not played."""
        self._held = tuple(n for n in self._held if n.note.onset_beats < end_beats - 1e-9)

    def count_anew(self, at_beats: float, ratio: float) -> None:
        """Count what still sounds in the beats of a new tempo; its seconds stay."""
        self._held = tuple(_recount(n, at_beats, ratio) for n in self._held)

    def _bridged(self, notes: Sequence[Note], bar: Bar, bridge: Bridge, stays: bool, arrives: bool) -> Sequence[Note]:
        if stays and not arrives and not is_deadline(bridge.leaving):  # a deadline is not dissolved, it is met
            draws = rng.stream(self._seed, "bridge", self._layer.name, bar.index)
            notes = liquidate(notes, bar, bridge, draws)
        elif arrives and not stays:
            notes = pick_up(notes, bar, bridge)
        if self._layer.stem in _UNBROKEN_STEMS:
            return notes
        return hold_breath(notes, bar, bridge)


def _untangled(notes: Iterable[Note]) -> Iterator[Note]:
    """Keep one of two notes that octave folding laid upon each other."""
    seen: set[tuple[float, int]] = set()
    for note in notes:
        if (key := (round(note.onset_beats, 3), note.pitch_midi)) not in seen:
            seen.add(key)
            yield note


def _timed(note: Note, bar: Bar) -> TimedNote:
    onset_s = bar.start_s + beats_to_s(note.onset_beats - bar.start_beats, bar.tempo_bpm)
    return TimedNote(note, onset_s, onset_s + beats_to_s(note.duration_beats, bar.tempo_bpm))


def _in_compass(note: Note, profile: MidiProfile) -> Note:
    """Bring a note into the range of its instrument by octaves."""
    pitch = note.pitch_midi
    while pitch < profile.lowest_midi:
        pitch += 12
    while pitch > profile.highest_midi:
        pitch -= 12
    return note if pitch == note.pitch_midi else replace(note, pitch_midi=pitch)


def _recount(timed: TimedNote, at_beats: float, ratio: float) -> TimedNote:
    left = timed.note.end_beats - at_beats
    if left <= 0.0:
        return timed
    note = replace(timed.note, duration_beats=at_beats - timed.note.onset_beats + left * ratio)
    return replace(timed, note=note)
