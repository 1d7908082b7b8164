"""Recognizing the theme: which part of it is heard in a line, in which attitude, and how much of it is left."""

from collections.abc import Iterator
from typing import NamedTuple

from ambience.music import transform as change
from ambience.music.ledger.likeness import likeness
from ambience.music.motif import parse_transform
from ambience.music.score import Note
from ambience.music.theme.spec import Theme

_CLEARER = 0.05  # the head as it is goes before its mirrors unless one of them is clearly nearer

Line = tuple[Note, ...]


class Recognition(NamedTuple):
    """What a line is taken for."""

    heard: str  # "head", "head inverted", "head backward", "head inverted backward" or "ending"
    likeness: float  # 0..1, to what `heard` names


def recognize(theme: Theme, words: str, line: Line) -> Recognition:
    """Tell what of a theme is heard in a line.

    Parameters
    ----------
    theme : Theme
        Whose head is looked for, and its mirrors or the theme's ending where the transform makes such.
    words : str
        The transform from which the line comes; empty: none.
    line : tuple of Note
        By rising onset.
    """
    found = [Recognition(name, likeness(reference, line)) for name, reference in references(theme, words)]
    return max(found, key=lambda one: one.likeness + _CLEARER * (one.heard == "head"))


def references(theme: Theme, words: str) -> Iterator[tuple[str, Line]]:
    """Name what a transform may have left of a theme, and how each of it goes; the head as it is comes first."""
    steps = {step.word: int(step.amount) for step in parse_transform(words).steps} if words else {}
    head = theme.notes[: theme.head_notes]
    yield "head", head
    if "invert" in steps:
        yield "head inverted", change.invert(head, theme.scale)
    if "retrograde" in steps:
        yield "head backward", change.retrograde(head)
    if steps.keys() >= {"invert", "retrograde"}:
        yield "head inverted backward", change.retrograde(change.invert(head, theme.scale))
    if "tail" in steps:
        yield "ending", theme.notes[-steps["tail"] :]
