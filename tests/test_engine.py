"""One path: the same samples for every block size, span, thread count, and with or without stems."""

from typing import Any

import numpy as np
import pytest
from small_piece import small, with_extra_layer

from ambience.engine import Engine
from ambience.errors import ParameterError
from ambience.music.conducting.whole import compose
from ambience.preset import Preset
from ambience.preset import file as preset_file
from ambience.scene import When
from ambience.units import Audio

FRAMES = 80_000


def rendered(preset: Preset, *, block: int = 48_000, frames: int = FRAMES, **settings: Any) -> Audio:
    engine = Engine(preset, **settings)
    blocks = [engine.render(min(block, frames - at)) for at in range(0, frames, block)]
    engine.close()
    return np.concatenate(blocks)


@pytest.fixture(scope="module")
def battle() -> Audio:
    sound = rendered(small(state="battle"))
    assert np.abs(sound).max() > 0.01
    return sound


@pytest.mark.parametrize("block", [64, 480, 4096, FRAMES])
def test_the_block_size_changes_no_sample(battle: Audio, block: int) -> None:
    assert np.array_equal(rendered(small(state="battle"), block=block), battle)


def test_single_frames_are_the_same_samples(battle: Audio) -> None:
    assert np.array_equal(rendered(small(state="battle"), block=1, frames=3000), battle[:3000])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_number_of_threads_changes_no_sample(battle: Audio, threads: int) -> None:
    assert np.array_equal(rendered(small(state="battle"), threads=threads), battle)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_taken_block_by_block_is_what_is_taken_at_once(battle: Audio, threads: int) -> None:
    engine = Engine(small(state="battle"), threads=threads, stems=True)
    parts = [engine.render(100)]
    for audio in engine.blocks(FRAMES - 200):
        assert np.allclose(sum(engine.take_stems().values()), audio, atol=1e-5)
        parts.append(audio)
    parts.append(engine.render(100))
    assert max(map(len, parts)) <= 72_192
    assert engine.frame == FRAMES
    assert np.array_equal(np.concatenate(parts), battle)


def test_another_seed_is_another_piece(battle: Audio) -> None:
    assert not np.array_equal(rendered(small(seed=4, state="battle")), battle)


def test_the_whole_piece_does_not_depend_on_blocks_or_threads() -> None:
    piece = preset_file.read("single-piece").override(duration_s=10.0, state="battle")
    whole = rendered(piece, frames=30_000, block=30_000, threads=1)
    assert np.array_equal(rendered(piece, frames=30_000, block=1024, threads=2), whole)


@pytest.mark.parametrize("state", ["drift", "opening", "battle"])
def test_every_state_is_heard_and_finite(state: str) -> None:
    sound = rendered(small(state=state), frames=48_000 * 2)
    assert np.isfinite(sound).all()
    assert 1e-3 < np.abs(sound).max() < 20.0


@pytest.mark.parametrize("rate_hz", [22_050, 96_000])
def test_every_sample_rate_plays_the_same_piece(battle: Audio, rate_hz: int) -> None:
    sound = rendered(small(state="battle"), frames=2 * rate_hz, sample_rate_hz=rate_hz)
    assert np.isfinite(sound).all()
    assert np.std(sound) == pytest.approx(float(np.std(battle)), rel=0.35)


def test_a_longer_stay_in_a_state_begins_with_the_shorter_one() -> None:
    piece = preset_file.read("single-piece").override(state="opening")  # a form is composed anew for each length
    short = compose(piece.override(duration_s=60.0))
    long = compose(piece.override(duration_s=120.0))
    until = short.beat_at(45.0)
    for a, b in zip(short.tracks, long.tracks, strict=True):
        assert [n for n in a.notes if n.end_beats < until] == [n for n in b.notes if n.end_beats < until]


def test_stems_sum_to_the_mix_and_do_not_change_it(battle: Audio) -> None:
    engine = Engine(small(state="battle"), stems=True)
    mix = engine.render(FRAMES)
    total = sum(stem.astype(np.float64) for stem in engine.take_stems().values())
    engine.close()
    assert np.array_equal(mix, battle)
    assert np.max(np.abs(total - mix)) < 1e-6 * max(1.0, np.max(np.abs(mix)))


@pytest.mark.parametrize("state", ["drift", "battle"])
def test_an_inserted_layer_that_is_hardly_heard_leaves_the_other_stems_untouched(state: str) -> None:
    both = []
    faint = with_extra_layer().replace("gain_db = 6", "gain_db = -60")  # a louder one is answered in the dynamics
    for preset in (small(state=state), small(state=state, text=faint)):
        engine = Engine(preset, stems=True)
        engine.render(FRAMES)
        both.append(engine.take_stems())
        engine.close()
    without, having = both
    assert having.keys() - without.keys() == {"fx"}
    assert np.abs(having["fx"]).max() > 0.0
    for stem, sound in without.items():
        assert np.array_equal(having[stem], sound), stem


@pytest.mark.parametrize("when", ["now", "beat", "bar", "phrase"])
def test_a_change_of_state_acts_at_the_promised_frame(when: When) -> None:
    engine = Engine(small(state="drift"), endless=True)
    engine.render(48_000 * 3)
    promise = engine.set_state("battle", when=when)
    engine.render(promise.at_frame - engine.frame + 48_000)
    score = engine.score()
    engine.close()
    acts = [marker for marker in score.markers if "battle" in marker.text]
    assert acts
    assert round(acts[0].at_s * 48_000) == promise.at_frame


@pytest.mark.parametrize("when", ["now", "phrase"])
def test_a_live_change_equals_the_same_change_known_in_advance(when: When) -> None:
    preset = small(state="drift")
    live = Engine(preset, endless=True)
    blocks = [live.render(48_000 * 3)]
    live.set_state("battle", when=when)
    blocks.append(live.render(48_000 * 3 + 77))
    live.set_tension(0.2, fade_s=0.5)
    live.set_state("opening", when="beat")
    blocks.append(live.render(48_000 * 4))
    live.close()
    sound = np.concatenate(blocks)
    replay = Engine(preset, endless=True)
    for change in live.log:
        replay.post(change)
    again = replay.render(len(sound))
    assert np.array_equal(sound, again)
    assert replay.score().tracks == live.score().tracks
    replay.close()


def test_a_sample_rate_that_the_rooms_cannot_serve_is_refused() -> None:
    with pytest.raises(ParameterError, match="sample_rate_hz = 8000, must be 22050 to 192000"):
        Engine(small(), sample_rate_hz=8000)
