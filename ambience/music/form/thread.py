"""The thread of the theme: which transform sounds in which phrase, and the ledger that proves it."""

from collections.abc import Sequence
from typing import NamedTuple

from numpy.random import Generator

from ambience.music.harmony.chords import Chord
from ambience.music.motif import apply, parse_transform
from ambience.music.scale import MODES, Scale
from ambience.music.score import Line, Note, ThemeSlice
from ambience.music.theme.spec import Theme
from ambience.scene import Passage, SceneState

_WORTH_FINISHING_BEATS = 2.0  # a statement with less than this to go does not hold up the next one
_HIGHEST_MIDI = 127
_AS_THE_STATE = Passage()


class Statement(NamedTuple):
    """One transformed appearance of the theme, placed in the piece."""

    transform: str
    notes: Line
    start_beats: float
    stretch: float  # its beats for one beat of the theme: 3 when augmented threefold
    state: str
    key_semitones: int = 0  # from the tonic of the piece to that of the passage
    plan: tuple[str, ...] = ()  # the passage's transforms, of which it carries out one; empty: one of the state's
    place: int = 0  # which one

    @property
    def end_beats(self) -> float:
        """Where its last note ends."""
        return self.notes.end_beats if self.notes else self.start_beats

    def slice(self, theme: Theme, start_beats: float, end_beats: float) -> ThemeSlice:
        """Cut out what begins within a bar."""
        return ThemeSlice(self.transform, self.notes, self.notes.within(start_beats, end_beats), theme.head_semitones)

    def chord_at(self, theme: Theme, beat: float) -> Chord:
        """Return the theme's own harmony at a place of this statement; after its end, its last chord."""
        bar = int((beat - self.start_beats) / (self.stretch * theme.bar_beats) + 1e-6)
        chord = theme.chords[min(max(bar, 0), len(theme.chords) - 1)]
        root_pc, bass_pc = ((pc + self.key_semitones) % 12 for pc in (chord.root_pc, chord.bass_pc))
        return Chord(root_pc, chord.quality, bass_pc)


def state_theme(
    theme: Theme,
    state: SceneState,
    scale: Scale,
    *,
    turn: int,
    start_beats: float,
    running: Statement | None,
    rng: Generator,
    passage: Passage = _AS_THE_STATE,
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
        How many phrases have taken one of the state's transforms, earlier visits included.
    running : Statement or None
        What the phrase before had; if it has not ended and belongs to the same state and passage, it is carried on.
    passage : Passage, optional
        Its transforms, if it has any, go before the state's, one after another from the first; its key and its register
        move the theme.
    """
    key, plan = passage.key_semitones, passage.theme
    of_passage = (state.name, key, plan)
    if running is not None and (running.state, running.key_semitones, running.plan) != of_passage:
        running = None
    if running is not None and running.end_beats > start_beats + _WORTH_FINISHING_BEATS:
        return running
    transforms = plan or state.theme
    if not transforms:
        return Statement("", Line(), start_beats, 1.0, *of_passage)
    if plan:
        turn = running.place + 1 if running is not None else 0
    words = transforms[turn % len(transforms)]
    notes = apply(theme, parse_transform(words), scale=theme.scale, rng=rng)
    notes = _moved(recolor(notes, theme.scale, scale), key + passage.register_semitones)
    placed = Line(n._replace(onset_beats=n.onset_beats + start_beats) for n in notes)
    return Statement(words, placed, start_beats, parse_transform(words).stretch, *of_passage, turn)


def recolor(notes: Sequence[Note], home: Scale, scale: Scale) -> tuple[Note, ...]:
    """Move notes from the home scale to the same degrees of another mode on the same tonic."""
    old, new = MODES[home.mode], MODES[scale.mode]
    if old == new or len(old) != len(new):
        return tuple(notes)
    shift = {step: new[degree] - step for degree, step in enumerate(old)}
    return tuple(n.at(n.pitch_midi + shift.get((n.pitch_midi - home.tonic_pc) % 12, 0)) for n in notes)


def _moved(notes: Sequence[Note], semitones: int) -> tuple[Note, ...]:
    """Transpose a line, by an octave less where it would leave the note numbers."""
    if not notes:
        return ()
    low, high = (edge(note.pitch_midi for note in notes) + semitones for edge in (min, max))
    shift = semitones + 12 * (low < 0) - 12 * (high > _HIGHEST_MIDI)
    return tuple(note.at(note.pitch_midi + shift) for note in notes)
