"""One phrase decided before its first bar: its harmony and what the theme does in it."""

from dataclasses import dataclass

from ambience import rng
from ambience.music.form import Statement, state_theme
from ambience.music.harmony import Chord, progression
from ambience.music.scale import Scale
from ambience.music.score import Phrase
from ambience.music.work import Work
from ambience.scene import SceneState


@dataclass(frozen=True, slots=True)
class PhrasePlan:
    """A phrase with one chord a bar and one statement of the theme."""

    phrase: Phrase
    scale: Scale
    chords: tuple[Chord, ...]
    statement: Statement


def plan_phrase(
    work: Work,
    state: SceneState,
    *,
    index: int,
    start_beats: float,
    turn: int,
    tension: float,
    last_chord: Chord | None,
    running: Statement | None,
) -> PhrasePlan:
    """Decide the phrase of a state that begins at `start_beats`.

    Parameters
    ----------
    work : Work
        The piece.
    state : SceneState
        Its harmony and theme words rule.
    index : int
        Phrases since the start of the piece; names the random streams.
    turn : int
        Phrases of this state so far; picks among its transforms.
    tension : float, 0..1
        Opens the harmony.
    last_chord, running
        What the phrase follows: the last chord heard, the statement that may not have ended.
    """
    scale, bar_beats = work.scale_in(state), work.bar_beats_in(state)
    draws = rng.stream(work.seed, "theme", index)
    statement = state_theme(work.theme, state, scale, turn=turn, start_beats=start_beats, running=running, rng=draws)
    bars = range(state.phrase_bars)
    chords = progression(
        state.harmony,
        scale,
        bars=state.phrase_bars,
        bar_s=work.bar_s_in(state),
        tension=tension,
        rng=rng.stream(work.seed, "harmony", index),
        previous=last_chord,
        theme_chords=tuple(statement.chord_at(work.theme, start_beats + i * bar_beats) for i in bars),
    )
    return PhrasePlan(Phrase(index, 0, state.phrase_bars, start_beats), scale, chords, statement)
