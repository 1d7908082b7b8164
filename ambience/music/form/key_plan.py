"""The keys of the form: those in which the drone, which never moves, is a consonance."""

from ambience.music.harmony.plans import PLAN_TABLE
from ambience.music.scale import MODES, Scale
from ambience.scene import Role, SceneState

_ROAMING: tuple[Role, ...] = ("fragments", "development", "climax")
# What the drone is in the new key (semitones above its tonic), and how gladly it is that, by ear: fifth, thirds,
# sixths, fourth.
_AS_DEGREE: tuple[tuple[int, float], ...] = ((7, 1.0), (3, 0.9), (4, 0.9), (9, 0.4), (8, 0.4), (5, 0.3))
_STABLE = 0.5  # a climax stands on a fifth or a third
_STAY_HOME = {"fragments": 1.2, "development": 0.5, "climax": 0.7}


def passage_key(scale: Scale, state: SceneState, role: Role, draw: float, *, avoid: int) -> int:
    """Choose the key of a passage.

    Parameters
    ----------
    scale : Scale
        Of the state at home: its mode comes along.
    state : SceneState
        One whose harmony lies on a pedal stays at home.
    role : str
        Only fragments, developments and climaxes leave home.
    draw : float, 0..1
        Chooses.
    avoid : int
        The last foreign key: another one is taken if there is any.

    Returns
    -------
    key_semitones : int
        From the tonic of the piece to that of the passage, -6..6.
    """
    plan = PLAN_TABLE.get(state.harmony)
    if role not in _ROAMING or (plan is not None and plan.bass in ("pedal", "dominant")):
        return 0
    steps = MODES[scale.mode]
    keys = [
        ((6 - degree) % 12 - 6, weight)
        for degree, weight in _AS_DEGREE
        if degree in steps and (role != "climax" or weight > _STABLE)
    ]
    keys = [(key, weight) for key, weight in keys if key != avoid]
    keys.append((0, _STAY_HOME[role]))
    place = draw * sum(weight for _, weight in keys)
    for key, weight in keys:
        place -= weight
        if place < 0.0:
            return key
    return keys[-1][0]
