"""The hand that leads: it goes the right way, by no more than it may, and leaves alone what is silent on purpose."""

from dataclasses import replace
from itertools import pairwise

import pytest
from mini_conductor import plan

from ambience.music.score import Bar, Bridge
from ambience.music.tension.impression import Impression
from ambience.music.tension.steering import Steering

BARE = plan()[1]


def bar(
    tension: float, *, level: float = 1.0, fade_s: float = 0.0, bridge: Bridge | None = None, place: int = 1
) -> Bar:
    controls = replace(BARE.controls, tension=tension, level=level)
    return replace(BARE, controls=controls, fade_s=fade_s, bridge=bridge, phrase=replace(BARE.phrase, bar=place))


def impression(energy: float) -> Impression:
    return Impression(0.0, energy, 0.3, 0.3, 0.3, 0.3)


QUIET, MIDDLE, LOUD = impression(0.3), impression(2.0), impression(12.0)


def test_what_is_too_calm_is_played_louder_and_what_is_too_tense_softer() -> None:
    asked = bar(MIDDLE.tension())
    assert Steering().shade(asked, QUIET) > 0.0 > Steering().shade(asked, LOUD)
    assert Steering().shade(asked, MIDDLE) == 0.0


def test_dynamics_move_by_steps_until_what_was_asked_for_is_heard() -> None:
    steering, asked, shades = Steering(), bar(MIDDLE.tension()), [0.0]
    for _ in range(6):
        shade = steering.shade(asked, LOUD)
        steering.settle(asked, shade, asked.controls.tension - LOUD.tension(shade))
        shades.append(shade)
    assert shades == sorted(shades, reverse=True)
    assert max(a - b for a, b in pairwise(shades)) <= 0.05 + 1e-9
    assert shades[-1] == shades[-2] >= -0.13


@pytest.mark.parametrize(
    "silent",
    [
        bar(0.6, level=0.2),
        bar(0.6, fade_s=4.0),
        bar(0.6, bridge=Bridge(BARE.state, BARE.state, 0, 1, riser=False, silence_beats=1.0)),
    ],
)
def test_what_is_silent_on_purpose_is_left_alone(silent: Bar) -> None:
    steering = Steering()
    steering.settle(bar(0.6), 0.0, 0.6)
    assert steering.view(silent) is silent
    assert steering.second_view(silent, 0.5) is None
    assert steering.shade(silent, QUIET) == 0.0
    steering.settle(silent, 0.0, -0.9)
    assert steering.view(bar(0.6, place=0)).controls.tension > 0.6  # nothing was learned from the silence


def test_a_phrase_that_dies_away_is_not_held_up() -> None:
    last = BARE.phrase.bars - 1
    assert Steering().shade(bar(0.8, place=last), QUIET) == 0.0
    assert Steering().shade(bar(0.8), QUIET) > 0.0
    assert Steering().shade(bar(0.1, place=last), LOUD) < 0.0
    assert Steering().second_view(bar(0.8, place=last), 0.3) is None


def test_a_calm_bar_never_becomes_busier() -> None:
    steering = Steering()
    for _ in range(20):
        steering.settle(bar(0.3), 0.0, 0.3)
    calm, tense = bar(0.3, place=0), bar(0.6, place=0)
    assert steering.view(calm) is calm
    assert steering.second_view(calm, 0.5) is None
    assert steering.view(tense).controls.density > tense.controls.density


def test_the_composer_leans_slowly_and_never_far_and_remembers_it_for_each_state() -> None:
    steering, here = Steering(), bar(0.6, place=0)
    elsewhere = replace(here, state=replace(here.state, name="elsewhere"))
    leans = []
    for _ in range(12):
        steering.settle(here, 0.0, 0.2)
        leans.append(steering.view(here).controls.tension - 0.6)
    assert leans == sorted(leans)
    assert leans[0] < 0.06
    assert leans[-1] == pytest.approx(0.2)
    assert steering.view(elsewhere) is elsewhere


def test_within_a_group_of_bars_the_composer_is_not_moved() -> None:
    steering = Steering()
    seen = []
    for place in range(8):
        here = replace(bar(0.6), phrase=replace(BARE.phrase, bar=place, bars=8))
        seen.append(steering.view(here).controls.tension)
        steering.settle(here, 0.0, 0.2)
    assert len(set(seen[:4])) == len(set(seen[4:])) == 1
    assert seen[4] > seen[3]


def test_only_what_is_far_off_is_written_anew() -> None:
    steering = Steering()
    assert steering.second_view(bar(0.6), 0.1) is None
    again = steering.second_view(bar(0.6), 0.2)
    assert again is not None
    assert again.controls.tension == pytest.approx(0.8)
