"""One phrase decided before its first bar: its harmony and what the theme does in it."""

from typing import NamedTuple

from ambience import rng
from ambience.music.form.thread import Statement, state_theme
from ambience.music.harmony.chords import Chord, progression
from ambience.music.harmony.coloring import color
from ambience.music.harmony.plans import PLAN_TABLE
from ambience.music.harmony.reharmonize import fit_to_melody, palette, pedal_of, walk_bass
from ambience.music.motif import parse_transform
from ambience.music.scale import Scale
from ambience.music.score import Phrase
from ambience.music.work import Work
from ambience.scene import Passage, SceneState

_THEME_PACE, _PEDAL_PACE = 6.0, 3.0  # by ear: an unstretched theme asks for a chord every three to six seconds
_AS_THE_STATE = Passage()
_FAITHFUL = {"statement", "clone", "augment", "diminish", "fragment", "register", "thin"}


class PhrasePlan(NamedTuple):
    """A phrase with one chord a bar and one statement of the theme."""

    phrase: Phrase
    scale: Scale
    chords: tuple[Chord, ...]
    statement: Statement

    def chord_bars(self, place: int) -> int:
        """Count the bars for which the chord of a bar of the phrase stays, that bar included."""
        left = self.chords[place:]
        return next((bars for bars, chord in enumerate(left) if chord != left[0]), len(left))


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
    passage: Passage = _AS_THE_STATE,
    stay_turn: int = 0,
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
    last_chord : Chord or None
        The chord that the phrase follows.
    running : Statement or None
        A statement of the theme that may not have ended.
    passage : Passage, optional
        Key, register and transforms that the form wants of this stay.
    stay_turn : int, optional
        Phrases of this stay so far; picks among the state's stanzas.
    """
    home, bar_beats = work.scale_in(state), work.bar_beats_in(state)
    scale = home._replace(tonic_pc=(home.tonic_pc + passage.key_semitones) % 12)
    statement = state_theme(
        work.theme,
        state,
        scale,
        turn=turn,
        start_beats=start_beats,
        running=running,
        rng=rng.stream(work.seed, "theme", index - turn),  # one plate for a stay: what is misprinted stays so
        passage=passage,
    )
    bars = range(state.phrase_bars)
    chords = progression(
        state.harmony,
        scale,
        bars=state.phrase_bars,
        bar_s=work.bar_s_in(state) * _quickening(state, statement),
        tension=tension,
        rng=rng.stream(work.seed, "harmony", index),
        previous=last_chord,
        theme_chords=tuple(statement.chord_at(work.theme, start_beats + i * bar_beats) for i in bars),
    )
    chords = fit_to_melody(
        chords,
        palette(state.harmony, scale, tension),
        statement.notes,
        start_beats=start_beats,
        bar_beats=bar_beats,
        stubborn=_stubbornness(work, state, scale, statement),
        pedal_pc=(pedal_pc := pedal_of(state.harmony, chords)),
    )
    if pedal_pc is None:
        chords = walk_bass(chords, statement.notes, start_beats=start_beats, bar_beats=bar_beats, previous=last_chord)
    if state.harmony == "theme":  # it is composed in triads; the other plans bring their colors along
        chords = color(chords, statement.notes, scale, start_beats=start_beats, bar_beats=bar_beats, tension=tension)
    stanza = state.stanza(stay_turn)
    phrase = Phrase(
        index, 0, state.phrase_bars, start_beats, chords, stanza,
        led_on=stay_turn > 0 and state.stanza(stay_turn - 1).tension < stanza.tension,
        leads_on=stanza.tension < state.stanza(stay_turn + 1).tension,
    )  # fmt: skip
    return PhrasePlan(phrase, scale, chords, statement)


def _quickening(state: SceneState, statement: Statement) -> float:
    """Tell how much faster than in the void a slow plan moves: harmony goes along with the theme above it."""
    table = PLAN_TABLE.get(state.harmony)
    if table is None or table.pace != "slow" or not statement.notes:
        return 1.0
    return max((_PEDAL_PACE if table.bass == "pedal" else _THEME_PACE) / statement.stretch, 1.0)


def _stubbornness(work: Work, state: SceneState, scale: Scale, statement: Statement) -> float:
    """Tell how much a plan's own chords weigh against the melody's wishes."""
    if state.harmony != "theme":
        return 1.0
    words = {step.word for step in parse_transform(statement.transform).steps} if statement.transform else set()
    if "reharmonise" in words:
        return -1.0
    own = words <= _FAITHFUL and scale.mode == work.theme.scale.mode  # in whatever key: its chords came along
    return 4.0 if own else 0.3  # chords composed for other notes are hardly a wish
