"""How a pitch is spelled: a letter and an accidental, found on the line of fifths."""

from typing import NamedTuple

from ambience.music.harmony.chords import Chord
from ambience.music.scale import MODES, Scale

_LETTERS = "FCGDAEB"  # from position -1 on the line of fifths: C = 0, G = 1, F = -1
_LETTER_PCS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_DIATONIC = (0, 2, 4, 5, 7, 9, 11)
_FIFTHS = (0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5)  # of an interval above a root, by semitones
_PLAIN = range(-8, 13)  # F flat … B sharp: a chromatic tone has no double accidental
_REMOTE = range(-9, 15)  # B double flat … C double sharp: a tone of the scale may, for the sake of its letter


class Spelled(NamedTuple):
    """A written pitch."""

    step: str  # a letter A to G
    alter: int  # semitones, sharps positive
    octave: int  # 4 holds middle C


def signature(scale: Scale) -> int:
    """Return the key signature nearest to a scale, in sharps (flats are negative), -5 … 6.

    The one that leaves the fewest accidentals; of equals, the one nearest to plain major or minor on the same tonic.
    """
    plain = _wrap(7 * scale.tonic_pc - (3 if scale.minor else 0))

    def cost(fifths: int) -> tuple[int, int]:
        inside = {(pc + 7 * fifths) % 12 for pc in _DIATONIC}
        return sum(pc not in inside for pc in scale.pcs), abs(_wrap(fifths - plain))

    return min(range(-5, 7), key=cost)


def fifths_of(pitch_midi: int, scale: Scale, chord: Chord | None = None) -> int:
    """Place a sounding pitch on the line of fifths: as the scale spells it, else as the chord does, else the nearest.

    The distance along the line as a measure of kinship: D. Temperley, "The Cognition of Basic Musical Structures",
    2001, ch. 5.
    """
    pc = pitch_midi % 12
    if scale.contains(pc):
        return _in_scale(pc, scale)
    center = signature(scale) + 2
    if chord is not None and pc in chord.pcs:
        root = _in_scale(chord.root_pc, scale) if scale.contains(chord.root_pc) else _nearest(chord.root_pc, center)
        place = root + _FIFTHS[(pc - chord.root_pc) % 12]
        if place in _PLAIN and (place * 7 - pc) % 12 == 0:
            return place
    return _nearest(pc, center)


def spell(fifths: int, pitch_midi: int) -> Spelled:
    """Write a pitch whose place on the line of fifths is known."""
    alter, letter = divmod(fifths + 1, 7)
    step = _LETTERS[letter]
    return Spelled(step, alter, (pitch_midi - alter - _LETTER_PCS[step]) // 12 - 1)


def signature_alter(fifths: int, step: str) -> int:
    """Return by how many semitones a key signature alters a letter: -1, 0 or 1."""
    order = _LETTERS.index(step)
    return (order < fifths) - (order >= 7 + fifths)


def _in_scale(pc: int, scale: Scale) -> int:
    """Spell a tone of the scale; in a scale of seven tones, each has a letter of its own."""
    fifths = signature(scale)
    steps = MODES[scale.mode]
    if len(steps) != 7:
        return _nearest(pc, fifths + 2)
    tonic = _nearest(scale.tonic_pc, fifths + 2)
    degree = steps.index((pc - scale.tonic_pc) % 12)
    return min(
        (place for place in _places(pc, _REMOTE) if (place - tonic - 2 * degree) % 7 == 0),
        default=_nearest(pc, fifths + 2),
        key=lambda place: abs(place - fifths - 2),
    )


def _nearest(pc: int, center: int) -> int:
    return min(_places(pc), key=lambda place: (abs(place - center), place))


def _places(pc: int, line: range = _PLAIN) -> tuple[int, ...]:
    return tuple(place for place in line if (place * 7 - pc) % 12 == 0)


def _wrap(fifths: int) -> int:
    """Turn a place on the line of fifths into the key signature with the fewest accidentals."""
    return (fifths + 5) % 12 - 5
