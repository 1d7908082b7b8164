"""Intonation: who finds every pitch anew, as strings, winds and voices do, tunes it to the chord and to the drone."""

from collections.abc import Sequence
from functools import lru_cache

from ambience.music.harmony.chords import Chord
from ambience.music.score import Note
from ambience.plugins import MidiProfile

# Just intervals of the five-limit above a root, against equal temperament: 1:1, 16:15, 9:8, 6:5, 5:4, 4:3, 45:32, 3:2,
# 8:5, 5:3, 9:5, 15:8. (H. von Helmholtz, "On the Sensations of Tone", 1863, chapter 16.)
_PURE_CENTS = (0.0, 11.7, 3.9, 15.6, -13.7, -2.0, -9.8, 2.0, 13.7, -15.6, 17.6, -11.7)
_FREE_PROGRAMS = frozenset((*range(40, 45), 48, 49, 52, 53, *range(56, 80)))  # General MIDI: bowed, sung or blown


def intones(profile: MidiProfile) -> bool:
    """Tell whether the players of an instrument choose the exact pitch of every tone."""
    return profile.drum_key is None and profile.program in _FREE_PROGRAMS


def intone(notes: Sequence[Note], chord: Chord, drone_pc: int) -> tuple[Note, ...]:
    """Tune the tones of a chord pure, as an ensemble does that listens; what is foreign to it keeps its place.

    Parameters
    ----------
    notes : sequence of Note
        What is played over the chord.
    chord : Chord
        Whose root is tempered, unless it holds the tone of the drone: then that one is.
    drone_pc : int
        Pitch class of the drone, 0..11, which follows nobody.

    Notes
    -----
    Choirs left to themselves sing thirds and fifths within a few cents of pure ones: B. Hagerman and J. Sundberg,
    "Fundamental frequency adjustment in barbershop singing", Journal of Research in Singing 4, 1980.
    """
    cents = _tuning(chord, drone_pc)
    return tuple(
        [
            Note(  # spelled out: `_replace` takes three times as long
                note.onset_beats, note.duration_beats, note.pitch_midi, note.velocity, note.articulation,
                note.detune_cents + cents[note.pitch_midi % 12],
            )
            for note in notes
        ]
    )  # fmt: skip


@lru_cache(maxsize=256)
def _tuning(chord: Chord, drone_pc: int) -> tuple[float, ...]:
    """Return how far every pitch class is moved, in cents."""
    above = [_PURE_CENTS[(pc - chord.root_pc) % 12] for pc in range(12)]
    still = above[drone_pc] if drone_pc in chord.pcs else 0.0
    return tuple(above[pc] - still if pc in chord.pcs else 0.0 for pc in range(12))
