"""The hand that plays: how hard, how evenly, and never a key that is still down."""

from collections.abc import Iterable, Iterator
from itertools import cycle
from math import ceil, inf, tanh

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.scene import Controls

EPSILON_BEATS = 1e-9
_DRAWS = 96
_KNEE = 0.7  # velocity from which force grows ever less
_BREATH_BEATS = 0.3  # a voice that rested so long is still where it was
_GASP_TENSION, _LONG_GASP_TENSION = 0.75, 0.9
_GASP_BARS = 16.0
_LOOSE_S = 0.025  # by ear, and below the 30 ms at which a section is heard to play late
_SHORTEST_BEATS = 0.02  # two strikes nearer than this are one


def chances(rng: Generator) -> Iterator[float]:
    """Draw all that a part may need for a bar at once, so that every path through it draws alike.

    Returns
    -------
    chance : iterator of float, 0..1
        Endless; it repeats itself after 96 values.
    """
    return cycle(rng.random(_DRAWS).tolist())


def pick(chance: Iterator[float], count: int) -> int:
    """Choose one of `count` places, 0 … count - 1, each as likely as the other."""
    return min(int(next(chance) * count), count - 1)


def strength(velocity: float, controls: Controls, chance: Iterator[float], *, accent: float = 1.0) -> float:
    """Say how hard to play now: the layer's own dynamics, lifted by tension, thinned by level, never twice alike.

    Parameters
    ----------
    velocity : float, 0..1
        What the part's setting says.
    controls : Controls
        Of the bar.
    chance : iterator of float
        The hand's unevenness, 6 % either way.
    accent : float, > 0, optional
        Factor for this note among its neighbors.
    """
    lifted = velocity * accent * (0.74 + 0.5 * controls.tension) * (0.8 + 0.2 * controls.level)
    force = max(lifted * (0.94 + 0.12 * next(chance)), 0.02)
    # A soft ceiling: the strongest strokes still differ.
    return force if force < _KNEE else _KNEE + (1.0 - _KNEE) * tanh((force - _KNEE) / (1.0 - _KNEE))


def looseness(bar: Bar, chance: Iterator[float]) -> float:
    """Say by how many beats one player among others is late: by a hair, whatever the tempo."""
    return bar.beats(_LOOSE_S) * next(chance)


def sounding_until(bar: Bar) -> dict[int, float]:
    """Tell which pitches still sound at the bar line, and to which beat (infinity: it is not known)."""
    until = dict.fromkeys(bar.voices, inf)
    since = bar.start_beats + EPSILON_BEATS
    for note in bar.previous:
        if (end := note.onset_beats + note.duration_beats) > since:
            known = until.get(note.pitch_midi, -inf)
            until[note.pitch_midi] = end if known == inf else max(known, end)
    return until


def last_pitches(bar: Bar) -> tuple[int, ...]:
    """List where the layer's voices were just before the bar line, low to high; empty if it was long silent."""
    ends = [note.end_beats for note in bar.previous]
    latest = min(max(ends), bar.start_beats) if ends else 0.0
    ended = {note.pitch_midi for note in bar.previous if note.end_beats >= latest - _BREATH_BEATS}
    return tuple(sorted(ended | set(bar.voices)))


def gasp_at(bar: Bar) -> float:
    """Tell where a tense bar falls silent before the hit that begins the next phrase; else where the bar ends.

    The last phrase of every sixteen bars ends so: a rest is what makes the next stroke the largest. What the state is
    like decides, not how tense it is just now: everybody must agree.
    """
    return bar.end_beats - gasp_beats(bar) if bar.phrase.last_bar else bar.end_beats


def gasp_beats(bar: Bar) -> float:
    """Tell how long a silence ends the phrase of this bar, from any of its bars; 0: none."""
    tension = bar.state.controls.tension
    if (bar.phrase.index + 1) % _gasping_phrases(bar) or bar.bridge is not None or tension <= _GASP_TENSION:
        return 0.0
    return min(2.0 if tension > _LONG_GASP_TENSION else 1.0, 0.5 * bar.length_beats)


def after_gasp(bar: Bar) -> bool:
    """Tell whether the bar begins with the hit before which everybody fell silent."""
    first = bar.phrase.bar == 0 and bar.phrase.index % _gasping_phrases(bar) == 0 and bar.bridge is None
    return first and not bar.arrival and bar.index > 0 and bar.state.controls.tension > _GASP_TENSION


def _gasping_phrases(bar: Bar) -> int:
    return ceil(_GASP_BARS / bar.phrase.bars)


def before_gasp(notes: Iterable[Note], bar: Bar) -> list[Note]:
    """Leave out or cut short what would sound in the silence at the end of this phrase, whichever bar it begins in."""
    silence = gasp_beats(bar)
    if not silence:
        return list(notes)
    stop = bar.start_beats + (bar.phrase.bars - bar.phrase.bar) * bar.length_beats - silence
    kept = (n for n in notes if n.onset_beats < stop - _SHORTEST_BEATS)
    return [n if n.end_beats <= stop else n.lasting(stop - n.onset_beats) for n in kept]


def playable(notes: Iterable[Note], bar: Bar) -> tuple[Note, ...]:
    """Put notes in order and make them playable.

    Notes that begin outside the bar, or on a pitch that still sounds from before, are left out; a note gives way to
    the next of its own pitch; nothing written in the last bar of the piece outlasts it.
    """
    kept: list[Note] = []
    ordered = sorted(notes, key=lambda n: (n.onset_beats, n.pitch_midi, -n.duration_beats))
    if not ordered:
        return ()
    until, place = sounding_until(bar), dict[int, int]()
    start, stop = bar.start_beats, bar.end_beats - EPSILON_BEATS
    last = bar.end_beats if bar.ending else inf
    for note in ordered:
        onset, pitch = note.onset_beats, note.pitch_midi
        if not start <= onset < stop or onset < until.get(pitch, -inf) - EPSILON_BEATS:
            continue
        earlier = place.get(pitch)
        if earlier is not None and kept[earlier].end_beats > onset:
            if onset - kept[earlier].onset_beats < _SHORTEST_BEATS:
                continue
            kept[earlier] = kept[earlier].lasting(onset - kept[earlier].onset_beats)
        place[pitch] = len(kept)
        kept.append(note if note.end_beats <= last else note.lasting(last - onset))
    return tuple(kept)
