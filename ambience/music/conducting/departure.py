"""When a state may be left: after its shortest stay, at the musical moment that the wish and the state agree on."""

from ambience.music.conducting.agenda import SAME_S, Agenda
from ambience.music.work import Work
from ambience.scene import SceneChange, SceneState, Transition, choose_transition

_EPSILON_S = 1e-9
_LONGEST_BRIDGE_BARS = 4.5


def has_dwelt(state: SceneState, entered_s: float, time_s: float) -> bool:
    """Tell whether a state has lasted as long as it must."""
    return time_s >= entered_s + state.min_dwell_s - _EPSILON_S


def rule_for(work: Work, state: SceneState, change: SceneChange) -> Transition:
    """Return the rule by which a wish is met."""
    return choose_transition(work.scenes.transitions, state.name, change.state or state.name)


def wish_is_due(
    work: Work,
    wish: SceneChange,
    state: SceneState,
    time_s: float,
    entered_s: float,
    *,
    phrase_over: bool,
    bars_left: int | None,
) -> bool:
    """Tell whether somebody's wish may be met at a bar line.

    Parameters
    ----------
    work : Work
        Transitions between the states.
    wish : SceneChange
        What is wished.
    state : SceneState
        What would be left.
    time_s, entered_s : float
        Second of the bar line, and of the state's first bar.
    phrase_over : bool
        Whether a phrase ends at the bar line.
    bars_left : int, optional
        Bars to the zero of a deadline; a wish for the end of a phrase is met there.
    """
    if wish.at_s > time_s + _EPSILON_S or not has_dwelt(state, entered_s, time_s):
        return False
    if bars_left is not None and bars_left <= rule_for(work, state, wish).bars:
        return True
    if bars_left is not None and wish.when == "phrase":
        return False
    return phrase_over or "phrase" not in (wish.when, state.leave)


def change_that_is_due(
    work: Work,
    agenda: Agenda,
    state: SceneState,
    time_s: float,
    *,
    free_s: float,
    zero_s: float | None,
    bars_left: int | None,
) -> SceneChange | None:
    """Find the last of the form's own changes whose bridge must begin at a bar line, so that it ends on time.

    Parameters
    ----------
    work : Work
        Transitions and lengths of bars.
    agenda : Agenda
        With the form's changes.
    state : SceneState
        What would be left.
    time_s : float
        Second of the bar line.
    free_s : float
        Second from which the form may leave a state that somebody wished for.
    zero_s, bars_left : float and int, optional
        The zero of a deadline, and the bars that lead to it.
    """
    if agenda.held or time_s < free_s - _EPSILON_S:
        return None
    bar_s, found = work.bar_s_in(state), None
    for change in agenda.ahead:
        if change.at_s > time_s + _LONGEST_BRIDGE_BARS * bar_s:
            break
        bars = rule_for(work, state, change).bars if change.state != state.name else 0
        if zero_s is not None and bars_left is not None and abs(change.at_s - zero_s) < SAME_S:
            due = bars_left <= bars
        else:
            due = change.at_s <= time_s + (bars + 0.5) * bar_s - _EPSILON_S
        found = change if due else found
    return found
