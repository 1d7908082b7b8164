"""Tension asked for and heard: how the two are compared, and that the figures tell the truth."""

from dataclasses import replace

import numpy as np
import pytest
from small_piece import small

from ambience.music.conducting.commission import commission
from ambience.music.conducting.conductor import Conductor
from ambience.music.conducting.ensemble import Ensemble
from ambience.music.conducting.whole import compose
from ambience.music.sheet import ControlPoint, Score
from ambience.music.tension.agreement import agreement
from ambience.music.tension.realized import Listener
from ambience.music.work import TimedNote, WrittenBar
from ambience.preset import file as preset_file
from ambience.scene import Controls, SceneChange
from ambience.timeline import SceneTimeline


def asked(score: Score, tension: "np.ndarray", level: float = 1.0) -> Score:
    """Give a score other requests, one a beat, from its first to its last."""
    times_s = np.linspace(0.0, score.length_s, len(tension))
    points = [
        ControlPoint(score.beat_at(float(t)), float(t), Controls(tension=float(value), level=level))
        for t, value in zip(times_s, tension, strict=True)
    ]
    return replace(score, controls=tuple(points))


@pytest.fixture(scope="module")
def piece() -> Score:
    return compose(preset_file.read("opening").override(duration_s=90.0))


def waving(score: Score) -> Score:
    """Let the notes have a tension that rises and falls twice."""
    bars = len(score.realized_tension)
    return replace(score, realized_tension=tuple(0.5 - 0.4 * np.cos(np.arange(bars) / bars * 4 * np.pi)))


def test_a_request_like_the_notes_correlates_and_its_mirror_image_correlates_negatively(piece: Score) -> None:
    score = waving(piece)
    at_s = np.array(agreement(score).at_s)
    at_s += 0.5 * (at_s[1] - at_s[0])
    times_s = np.linspace(0.0, score.length_s, 400)
    curve = np.interp(times_s, at_s, score.realized_tension)
    alike, mirrored = agreement(asked(score, curve)), agreement(asked(score, 1.0 - curve))
    assert alike.correlation is not None and alike.correlation > 0.97
    assert mirrored.correlation is not None and mirrored.correlation < -0.97
    assert alike.mean_error < 0.05 < mirrored.mean_error


def test_where_hardly_any_change_is_asked_for_only_the_distance_is_told(piece: Score) -> None:
    flat = agreement(asked(waving(piece), np.linspace(0.5, 0.6, 300)))
    assert flat.correlation is None
    assert 0.1 < flat.mean_error < 0.5


def test_bars_without_supply_do_not_count(piece: Score) -> None:
    starved = agreement(asked(waving(piece), np.linspace(0.1, 0.9, 300), level=0.1))
    assert starved.correlation is None
    assert starved.mean_error == 0.0


def test_every_bar_and_every_section_has_both_figures(piece: Score) -> None:
    both = agreement(piece)
    assert len(both.at_s) == len(both.requested) == len(both.realized) == len(piece.chords)
    assert both.realized == piece.realized_tension
    assert len(both.sections) == len(piece.sections)
    assert all(0.0 <= value <= 1.0 for value in (*both.requested, *both.realized))


def written_bars(wishes: tuple[SceneChange, ...] = ()) -> list[WrittenBar]:
    preset = small(seed=5, duration_s=60.0)
    work = commission(preset)
    timeline = SceneTimeline(work.scenes, [layer.name for layer in work.layers], preset.seed)
    conductor, bars = Conductor(work, timeline), []
    for wish in wishes:
        conductor.post(wish)
    while (bar := conductor.next_bar()) is not None:
        bars.append(bar)
    return bars


def test_the_tension_that_is_told_is_that_of_the_notes_that_are_played() -> None:
    work = commission(small(seed=5, duration_s=60.0))
    listener = Listener(work.layers)
    impression = None
    held: list[tuple[TimedNote, ...]] = [() for _ in work.layers]
    for written in written_bars():
        bar = written.bar
        held = [
            tuple(n for n in (*old, *new) if n.end_s > bar.start_s + 1e-6)
            for old, new in zip(held, written.notes, strict=True)
        ]
        impression = listener.hear(bar, held, written.expression, impression)
        assert written.realized_tension == pytest.approx(impression.tension(), abs=1e-6)


def test_what_is_played_louder_or_softer_keeps_its_place_and_stays_within_bounds() -> None:
    for written in written_bars((SceneChange(20.0, "battle", when="beat", tension=1.0),)):
        for notes in written.notes:
            assert all(0.0 < timed.note.velocity <= 1.0 for timed in notes)
            assert all(written.bar.start_beats <= t.note.onset_beats < written.bar.end_beats for t in notes)


def test_few_bars_are_written_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts, bars = [0], [0]
    attempt, write = Ensemble._attempt, Ensemble.write

    def counted(self: Ensemble, *views: object) -> object:
        attempts[0] += 1
        return attempt(self, *views)  # type: ignore[arg-type]

    def counting(self: Ensemble, bar: object) -> WrittenBar:
        bars[0] += 1
        return write(self, bar)  # type: ignore[arg-type]

    monkeypatch.setattr(Ensemble, "_attempt", counted)
    monkeypatch.setattr(Ensemble, "write", counting)
    compose(preset_file.read("single-piece"))
    assert attempts[0] <= 1.1 * bars[0]
