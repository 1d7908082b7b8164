"""What will come if nothing comes between: foretold by going on along the course without playing it."""

from typing import NamedTuple

from ambience.music.conducting.agenda import Agenda
from ambience.music.conducting.course import Place, decide
from ambience.music.work import Work
from ambience.scene import SceneChange

_FARTHEST_BARS = 600  # beyond that nobody asks


class Answer(NamedTuple):
    """When a wish is met."""

    at_s: float  # first bar that answers: of a bridge, or of the state itself
    bar: int
    begins_s: float  # first bar of the state
    begins_bar: int


def foretell(work: Work, place: Place, agenda: Agenda, change: SceneChange) -> Answer | None:
    """Tell when the latest wish is met; None if that is too far away.

    Parameters
    ----------
    work : Work
        The piece.
    place : Place
        The next bar line.
    agenda : Agenda
        It has heard the wish.
    change : SceneChange
        The wish; one that changes nothing is met at the next bar line, one that a bridge leads to already at its end.
    """
    answer: Place | None = None
    under_way = change.state is not None and place.bridge is not None and agenda.wish is not change
    for _ in range(_FARTHEST_BARS):
        place, agenda = decide(work, place, agenda)
        if answer is None and agenda.wish is not change:
            answer = place
        if answer is not None and (place.bridge is None or change.state is None):
            met = place if under_way else answer
            return Answer(met.at_s, met.index, place.at_s, place.index)
        place = place.next_line()
    return None


def answers(work: Work, place: Place, agenda: Agenda, now_s: float) -> dict[str, Answer]:
    """Tell for every other state when it would begin if somebody asked for it now.

    Parameters
    ----------
    work : Work
        The piece.
    place : Place
        The next bar line.
    agenda : Agenda
        What has been heard.
    now_s : float
        The first moment that can still be changed.
    """
    found = {}
    arriving = place.bridge.arriving if place.bridge else None
    for state in work.scenes.states:
        wish = SceneChange(now_s, state.name)
        if state.name != place.state.name or arriving is not None:
            told = foretell(work, place, agenda.heard(wish, place.state, arriving), wish)
            if told is not None:
                found[state.name] = told
    return found


def next_arrival(work: Work, place: Place, agenda: Agenda) -> Place | None:
    """Return the first bar of the state that comes next; None if none is in sight."""
    for _ in range(_FARTHEST_BARS):
        if place.bridge is None and agenda.wish is None and (agenda.held or not agenda.ahead):
            return None
        place, agenda = decide(work, place, agenda)
        if place.arrival:
            return place
        place = place.next_line()
    return None
