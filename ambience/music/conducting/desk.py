"""One player's desk: the part that is read from it, and what the player still holds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ambience import rng
from ambience.music.conducting.bridge import hold_breath, in_new_pulse, in_old_beats, liquidate, pick_up
from ambience.music.form.deadline import is_deadline
from ambience.music.playing.dying_away import held_on, to_nothing
from ambience.music.playing.hairpin import Pen
from ambience.music.playing.intonation import intone, intones
from ambience.music.score import Bar, Bridge, Dynamics, Note, Sting
from ambience.music.tension.impression import SOFTEST
from ambience.music.work import Layer, TimedNote
from ambience.plugins import MidiProfile
from ambience.units import beats_to_s

_FREE_BEATS = 0.05  # two strikes of one pitch that are nearer than this are one
_SHORTEST_BEATS = 2.0  # no part is shown a shorter bar: what it plays beyond the end of one is left out
_NEEDING_NOTHING = ("drones", "fx")
_UNBROKEN_STEMS = ("drones", "body", "fx")  # they sound through the silence before a hit


class Desk:
    """Writes one layer, bar by bar, and remembers what it wrote."""

    def __init__(self, layer: Layer, seed: int) -> None:
        self._layer, self._seed, self._draws = layer, seed, rng.Series(seed, "layer", layer.name)
        self._held: tuple[TimedNote, ...] = ()  # notes of the last bar, and older ones that still sound
        self._swelling = layer.part if isinstance(layer.part, Dynamics) else None  # asking takes long
        self._pen = Pen()
        self._intones = intones(layer.profile)
        self.sounding: tuple[TimedNote, ...] = ()  # what still sounds in the bar that was just written

    def write(self, bar: Bar) -> tuple[Note, ...]:
        """Let the layer write the bar, dissolve, arrive, or rest; nothing counts before it is played."""
        layer, bridge = self._layer, bar.bridge
        stays = bar.state.plays(layer.name, bar.phrase.stanza)
        arrives = bridge is not None and bridge.arriving.plays(layer.name, bridge.arriving.stanza(0))
        since_s = bar.start_s + 1e-6
        self.sounding = sounding = tuple([n for n in self._held if n.end_s > since_s]) if self._held else ()
        cue = bar.cue if bar.cue is not None and layer.name in bar.cue.layers else None
        if not cue and (not (stays or arrives) or self._is_out_of_supply(bar)):
            return ()
        voices = tuple(sorted([n.note.pitch_midi for n in sounding]))
        theme = cue.theme if cue else bar.theme
        previous = tuple([n.note for n in self._held])
        view = bar.read_by(previous, voices, theme, max(bar.length_beats, _SHORTEST_BEATS))
        counted = in_new_pulse(view, bridge) if bridge is not None and arrives and not (stays or cue) else view
        composed = layer.part.compose(counted, self._draws.stream(bar.index))
        notes = _within(in_old_beats(composed, counted, view), view, bar)
        if bridge is not None and cue is None:
            notes = self._bridged(notes, bar, bridge, stays, arrives)
        return _untangled(notes, layer.profile)

    def play(self, notes: Sequence[Note], bar: Bar, shade: float) -> tuple[TimedNote, ...]:
        """Play what was written, tuned to the chord, every velocity moved by `shade`."""
        tuned = self._tuned(notes, bar)
        if bar.ending and self._swelling is not None:
            tuned = held_on(tuned, bar)
        played = tuple([_timed(_shaded(note, shade) if shade else note, bar) for note in tuned])
        self._held = self.sounding + played
        return played

    @property
    def name(self) -> str:
        """Name of the layer."""
        return self._layer.name

    @property
    def can_sting(self) -> bool:
        """Whether the layer can hit at once."""
        return isinstance(self._layer.part, Sting)

    def sting(self, bar: Bar, at_beats: float) -> tuple[TimedNote, ...]:
        """Hit at a beat of the bar that was just written, on pitches that are free there."""
        layer, at_s = self._layer, bar.start_s + beats_to_s(at_beats - bar.start_beats, bar.tempo_bpm)
        if not isinstance(layer.part, Sting):
            return ()
        taken = [n for n in self._held if n.note.onset_beats < at_beats + _FREE_BEATS and n.end_s > at_s + 1e-6]
        later = [n.note for n in self._held if n.note.onset_beats >= at_beats + _FREE_BEATS]
        view = replace(bar, voices=tuple(sorted(n.note.pitch_midi for n in taken)))
        notes = layer.part.sting(view, at_beats, rng.stream(self._seed, "sting", layer.name, bar.index))
        free = [note for note in _untangled(notes, layer.profile) if note.pitch_midi not in view.voices]
        written = tuple(_timed(_before(note, later), bar) for note in self._tuned(free, bar))
        self._held += written
        return written

    def dynamics(self, bar: Bar) -> tuple[tuple[float, float], ...]:
        """Return the hairpins of the bar that was just written; empty: none."""
        if self._swelling is None:
            return ()
        points = self._swelling.dynamics(bar)
        return self._pen.draw(bar, to_nothing(points, bar) if bar.ending else points)

    def cut(self, end_beats: float) -> None:
        """Forget what was to begin at or after a place: it is not played."""
        self._held = tuple(n for n in self._held if n.note.onset_beats < end_beats - 1e-9)
        self._pen.cut(end_beats)

    def count_anew(self, at_beats: float, ratio: float) -> None:
        """Count what still sounds in the beats of a new tempo; its seconds stay."""
        self._held = tuple(_recount(n, at_beats, ratio) for n in self._held)

    def _tuned(self, notes: Sequence[Note], bar: Bar) -> Sequence[Note]:
        return intone(notes, bar.chord, bar.drone_pc) if self._intones and notes else notes

    def _is_out_of_supply(self, bar: Bar) -> bool:
        """Tell whether nothing is left to play with: then only the drones go on."""
        return bar.controls.level <= 0.0 and self._layer.stem not in _NEEDING_NOTHING

    def _bridged(self, notes: Sequence[Note], bar: Bar, bridge: Bridge, stays: bool, arrives: bool) -> Sequence[Note]:
        met = bar.zero_s is not None or is_deadline(bridge.leaving)
        if stays and not arrives and not met:  # a deadline is not dissolved, it is met
            draws = rng.stream(self._seed, "bridge", self._layer.name, bar.index)
            notes = liquidate(notes, bar, bridge, draws)
        elif arrives and not stays:
            notes = pick_up(notes, bar, bridge)
        if self._layer.stem in _UNBROKEN_STEMS:
            return notes
        return hold_breath(notes, bar, bridge)


def _within(notes: Sequence[Note], view: Bar, bar: Bar) -> Sequence[Note]:
    """Leave out or end what a part wrote for the rest of a longer bar than there is."""
    if view.length_beats == bar.length_beats:
        return notes
    end, shown_end = bar.end_beats, view.end_beats + 1e-9
    return tuple(
        note.lasting(end - note.onset_beats) if end < note.end_beats <= shown_end else note
        for note in notes
        if note.onset_beats < end - 1e-9
    )


def _before(note: Note, later: Iterable[Note]) -> Note:
    """End a note where its pitch is struck again."""
    end_beats = min((n.onset_beats for n in later if n.pitch_midi == note.pitch_midi), default=note.end_beats)
    return note.lasting(min(note.duration_beats, end_beats - note.onset_beats))


def _untangled(notes: Iterable[Note], profile: MidiProfile) -> tuple[Note, ...]:
    """Fold notes into the compass of an instrument, and keep one of two that this lays upon each other."""
    lowest, highest = profile.lowest_midi, profile.highest_midi
    first: dict[tuple[float, int], Note] = {}
    for note in notes:
        folded = note if lowest <= note.pitch_midi <= highest else _in_compass(note, profile)
        first.setdefault((round(folded.onset_beats, 3), folded.pitch_midi), folded)
    return tuple(first.values())


def _shaded(note: Note, shade: float) -> Note:
    velocity = min(max(note.velocity + shade, SOFTEST), 1.0)
    return Note(  # spelled out: `replace` takes three times as long, and this is done for nearly every note
        note.onset_beats, note.duration_beats, note.pitch_midi, velocity, note.articulation, note.detune_cents
    )  # fmt: skip


def _timed(note: Note, bar: Bar) -> TimedNote:
    onset_s = bar.start_s + beats_to_s(note.onset_beats - bar.start_beats, bar.tempo_bpm)
    return TimedNote(note, onset_s, onset_s + beats_to_s(note.duration_beats, bar.tempo_bpm))


def _in_compass(note: Note, profile: MidiProfile) -> Note:
    """Bring a note into the compass of its instrument by octaves."""
    pitch = note.pitch_midi
    while pitch < profile.lowest_midi:
        pitch += 12
    while pitch > profile.highest_midi:
        pitch -= 12
    return note if pitch == note.pitch_midi else note.at(pitch)


def _recount(timed: TimedNote, at_beats: float, ratio: float) -> TimedNote:
    left = timed.note.end_beats - at_beats
    if left <= 0.0:
        return timed
    note = timed.note.lasting(at_beats - timed.note.onset_beats + left * ratio)
    return timed._replace(note=note)
