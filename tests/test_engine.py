"""One path: the same samples for every block size, span, thread count, and with or without stems."""

import numpy as np
import pytest

from ambience import preset_file
from ambience.engine import Engine, compose
from ambience.errors import ParameterError

DURATION_S = 6.0
FRAMES = 96_000


def small(seed=3, duration_s=DURATION_S, state=None):
    return preset_file.read("single-piece").override(seed=seed, duration_s=duration_s, state=state)


def rendered(preset, *, block=48_000, frames=FRAMES, **settings):
    engine = Engine(preset, **settings)
    blocks = [engine.render(min(block, frames - at)) for at in range(0, frames, block)]
    engine.close()
    return np.concatenate(blocks)


@pytest.fixture(scope="module")
def battle():
    return rendered(small(state="battle"))


@pytest.mark.parametrize("block", [64, 480, 4096])
def test_the_block_size_changes_no_sample(battle, block):
    assert np.array_equal(rendered(small(state="battle"), block=block), battle)


def test_single_frames_are_the_same_samples(battle):
    assert np.array_equal(rendered(small(state="battle"), block=1, frames=3000), battle[:3000])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_number_of_threads_changes_no_sample(battle, threads):
    assert np.array_equal(rendered(small(state="battle"), threads=threads), battle)


def test_another_seed_is_another_piece(battle):
    assert not np.array_equal(rendered(small(seed=4, state="battle")), battle)


def test_a_longer_piece_begins_with_the_shorter_one():
    short = compose(small(duration_s=60.0))
    long = compose(small(duration_s=120.0))
    until = short.beat_at(45.0)
    for a, b in zip(short.tracks, long.tracks, strict=True):
        assert [n for n in a.notes if n.end_beats < until] == [n for n in b.notes if n.end_beats < until]


def test_stems_sum_to_the_mix_and_do_not_change_it(battle):
    engine = Engine(small(state="battle"), stems=True)
    mix = engine.render(FRAMES)
    total = sum(stem.astype(np.float64) for stem in engine.take_stems().values())
    engine.close()
    assert np.array_equal(mix, battle)
    assert np.max(np.abs(total - mix)) < 1e-6 * max(1.0, np.max(np.abs(mix)))


def test_a_muted_layer_leaves_the_other_stems_untouched():
    whole = small(state="drift")
    without = preset_file.parse(whole.text.replace("[layers.heart]", "[layers.pulse_of_blood]"), "renamed")
    name = "body"
    both = []
    for preset in (whole, without.override(seed=3, duration_s=DURATION_S, state="drift")):
        engine = Engine(preset, stems=True)
        engine.render(FRAMES)
        stems = engine.take_stems()
        stems.pop(name)
        both.append(stems)
        engine.close()
    assert all(np.array_equal(both[0][stem], both[1][stem]) for stem in both[0])


@pytest.mark.parametrize("when", ["now", "beat", "bar", "phrase"])
def test_a_change_of_state_acts_at_the_promised_frame(when):
    engine = Engine(small(duration_s=120.0, state="drift"), endless=True)
    engine.render(48_000 * 10)
    promise = engine.set_state("battle", when=when)
    engine.render(promise.at_frame - engine.frame + 48_000 * 12)
    score = engine.score()
    engine.close()
    acts = [marker for marker in score.markers if "battle" in marker.text]
    assert acts
    assert round(acts[0].at_s * 48_000) == promise.at_frame


def test_a_live_change_equals_the_same_change_known_in_advance():
    preset = small(duration_s=60.0, state="drift")
    live = Engine(preset, endless=True)
    first = live.render(48_000 * 10)
    live.set_state("battle", when="beat")
    second = live.render(48_000 * 12)
    live.close()
    replay = Engine(preset, endless=True)
    for change in live.log:
        replay.post(change)
    again = replay.render(48_000 * 22)
    replay.close()
    assert np.array_equal(np.concatenate([first, second]), again)


def test_bad_requests_are_refused_in_one_line():
    engine = Engine(small())
    with pytest.raises(ParameterError, match="Did you mean 'battle'"):
        engine.set_state("batle")
    with pytest.raises(ParameterError, match="tension = 2"):
        engine.set_tension(2.0)
    engine.close()
