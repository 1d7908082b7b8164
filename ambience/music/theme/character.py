"""What a theme's character means in notes: each word is one row of what chance prefers and what the ear asks for."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce
from typing import TypeVar

from ambience.errors import ParameterError, explain, require
from ambience.music.scale import MODES
from ambience.plugins import suggest

Limits = tuple[float, float]
Name = TypeVar("Name", bound=Hashable)
Weights = tuple[tuple[Name, float], ...]

_MOST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Character:
    """How a theme is drawn and judged; the defaults are those of a theme of no particular character."""

    leaps: Weights[int] = ((3, 0.3), (4, 0.32), (5, 0.14), (7, 0.1), (-3, 0.07), (-4, 0.07))  # steps of its signature
    starts: tuple[float, ...] = (0.45, 0.25, 0.15, 0.15)  # on the tonic, the fifth below, the third, the fifth
    period: float = 0.45  # 0..1: how often it is a period, where the form is left open
    cells: Weights[str] = ()  # factors to kinds of cells: "long", "dotted", "even", "quick", "snap"
    contours: tuple[str, ...] = ()  # names in `CONTOURS`, one of which it must have; empty: any
    notes_a_bar: Limits = (2.0, 3.3)  # in bars of four beats
    long_share: Limits = (0.42, 0.72)  # of the time on notes of two beats and more: broad, but not a chorale
    range_semitones: Limits = (9, 15)
    height: float = 0.5  # 0 low … 1 high in its register
    colors: Weights[str] = ()  # what a bar on this chord, a Roman numeral, is worth beyond its fit
    modes: tuple[str, ...] = ()  # modes of which it takes one, unless a mode is given; empty: that of the piece


# By ear, with the conventions of film music in mind: the dotted rising fourth and fifth of heroes, the falling line and
# flat second of menace, bare octaves of loneliness (P. Tagg, "Music's Meanings", 2012; F. Lehman, "Hollywood Harmony",
# 2018, for the chords).
CHARACTERS: dict[str, Character] = {
    "noble": Character(
        leaps=((3, 0.35), (4, 0.5), (5, 0.15)),
        starts=(0.5, 0.45, 0.0, 0.05),
        cells=(("long", 1.3), ("dotted", 2.5), ("quick", 0.2), ("snap", 0.0)),
        contours=("arch", "terraced"),
        notes_a_bar=(1.8, 2.8),
        long_share=(0.5, 0.8),
        range_semitones=(11, 15),
        colors=(("IV", 0.8), ("bVI", 0.5), ("bIII", 0.5), ("bVII", 0.5)),
        modes=("ionian", "mixolydian", "dorian", "aeolian"),
    ),
    "heroic": Character(
        leaps=((3, 0.3), (4, 0.5), (7, 0.2)),
        starts=(0.35, 0.65, 0.0, 0.0),
        period=0.3,
        cells=(("dotted", 3.5), ("even", 0.6), ("snap", 0.0)),
        contours=("rising wave", "terraced"),
        notes_a_bar=(2.3, 3.6),
        long_share=(0.35, 0.62),
        range_semitones=(12, 16),
        height=0.65,
        colors=(("bVI", 0.8), ("bVII", 0.8), ("IV", 0.4), ("II", 0.4)),
        modes=("mixolydian", "lydian", "ionian", "dorian", "aeolian"),
    ),
    "lonely": Character(
        leaps=((5, 0.3), (7, 0.25), (-4, 0.25), (4, 0.2)),
        starts=(0.2, 0.3, 0.2, 0.3),
        period=0.7,
        cells=(("long", 3.0), ("quick", 0.3), ("dotted", 0.6)),
        contours=("descending sigh", "valley"),
        notes_a_bar=(1.3, 2.2),
        long_share=(0.6, 0.9),
        range_semitones=(10, 15),
        height=0.6,
        colors=(("v", 0.8), ("iv", 0.6), ("bVI", 0.4)),
        modes=("aeolian", "dorian", "phrygian"),
    ),
    "menacing": Character(
        leaps=((-3, 0.3), (-4, 0.3), (5, 0.25), (4, 0.15)),
        starts=(0.5, 0.1, 0.25, 0.15),
        period=0.15,
        cells=(("snap", 4.0), ("even", 1.6), ("dotted", 0.3), ("quick", 1.6)),
        contours=("late ascent", "valley"),
        notes_a_bar=(2.4, 3.6),
        long_share=(0.3, 0.55),
        range_semitones=(7, 12),
        height=0.1,
        colors=(("bII", 2.2), ("#IV", 1.8), ("iv", 0.4), ("V", -0.6), ("bIII", -0.5), ("IV", -1.0)),
        modes=("phrygian", "harmonic_minor", "locrian", "octatonic", "lydian_minor", "phrygian_dominant"),
    ),
    "hopeful": Character(
        leaps=((4, 0.45), (5, 0.4), (3, 0.15)),
        starts=(0.3, 0.4, 0.2, 0.1),
        cells=(("dotted", 1.5), ("snap", 0.2)),
        contours=("rising wave", "arch"),
        notes_a_bar=(2.0, 3.2),
        range_semitones=(11, 15),
        height=0.65,
        colors=(("IV", 0.9), ("II", 0.5), ("bVI", 0.4), ("III", 0.4)),
        modes=("ionian", "lydian", "mixolydian", "dorian"),
    ),
    "solemn": Character(
        leaps=((3, 0.6), (4, 0.25), (-3, 0.15)),
        starts=(0.6, 0.1, 0.2, 0.1),
        period=0.7,
        cells=(("long", 2.5), ("even", 2.0), ("quick", 0.1), ("dotted", 0.5), ("snap", 0.0)),
        contours=("arch", "terraced"),
        notes_a_bar=(1.4, 2.3),
        long_share=(0.6, 0.9),
        range_semitones=(7, 12),
        height=0.3,
        colors=(("iv", 0.7), ("bVII", 0.5), ("v", 0.4), ("IV", 0.3)),
        modes=("aeolian", "dorian", "mixolydian", "ionian"),
    ),
    "restless": Character(
        leaps=((3, 0.3), (5, 0.3), (-3, 0.2), (-4, 0.2)),
        starts=(0.2, 0.2, 0.3, 0.3),
        period=0.2,
        cells=(("quick", 3.0), ("even", 1.5), ("long", 0.4), ("snap", 1.5)),
        contours=("rising wave", "valley"),
        notes_a_bar=(3.0, 4.4),
        long_share=(0.15, 0.42),
        range_semitones=(10, 15),
        colors=(("bIII", 0.5), ("VI", 0.6), ("bII", 0.5)),
        modes=("dorian", "harmonic_minor", "aeolian", "phrygian"),
    ),
    "tender": Character(
        leaps=((5, 0.5), (4, 0.3), (3, 0.2)),
        starts=(0.15, 0.35, 0.3, 0.2),
        period=0.75,
        cells=(("long", 1.4), ("even", 1.4), ("dotted", 0.7), ("snap", 0.3)),
        contours=("arch", "descending sigh"),
        notes_a_bar=(1.8, 2.9),
        range_semitones=(8, 13),
        height=0.6,
        colors=(("iv", 0.7), ("IV", 0.5), ("III", 0.3)),
        modes=("ionian", "lydian", "dorian", "aeolian"),
    ),
}

PLAIN = Character()


@cache
def parse_character(text: str) -> Character:
    """Read one or two words such as "noble" or "lonely hopeful"; none is a theme of no particular character.

    Raises
    ------
    ParameterError
        If a word is unknown, or there are too many.
    """
    words = text.replace(",", " ").split()
    require(len(words) <= _MOST_WORDS, "theme", "character", text, f"must be at most {_MOST_WORDS} words")
    for word in words:
        if word not in CHARACTERS:
            hint = suggest(word, tuple(CHARACTERS))
            raise ParameterError(explain("theme", "character", word, "is no character", hint))
    return reduce(_blend, [CHARACTERS[word] for word in words]) if words else PLAIN


def mode_for(character: Character, home: str) -> str:
    """Choose a theme's mode: that of the piece if it suits the character, else the best with the same third."""
    if home in character.modes or not character.modes:
        return home
    related = [mode for mode in character.modes if (3 in MODES[mode]) == (3 in MODES[home])]
    return (related or character.modes)[0]


def _blend(one: Character, other: Character) -> Character:
    """Stand between two characters; where they name things, either may be had."""
    shared = tuple(mode for mode in one.modes if mode in other.modes)
    return replace(
        one,
        leaps=_mixed(one.leaps, other.leaps),
        starts=tuple((a + b) / 2.0 for a, b in zip(one.starts, other.starts, strict=True)),
        period=(one.period + other.period) / 2.0,
        cells=_mixed(one.cells, other.cells, absent=1.0),
        contours=tuple(name for name in one.contours if name in other.contours) or one.contours + other.contours,
        notes_a_bar=_between(one.notes_a_bar, other.notes_a_bar),
        long_share=_between(one.long_share, other.long_share),
        range_semitones=_between(one.range_semitones, other.range_semitones),
        height=(one.height + other.height) / 2.0,
        colors=_mixed(one.colors, other.colors),
        modes=shared or one.modes + other.modes,
    )


def _mixed(
    one: Sequence[tuple[Name, float]], other: Sequence[tuple[Name, float]], absent: float = 0.0
) -> Weights[Name]:
    first: dict[Name, float] = dict(one)
    second: dict[Name, float] = dict(other)
    names = dict.fromkeys([*first, *second])
    return tuple((name, (first.get(name, absent) + second.get(name, absent)) / 2.0) for name in names)


def _between(one: Limits, other: Limits) -> Limits:
    return ((one[0] + other[0]) / 2.0, (one[1] + other[1]) / 2.0)
