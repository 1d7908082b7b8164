"""The course of the piece: where it stands, and what the next bar is, whether it is played or only foretold."""

from dataclasses import dataclass, replace

from ambience.music.conducting.agenda import SAME_S, Agenda
from ambience.music.conducting.departure import change_that_is_due, rule_for, wish_is_due
from ambience.music.form.deadline import Deadline, Fit, fit_bars
from ambience.music.score import Bridge
from ambience.music.work import Work
from ambience.scene import Passage, SceneChange, SceneState, choose_transition
from ambience.units import beats_to_s

_AS_THE_STATE = Passage()
_STEADY = 1e-9  # a tempo that is as near to the last one is that one
_RESOLVED_BARS = 2  # of the tonic, where a deadline has run out and the state goes on


@dataclass(frozen=True, slots=True)
class Place:
    """A bar line, and the bar that begins there."""

    index: int
    at_s: float
    at_beats: float
    state: SceneState
    entered_s: float  # when the state began
    entered_index: int
    change: SceneChange  # the wish that led into the state, or to which the bridge leads
    length_beats: float  # of the bar
    tempo_bpm: float
    passage: Passage = _AS_THE_STATE
    by_wish: bool = False  # somebody has asked for the state
    bars_done: int = 0  # of the phrase
    bridge: Bridge | None = None
    arrival: bool = False  # the state begins with the bar
    hit: bool = False  # its downbeat was prepared
    resolving: int = 0  # bars for which the tonic stays, this one included
    deadline: Deadline | None = None
    bars_left: int | None = None  # to the zero of the deadline, the bar included

    @property
    def end_s(self) -> float:
        """Second at which the bar ends."""
        return self.at_s + beats_to_s(self.length_beats, self.tempo_bpm)

    def next_line(self) -> "Place":
        """Go to the end of the bar."""
        return replace(
            self,
            index=self.index + 1,
            at_s=self.end_s,
            at_beats=self.at_beats + self.length_beats,
            bars_done=self.bars_done + 1,
            arrival=False,
            hit=False,
            resolving=max(self.resolving - 1, 0),
        )


def beginning(work: Work, state: SceneState, agenda: Agenda) -> tuple[Place, Agenda]:
    """Stand at the beginning of a piece."""
    change = work.scenes.script[0]
    place = Place(0, 0.0, 0.0, state, 0.0, 0, change, work.bar_beats_in(state), work.tempo_in(state), arrival=True)
    place, agenda = _entered(work, place, agenda, state, hit=False)
    return _measured(work, place, agenda), agenda


def decide(work: Work, place: Place, agenda: Agenda) -> tuple[Place, Agenda]:
    """Decide at a bar line what the next bar is: of a bridge, of a new state, of a new phrase, or simply the next.

    Parameters
    ----------
    work : Work
        States, and the rules between them.
    place : Place
        The bar line; what it says of the bar is that of the bar before.
    agenda : Agenda
        What is wished for.

    Returns
    -------
    place, agenda : Place and Agenda
        With the next bar, and without the wishes that are met in it.
    """
    deadline = agenda.deadline_in(place.state, place.entered_s)
    fit = _fit(work, place, deadline)
    landed = deadline is not None and deadline.zero_s is not None and fit is None
    left = 0 if landed else fit.bars if fit else None
    if place.bridge is not None:
        place, agenda = _cross(work, place, agenda, place.bridge, left)
    else:
        place, agenda = _stay_or_leave(work, place, agenda, deadline, left)
    if landed:
        place, agenda = _land(work, place, agenda)
    if place.bridge is None and place.bars_done >= place.state.phrase_bars:
        place = replace(place, bars_done=0)
    return _measured(work, place, agenda), agenda


def _fit(work: Work, place: Place, deadline: Deadline | None) -> Fit | None:
    """Fill the time to zero; None where nothing runs, or zero is here."""
    if deadline is None or deadline.zero_s is None or deadline.zero_s - place.at_s < SAME_S:
        return None
    state = place.state
    return fit_bars(deadline.zero_s - place.at_s, work.tempo_in(state), work.bar_beats_in(state))


def _measured(work: Work, place: Place, agenda: Agenda) -> Place:
    """Give the bar its length and its tempo."""
    deadline = agenda.deadline_in(place.state, place.entered_s)
    fit = _fit(work, place, deadline)
    if fit is None:
        length, tempo, left = work.bar_beats_in(place.state), work.tempo_in(place.state), None
    else:
        length, tempo, left = fit.length_beats, fit.tempo_bpm, fit.bars
        if abs(tempo / place.tempo_bpm - 1.0) < _STEADY:
            tempo = place.tempo_bpm
    if (length, tempo, deadline, left) == (place.length_beats, place.tempo_bpm, place.deadline, place.bars_left):
        return place  # most bars are like the one before
    return replace(place, length_beats=length, tempo_bpm=tempo, deadline=deadline, bars_left=left)


def _stay_or_leave(
    work: Work, place: Place, agenda: Agenda, deadline: Deadline | None, left: int | None
) -> tuple[Place, Agenda]:
    state, wish = place.state, agenda.wish
    over = place.bars_done >= state.phrase_bars
    change = wish
    if wish is None or not wish_is_due(
        work, wish, state, place.at_s, place.entered_s, phrase_over=over, bars_left=left
    ):
        change = change_that_is_due(
            work,
            agenda,
            state,
            place.at_s,
            free_s=place.entered_s + state.min_dwell_s if place.by_wish else 0.0,
            zero_s=deadline.zero_s if deadline else None,
            bars_left=left,
        )
    if change is None:
        return place, agenda
    agenda = agenda.met(change)
    if left is not None:  # what is waited for goes on running out over the bridge
        agenda = replace(agenda, deadline=deadline)
    return _leave(work, place, agenda, change, left)


def _leave(work: Work, place: Place, agenda: Agenda, change: SceneChange, left: int | None) -> tuple[Place, Agenda]:
    """Begin the bridge to what is wished, or begin that at once."""
    arriving = work.scenes.state(change.state) if change.state else place.state
    if arriving.name == place.state.name:
        passage = change.passage or place.passage
        fresh = passage != place.passage  # the form goes on in the same state, with another phrase
        return replace(place, passage=passage, bars_done=0 if fresh else place.bars_done), agenda
    rule = rule_for(work, place.state, change)
    bars = rule.bars if left is None else min(rule.bars, left)
    place = replace(place, change=change)
    if not bars:
        return _entered(work, place, agenda, arriving, hit=rule.impact)
    return replace(place, bridge=Bridge(place.state, arriving, 0, bars, rule.riser, rule.silence_beats)), agenda


def _cross(work: Work, place: Place, agenda: Agenda, bridge: Bridge, left: int | None) -> tuple[Place, Agenda]:
    """Go on over a bridge: to its end, back, or to another end."""
    if left == 0 or (bridge.last_bar and left != 1):
        hit = choose_transition(work.scenes.transitions, bridge.leaving.name, bridge.arriving.name).impact
        return _entered(work, place, agenda, bridge.arriving, hit=hit)
    if bridge.last_bar:  # the new state waits for zero, which is one bar away
        return replace(place, bridge=replace(bridge, bar=bridge.bar + 1, bars=bridge.bars + 1)), agenda
    bars = bridge.bars if left is None else min(bridge.bars, bridge.bar + 1 + left)
    bridge = replace(bridge, bar=bridge.bar + 1, bars=bars)
    wish = agenda.wish
    if wish is None or wish.state is None:
        return replace(place, bridge=bridge), agenda
    agenda = agenda.met(wish)
    if wish.state == bridge.leaving.name:  # turned back: nothing has begun, so nothing is hit
        return replace(place, bridge=None, change=wish, entered_s=place.at_s, by_wish=True), agenda
    rule = rule_for(work, bridge.leaving, wish)
    aimed = replace(bridge, arriving=work.scenes.state(wish.state), riser=rule.riser, silence_beats=rule.silence_beats)
    return replace(place, bridge=aimed, change=wish), agenda


def _entered(work: Work, place: Place, agenda: Agenda, state: SceneState, *, hit: bool) -> tuple[Place, Agenda]:
    change = place.change
    agenda = replace(agenda, called_off=False)
    if agenda.wish is not None and agenda.wish.state == state.name:
        agenda = replace(agenda, wish=None)
    if change.ahead and change.zero_s is not None:
        agenda = replace(agenda, deadline=Deadline(place.at_s, change.zero_s))
    place = replace(
        place,
        state=state,
        entered_s=place.at_s,
        entered_index=place.index,
        passage=change.passage or _AS_THE_STATE,
        by_wish=not change.ahead,
        bars_done=0,
        bridge=None,
        arrival=True,
        hit=hit,
    )
    return place, agenda


def _land(work: Work, place: Place, agenda: Agenda) -> tuple[Place, Agenda]:
    """Come to rest at zero: on the tonic of what begins there, or of the state that goes on."""
    agenda = replace(agenda, deadline=None)
    if place.arrival:
        return replace(place, resolving=1), agenda
    name = place.state.name
    hit = choose_transition(work.scenes.transitions, name, name).impact
    return replace(place, hit=hit, resolving=_RESOLVED_BARS, bars_done=0), replace(agenda, called_off=True)
