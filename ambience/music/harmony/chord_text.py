"""Triads in letters, as on a lead sheet: "Cm", "Ab", "F#dim", "Baug", "C5"."""

import re

from ambience.errors import ParameterError, explain
from ambience.music.harmony.chords import Chord
from ambience.music.pitch import parse_tonic, tonic_name
from ambience.music.scale import Scale

_SUFFIXES = {"": "major", "m": "minor", "dim": "diminished", "aug": "augmented", "5": "fifth"}
_QUALITIES = {quality: suffix for suffix, quality in _SUFFIXES.items()}
_CHORD = re.compile(rf"([A-G][#b]?)({'|'.join(suffix for suffix in _SUFFIXES if suffix)}|)")


def parse_chords(text: str) -> tuple[Chord, ...]:
    """Read chords in root position such as "Cm Ab Fm G", one after the other.

    Raises
    ------
    ParameterError
        Naming the first that cannot be read.
    """
    chords: list[Chord] = []
    for token in text.split():
        found = _CHORD.fullmatch(token)
        if found is None:
            hint = "Such as Cm, Ab, F#dim, Baug or C5."
            raise ParameterError(
                explain("chords", "token", token, "must be a root with m, dim, aug, 5 or nothing", hint)
            )
        root_pc = parse_tonic(found[1])
        chords.append(Chord(root_pc, _SUFFIXES[found[2]], root_pc))
    return tuple(chords)


def chords_text(chords: tuple[Chord, ...], scale: Scale) -> str:
    """Write triads as `parse_chords` reads them, spelled as the key signature would."""
    return " ".join(f"{tonic_name(chord.root_pc, scale)}{_QUALITIES[chord.quality]}" for chord in chords)
