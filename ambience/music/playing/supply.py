"""What a failing supply leaves of the theme: all of it, fragments that shrink to two tones, a last tone, none."""

from bisect import bisect_left
from collections.abc import Sequence

from ambience.music.score import Bar, Note

_LONGEST = 7  # tones of a fragment just below the level at which all is sung
_FRAGMENTS = ((0.1, 1), (0.25, 2), (0.4, 3), (0.52, 4), (0.56, 5), (0.6, _LONGEST))  # below a level, so many tones
_EPSILON_BEATS = 1e-6


def carried(notes: Sequence[Note], bar: Bar) -> Sequence[Note]:
    """Keep those notes of the theme for which the supply of a bar still suffices.

    As long as there is enough, breath and heart alone tell of it, and the statement is sung whole. Then it falls into
    sevens, of which the first, the third … are begun, so that its head and the order of its intervals stay. Near the
    end it is one tone, then none.
    """
    level = bar.controls.level
    length = next((tones for below, tones in _FRAGMENTS if level < below), None)
    if length is None:
        return notes
    if level <= 0.0:
        return ()
    onsets = [note.onset_beats for note in bar.theme.statement]
    return [note for note in notes if _is_left(bisect_left(onsets, note.onset_beats - _EPSILON_BEATS), length)]


def _is_left(place: int, length: int) -> bool:
    """Tell whether the tone at a place of a statement that falls apart is still sung."""
    fragment, tone = divmod(place, _LONGEST)
    return tone < length and fragment % 2 == 0
