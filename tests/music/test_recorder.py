"""What a finished score says of its form, and how little is kept of it while it is being written."""

import gc
import tracemalloc

import pytest
from small_piece import SMALL, small

from ambience.music.conducting.commission import commission
from ambience.music.conducting.conductor import Conductor
from ambience.music.conducting.whole import compose
from ambience.music.playing.meter_cells import ACCENTS, cell_of
from ambience.music.score import Bar
from ambience.music.sheet import Score
from ambience.preset import Preset
from ambience.preset import file as preset_file
from ambience.timeline import SceneTimeline


def composed(name: str, duration_s: float) -> Score:
    return compose(preset_file.read(name).override(duration_s=duration_s))


@pytest.mark.parametrize("duration_s", [200.0, 400.0])
def test_a_piece_of_one_state_has_a_section_for_every_passage(duration_s: float) -> None:
    preset = preset_file.read("drift").override(duration_s=duration_s)
    passages = [change.passage for change in commission(preset).scenes.script]
    sections = compose(preset).sections
    assert len(passages) > 2
    assert [section.role for section in sections] == [passage.role for passage in passages if passage]
    assert [section.letter for section in sections] == list("ABCDEFGH"[: len(sections)])


def test_a_marker_tells_state_role_and_key_of_a_passage() -> None:
    score = composed("single-piece", 400.0)
    texts = {marker.at_beats: marker.text for marker in score.markers if not marker.text.startswith("bridge")}
    assert len(texts) == len(score.sections)
    for section in score.sections:
        tonic = section.key.split(" ")[0]
        assert texts[section.at_beats] == f"{section.letter}: {section.state} ({section.role}, {tonic})"
    assert len({section.key for section in score.sections}) > 2


def test_a_scripted_scene_has_no_role() -> None:
    score = compose(preset_file.read("single-piece"))
    assert {section.role for section in score.sections} == {""}
    assert score.markers[0].text == "A: drift"


@pytest.mark.parametrize(("name", "duration_s"), [("drift", 300.0), ("single-piece", 480.0)])
def test_the_sections_fill_the_piece_without_gaps(name: str, duration_s: float) -> None:
    score = composed(name, duration_s)
    assert sum(section.bars for section in score.sections) == len(score.chords)
    for here, there in zip(score.sections, score.sections[1:], strict=False):
        assert here.at_s + here.length_s == pytest.approx(there.at_s, abs=1e-6)


@pytest.mark.parametrize(("meter", "accents"), [("6/8", 2), ("9/8", 3), ("3/4", 5), ("7/8", 3)])
def test_a_state_without_a_meter_has_that_of_the_piece(meter: str, accents: int) -> None:
    preset = preset_file.parse(SMALL.replace("duration_s = 6", f'duration_s = 20\nmeter = "{meter}"'), "small.toml")
    assert {(m.beats, m.unit) for m in compose(preset).meters} == {tuple(map(int, meter.split("/")))}
    assert len(cell_of(_first_bar(preset)).rhythms[ACCENTS]) == accents


def test_a_longer_piece_takes_less_than_a_hundred_bytes_more_for_each_of_its_notes() -> None:
    preset = small(duration_s=240.0, state="battle")
    compose(preset)  # what is remembered for good, such as chords and their voicings, is there now
    work = commission(preset)
    conductor = Conductor(work, SceneTimeline(work.scenes, [layer.name for layer in work.layers], preset.seed))
    tracemalloc.start()
    try:
        kept = [_kept_until(conductor, at_s) for at_s in (60.0, 240.0)]
    finally:
        tracemalloc.stop()
    (few_bytes, few), (many_bytes, many) = kept
    assert many - few > 1000
    assert (many_bytes - few_bytes) / (many - few) < 100


def _kept_until(conductor: Conductor, end_s: float) -> tuple[int, int]:
    """Compose up to a second; return the bytes that are in use, and how many notes there are."""
    while conductor.end_s < end_s and conductor.next_bar() is not None:
        pass
    gc.collect()
    in_use_bytes, _ = tracemalloc.get_traced_memory()
    return in_use_bytes, sum(len(track.notes) for track in conductor.score(end_s).tracks)


def _first_bar(preset: Preset) -> Bar:
    work = commission(preset)
    written = Conductor(work, SceneTimeline(work.scenes, [layer.name for layer in work.layers], 1)).next_bar()
    assert written
    return written.bar
