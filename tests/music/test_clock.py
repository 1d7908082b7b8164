from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from mini_conductor import plan

from ambience import rng
from ambience.music.playing.clock import grid_onsets, nearest_period, rare_onsets
from ambience.music.playing.touch import chances
from ambience.units import beats_to_s


@pytest.mark.parametrize("period_beats", [0.5, 2.0 / 3.0, 0.75, 3.0, 8.0])
def test_a_grid_runs_through_bar_lines_without_losing_a_step(period_beats: float) -> None:
    bars = plan()[:12]
    onsets = [onset for bar in bars for onset in grid_onsets(bar, period_beats)]
    assert np.diff(onsets) == pytest.approx(period_beats)
    assert len(onsets) == pytest.approx(bars[-1].end_beats / period_beats, abs=1.0)


def test_the_nearest_period_is_nearest_by_ratio() -> None:
    assert nearest_period(1.4, (1.0, 2.0)) == 1.0
    assert nearest_period(1.42, (1.0, 2.0)) == 2.0


@pytest.mark.parametrize("interval_s", [4.0, 12.0, 40.0])
def test_rare_events_are_rare_but_never_long_forgotten(interval_s: float) -> None:
    bar = plan()[0]
    for seed in range(5):
        onsets = [
            onset
            for index in range(200)
            for onset in rare_onsets(
                replace(bar, index=index, start_beats=4.0 * index),
                interval_s,
                chances(rng.stream(seed, "x", index)),
                grid_beats=0.5,
            )
        ]
        length_s = beats_to_s(800.0, bar.tempo_bpm)
        assert len(onsets) == pytest.approx(length_s / interval_s, rel=0.35, abs=3.0)
        waits_s = [beats_to_s(b - a, bar.tempo_bpm) for a, b in pairwise(onsets)]
        assert max(waits_s) < 5.0 * interval_s
