"""Stanzas: from phrase to phrase of a stay others rest, and tension is led up and down."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_bars import notes_of, write

import ambience
from ambience.lifts import Lifts
from ambience.music.sheet import Score, Track
from ambience.preset import file as preset_file
from ambience.scene import SceneChange

STATE = "opening"
PRESET = "single-piece"


@cache
def held(seed: int) -> Score:
    return ambience.compose(ambience.load(PRESET, seed=seed).override(state=STATE, duration_s=120.0)).score


def track(score: Score, name: str) -> Track:
    return next(track for track in score.tracks if track.name == name)


@pytest.mark.parametrize("seed", [1, 4])
def test_a_layer_begins_nothing_in_a_stanza_in_which_it_rests(seed: int) -> None:
    state, score = ambience.load(PRESET).scenes.state(STATE), held(seed)
    beats = 4.0 * state.phrase_bars
    rested = 0
    for turn in range(4):
        for name in state.stanza(turn).rests:
            onsets = [note.onset_beats for note in track(score, name).notes]
            assert onsets
            assert not [beat for beat in onsets if turn * beats <= beat < (turn + 1) * beats]
            rested += 1
    assert rested


@pytest.mark.parametrize("seed", [1, 4])
def test_every_stanza_has_somebody_who_sings_the_theme(seed: int) -> None:
    state, score = ambience.load(PRESET).scenes.state(STATE), held(seed)
    beats = 4.0 * state.phrase_bars
    onsets = [n.onset_beats for name in ("violins", "celli", "horns") for n in track(score, name).notes]
    for turn in range(4):
        assert any(turn * beats <= beat < (turn + 1) * beats for beat in onsets)


def test_the_tension_that_is_asked_for_follows_the_stanzas() -> None:
    state, score = ambience.load(PRESET).scenes.state(STATE), held(1)
    beats = 4.0 * state.phrase_bars
    bare = ambience.load(PRESET, seed=1).override(state=STATE, duration_s=120.0)
    bare = bare.model_copy(
        update={"states": {**bare.states, STATE: bare.states[STATE].model_copy(update={"stanzas": ()})}}
    )
    for led, plain in zip(score.controls, ambience.compose(bare).score.controls, strict=True):
        turn, inside = divmod(led.at_beats / beats, 1.0)
        if 0.65 < inside < 0.85 and turn < 4:
            assert np.sign(round(led.controls.tension - plain.controls.tension, 9)) == np.sign(
                state.stanza(int(turn)).tension
            )


aims = st.tuples(st.floats(0.0, 100.0), st.floats(0.0, 20.0), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))


@given(st.lists(aims, min_size=1, max_size=12))
def test_a_lift_changes_nothing_that_was_and_arrives_where_it_leads(
    way: list[tuple[float, float, float, float]],
) -> None:
    lifts = Lifts()
    for start_s, lasts_s, tension, brightness in sorted(way):
        before = np.linspace(-1.0, start_s, 20)[:-1]
        was = lifts.at(before)
        led = lifts.lead(start_s, start_s + lasts_s, tension, brightness)
        assert np.allclose(lifts.at(before), was, atol=1e-9)
        assert not led or lifts.at(np.array([start_s + lasts_s + 1e-6]))[0] == pytest.approx(
            (tension, brightness), abs=1e-6
        )


def test_a_state_without_stanzas_is_as_it_says_in_every_phrase() -> None:
    state = replace(ambience.load(PRESET).scenes.state(STATE), stanzas=())
    assert state.stanza(0) == state.stanza(7)
    assert state.stanza(3).rests == ()


def test_who_rests_comes_in_with_the_next_state_if_that_wants_it() -> None:
    piece = preset_file.read("single-piece").override(state="battle", duration_s=60.0)
    work, bars = write(piece, SceneChange(1.0, "oxygen"))
    bridge = [w for w in bars if w.bar.bridge is not None]
    assert all("strings" in w.bar.phrase.stanza.rests for w in bridge)
    assert not notes_of(work, bridge[0], "Chorale")
    assert notes_of(work, bridge[-1], "Chorale")
