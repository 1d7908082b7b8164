"""What a failing supply leaves of the theme: fragments of seven tones, of two, a last tone, none."""

from bisect import bisect_left
from collections.abc import Sequence

from ambience.music.score import Bar, Note

_LONGEST, _SHORTEST = 7, 2  # tones of a fragment when supply is plentiful, and when it is nearly gone
_WHOLE_LEVEL = 0.6  # below it every second fragment is silence
_LAST_TONE_LEVEL = 0.1
_EPSILON_BEATS = 1e-6


def carried(notes: Sequence[Note], bar: Bar) -> Sequence[Note]:
    """Keep those notes of the theme for which the supply of a bar still suffices.

    The statement falls into sevens; of each only the beginning is left, so that the order of its intervals stays. Near
    the end it is one tone, then none.
    """
    level = bar.controls.level
    if level >= 1.0:
        return notes
    onsets = [note.onset_beats for note in bar.theme.statement]
    return [note for note in notes if _is_left(bisect_left(onsets, note.onset_beats - _EPSILON_BEATS), level)]


def _is_left(place: int, level: float) -> bool:
    """Tell whether the tone at a place of the statement is still sung."""
    fragment, tone = divmod(place, _LONGEST)
    length = 1 if level < _LAST_TONE_LEVEL else _SHORTEST + int((_LONGEST - _SHORTEST) * level + 0.25)
    return level > 0.0 and tone < length and (level >= _WHOLE_LEVEL or fragment % 2 == 0)
