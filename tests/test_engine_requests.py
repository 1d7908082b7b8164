"""What is asked of a piece while it plays: promised to the frame, done once, and done again from the log."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_piece import CAST, SMALL, STINGING, small

from ambience.engine import Engine
from ambience.errors import ParameterError
from ambience.preset import file as preset_file
from ambience.scene import SceneChange, When
from ambience.sound.block import QUANTUM_FRAMES
from ambience.units import Audio

STEPS = st.lists(
    st.tuples(
        st.integers(1, 60_000),
        st.sampled_from(
            ["drift", "opening", "battle", "hold", "let go", "cue", "stinger", "late", "soon", "off", "wave"]
        ),
        st.sampled_from(["now", "beat", "bar", "phrase"]),
    ),
    min_size=2,
    max_size=7,
)


def ask(engine: Engine, what: str, when: When) -> None:
    """Ask for one of the things that can be asked."""
    wishes: dict[str, Callable[[], object]] = {
        "hold": engine.hold,
        "let go": lambda: engine.hold(False),
        "cue": lambda: engine.cue("lewis"),
        "stinger": engine.stinger,
        "late": lambda: engine.countdown(4.3),
        "soon": lambda: engine.countdown(1.1),
        "off": lambda: engine.countdown(None),
        "wave": lambda: engine.set_tension(0.9, fade_s=0.3),
    }
    wishes.get(what, lambda: engine.set_state(what, when=when, fade_s=0.5))()


def play(engine: Engine, frames: int) -> Audio:
    """Render as a session does: what the next quantum needs is written between two of them."""
    blocks = []
    for start in range(0, frames, QUANTUM_FRAMES):
        engine.write_ahead()
        blocks.append(engine.render(min(QUANTUM_FRAMES, frames - start)))
        assert not engine.is_ahead
    return np.concatenate(blocks)


@settings(max_examples=4, deadline=None)
@given(STEPS, st.sampled_from([512, 4096, 20_000]))
def test_an_evening_is_played_again_from_its_log(steps: list[tuple[int, str, When]], block: int) -> None:
    preset = preset_file.parse(SMALL + CAST + STINGING, "small.toml")
    live = Engine(preset, sample_rate_hz=22_050, endless=True, threads=1)
    blocks = []
    for frames, what, when in steps:
        blocks.append(play(live, frames))
        if when == "now":
            live.score()  # looking at the notes changes none
        ask(live, what, when)
    blocks.append(live.render(22_050))
    sound = np.concatenate(blocks)
    replay = Engine(preset, sample_rate_hz=22_050, endless=True, threads=1)
    for change in live.log:
        replay.post(change)
    again = [replay.render(min(block, len(sound) - at)) for at in range(0, len(sound), block)]
    assert len(live.log) == len(steps)
    assert np.array_equal(sound, np.concatenate(again))
    assert replay.score() == live.score()


def test_exits_are_kept_and_asking_for_them_changes_nothing() -> None:
    preset = small(state="drift")
    engine = Engine(preset, endless=True)
    engine.render(48_000 * 3)
    exits = {way.state: way for way in engine.next_exits()}
    assert exits == {way.state: way for way in engine.next_exits()}
    assert set(exits) == {"opening", "battle"}
    promise = engine.set_state("battle")
    assert (promise.at_frame, promise.bar) == (exits["battle"].answer_frame, exits["battle"].answer_bar)
    assert (promise.begins_frame, promise.begins_bar) == (exits["battle"].at_frame, exits["battle"].bar)
    engine.render(exits["battle"].at_frame - engine.frame + 48_000)
    (section,) = [section for section in engine.score().sections if section.state == "battle"]
    assert round(section.at_s * 48_000) == exits["battle"].at_frame
    engine.close()


@pytest.mark.parametrize("frames", [0, 160_000, 160_000 - 256, 48_000 * 10])
def test_a_promise_is_kept_wherever_in_the_bar_it_was_given(frames: int) -> None:
    engine = Engine(small(state="drift"), endless=True)  # its bars last 160,000 frames
    engine.render(frames)
    promise = engine.set_state("battle")
    assert promise.change is engine.log[-1]
    engine.render(promise.begins_frame - engine.frame + 48_000)
    (marker,) = [marker for marker in engine.score().markers if "> battle" in marker.text]
    assert round(marker.at_s * 48_000) == promise.at_frame
    (section,) = [section for section in engine.score().sections if section.state == "battle"]
    assert round(section.at_s * 48_000) == promise.begins_frame > promise.at_frame
    engine.close()


def test_who_asks_again_for_what_a_bridge_leads_to_is_told_where_it_ends() -> None:
    engine = Engine(preset_file.read("single-piece").override(state="drift"), sample_rate_hz=22_050, endless=True)
    first = engine.set_state("opening", when="bar")
    engine.render(first.at_frame - engine.frame + QUANTUM_FRAMES)
    again = engine.set_state("opening", when="now")
    elsewhere = engine.set_state("oxygen", when="bar")
    engine.render(12 * 22_050)
    markers = [(marker.at_s, marker.text) for marker in engine.score().markers]
    engine.close()
    assert again.at_s > first.at_s
    assert again.begins_frame == again.at_frame == first.begins_frame
    assert any(text == "bridge: drift > opening" for at_s, text in markers if at_s == pytest.approx(first.at_s))
    assert any(text.endswith("> oxygen") for at_s, text in markers if at_s == pytest.approx(elsewhere.at_s))


def test_zero_is_told_and_kept_to_the_frame() -> None:
    engine = Engine(small(state="drift"), endless=True)
    engine.render(48_000 * 3)
    zero_s = engine.countdown(5.0).change.zero_s
    assert zero_s is not None
    assert engine.now().zero_in_s == pytest.approx(5.0)
    engine.render(48_000)
    engine.countdown(2.2)
    engine.countdown(zero_s - engine.now_s)
    engine.render(48_000 * 5)
    assert engine.now().zero_in_s is None
    score = engine.score()
    assert round(zero_s * 48_000) in [round(score.second_at(beat) * 48_000) for beat, _ in score.chords]
    engine.close()


def test_what_is_now_is_told() -> None:
    engine = Engine(small(state="drift"), endless=True)
    assert (engine.now().state, engine.now().root_pc) == ("drift", None)
    engine.render(48_000 * 3)
    before = engine.now()
    assert (before.state, before.next_state, before.bar, before.held) == ("drift", "", 0, False)
    assert before.beat == pytest.approx(before.at_s * before.tempo_bpm / 60.0, abs=1e-6)
    promise = engine.set_state("battle", tension=0.8)
    asked = engine.now()
    assert (asked.next_state, asked.held) == ("battle", True)
    engine.render(promise.at_frame - engine.frame + 256)
    assert engine.now().arriving == "battle"
    engine.render((asked.next_frame or 0) - engine.frame + 256)
    after = engine.now()
    assert (after.state, after.bar, after.tempo_bpm) == ("battle", asked.next_bar, 2.0 * before.tempo_bpm)
    assert after.tension > before.tension
    engine.close()


def test_bad_requests_are_refused_in_one_line() -> None:
    engine = Engine(preset_file.parse(SMALL + CAST, "small.toml"))
    with pytest.raises(ParameterError, match="Did you mean 'battle'"):
        engine.set_state("batle")
    with pytest.raises(ParameterError, match="when = 'soon', must be one of now, beat, bar, phrase"):
        engine.set_state("battle", when="soon")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="tension = 2"):
        engine.set_tension(2.0)
    with pytest.raises(ParameterError, match="tension = nan"):
        engine.set_tension(math.nan)
    with pytest.raises(ParameterError, match=r"name = 'lewes', is not in the cast.*Did you mean 'lewis'"):
        engine.cue("lewes")
    with pytest.raises(ParameterError, match=r"seconds = 0\.2, must be 1 to 86400 seconds"):
        engine.countdown(0.2)
    with pytest.raises(ParameterError, match="ahead = True, belongs to the form"):
        engine.post(SceneChange(3.0, "battle", ahead=True))
    engine.render(48_000)
    with pytest.raises(ParameterError, match=r"at_s = 0\.5, must not be before 1\."):
        engine.post(SceneChange(0.5, "battle"))
    assert engine.log == []
    engine.close()
