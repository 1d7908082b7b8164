"""Names of pitches: reading them as a musician types them, writing them as a musician spells them."""

import re

from ambience.errors import ParameterError, explain, require
from ambience.music.scale import Scale

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_PITCH = re.compile(r"([A-Ga-g])(##|bb|[#b♯♭]?)(-?\d+)")
_TONIC = re.compile(r"([A-Ga-g])([#b♯♭]?)")
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "##": 2, "b": -1, "♭": -1, "bb": -2}
_MAJOR_ON_FIFTHS = {
    "ionian": 0,
    "lydian": 1,
    "mixolydian": -1,
    "dorian": -2,
    "aeolian": -3,
    "phrygian": -4,
    "locrian": -5,
}


def parse_pitch(text: str) -> int:
    """Read a pitch such as "C4" (60), "F#3" or "Bb-1" as a note number 0..127.

    Raises
    ------
    ParameterError
        If the text is no pitch, or lies outside 0..127.
    """
    match = _PITCH.fullmatch(text.strip())
    if match is None:
        rule = "must be a letter A to G, an accidental if any, and an octave"
        raise ParameterError(explain("pitch", "name", text, rule, "Middle C is C4."))
    letter, accidental, octave = match.groups()
    pitch_midi = _LETTERS[letter.upper()] + _ACCIDENTALS[accidental] + 12 * (int(octave) + 1)
    require(0 <= pitch_midi <= 127, "pitch", "name", text, "must lie between C-1 and G9", "Middle C is C4.")
    return pitch_midi


def pitch_name(pitch_midi: int, sharps: bool = False) -> str:
    """Write a note number as a pitch, with flats unless `sharps` are asked for."""
    names = _SHARPS if sharps else _FLATS
    return f"{names[pitch_midi % 12]}{pitch_midi // 12 - 1}"


def parse_tonic(text: str) -> int:
    """Read a tonic such as "F#" as a pitch class 0..11.

    Raises
    ------
    ParameterError
        If the text is no pitch without octave.
    """
    match = _TONIC.fullmatch(text.strip())
    if match is None:
        rule = "must be a letter A to G with an accidental if any"
        raise ParameterError(explain("tonic", "name", text, rule, "Write it as D, Bb or F#."))
    letter, accidental = match.groups()
    return (_LETTERS[letter.upper()] + _ACCIDENTALS[accidental]) % 12


def tonic_name(pc: int, scale: Scale) -> str:
    """Spell a pitch class in ASCII as the key signature of `scale` would: "Bb" in G dorian, "F#" in D ionian."""
    return (_SHARPS if prefers_sharps(scale) else _FLATS)[pc % 12]


def prefers_sharps(scale: Scale) -> bool:
    """Tell whether the key signature of a scale has sharps; unusual modes count as their plain relatives."""
    shift = _MAJOR_ON_FIFTHS.get(scale.mode, -3 if scale.minor else 0)
    signature = (scale.tonic_pc * 7 + shift + 5) % 12 - 5  # -5 flats … 6 sharps, the shorter way round
    return signature > 0
