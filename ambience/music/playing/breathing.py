"""Breath: where players of winds and voices take it, since nobody can sing for ever."""

from collections.abc import Sequence
from functools import lru_cache
from math import inf

from ambience.music.score import Bar, Line, Note

_BREATH_BEATS = 0.5
_LARGEST_SHARE = 0.3  # of a note, that is given up for the breath after it
_EARLIEST = 0.5  # of the breath: before that nobody needs another


def longest_beats(bar: Bar, breath_s: float) -> float:
    """Tell how many beats one breath lasts; a breath of 0 s has no end."""
    return bar.beats(breath_s) if breath_s > 0.0 else inf


def breathes(bar: Bar, breath_s: float, player: int, ahead: int = 0) -> bool:
    """Tell whether a player takes breath at the end of a bar, `ahead` bars from here; neighbors do it in turn."""
    if breath_s <= 0.0:
        return False
    bars = max(int(breath_s / bar.length_s), 1)
    return (bar.index + ahead + player) % bars == bars - 1


@lru_cache(maxsize=64)  # a statement is asked for in every bar of it
def phrased(notes: Line, breath_beats: float) -> tuple[Note, ...]:
    """Shorten notes of a line so that the player breathes in time, after long notes rather than short ones.

    Parameters
    ----------
    notes : Line
        The whole of it.
    breath_beats : float, > 0
        How long the player can go on.
    """
    line, since = list(notes), 0
    for place, note in enumerate(notes):
        if place and note.onset_beats > notes[place - 1].end_beats + 0.2:
            since = place  # a rest of the line's own
        while note.end_beats - notes[since].onset_beats > breath_beats and since < place:
            at = _best_breath(notes, since, place, breath_beats)
            line[at] = _shortened(notes[at], breath_beats)
            since = at + 1
        if note.duration_beats > breath_beats:
            line[place], since = _shortened(note, breath_beats), place + 1
    return tuple(line)


def _best_breath(notes: Sequence[Note], first: int, last: int, breath_beats: float) -> int:
    """Choose the longest note among those after which the breath would be due."""
    began = notes[first].onset_beats
    due = [n for n in range(first, last) if notes[n].end_beats - began >= _EARLIEST * breath_beats]
    return max(due or [last - 1], key=lambda n: (notes[n].duration_beats, n))


def _shortened(note: Note, longest: float) -> Note:
    kept = note.duration_beats - min(_BREATH_BEATS, _LARGEST_SHARE * note.duration_beats)
    return note.lasting(min(kept, longest))
