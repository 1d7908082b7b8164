"""The phrases of the piece, one after another, and the chords that each bar takes from them."""

from typing import NamedTuple

from ambience.music.conducting.bridge import bridge_chords
from ambience.music.conducting.course import Place
from ambience.music.conducting.phrase_plan import PhrasePlan, plan_phrase
from ambience.music.form.deadline import cadence, cadence_bars, home
from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.music.score import Bridge
from ambience.music.work import Work
from ambience.scene import Passage, SceneState

_AS_THE_STATE = Passage()
_Key = tuple[str, Passage, float, bool]


class Harmony(NamedTuple):
    """The chords around a bar."""

    chord: Chord
    following: Chord
    last: Chord | None  # of the bar before
    bars: int = 1  # for which the chord stays, as far as one knows


class Phrases:
    """Plans each phrase before its first bar, and once only."""

    def __init__(self, work: Work, place: Place, tension: float) -> None:
        self._work, self._tension = work, tension
        self._turns: dict[str, int] = {}  # phrases that every state has had
        self._stay_turns = 0  # phrases of this stay that are over
        self._planned: tuple[_Key, PhrasePlan] | None = None
        self._last: Chord | None = None
        self.plan = self._plan(place.state, place.passage, place.at_beats, 0, arriving=True)

    def turn_of(self, place: Place) -> int:
        """Count the phrases that the stay has had before the one to which a bar belongs."""
        if place.arrival or place.index == 0:
            return 0
        return self._stay_turns + (place.bridge is None and not place.bars_done)

    def follow(self, place: Place, tension: float) -> None:
        """Go on to the phrase that begins with a bar, if one does; `tension`, 0..1, is that of the bar."""
        self._tension = tension
        if place.index == 0 or place.bridge is not None or place.bars_done:
            return
        before = self.plan.statement.state
        self.plan = self._coming(place.state, place.passage, place.at_beats, arriving=place.arrival)
        self._turns[before] = self._turns.get(before, 0) + 1
        self._stay_turns = 0 if place.arrival else self._stay_turns + 1
        self._planned = None

    def harmony(self, place: Place, *, ending: bool) -> Harmony:
        """Return the chords of a bar: its phrase's, a bridge's, a deadline's, or, `ending` the piece, home."""
        last, scale, left = self._last, self.plan.scale, place.bars_left
        stay = cadence_bars(self._work.bar_s_in(place.state))
        if ending:
            found = Harmony(home(scale), home(scale), last)
        elif left is not None and left <= 2 * stay:
            found = Harmony(cadence(scale, last=left <= stay), self._after_cadence(place, left, stay), last)
        elif place.bridge is not None:
            found = Harmony(*self._bridged(place, place.bridge), last)
        else:
            found = self._of_phrase(place, None if left is None else left - 2 * stay)
        self._last = found.chord
        return found

    def _of_phrase(self, place: Place, most_bars: int | None) -> Harmony:
        plan, here = self.plan, min(place.bars_done, self.plan.phrase.bars - 1)
        chord, bars = plan.chords[here], plan.chord_bars(here)
        if here + 1 < plan.phrase.bars:
            following = plan.chords[here + 1]
        else:
            following = self._coming(place.state, place.passage, place.at_beats + place.length_beats).chords[0]
        if place.resolving:
            following = _at_rest(following, plan.scale) if place.resolving > 1 else following
            return Harmony(_at_rest(chord, plan.scale), following, self._last)
        return Harmony(chord, following, self._last, bars if most_bars is None else min(bars, most_bars))

    def _after_cadence(self, place: Place, left: int, stay: int) -> Chord:
        if left > 1:
            return cadence(self.plan.scale, last=left - 1 <= stay)
        if place.bridge is None:
            return home(self.plan.scale)
        plan = self._beyond(place, place.bridge)
        return _at_rest(plan.chords[0], plan.scale)

    def _bridged(self, place: Place, bridge: Bridge) -> tuple[Chord, Chord]:
        arriving, here = self._beyond(place, bridge), min(place.bars_done, self.plan.phrase.bars - 1)
        leaving = self._last or self.plan.chords[here]
        return bridge_chords(bridge, leaving, arriving.chords[0], (self.plan.scale, arriving.scale))

    def _beyond(self, place: Place, bridge: Bridge) -> PhrasePlan:
        """Plan what a bridge leads to, so that it leads to the chord that will come."""
        after_beats = (bridge.bars - bridge.bar - 1) * self._work.bar_beats_in(place.state)
        start_beats = place.at_beats + place.length_beats + after_beats
        passage = place.change.passage or _AS_THE_STATE
        return self._coming(bridge.arriving, passage, start_beats, arriving=True)

    def _coming(self, state: SceneState, passage: Passage, start_beats: float, *, arriving: bool = False) -> PhrasePlan:
        key = (state.name, passage, start_beats, arriving)
        if self._planned is None or self._planned[0] != key:
            plan = self._plan(state, passage, start_beats, self.plan.phrase.index + 1, arriving=arriving)
            self._planned = (key, plan)
        return self._planned[1]

    def _plan(
        self, state: SceneState, passage: Passage, start_beats: float, index: int, *, arriving: bool
    ) -> PhrasePlan:
        stay_turn = 0 if arriving else self._stay_turns + 1
        turns = stay_turn if passage.theme else self._turns.get(state.name, 0)
        return plan_phrase(
            self._work,
            state,
            index=index,
            start_beats=start_beats,
            turn=turns + (not arriving and not passage.theme),
            tension=self._tension,
            last_chord=self._last if arriving else self.plan.chords[-1],
            running=None if arriving else self.plan.statement,
            passage=passage,
            stay_turn=stay_turn,
        )


def _at_rest(chord: Chord, scale: Scale) -> Chord:
    """Keep a chord on the tonic as it is colored; let any other give way to the plain one."""
    return chord if chord.root_pc == scale.tonic_pc else home(scale)
