"""A deadline climbs by itself and closes on the dominant."""

from ambience.music.deadline import cadence, climb, is_deadline
from ambience.music.scale import Scale
from ambience.scene import Controls, SceneChange, SceneState

CALM = Controls(tension=0.6, density=0.5)
END = SceneChange(130.0, "battle", ahead=True)


def test_tension_climbs_to_the_announced_end() -> None:
    line = [climb(CALM, 100.0, 100.0 + s, [END]).tension for s in range(0, 31, 3)]
    assert line == sorted(line) and line[0] < 0.6 < line[-1] <= 1.0
    assert climb(CALM, 100.0, 160.0, [END]).tension == line[-1]


def test_only_what_is_known_in_advance_is_a_deadline() -> None:
    live = SceneChange(110.0, "battle")
    assert climb(CALM, 100.0, 109.0, [live]) == climb(CALM, 100.0, 109.0, [])


def test_great_tension_stays_within_its_range() -> None:
    assert climb(Controls(tension=1.0, density=1.0), 0.0, 99.0, []) == Controls(tension=1.0, density=1.0)


def test_the_cadence_resolves_its_suspension_into_the_leading_tone() -> None:
    scale = Scale(2, "harmonic_minor")
    suspended, dominant = cadence(scale, last=False), cadence(scale, last=True)
    assert suspended.bass_pc == dominant.bass_pc == 9
    assert 1 in dominant.pcs and 1 not in suspended.pcs


def test_suspense_is_a_deadline_and_nothing_else() -> None:
    assert is_deadline(SceneState("x", CALM, (), harmony="suspense"))
    assert not is_deadline(SceneState("x", CALM, (), harmony="battle"))
