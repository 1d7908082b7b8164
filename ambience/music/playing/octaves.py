"""In which octave a line is sung: as one where it fits a register, else gesture by gesture."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ambience.music.score import Line, Note

_KIN_SEMITONES = 2  # by which a motif's intervals change when it moves through a scale
_LONGER = 1.5  # times as long as its neighbors: a note on which a gesture ends
_REST_BEATS = 0.2
_BETWEEN, _WITHIN, _IN_MOTIF = 1.0, 30.0, 900.0  # what it costs to change the octave there
_OFF_CENTER = 0.01  # a note and semitone: it decides where nothing else does


def octave_shifts(
    line: Line,
    lowest_midi: int,
    highest_midi: int,
    *,
    center_midi: float,
    head_semitones: tuple[int, ...] = (),
) -> tuple[int, ...]:
    """Choose for every note of a line by how many semitones, whole octaves, it is moved into a register.

    Parameters
    ----------
    line : Line
        One after the other.
    lowest_midi, highest_midi : int
        The register, at least 11 semitones wide.
    center_midi : float
        Where it is sung best; it may lie outside, for as high or as low as can be.
    head_semitones : tuple of int, optional
        Intervals of the motif that the line may repeat.

    Returns
    -------
    shifts : tuple of int
        The same for all notes if the line fits the register as one. If not, the octave changes between gestures, and
        within them only where a gesture is too wide: rather anywhere than in the motif.
    """
    if not line:
        return ()
    low = min(note.pitch_midi for note in line)
    high = max(note.pitch_midi for note in line)
    whole = [shift for shift in _shifts(low, lowest_midi, highest_midi) if high + shift <= highest_midi]
    if whole:
        middle = 0.5 * (low + high)
        return (min(whole, key=lambda shift: abs(middle + shift - center_midi)),) * len(line)
    return _by_gestures(line, lowest_midi, highest_midi, center_midi, head_semitones)


def _shifts(pitch: int, lowest: int, highest: int) -> range:
    """List the octaves in which a pitch lies within a register."""
    return range(-((pitch - lowest) // 12) * 12, highest - pitch + 1, 12)


@lru_cache(maxsize=64)  # a statement is asked for in every bar of it
def _by_gestures(line: Line, lowest: int, highest: int, center: float, head: tuple[int, ...]) -> tuple[int, ...]:
    """Change the octave where it is heard least.

    Dynamic programming over the notes: A. J. Viterbi, "Error bounds for convolutional codes", 1967.
    """

    def off(note: Note, shift: int) -> float:
        return _OFF_CENTER * abs(note.pitch_midi + shift - center)

    paths: list[tuple[float, tuple[int, ...]]]
    paths = [(off(line[0], shift), (shift,)) for shift in _shifts(line[0].pitch_midi, lowest, highest)]
    for note, cost in zip(line[1:], _costs(line, head), strict=True):
        paths = [
            min(
                (so_far + cost * abs(shift - path[-1]) / 12 + off(note, shift), (*path, shift))
                for so_far, path in paths
            )
            for shift in _shifts(note.pitch_midi, lowest, highest)
        ]
    return min(paths)[1]


def _costs(line: Sequence[Note], head: tuple[int, ...]) -> list[float]:
    """Price a change of octave after each note but the last."""
    waits = [b.onset_beats - a.onset_beats for a, b in pairwise(line)]
    costs = [_WITHIN] * len(waits)
    for place, note in enumerate(line[:-1]):
        around = [*waits[max(place - 1, 0) : place], *waits[place + 1 : place + 2]]
        long = bool(around) and waits[place] >= _LONGER * min(around) and waits[place] >= max(around)
        if long or line[place + 1].onset_beats > note.end_beats + _REST_BEATS:
            costs[place] = _BETWEEN
    for place in _repetitions(line, head):
        costs[place : place + len(head)] = [_IN_MOTIF] * len(head)
        if place:
            costs[place - 1] = _BETWEEN
    return costs


def _repetitions(line: Sequence[Note], head: tuple[int, ...]) -> list[int]:
    """List where a motif begins, upright or mirrored, on any degree of a scale; none begins within another."""
    steps = [b.pitch_midi - a.pitch_midi for a, b in pairwise(line)]
    places: list[int] = []
    for place in range(len(steps) - len(head) + 1) if head else ():
        if places and place < places[-1] + len(head):
            continue
        here = steps[place : place + len(head)]
        if any(all(abs(a - sign * b) <= _KIN_SEMITONES for a, b in zip(here, head, strict=True)) for sign in (1, -1)):
            places.append(place)
    return places
