"""A part for the bench: every n-th of the string notes that overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.plugins import setting
from systems.notes import STRING_S, string_notes

_RELEASE_S = 0.4  # of the instrument: the note is silent when those of the peers are
_TAIL_S = 9.0  # a piece stops so long before its end, for the rooms to ring out; the peers do not stop


@dataclass(frozen=True, slots=True)
class RollingStrings:
    """Notes one after the other, each longer than the way to the next."""

    first: int = setting(0, "number of the first note", low=0, high=7)
    every: int = setting(4, "how many layers share the notes", low=1, high=8)
    velocity: float = setting(0.5, "0..1", low=0.0, high=1.0)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Begin those whose turn comes in this bar, and after the last one go on to the end."""
        held_beats = bar.beats(STRING_S - _RELEASE_S)
        return tuple(
            Note(bar.beats(note.onset_s), held_beats, note.pitch_midi, self.velocity)
            for note in string_notes(bar.start_s, bar.start_s + bar.length_s + bar.ending * _TAIL_S)
            if note.number % self.every == self.first
        )
