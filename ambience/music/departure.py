"""When a state may be left: after its shortest stay, at the musical moment that the wish and the state agree on."""

from ambience.music.work import Work
from ambience.scene import SceneChange, SceneState, choose_transition

_EPSILON_S = 1e-9


def has_dwelt(state: SceneState, entered_s: float, time_s: float) -> bool:
    """Tell whether a state has lasted as long as it must."""
    return time_s >= entered_s + state.min_dwell_s - _EPSILON_S


def may_leave(
    work: Work, wish: SceneChange, state: SceneState, time_s: float, entered_s: float, *, phrase_over: bool
) -> bool:
    """Tell whether a wish may be met at a bar line: one known in advance so that its bridge ends on time.

    Parameters
    ----------
    work : Work
        Transitions and lengths of bars.
    wish : SceneChange
        What is wished.
    state : SceneState
        What would be left.
    time_s, entered_s : float
        Second of the bar line, and of the state's first bar.
    phrase_over : bool
        Whether a phrase ends at the bar line.
    """
    if wish.ahead:
        rule = choose_transition(work.scenes.transitions, state.name, wish.state or "")
        return wish.at_s <= time_s + (rule.bars + 0.5) * work.bar_s_in(state) - _EPSILON_S
    dwelt = has_dwelt(state, entered_s, time_s)
    return wish.at_s <= time_s + _EPSILON_S and dwelt and (phrase_over or "phrase" not in (wish.when, state.leave))
