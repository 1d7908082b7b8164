"""A motif in words: reading and writing it, and saying what becomes of it."""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import nan
from typing import NamedTuple, Protocol

from numpy.random import Generator

from ambience.errors import ParameterError, explain, require
from ambience.music import transform as change
from ambience.music.pitch import parse_pitch, pitch_name
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.plugins import suggest

_VELOCITY = 0.7
_LONGEST_BEATS = 64.0
_DECIMALS = 1_000_000  # of a beat that are told apart
_FINEST_DIVISION = 96  # of a beat, in which triplets are recognized

# word: (smallest amount, largest amount, whole number); None where the word stands alone
_WORDS: dict[str, tuple[float, float, bool] | None] = {
    "statement": None,
    "clone": None,
    "augment": (1.0, 16.0, False),
    "diminish": (1.0, 16.0, False),
    "invert": None,
    "retrograde": None,
    "fragment": (1, 64, True),
    "tail": (1, 64, True),
    "sequence": (-7, 7, True),
    "reharmonise": None,
    "register": (-3, 3, True),
    "misprint": (0.0, 1.0, False),
    "thin": (0.0, 1.0, False),
    "rest": None,
}
_GROWING = "misprint"  # takes a second number, toward which the first one grows
TRANSFORMS: tuple[str, ...] = tuple(_WORDS)
"""The words of which a transform is made."""


class ThemeLike(Protocol):
    """What a transform needs to know of a theme."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """Notes of the theme from beat 0."""

    @property
    def head_notes(self) -> int:
        """How many of them are the head motif."""

    @property
    def bar_beats(self) -> float:
        """Length of its bars."""


class Step(NamedTuple):
    """One word of a transform."""

    word: str  # a name in `TRANSFORMS`
    amount: float = 0.0  # what the number after it says; 0 where it takes none
    final: float = 0.0  # what it has grown to at the end; the same where nothing grows


class Transform(NamedTuple):
    """What becomes of a theme, step by step."""

    steps: tuple[Step, ...]

    @property
    def stretch(self) -> float:
        """Beats of the result for one beat of the theme: 3 when augmented threefold."""
        stretch = 1.0
        for step in self.steps:
            stretch *= {"augment": step.amount, "diminish": 1.0 / (step.amount or 1.0)}.get(step.word, 1.0)
        return stretch

    @property
    def reharmonised(self) -> bool:
        """Whether the melody stays and its harmony is to change."""
        return any(step.word == "reharmonise" for step in self.steps)


def parse_motif(text: str) -> tuple[Note, ...]:
    """Read a motif such as "C4:1 G4:0.5 R:1 Eb4:2", one `pitch:beats` after the other, `R` for a rest.

    Raises
    ------
    ParameterError
        Naming the token that cannot be read, or if there is no note.
    """
    notes: list[Note] = []
    beat = Fraction(0)  # exact, or twelve triplets would miss their bar line
    for token in text.split():
        name, colon, length = token.partition(":")
        if not colon:
            raise ParameterError(explain("motif", "token", token, "must be pitch:beats", "Such as C4:1, or R:0.5."))
        duration_beats = _parse_beats(token, length)
        if name.upper() != "R":
            notes.append(Note(float(beat), duration_beats, _parse_pitch(token, name), _VELOCITY))
        beat += Fraction(duration_beats).limit_denominator(_DECIMALS)
    require(bool(notes), "motif", "text", text, "must hold at least one note", "Such as C4:1 G4:0.5 Eb4:2.")
    return tuple(notes)


def motif_text(notes: Sequence[Note]) -> str:
    """Write a single line of notes as `parse_motif` reads it, from its first note; none outlasts the next."""
    tokens: list[str] = []
    beat = notes[0].onset_beats if notes else 0.0
    for index, note in enumerate(notes):
        if note.onset_beats > beat + 1e-9:
            tokens.append(f"R:{_beats_text(note.onset_beats - beat)}")
        following = notes[index + 1].onset_beats if index + 1 < len(notes) else note.end_beats
        duration_beats = min(note.duration_beats, following - note.onset_beats)
        tokens.append(f"{pitch_name(note.pitch_midi)}:{_beats_text(duration_beats)}")
        beat = note.onset_beats + duration_beats
    return " ".join(tokens)


def head(notes: Sequence[Note], count: int | None = None) -> tuple[int, ...]:
    """Return the semitones from note to note of the first `count` notes; of all when None."""
    return tuple(b.pitch_midi - a.pitch_midi for a, b in pairwise(notes[:count]))


def parse_transform(text: str) -> Transform:
    """Read what becomes of a theme, such as "fragment 5 + augment 2".

    Raises
    ------
    ParameterError
        If a word is unknown, lacks its number, has one too many, or the number is out of range.
    """
    return Transform(tuple(_parse_step(text, part.split()) for part in re.split(r"(?:^|\s)\+(?:\s|$)", text)))


def apply(theme: ThemeLike, transform: Transform, *, scale: Scale, rng: Generator) -> tuple[Note, ...]:
    """Carry out a transform on a theme; the result begins at beat 0 and is empty after "rest".

    Parameters
    ----------
    theme : Theme
        Its notes, head and bar length are used.
    transform : Transform
        Steps, carried out from left to right.
    scale : Scale
        Steps of inversion, sequence and neighbor tones.
    rng : numpy.random.Generator
        Only "misprint" draws from it: four values for every note it copies.

    Raises
    ------
    ParameterError
        If a register shift leaves the note numbers 0..127.
    """
    notes, bar_beats = tuple(theme.notes), theme.bar_beats
    for step in transform.steps:
        if step.word == "sequence" and len(notes) > theme.head_notes:
            notes = notes[: theme.head_notes]
        notes = _carry_out(step, notes, bar_beats, scale, rng)
        bar_beats *= Transform((step,)).stretch
    for note in notes:
        require(0 <= note.pitch_midi <= 127, "transform", "pitch_midi", note.pitch_midi, "must stay in 0..127")
    return notes


def _carry_out(step: Step, notes: tuple[Note, ...], bar_beats: float, scale: Scale, rng: Generator) -> tuple[Note, ...]:
    amount = step.amount
    match step.word:
        case "augment":
            return change.stretch(notes, amount)
        case "diminish":
            return change.stretch(notes, 1.0 / amount)
        case "invert":
            return change.invert(notes, scale)
        case "retrograde":
            return change.retrograde(notes)
        case "fragment":
            return notes[: int(amount)]
        case "tail":
            return change.from_zero(notes[-int(amount) :])
        case "sequence":
            return change.sequence(notes, int(amount), bar_beats, scale)
        case "register":
            return change.transpose(notes, 12 * int(amount))
        case "misprint":
            return change.misprint(notes, amount, step.final, scale, rng)
        case "thin":
            return change.thin(notes, amount, bar_beats)
        case "rest":
            return ()
    return notes  # statement, clone and reharmonise keep the melody as it is


def _parse_step(text: str, words: Sequence[str]) -> Step:
    require(bool(words), "theme", "transform", text, "has an empty step", "Such as fragment 5 + augment 2.")
    word, *numbers = words
    if word not in _WORDS:
        raise ParameterError(explain("theme", "transform", word, "is no transform", suggest(word, TRANSFORMS)))
    rule = _WORDS[word]
    if rule is None:
        require(not numbers, "theme", "transform", " ".join(words), f"{word!r} takes no number")
        return Step(word)
    low, high, whole = rule
    most, many = (2, "one or two numbers") if word == _GROWING else (1, f"one {'whole ' if whole else ''}number")
    wanted = f"must have {many} in {low:g}..{high:g} after {word!r}"
    amounts = tuple(_parse_amount(number) for number in numbers)
    fits = all(low <= amount <= high and (amount.is_integer() or not whole) for amount in amounts)
    require(fits and 1 <= len(amounts) <= most, "theme", "transform", " ".join(words), wanted)
    require(amounts[0] <= amounts[-1], "theme", "transform", " ".join(words), "must not fall: errors only grow")
    return Step(word, amounts[0], amounts[-1])


def _parse_amount(number: str) -> float:
    try:
        return float(number)
    except ValueError:
        return nan  # lies in no range


def _parse_pitch(token: str, name: str) -> int:
    try:
        return parse_pitch(name)
    except ParameterError as fault:
        raise ParameterError(f"motif token {token!r}: {fault}") from None


def _parse_beats(token: str, length: str) -> float:
    try:
        beats = float(Fraction(length))
    except (ValueError, ZeroDivisionError, OverflowError):
        beats = 0.0
    rule = f"must have beats above 0 and at most {_LONGEST_BEATS:g} after the colon"
    require(0.0 < beats <= _LONGEST_BEATS, "motif", "token", token, rule, "Such as C4:1, C4:0.5 or C4:1/3.")
    return beats


def _beats_text(beats: float) -> str:
    simple = Fraction(beats).limit_denominator(_FINEST_DIVISION)
    if simple.denominator % 3 == 0 and abs(simple - Fraction(beats)) < 1e-9:
        return str(simple)  # a third has no last decimal
    return repr(round(beats, 9)).removesuffix(".0")
