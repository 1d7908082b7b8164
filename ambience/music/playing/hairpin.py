"""Hairpins: how a phrase grows toward its climax and fades, and how a long note swells by itself."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ambience.music.score import Bar

Points = tuple[tuple[float, float], ...]
"""(beat, expression 0..1), by rising beat; straight lines between."""

_CLIMAX = 0.62  # of a phrase in which no theme says where its climax is
_LED_ON = 0.7  # by ear: how near to its climax a phrase stays that leads on to a greater one
_MIDDLE = 0.6  # of a long note, where it is loudest
_MESSA = 0.5  # of the way to the climax, that a long note swells by itself
_LONG_S = 3.0  # by ear: shorter notes have no time to swell


def hairpins(
    bar: Bar, depth: float, long_notes: Iterable[tuple[float, float]] = (), *, into_end: bool = False
) -> Points:
    """Draw the hairpins of a bar: those of its phrase, and a messa di voce on long notes.

    Parameters
    ----------
    bar : Bar
        Where the phrase stands; its theme says where the climax is.
    depth : float, 0..1
        How much softer the ends of the phrase are than its climax; 0 draws nothing.
    long_notes : iterable of (float, float)
        First and last beat of what may swell by itself, by rising beat, without overlap.
    into_end : bool
        Sink into the phrase and grow to its end, as what announces the next one does.
    """
    if depth <= 0.0:
        return ()
    start, end, longest = bar.start_beats, bar.end_beats, bar.beats(_LONG_S)
    spans = [(a, b) for a, b in long_notes if b - a >= longest and b > start and a < end]
    corners = _sink(bar) if into_end else _arch(bar)
    messa = [corner for a, b in spans for corner in ((a, 0.0), (a + _MIDDLE * (b - a), 1.0), (b, 0.0))]
    inside = {beat for beat, _ in (*corners, *messa) if start < beat < end}
    return tuple([(beat, 1.0 - depth * _softness(corners, messa, beat)) for beat in (start, *sorted(inside), end)])


class Pen:
    """Draws the hairpins of one layer bar after bar, never lifted: each bar begins where the last one ended."""

    def __init__(self) -> None:
        self._bar = -1
        self._start: float | None = None  # expression at which the bar begins; None: nothing was drawn before
        self._points: Points = ()

    def draw(self, bar: Bar, points: Sequence[tuple[float, float]]) -> Points:
        """Draw a bar, or the same bar anew."""
        if bar.index != self._bar:
            self._start = self._points[-1][1] if self._points else None
            self._bar = bar.index
        self._points = tuple(points)
        if points and self._start is not None:
            self._points = ((points[0][0], self._start), *self._points[1:])
        return self._points

    def cut(self, end_beats: float) -> None:
        """End the bar that was just drawn at a beat."""
        self._points = cut_short(self._points, end_beats)


def value_at(points: Sequence[tuple[float, float]], beat: float) -> float:
    """Read hairpins at a beat; before the first point and after the last they stay as they are."""
    place = bisect_left(points, (beat,))  # sorts before all points of that beat
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (left, before), (right, after) = points[place - 1], points[place]
    return before + (after - before) * (beat - left) / (right - left)


def cut_short(points: Sequence[tuple[float, float]], end_beats: float) -> Points:
    """End hairpins at a beat."""
    if not points or points[-1][0] <= end_beats:
        return tuple(points)
    kept = tuple(point for point in points if point[0] < end_beats)
    return (*kept, (end_beats, value_at(points, end_beats)))


def harmony_spans(bar: Bar) -> list[tuple[float, float]]:
    """List where the chords of the phrase begin and end."""
    phrase = bar.phrase
    chords = phrase.chords
    turns = [place for place in range(1, len(chords)) if chords[place] != chords[place - 1]]
    edges = [phrase.start_beats + place * bar.length_beats for place in (0, *turns, len(chords))] if chords else []
    return list(pairwise(edges))


def _softness(corners: Points, messa: Sequence[tuple[float, float]], beat: float) -> float:
    """Tell how far below the climax a beat is; a long note swells into a part of what is left."""
    swelling = value_at(messa, beat) if messa else 0.0
    return (1.0 - value_at(corners, beat)) * (1.0 - _MESSA * swelling)


def _sink(bar: Bar) -> Points:
    start, length = bar.phrase.start_beats, bar.phrase.bars * bar.length_beats
    return ((start, 1.0), (start + 0.5 * length, 0.0), (start + length, 1.0))


def _arch(bar: Bar) -> Points:
    """Place the climax of the phrase: at the highest tone of the theme if that sounds in the middle of the phrase."""
    start = bar.phrase.start_beats
    length = bar.phrase.bars * bar.length_beats
    climax = start + _CLIMAX * length
    if bar.theme.statement:
        highest = bar.theme.statement.climax_beats
        if 0.25 * length <= highest - start <= 0.85 * length:
            climax = highest
    opens, closes = _LED_ON * bar.phrase.led_on, _LED_ON * bar.phrase.leads_on
    return ((start, opens), (climax, 1.0), (start + length, closes))
