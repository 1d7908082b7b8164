"""A script at another length: the form is composed anew, and cues, stingers, supplies and deadlines come along."""

from itertools import pairwise

import pytest
from small_piece import CAST, SMALL

from ambience.music.conducting.commission import commission
from ambience.music.conducting.whole import compose
from ambience.music.form.retelling import retold
from ambience.preset import Preset
from ambience.preset import file as preset_file
from ambience.scene import Passage, SceneChange

FORM = (
    SceneChange(0.0, "calm", ahead=True, passage=Passage("ground")),
    SceneChange(40.0, "storm", ahead=True, passage=Passage("development")),
    SceneChange(60.0, "storm", ahead=True, passage=Passage("climax")),
    SceneChange(100.0, "calm", ahead=True, passage=Passage("dissolution")),
)
_TOLD = """
[[script]]
at_s = 0
state = "drift"

[[script]]
at_s = 20
state = "opening"
cue = "lewis"

[[script]]
at_s = 30
stinger = true
countdown_s = 30

[[script]]
at_s = 60
state = "battle"
"""


def told(*script: SceneChange) -> tuple[SceneChange, ...]:
    return retold(FORM, script, script_s=60.0, form_s=120.0)


def piece(duration_s: float) -> Preset:
    text = SMALL.replace("duration_s = 6", "duration_s = 90") + CAST + _TOLD
    return preset_file.parse(text, "told.toml").override(duration_s=duration_s)


def test_what_happens_in_a_scene_keeps_its_place_in_proportion() -> None:
    script = (SceneChange(0.0, "calm"), SceneChange(10.0, "storm"), SceneChange(15.0, None, 2.0, cue="lewis"))
    (cue,) = [change for change in told(*script, SceneChange(30.0, "calm")) if change.state is None]
    assert (cue.at_s, cue.fade_s, cue.cue) == (55.0, 6.0, "lewis")


def test_the_form_itself_stays_as_it_was_composed() -> None:
    script = (SceneChange(0.0, "calm"), SceneChange(5.0, None, level=0.4), SceneChange(9.0, "storm", stinger=True))
    found = told(*script)
    assert [(c.at_s, c.state, c.passage) for c in found if c.state] == [(c.at_s, c.state, c.passage) for c in FORM]
    assert all(a.at_s <= b.at_s for a, b in pairwise(found))
    assert [change.at_s for change in found if change.stinger] == [40.0]


@pytest.mark.parametrize("zero_s", [30.0, 45.0])
def test_a_deadline_ends_with_its_scene(zero_s: float) -> None:
    script = (SceneChange(0.0, "calm"), SceneChange(10.0, "storm", zero_s=zero_s), SceneChange(30.0, "calm"))
    assert [change.zero_s for change in told(*script)] == [None, 100.0, None, None]


def test_a_deadline_within_a_scene_stays_within_it() -> None:
    script = (SceneChange(0.0, "calm"), SceneChange(10.0, "storm", zero_s=20.0), SceneChange(30.0, "calm"))
    assert told(*script)[1].zero_s == 70.0


def test_a_supply_is_not_filled_up_by_another_passage_of_the_same_scene() -> None:
    script = (SceneChange(0.0, "calm"), SceneChange(10.0, "storm"), SceneChange(12.0, None, level=0.2))
    storm = [change for change in told(*script) if 40.0 <= change.at_s < 100.0]
    assert [(change.at_s, change.level) for change in storm] == [(40.0, None), (42.4, 0.2), (60.0, 0.2)]


def test_later_stays_take_the_scenes_of_the_script_in_turn() -> None:
    script = (SceneChange(0.0, "calm", cue="a"), SceneChange(10.0, "storm"), SceneChange(30.0, "calm", cue="b"))
    assert [c.cue for c in told(*script)] == ["a", "", "", "b"]
    assert [c.cue for c in told(*script[:2])] == ["a", "", "", "a"]


def test_a_scene_that_the_form_leaves_out_takes_its_happenings_along() -> None:
    script = (SceneChange(0.0, "calm"), SceneChange(10.0, "dawn", cue="a"), SceneChange(20.0, "storm"))
    assert not any(change.cue for change in told(*script))


@pytest.mark.parametrize("duration_s", [150.0, 240.0, 400.0])
def test_a_scripted_piece_of_another_length_calls_whom_its_script_calls(duration_s: float) -> None:
    preset = piece(duration_s)
    score = compose(preset)
    openings = [section for section in score.sections if section.state == "opening"]
    cues = [entry for entry in score.ledger if entry.cue == "lewis"]
    assert openings and cues
    assert abs(cues[0].at_s - openings[0].at_s) < 4.0


@pytest.mark.parametrize("duration_s", [150.0, 240.0, 400.0])
def test_a_deadline_of_the_script_lands_on_the_scene_that_follows(duration_s: float) -> None:
    preset = piece(duration_s)
    zeros = [change.zero_s for change in commission(preset).scenes.script if change.zero_s is not None]
    starts = [section.at_s for section in compose(preset).sections]
    assert zeros
    for zero_s in zeros:
        assert zero_s == duration_s or min(abs(start_s - zero_s) for start_s in starts) < 1e-6
