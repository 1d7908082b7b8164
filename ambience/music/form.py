"""The thread of the theme: which transform sounds in which phrase, and the ledger that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from numpy.random import Generator

from ambience.music.harmony import Chord
from ambience.music.motif import apply, parse_transform
from ambience.music.scale import MODES, Scale
from ambience.music.score import Note, ThemeSlice
from ambience.music.theme import Theme
from ambience.scene import SceneState

_WORTH_FINISHING_BEATS = 2.0  # a statement with less than this to go does not hold up the next one


@dataclass(frozen=True, slots=True)
class Statement:
    """One transformed appearance of the theme, placed in the piece."""

    transform: str
    notes: tuple[Note, ...]
    start_beats: float
    stretch: float  # its beats for one beat of the theme: 3 when augmented threefold
    state: str

    @property
    def end_beats(self) -> float:
        """Where its last note ends."""
        return max((note.end_beats for note in self.notes), default=self.start_beats)

    def slice(self, theme: Theme, start_beats: float, end_beats: float) -> ThemeSlice:
        """Cut out what begins within a bar."""
        inside = tuple(n for n in self.notes if start_beats <= n.onset_beats < end_beats - 1e-9)
        return ThemeSlice(self.transform, self.notes, inside, head_semitones(theme))

    def chord_at(self, theme: Theme, beat: float) -> Chord:
        """Return the theme's own harmony at a place of this statement; after its end, its last chord."""
        bar = int((beat - self.start_beats) / (self.stretch * theme.bar_beats) + 1e-6)
        return theme.chords[min(max(bar, 0), len(theme.chords) - 1)]


def state_theme(
    theme: Theme,
    state: SceneState,
    scale: Scale,
    *,
    turn: int,
    start_beats: float,
    running: Statement | None,
    rng: Generator,
) -> Statement:
    """Decide what the theme does in the phrase that begins at `start_beats`.

    Parameters
    ----------
    theme : Theme
        The theme of the piece.
    state : SceneState
        Its `theme` names the transforms, taken in turn.
    scale : Scale
        Scale of the state; the theme keeps its degrees and takes on this mode's color.
    turn : int
        How many phrases of this state have passed, earlier visits included.
    running : Statement or None
        A statement of the same state that has not ended is carried on.
    """
    if running and running.state == state.name and running.end_beats > start_beats + _WORTH_FINISHING_BEATS:
        return running
    if not state.theme:
        return Statement("", (), start_beats, 1.0, state.name)
    words = state.theme[turn % len(state.theme)]
    notes = apply(theme, parse_transform(words), scale=theme.scale, rng=rng)
    notes = recolor(notes, theme.scale, scale)
    placed = tuple(replace(n, onset_beats=n.onset_beats + start_beats) for n in notes)
    return Statement(words, placed, start_beats, parse_transform(words).stretch, state.name)


def recolor(notes: Sequence[Note], home: Scale, scale: Scale) -> tuple[Note, ...]:
    """Move notes from the home scale to the same degrees of another mode on the same tonic."""
    old, new = MODES[home.mode], MODES[scale.mode]
    if old == new or len(old) != len(new):
        return tuple(notes)
    shift = {step: new[degree] - step for degree, step in enumerate(old)}
    return tuple(replace(n, pitch_midi=n.pitch_midi + shift.get((n.pitch_midi - home.tonic_pc) % 12, 0)) for n in notes)


def head_semitones(theme: Theme) -> tuple[int, ...]:
    """Return the intervals of the theme's head motif, note to note."""
    head = theme.notes[: theme.head_notes]
    return tuple(b.pitch_midi - a.pitch_midi for a, b in pairwise(head))
