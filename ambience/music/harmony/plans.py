"""The harmonic plans: what chords a kind of music uses, how fast they follow, and over what bass.

A cycle is written in Roman numerals on the tonic of the piece, measured on the major scale whatever the mode: `bVI`
lies eight semitones above the tonic. Upper case is major, lower case minor; a suffix names another quality. The cycles
of a plan go from near to remote, and tension opens them from the left. No cycle ends with the chord it begins with.
"""

from typing import Literal, NamedTuple

Bass = Literal["root", "pedal", "dominant", "either"]
Pace = Literal["slow", "bars", "goal"]


class Plan(NamedTuple):
    """One kind of harmony."""

    minor: tuple[str, ...]  # cycles when the tonic triad is minor
    major: tuple[str, ...]  # cycles when it is major
    bass: Bass = "root"  # "either": a pedal or the roots, drawn for each phrase
    pace: Pace = "slow"  # held for seconds, for bars, or spread over the phrase so that the last chord ends it
    hold_s: tuple[float, float] = (16.0, 40.0)  # shortest and longest stay of a chord in a slow plan
    colors: bool = True  # whether tension may add sevenths and ninths


# Major triads a tritone apart: S. Murphy, "The Major Tritone Progression in Recent Hollywood Science Fiction Films",
# MTO 12/2, 2006. Tonic and mediant minor: S. Murphy, "Scoring Loss in Some Recent Popular Film and Television",
# MTS 36/2, 2014. Chromatic mediants: F. Lehman, "Hollywood Harmony", 2018. Stays of 16..40 s: listeners integrate
# harmony over about 22 s (M. Farbood et al., Frontiers in Psychology, 2013).
PLAN_TABLE: dict[str, Plan] = {
    "pedal": Plan(
        minor=("i isus2 bVI iv", "i bVII iv bVI", "i ii bVII v", "i bII i^7 iv", "i bII iiio icluster"),
        major=("I Isus2 IV vi", "I II I^7 vi", "I bVII IV v", "I bII I^7 iv", "I #IV bII I+"),
        bass="pedal",
    ),
    "modal": Plan(
        minor=("i bVII bVI bVII", "i bIII bVII iv", "i bVI bIII bVII", "i v bVI iv", "i bVI iv bII"),
        major=("I II I vi", "I bVII IV", "I iii IV vi", "I v bVII IV", "I bVI bVII"),
        hold_s=(16.0, 32.0),
    ),
    "wonder": Plan(
        minor=("i bVI I bIII", "i III bVI I", "i #vi I bVI", "i III VII bIII", "i iii bvi bVI"),
        major=("I bVI I bIII", "I III bVI I", "I VI #IV bIII", "I bIII #IV VI", "I III bVI bVI#11"),
        hold_s=(16.0, 32.0),
    ),
    "space": Plan(
        minor=("I #IV", "bVI II", "bIII VI", "I #IV bIII VI"),
        major=("I #IV", "IV VII", "I #IV bIII VI"),
        hold_s=(16.0, 32.0),
        colors=False,
    ),
    "loss": Plan(
        minor=("i bIII", "bVI i", "bIII v", "i bIII bVI bIII", "i bIII i bvi"),
        major=("I iii", "I iii vi iii", "IV vi I iii", "I iii bVI v", "I iii I bvi"),
        hold_s=(16.0, 28.0),
    ),
    "dark": Plan(
        minor=("i bII i bvii", "i bii i bvi", "i bII bvi bII", "i #iv i bii", "i #iv bii vii"),
        major=("i bII i bvii", "i bii i bvi", "i bII bvi bII", "i #iv i bii", "i #iv bii vii"),
        bass="pedal",
        hold_s=(16.0, 36.0),
    ),
    "battle": Plan(
        minor=("i i bVI bVII", "i bVI iv bII", "i bIII bVI bII", "i bvi i bII", "i #iv bII v", "I #IV bII V"),
        major=("i i bVI bVII", "i bVI iv bII", "i bIII bVI bII", "i bvi i bII", "i #iv bII v", "I #IV bII V"),
        bass="either",
        pace="bars",
        colors=False,
    ),
    "suspense": Plan(
        minor=(
            "isus4 iv Vsus4 bVI",
            "Vsus4 io iio bVI",
            "io iio #iio iiio",
            "i^7 bii^7 ii^7 biii^7",
            "iio7 bVI+ icluster viio7",
        ),
        major=(
            "Isus4 IV Vsus4 v",
            "Vsus4 io iio bVI",
            "io iio #iio iiio",
            "I+ bII+ II+ bIII+",
            "iio7 bVI+ icluster viio7",
        ),
        bass="dominant",
        hold_s=(6.0, 16.0),
        colors=False,
    ),
    "dawn": Plan(
        minor=(
            "i bVI i bVII iv bVI iv I",
            "bVI bVII i v IV bVII IV I",
            "iv bIII bVI bVII v bIII II Iadd9",
            "bII bVI iv bIII bVII bVI iv I",
        ),
        major=(
            "vi IV I V vi IV II I",
            "bVI bVII I V IV bVII IV I",
            "IV I ii V vi ii II Iadd9",
            "bVI iv I V vi IV II I",
        ),
        pace="goal",
        colors=False,
    ),
}

MODAL_CYCLES: dict[str, tuple[str, ...]] = {
    "dorian": ("i IV i bVII", "i bVII IV bVII", "i ii bIII IV", "i IV bVII v"),
    "phrygian": ("i bII i bvii", "i bVI bII i", "i bvii bVI bII", "i iv bII bIII"),
    "lydian": ("I II I vi", "I II vii II", "I V II vi", "I II iii VII"),
    "mixolydian": ("I bVII IV", "I v bVII IV", "I IV v bVII", "I bVII v ii"),
    "ionian": ("I vi IV I", "I iii IV vi", "I ii vi IV", "vi IV I iii"),
    "harmonic_minor": ("i bVI iv V", "i iv V bVI", "i bVI bIII+ V", "i V bVI iio"),
    "phrygian_dominant": ("I bII I bvii", "I iv bII", "I bII bvii iv", "I bVI+ iv bII"),
    "locrian": ("i5 bV bVI bV", "i5 bII iv bvii", "i5 bV bII bVI", "io bV bII biii"),
    "lydian_minor": ("i II i V", "i V II vii", "i II vii V", "i II bIII+ V"),
    "octatonic": ("i bIII i #IV", "i bIII #IV VI", "I #IV bIII VI", "i #iv bIII VI"),
}
"""The modal plan's own cycles in modes that are neither plain minor nor plain major."""

NUMERALS = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}

SUFFIXES: dict[str, tuple[str, str]] = {
    "": ("major", "minor"),
    "o": ("diminished", "diminished"),
    "o7": ("diminished7", "diminished7"),
    "+": ("augmented", "augmented"),
    "5": ("fifth", "fifth"),
    "7": ("dominant7", "minor7"),
    "^7": ("major7", "minor_major7"),
    "#11": ("major_sharp11", "minor"),
    "sus2": ("sus2", "sus2"),
    "sus4": ("sus4", "sus4"),
    "add9": ("add9", "minor_add9"),
    "cluster": ("cluster", "cluster"),
}
"""Quality of an upper-case and of a lower-case numeral."""

QUALITIES: dict[str, tuple[int, ...]] = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "augmented": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "fifth": (0, 7),
    "major7": (0, 4, 7, 11),
    "minor7": (0, 3, 7, 10),
    "dominant7": (0, 4, 7, 10),
    "diminished7": (0, 3, 6, 9),
    "minor_major7": (0, 3, 7, 11),
    "minor9": (0, 3, 7, 10, 14),
    "add9": (0, 4, 7, 14),
    "minor_add9": (0, 3, 7, 14),
    "major_sharp11": (0, 4, 7, 18),
    "cluster": (0, 1, 2, 6),
}
"""Semitones above the root."""
