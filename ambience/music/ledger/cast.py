"""The cast: motifs with names, made of the theme or of their own, heard whenever they are called."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ambience import rng
from ambience.errors import ParameterError, explain, require
from ambience.music.form.thread import Statement, recolor
from ambience.music.ledger.recognition import recognize
from ambience.music.motif import apply, head, parse_motif, parse_transform
from ambience.music.scale import Scale
from ambience.music.score import Cue, Line, Note, ThemeSlice
from ambience.music.theme.spec import Theme
from ambience.music.transform import from_zero
from ambience.music.work import Layer, Member, Work
from ambience.plugins import suggest
from ambience.scene import SceneState

_OWN = "motif"  # stands in the ledger where a member is made of no transform
_LOWEST_MIDI, _HIGHEST_MIDI = 12, 115  # every key that a passage may be in leaves room around a motif


class Wish(Protocol):
    """What a preset says of a member of the cast."""

    @property
    def made_of(self) -> str:
        """Transform of the theme that it is; empty: it has a motif of its own."""

    @property
    def motif(self) -> str:
        """Pitches and beats of its own, in the key of the piece."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Who plays it; empty: whoever sings the theme."""


def make_cast(
    wishes: Mapping[str, Wish], theme: Theme, scale: Scale, layers: Sequence[Layer], seed: int
) -> tuple[Member, ...]:
    """Write the motifs of a cast; each is the same whenever it is called, so that it is known again.

    Raises
    ------
    ParameterError
        If nothing is left of a motif, if it is out of every instrument's range, or if nobody can play it.
    """
    singers = _singers(layers)
    return tuple(_member(name, wish, theme, scale, singers, seed) for name, wish in wishes.items())


def cue_statement(work: Work, name: str, *, start_beats: float, scale: Scale, key_semitones: int = 0) -> Statement:
    """Place the motif of a member of the cast in the piece.

    Parameters
    ----------
    work : Work
        Whose cast is asked.
    name : str
        A member of it.
    start_beats : float
        Where the motif begins.
    scale : Scale
        Scale of the passage; the motif keeps its degrees and takes on this mode's color.
    key_semitones : int, -6..6
        From the tonic of the piece to that of the passage.

    Raises
    ------
    ParameterError
        If the work has no such member.
    """
    member = find_member(work, name)
    notes = recolor(member.notes, member.scale, Scale(member.scale.tonic_pc, scale.mode))
    placed = Line(
        n._replace(onset_beats=n.onset_beats + start_beats, pitch_midi=n.pitch_midi + key_semitones) for n in notes
    )
    return Statement(member.words or _OWN, placed, start_beats, 1.0, "", key_semitones)


def cue_in_bar(
    work: Work, name: str, statement: Statement, state: SceneState, start_beats: float, end_beats: float
) -> Cue | None:
    """Cut a called motif to a bar, with those who play it; None where it does not sound.

    Parameters
    ----------
    work : Work
        Whose layers may play.
    name : str
        The member that was called.
    statement : Statement
        From `cue_statement`.
    state : SceneState
        The state of the bar: its layers are preferred.
    start_beats, end_beats : float
        The bar, from the start of the piece.
    """
    if start_beats >= statement.end_beats - 1e-9 or end_beats <= statement.start_beats + 1e-9:
        return None
    inside = statement.notes.within(start_beats, end_beats)
    theme = ThemeSlice(statement.transform, statement.notes, inside, head(statement.notes))
    return Cue(name, theme, _players(work, find_member(work, name), state))


def find_member(work: Work, name: str) -> Member:
    """Return the member of that name (ParameterError if the work has none)."""
    for member in work.cast:
        if member.name == name:
            return member
    hint = suggest(name, tuple(member.name for member in work.cast)) if work.cast else "It has none."
    raise ParameterError(explain("cue", "name", name, "is not in the cast of this preset", hint))


def _member(name: str, wish: Wish, theme: Theme, scale: Scale, singers: tuple[str, ...], seed: int) -> Member:
    where, key, text = f"cast.{name}", "motif" if wish.motif else "from", wish.motif or wish.made_of
    notes = _own(wish.motif) if wish.motif else _made_of(theme, wish.made_of, seed, name)
    require(bool(notes), where, key, text, "leaves nothing to play")
    in_range = all(_LOWEST_MIDI <= note.pitch_midi <= _HIGHEST_MIDI for note in notes)
    require(in_range, where, key, text, "must stay between C0 and G8")
    require(bool(singers), where, key, text, "finds no layer that could sing it", "Add one whose part is a melody.")
    for layer in wish.layers:
        require(layer in singers, where, "layers", layer, "sings no melody", f"Those that do: {', '.join(singers)}.")
    found = recognize(theme, wish.made_of, notes)
    own_scale = scale if wish.motif else theme.scale
    return Member(name, wish.made_of, notes, own_scale, wish.layers, found.heard, found.likeness)


def _own(motif: str) -> tuple[Note, ...]:
    return from_zero(parse_motif(motif))


def _made_of(theme: Theme, words: str, seed: int, name: str) -> tuple[Note, ...]:
    return apply(theme, parse_transform(words), scale=theme.scale, rng=rng.stream(seed, "cast", name))


def _players(work: Work, member: Member, state: SceneState) -> tuple[str, ...]:
    """Choose who plays a member: its own layers, else the singers of the state, else the first one of the work."""
    if member.layers:
        return member.layers
    singers = _singers(work.layers)
    return tuple(name for name in singers if name in state.layers) or singers[:1]


def _singers(layers: Sequence[Layer]) -> tuple[str, ...]:
    return tuple(layer.name for layer in layers if layer.sings_theme)
