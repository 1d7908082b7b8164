"""The roll of one layer: what was played, punched into a strip of numbers until somebody asks for all of it."""

from array import array
from collections.abc import Iterable
from functools import partial

import numpy as np

from ambience.music.playing.hairpin import Points
from ambience.music.score import Note
from ambience.music.sheet import Score
from ambience.music.work import TimedNote
from ambience.packed import Packed
from ambience.units import FloatArray

_NOTE_NUMBERS, _POINT_NUMBERS = 7, 2
_ONSET, _DURATION, _PITCH = range(3)
_LEAST_BEATS = 1e-6  # a note that would last no longer is none; a length that differs by no more is the same


class Roll:
    """Keeps the notes and hairpins of a layer: 56 bytes a note where notes as they are played take 300."""

    def __init__(self) -> None:
        self._notes, self._points = array("d"), array("d")
        self._words: dict[str, int] = {}  # the articulations, by what stands for each

    def punch(self, played: Iterable[TimedNote], points: Points) -> None:
        """Keep what was played in a bar, and what of its hairpins lies beyond those that are kept."""
        words, keep = self._words, self._notes.extend
        for note, _, end_s in played:
            onset, duration, pitch, velocity, articulation, detune = note
            keep((onset, duration, pitch, velocity, words.setdefault(articulation, len(words)), detune, end_s))
        for beat, height in points:
            if not self._points or beat > self._points[-_POINT_NUMBERS]:
                self._points.extend((beat, height))

    def copied(self) -> "Roll":
        """Return a roll on which the same is punched, and that goes on by itself."""
        twin = Roll()
        twin._notes, twin._points, twin._words = self._notes[:], self._points[:], dict(self._words)
        return twin

    def notes(self, score: Score) -> Packed[Note]:
        """Return the notes by rising onset, each as many beats long as its seconds make on the score's tempo map."""
        table = np.array(self._notes).reshape(-1, _NOTE_NUMBERS)
        table = table[np.lexsort((table[:, _PITCH], table[:, _ONSET]))]
        durations = score.beats_at(np.minimum(table[:, -1], score.length_s)) - table[:, _ONSET]
        others = np.abs(durations - table[:, _DURATION]) >= _LEAST_BEATS
        table[others, _DURATION] = durations[others]
        kept = table[~others | (durations > _LEAST_BEATS), :-1]
        return Packed(partial(_note, tuple(self._words)), kept)

    def hairpins(self) -> Packed[tuple[float, float]]:
        """Return (beat, expression 0..1), by rising beat."""
        table: FloatArray = np.array(self._points).reshape(-1, _POINT_NUMBERS)
        return Packed(_point, table)


def _note(
    words: tuple[str, ...], onset: float, duration: float, pitch: float, velocity: float, word: float, detune: float
) -> Note:
    return Note(onset, duration, int(pitch), velocity, words[int(word)], detune)


def _point(beat: float, height: float) -> tuple[float, float]:
    return beat, height
