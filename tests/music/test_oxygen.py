"""What happens when the supply runs out: breath and heart hurry, the music thins, the drone stays."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from mini_conductor import perform, plan
from written_bars import notes_of, write

from ambience.music.parts.breath import Breath
from ambience.music.score import Note
from ambience.music.work import Work, WrittenBar
from ambience.preset import file as preset_file
from ambience.scene import Controls, SceneChange

PIECES = ("oxygen", "single-piece")
LEVELS = (1.0, 0.8, 0.6, 0.4, 0.2, 0.11)


@cache
def at_level(name: str, level: float) -> tuple[Work, list[WrittenBar]]:
    piece = preset_file.read(name).override(state="oxygen", duration_s=200.0)
    return write(piece, SceneChange(0.0, level=level, fade_s=0.0))


@cache
def failing(name: str, fade_s: float = 120.0) -> tuple[Work, list[WrittenBar]]:
    """Let the level fall to nothing within the state."""
    piece = preset_file.read(name).override(state="oxygen", duration_s=200.0)
    wishes = (SceneChange(0.0, level=1.0, fade_s=0.0), SceneChange(20.0, level=0.0, fade_s=fade_s))
    return write(piece, *wishes)


def _played(work: Work, bars: list[WrittenBar], *parts: str) -> list[Note]:
    return [note for written in bars for note in notes_of(work, written, *parts)]


def _inhales(work: Work, bars: list[WrittenBar]) -> list[Note]:
    return [note for note in _played(work, bars, "Breath") if note.articulation == "inhale"]


def _a_minute(notes: list[Note], tempo_bpm: float) -> float:
    return (len(notes) - 1) * tempo_bpm / (notes[-1].onset_beats - notes[0].onset_beats)


@pytest.mark.parametrize("name", PIECES)
def test_breath_and_heart_hurry_as_the_supply_falls(name: str) -> None:
    breaths, hearts = [], []
    for level in LEVELS:
        work, bars = at_level(name, level)
        tempo_bpm = bars[0].bar.tempo_bpm
        breaths.append(_a_minute(_inhales(work, bars[:-1]), tempo_bpm))
        hearts.append(_a_minute(_played(work, bars[:-1], "Heart"), tempo_bpm))
        assert breaths[-1] == pytest.approx(28.0 - 18.0 * level, rel=0.16)
        assert hearts[-1] == pytest.approx(110.0 - 50.0 * level, rel=0.16)
    assert breaths == sorted(breaths) and hearts == sorted(hearts)


def test_breath_grows_shallow() -> None:
    force = []
    for level in LEVELS:
        bars = tuple(replace(bar, controls=Controls(level=level)) for bar in plan())
        inhales = [note for note in perform(Breath(), bars=bars).notes if note.articulation == "inhale"]
        force.append(sum(note.velocity for note in inhales) / len(inhales))
    assert force == sorted(force, reverse=True) and force[-1] < 0.75 * force[0]


@pytest.mark.parametrize("name", PIECES)
def test_a_moving_level_makes_neither_breath_nor_heart_stumble(name: str) -> None:
    work, bars = failing(name)
    for note, following in pairwise(_inhales(work, bars)):
        over = note.onset_beats + note.duration_beats / 0.92 / 0.4
        assert -1e-6 <= following.onset_beats - over <= 0.5
    beats = [b.onset_beats - a.onset_beats for a, b in pairwise(_played(work, bars, "Heart"))]
    for before, after in pairwise(beats):
        assert 0.6 < after / before < 1.5
    assert len(beats) > 80


@pytest.mark.parametrize("name", PIECES)
def test_breath_and_heart_keep_to_the_grid(name: str) -> None:
    work, bars = failing(name)
    assert all(note.onset_beats % 0.5 == pytest.approx(0.0, abs=1e-6) for note in _inhales(work, bars))
    steady_work, steady = at_level(name, 0.4)
    hearts = _played(steady_work, steady[:-1], "Heart")
    period = hearts[-1].onset_beats - hearts[-2].onset_beats
    assert all((n.onset_beats / period + 1e-4) % 1.0 < 2e-4 for n in hearts[12:])  # a first few are drawn to it


@pytest.mark.parametrize("name", PIECES)
def test_the_high_texture_thins_to_a_third(name: str) -> None:
    counts = []
    for level in (1.0, 0.5, 0.11):
        work, bars = at_level(name, level)
        counts.append(len(_played(work, bars, "Bells", "PianoFigure")))
    assert counts[0] > counts[1] > counts[2] and counts[2] < 0.6 * counts[0]


def test_a_tone_in_four_seconds_becomes_one_in_twelve() -> None:
    for level, wanted_s in ((1.0, 4.0), (0.05, 12.0)):
        work, bars = at_level("oxygen", level)
        struck = [w.bar.index for w in bars for _ in notes_of(work, w, "Bells")]
        length_s = bars[-1].bar.start_s
        assert length_s / len(struck) == pytest.approx(wanted_s, rel=0.6)


def _fragments(work: Work, bars: list[WrittenBar]) -> list[int]:
    """Count how many tones of the statement are sung before one is left out."""
    lengths, last = [], None
    for written in bars:
        onsets = [note.onset_beats for note in written.bar.theme.statement]
        for note in notes_of(work, written, "Melody"):
            place = min(range(len(onsets)), key=lambda i: abs(onsets[i] - note.onset_beats))
            here = (onsets[0], place)
            if last is not None and here == (last[0], last[1] + 1):
                lengths[-1] += 1
            else:
                lengths.append(1)
            last = here
    return lengths


@pytest.mark.parametrize("name", PIECES)
def test_fragments_of_the_theme_shorten_from_seven_tones_to_two(name: str) -> None:
    longest = [max(_fragments(*at_level(name, level))) for level in (0.59, 0.5, 0.4, 0.3, 0.2, 0.11)]
    assert longest == sorted(longest, reverse=True)
    assert longest[0] == 7 and longest[-1] == 2


@pytest.mark.parametrize("name", PIECES)
def test_the_theme_is_whole_and_three_times_as_slow_while_there_is_enough(name: str) -> None:
    work, bars = at_level(name, 1.0)
    assert all("augment" in written.bar.theme.transform for written in bars)
    statement = bars[0].bar.theme.statement
    sung = _played(work, bars, "Melody")
    assert len(sung) >= len(statement) >= 12
    assert statement[-1].end_beats - statement[0].onset_beats >= 3.0 * 0.8 * work.theme.bar_beats * 8


@pytest.mark.parametrize("name", PIECES)
def test_as_long_as_there_is_enough_no_tone_of_the_theme_is_left_out(name: str) -> None:
    for level in (0.9, 0.6):
        work, bars = at_level(name, level)
        end_beats = bars[-1].bar.start_beats
        due = {round(note.onset_beats) for written in bars for note in written.bar.theme.notes}
        sung = {round(note.onset_beats - 0.1) for note in _played(work, bars, "Melody")}
        assert {at for at in due if at < end_beats} <= sung


@pytest.mark.parametrize("name", PIECES)
def test_half_of_a_thinned_reprise_is_silence(name: str) -> None:
    for level in (0.5, 0.3, 0.11):
        work, bars = at_level(name, level)
        sung = sum(note.duration_beats for note in _played(work, bars, "Melody"))
        assert sung <= 0.5 * (bars[-1].bar.end_beats - bars[0].bar.start_beats)


@pytest.mark.parametrize("name", PIECES)
def test_at_nothing_a_last_tone_and_then_only_the_drone(name: str) -> None:
    work, bars = failing(name)
    empty = [written for written in bars if written.bar.controls.level <= 0.0]
    assert len(empty) >= 8
    for written in empty:
        for layer, notes in zip(work.layers, written.notes, strict=True):
            assert not notes or layer.stem == "drones", layer.name
    assert any(notes for written in empty for notes in written.notes)
    nearly = [written for written in bars if 0.0 < written.bar.controls.level < 0.1]
    assert max(_fragments(work, nearly), default=1) == 1


def test_the_preset_runs_out_of_air_by_itself() -> None:
    work, bars = write(preset_file.read("oxygen"))
    empty = [written for written in bars if written.bar.state.name == "empty"]
    assert notes_of(work, empty[0], "Melody") or notes_of(work, empty[1], "Melody")
    assert notes_of(work, empty[0], "Breath") and not notes_of(work, empty[-1], "Breath", "Heart", "Melody")
    assert notes_of(work, empty[-1], "DroneBed", "SubPedal") or notes_of(work, empty[-2], "DroneBed", "SubPedal")
