"""The end of the piece: what can swell is held over the last bar line and dies away before the sound ends."""

import pytest
from written_bars import held

from ambience.music.score import Dynamics
from ambience.music.work import Work, WrittenBar
from ambience.preset import file as preset_file

LENGTH_S = 60.0


def ended(name: str, state: str) -> tuple[Work, WrittenBar, WrittenBar]:
    """Compose a short piece, and return its last two bars."""
    work, bars = held(name, state, duration_s=LENGTH_S)
    return work, bars[-2], bars[-1]


CASES = [(name, state) for name in sorted(preset_file.bundled()) for state in preset_file.read(name).states]


@pytest.mark.parametrize(("name", "state"), CASES)
def test_what_can_swell_is_held_and_fades_to_nothing_before_the_sound_ends(name: str, state: str) -> None:
    work, _, last = ended(name, state)
    line_s = last.bar.start_s + last.bar.length_s
    for layer, notes, points in zip(work.layers, last.notes, last.expression, strict=True):
        assert all(timed.end_s < LENGTH_S - 1.0 or layer.stem == "drones" for timed in notes)
        if not isinstance(layer.part, Dynamics):
            continue
        ends_s = [timed.end_s for timed in notes if timed.end_s > line_s - 0.1]
        assert all(end_s > line_s + 1.0 for end_s in ends_s)
        assert points[-1][1] == 0.0
        assert points[-1][0] == pytest.approx(last.bar.end_beats + last.bar.beats(last.bar.fade_s))


def test_nothing_but_the_last_bar_fades() -> None:
    work, before, last = ended("single-piece", "opening")
    assert before.bar.fade_s == 0.0 < last.bar.fade_s
    assert all(not points or points[-1] == (before.bar.end_beats, points[-1][1]) for points in before.expression)
    lines = [notes for layer, notes in zip(work.layers, last.notes, strict=True) if isinstance(layer.part, Dynamics)]
    assert any(timed.note.end_beats > last.bar.end_beats for notes in lines for timed in notes)
