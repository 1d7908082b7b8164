"""Which scene follows which, and what each is there for: ground, statement, climax, reprise, dissolution."""

from collections.abc import Sequence
from functools import lru_cache
from statistics import median_low
from typing import NamedTuple

from numpy.random import Generator

from ambience.music.form.deadline import is_deadline
from ambience.music.harmony.plans import PLAN_TABLE
from ambience.music.motif import parse_transform
from ambience.scene import Role, SceneState

PARTIAL = {"fragment", "tail", "rest", "misprint", "sequence", "retrograde"}
"""Words of a transform after which the theme is not heard as a whole."""

_WAITING = 0.15  # of tension: what waits for something is not yet the climax
_LESSER = 0.3  # how often a later cycle has a lesser climax, without the tensest state
_TWO_AFTER = 0.75  # how often two calm scenes follow the climax
_LOOK_BACK = 0.5  # how often a rise through few states falls back to the ground on its way
_FULL_CYCLE = 5  # scenes; a later cycle that has more leaves one out
_ONE_STATE: tuple[tuple[Role, ...], ...] = (
    ("statement",),
    ("statement", "climax"),
    ("statement", "climax", "dissolution"),
    ("ground", "statement", "climax", "dissolution"),
    ("ground", "statement", "development", "climax", "dissolution"),
    ("ground", "statement", "development", "climax", "reprise", "dissolution"),
    ("ground", "statement", "fragments", "development", "climax", "reprise", "dissolution"),
)
_ONE_STATE_PASSAGE_S = 45.0  # by ear: shorter, and a single state fidgets


class Place(NamedTuple):
    """One passage of the form: a state, and its role."""

    state: SceneState
    role: Role


@lru_cache(maxsize=1024)
def words_of(transform: str) -> frozenset[str]:
    """List the words of a transform."""
    return frozenset(step.word for step in parse_transform(transform).steps)


@lru_cache(maxsize=256)
def carries_whole_theme(state: SceneState) -> bool:
    """Tell whether the theme is heard from its beginning to its end in a state."""
    return any(not words_of(transform) & PARTIAL for transform in state.theme)


@lru_cache(maxsize=256)
def pace_of(state: SceneState) -> float:
    """Return how many times slower than composed a state has the theme, as a rule."""
    stretches = [parse_transform(words).stretch for words in state.theme if "rest" not in words_of(words)]
    return median_low(stretches) if stretches else 1.0


def chosen_order(states: Sequence[SceneState]) -> tuple[SceneState, ...]:
    """Order the states of a piece that names none: ground, theme, rise, climax, reprise, resolution."""
    ground = min(states, key=_tension)
    others = [state for state in states if state is not ground]
    if not others:
        return (ground,)
    climax = max(others, key=_tension)
    others.remove(climax)
    resolution = next((state for state in others if _resolves(state)), ground)
    others = [state for state in others if state is not resolution]
    theme = next((state for state in others if carries_whole_theme(state)), None)
    others = [state for state in others if state is not theme]
    middle = 0.5 * (ground.controls.tension + climax.controls.tension)
    rise = sorted((state for state in others if _tension(state) >= middle), key=lambda s: (is_deadline(s), _tension(s)))
    calm = [state for state in others if _tension(state) < middle]
    stated = [theme] if theme else []
    reprise = [] if any(map(carries_whole_theme, calm)) else stated
    return tuple(without_repeats([ground, *stated, *rise, climax, *calm, *reprise, resolution]))


def without_repeats(states: Sequence[SceneState]) -> list[SceneState]:
    """Drop a state that would follow itself."""
    return [state for i, state in enumerate(states) if i == 0 or state is not states[i - 1]]


def cast_cycle(order: Sequence[SceneState], *, first: bool, last: bool, length_s: float) -> tuple[Place, ...]:
    """Give every scene of a cycle its role.

    Parameters
    ----------
    order : sequence of SceneState
        As they come.
    first, last : bool
        Whether the piece begins, or ends, with this cycle.
    length_s : float
        Of the cycle: a single state is divided into as many passages as it bears.
    """
    roles = _roles_of_one(length_s) if len(order) == 1 else _roles(order, first=first, last=last)
    if len(order) == 1:
        order = [order[0]] * len(roles)
    if roles[-1] == "climax" and len(roles) > 1:
        order, roles = [*order, order[-1] if last else min(order, key=_tension)], (*roles, "dissolution")
    if not first:
        roles = tuple("fragments" if i == 0 and role == "ground" else role for i, role in enumerate(roles))
        roles = tuple("development" if role == "statement" else role for role in roles)
    if not last and roles[-1] == "dissolution":
        roles = (*roles[:-1], "fragments")
    return tuple(Place(state, role) for state, role in zip(order, roles, strict=True))


def shuffled(
    order: Sequence[SceneState], rng: Generator, *, after: SceneState | None, highest: bool, last: bool
) -> tuple[SceneState, ...]:
    """Draw another order for a later cycle: calm at first, the climax past the middle, the end where it belongs.

    Parameters
    ----------
    order : sequence of SceneState
        The order of the first cycle.
    rng : numpy.random.Generator
        Draws a permutation and three values.
    after : SceneState, optional
        The state in which the cycle before ended.
    highest : bool
        Whether the climax of the piece lies in the cycle; in another one, a lesser state may be the tensest.
    last : bool
        Whether the piece ends with the cycle, and so with the last scene of `order`.
    """
    pool = list(dict.fromkeys(order))
    draws = rng.random(3)
    chance = rng.permutation(len(pool))
    if len(pool) < 3:
        return tuple(order)
    drawn = [pool[place] for place in chance]
    ranked = sorted(drawn, key=_tension)
    tense = [state for state in ranked if not is_deadline(state)]
    tense = tense if len(tense) > 1 else ranked
    lesser = not highest and len(tense) > 2 and draws[0] < _LESSER and _tension(tense[-2]) > 0.6 * _tension(tense[-1])
    climax = tense[-2 if lesser else -1]
    drawn = [state for state in drawn if _tension(state) <= _tension(climax)]
    calm = [state for state in drawn if state in ranked[: max(len(ranked) // 2, 1)] and state is not climax]
    opener = next((state for state in calm if state is not after), calm[0])
    inner = _left(drawn, (climax, opener, order[-1]), draws[1])
    fall = [state for state in inner if _tension(state) < 0.6 * _tension(climax)][: 1 + (draws[2] < _TWO_AFTER)]
    fall = fall or [ranked[0]] * (not last)
    reprise = next((state for state in inner if carries_whole_theme(state)), None)
    if reprise is not None and not any(map(carries_whole_theme, fall)):
        fall = [reprise, *fall]
    rise = [state for state in inner if state not in fall]
    if rise and len(pool) < _FULL_CYCLE and draws[1] < _LOOK_BACK:
        rise.insert(len(rise) // 2, ranked[0])
    end = [order[-1]] if last else []
    return tuple(without_repeats([opener, *rise, climax, *fall, *end]))


def _left(drawn: Sequence[SceneState], taken: Sequence[SceneState], draw: float) -> list[SceneState]:
    """List what is not taken, without one of them where there are many; a deadline runs out into the climax."""
    inner = [state for state in drawn if state not in taken]
    if len(inner) + 2 > _FULL_CYCLE:
        inner.pop(int(draw * len(inner)))
    return sorted(inner, key=is_deadline)


def _tension(state: SceneState) -> float:
    return state.controls.tension


def _resolves(state: SceneState) -> bool:
    plan = PLAN_TABLE.get(state.harmony)
    return plan is not None and plan.pace == "goal"


def _roles_of_one(length_s: float) -> tuple[Role, ...]:
    return _ONE_STATE[min(max(round(length_s / _ONE_STATE_PASSAGE_S), 1), len(_ONE_STATE)) - 1]


def _roles(order: Sequence[SceneState], *, first: bool, last: bool) -> tuple[Role, ...]:
    tensions = [_tension(state) for state in order]
    climax = max(range(len(order)), key=lambda i: (tensions[i] - _WAITING * is_deadline(order[i]), i))
    middle = 0.5 * (min(tensions) + max(tensions))
    stated = _statement_place(order, climax) if first else -1
    end = len(order) - 1
    roles: list[Role] = []
    for i, state in enumerate(order):
        whole, calm = carries_whole_theme(state), tensions[i] < middle
        if i == climax:
            roles.append("climax")
        elif i == stated:
            roles.append("statement")
        elif i == end and i > climax:
            roles.append("dissolution" if last else "fragments")
        elif (whole and (calm or i > climax)) or (last and climax < i == end - 1):
            roles.append("reprise")
        elif calm:
            roles.append("ground" if i == 0 else "fragments")
        else:
            roles.append("development")
    return tuple(roles)


def _statement_place(order: Sequence[SceneState], climax: int) -> int:
    """Find where the theme is stated: where a state has it whole, else in the first scene that is not the ground."""
    whole = next((i for i in range(climax) if carries_whole_theme(order[i])), None)
    if whole is not None:
        return whole
    return 1 if climax > 1 else 0
