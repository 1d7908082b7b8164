"""The bars between two states: the old pulse dissolves, the new one arrives as a pick-up, the harmony pivots."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from numpy.random import Generator

from ambience.music.form.deadline import cadence, is_deadline
from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.music.score import Bar, Bridge, Note

_PICK_UP_BEATS = 2.0  # length of the new pulse's announcement
_SHORTEST_BEATS = 0.5  # of a tone that others have begun: less is not worth an entrance
_TRIADS = ("major", "minor")
_PULSES = (0.5, 2.0)  # any other pulse does not fit into the same bars


@lru_cache(maxsize=256)
def pivot_chord(leaving: Chord, arriving: Chord, scales: tuple[Scale, ...]) -> Chord:
    """Choose the triad that shares most tones with both chords, over the bass that stays.

    Parameters
    ----------
    leaving, arriving : Chord
        Last chord of the old state, first chord of the new one.
    scales : tuple of Scale
        The scales of both states; triads of their steps are the candidates.
    """
    candidates = [
        Chord(root, quality, leaving.bass_pc) for scale in scales for root in scale.pcs for quality in _TRIADS
    ]

    def common_tones(chord: Chord) -> tuple[int, int, int, int]:
        pcs = set(chord.pcs)
        with_old, with_new = len(pcs & set(leaving.pcs)), len(pcs & set(arriving.pcs))
        in_scales = sum(pcs <= set(scale.pcs) for scale in scales)
        is_other = chord.root_pc not in (leaving.root_pc, arriving.root_pc)
        shared = min(with_old, with_new)
        return int(shared > 0), with_old + with_new + in_scales, int(is_other), shared

    return max(candidates, key=common_tones)


def bridge_chords(bridge: Bridge, leaving: Chord, arriving: Chord, scales: tuple[Scale, Scale]) -> tuple[Chord, Chord]:
    """Return the chord of a bar between two states and the one after it: a pivot, or the cadence of a deadline."""
    if is_deadline(bridge.leaving):
        chord, following = (cadence(scales[0], last=last) for last in (bridge.last_bar, True))
    else:
        chord = following = pivot_chord(leaving, arriving, scales)
    return chord, arriving if bridge.last_bar else following


def liquidate(notes: Sequence[Note], bar: Bar, bridge: Bridge, rng: Generator) -> tuple[Note, ...]:
    """Dissolve a layer that leaves: weak beats go first, then all but the downbeats, softer and softer.

    Where the new state is half as fast, every second beat is weak: the pulse halves before it disappears.

    Notes
    -----
    Liquidation: characteristic features are dropped one by one until only the uncharacteristic remain.
    A. Schoenberg, "Fundamentals of Musical Composition", 1967, p. 58.
    """
    draws, pulse_beats = rng.random(len(notes)), max(bridge.leaving.tempo_ratio / bridge.arriving.tempo_ratio, 1.0)
    kept = []
    for note, draw in zip(notes, draws, strict=True):
        progress = (bridge.bar + (note.onset_beats - bar.start_beats) / bar.length_beats) / bridge.bars
        beat = note.onset_beats - bar.start_beats
        weight = 1.0 if beat == 0.0 else 0.6 if beat % pulse_beats == 0.0 else 0.2
        if draw < weight * 1.3 * (1.0 - progress) + 0.15 * (beat == 0.0):
            kept.append(note._replace(velocity=note.velocity * (1.0 - 0.5 * progress)))
    return tuple(kept)


def in_new_pulse(bar: Bar, bridge: Bridge) -> Bar:
    """Show a layer that arrives the bar as it will count it: with twice or half as many beats in the same time."""
    ratio = bridge.arriving.tempo_ratio / bridge.leaving.tempo_ratio
    if ratio not in _PULSES:
        return bar
    return replace(bar, length_beats=bar.length_beats * ratio, tempo_bpm=bar.tempo_bpm * ratio)


def in_old_beats(notes: Sequence[Note], counted: Bar, bar: Bar) -> Sequence[Note]:
    """Write what was counted in the new pulse in the beats of the bar."""
    if counted is bar:
        return notes
    ratio = counted.length_beats / bar.length_beats
    start = bar.start_beats
    return tuple(
        [
            Note(
                start + (note.onset_beats - start) / ratio, note.duration_beats / ratio,
                note.pitch_midi, note.velocity, note.articulation, note.detune_cents,
            )
            for note in notes
        ]
    )  # fmt: skip


def pick_up(notes: Sequence[Note], bar: Bar, bridge: Bridge) -> tuple[Note, ...]:
    """Let a layer that arrives announce itself at the end of the last bar, growing.

    What would sound by then enters there, softly, so that not all of the new state falls on its first beat; where a
    silence comes before that beat, the beat is meant to be a blow.
    """
    if not bridge.last_bar:
        return ()
    start_beats = bar.end_beats - min(_PICK_UP_BEATS, 0.5 * bar.length_beats)
    if bridge.silence_beats == 0.0:
        notes = [_entering(note, start_beats) for note in notes]
    span_beats = bar.end_beats - start_beats
    return tuple(
        note._replace(velocity=note.velocity * (0.5 + 0.5 * (note.onset_beats - start_beats) / span_beats))
        for note in notes
        if note.onset_beats >= start_beats
    )


def _entering(note: Note, start_beats: float) -> Note:
    """Let a note that has begun by then, and goes on, begin there."""
    if note.onset_beats >= start_beats or note.end_beats < start_beats + _SHORTEST_BEATS:
        return note
    return note._replace(onset_beats=start_beats, duration_beats=note.end_beats - start_beats)


def hold_breath(notes: Sequence[Note], bar: Bar, bridge: Bridge) -> tuple[Note, ...]:
    """Stop a layer for the silence that a bridge keeps before its arrival."""
    stop_beats = bar.end_beats - bridge.silence_beats
    if not bridge.last_bar or bridge.silence_beats == 0.0:
        return tuple(notes)
    return tuple(
        note._replace(duration_beats=min(note.duration_beats, stop_beats - note.onset_beats))
        for note in notes
        if note.onset_beats < stop_beats - 0.05
    )
