"""Al niente: what is held at the end of the piece dies away while the room rings out."""

from collections.abc import Iterable

from ambience.music.playing.hairpin import Points
from ambience.music.score import Bar, Note

_NEAR_BEATS = 0.25  # a tone that ends no sooner before the bar line is held over it


def held_on(notes: Iterable[Note], bar: Bar) -> tuple[Note, ...]:
    """Hold what sounds at the end of the last bar for as long as that bar says."""
    fade_beats = bar.beats(bar.fade_s)
    if not fade_beats:
        return tuple(notes)
    return tuple(
        note.lasting(bar.end_beats + fade_beats - note.onset_beats)
        if note.end_beats > bar.end_beats - _NEAR_BEATS
        else note
        for note in notes
    )


def to_nothing(points: Points, bar: Bar) -> Points:
    """Lead the hairpins of the last bar on to silence; where none are drawn, from full strength."""
    if not bar.fade_s:
        return points
    drawn = points or ((bar.start_beats, 1.0), (bar.end_beats, 1.0))
    return (*drawn, (bar.end_beats + bar.beats(bar.fade_s), 0.0))
