"""Al niente: what is held at the end of the piece dies away while the room rings out."""

from collections.abc import Iterable, Sequence

from ambience.music.playing.hairpin import Points
from ambience.music.score import Bar, Note

_NEAR_BEATS = 0.25  # a tone that ends no sooner before the bar line is held over it


def held_on(notes: Iterable[Note], bar: Bar) -> tuple[Note, ...]:
    """Hold what sounds at the end of the last bar until all is silent."""
    near, silent = bar.end_beats - _NEAR_BEATS, _silent_beats(bar)
    return tuple(note.lasting(silent - note.onset_beats) if note.end_beats > near else note for note in notes)


def to_nothing(points: Sequence[tuple[float, float]], bar: Bar) -> Points:
    """Lead the hairpins of the last bar on to silence; where none are drawn, from full strength."""
    drawn = points or ((bar.start_beats, 1.0), (bar.end_beats, 1.0))
    return (*drawn, (_silent_beats(bar), 0.0))


def _silent_beats(bar: Bar) -> float:
    return bar.end_beats + bar.beats(bar.fade_s)
