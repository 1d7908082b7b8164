"""What a passage asks for is what its phrases do: key, register, and its own transforms from the first."""

from dataclasses import replace

import pytest

from ambience.music.conducting.commission import commission
from ambience.music.conducting.phrase_plan import plan_phrase
from ambience.music.form.thread import Statement, state_theme
from ambience.music.work import Work
from ambience.preset import file as preset_file
from ambience.rng import stream
from ambience.scene import Passage, SceneState


@pytest.fixture(scope="module")
def work() -> Work:
    return commission(preset_file.read("single-piece"))


def stated(
    work: Work, passage: Passage, *, at: float = 0.0, turn: int = 0, running: Statement | None = None
) -> Statement:
    state = work.scenes.state("opening")
    scale, rng = work.scale_in(state), stream(1, "theme", 0)
    return state_theme(work.theme, state, scale, turn=turn, start_beats=at, running=running, rng=rng, passage=passage)


@pytest.mark.parametrize("key", [-5, -3, 4, 5])
def test_a_key_moves_theme_scale_and_chords_alike(work: Work, key: int) -> None:
    state: SceneState = work.scenes.state("opening")
    home, away = (
        plan_phrase(
            work, state, index=1, start_beats=32.0, turn=0, tension=0.5, last_chord=None, running=None, passage=passage
        )
        for passage in (Passage(), Passage(key_semitones=key))
    )
    assert (away.scale.tonic_pc - home.scale.tonic_pc - key) % 12 == 0
    assert away.scale.mode == home.scale.mode
    assert [n.pitch_midi + key for n in home.statement.notes] == [n.pitch_midi for n in away.statement.notes]
    assert [(c.root_pc + key) % 12 for c in home.chords] == [c.root_pc for c in away.chords]
    assert [c.quality for c in home.chords] == [c.quality for c in away.chords]


def test_a_register_moves_the_theme_only(work: Work) -> None:
    plain, high = (stated(work, Passage(register_semitones=octave)) for octave in (0, 12))
    assert [n.pitch_midi + 12 for n in plain.notes] == [n.pitch_midi for n in high.notes]


def test_a_theme_at_the_edge_of_the_note_numbers_is_not_moved_beyond_it(work: Work) -> None:
    top = work.theme._replace(notes=tuple(n._replace(pitch_midi=n.pitch_midi + 45) for n in work.theme.notes))
    moved = stated(replace(work, theme=top), Passage(key_semitones=5, register_semitones=12))
    assert max(note.pitch_midi for note in moved.notes) <= 127


def test_the_transforms_of_a_passage_come_one_after_another_from_the_first(work: Work) -> None:
    passage = Passage(theme=("fragment 5", "tail 4", "fragment 3"))
    heard, running = [], None
    for phrase in range(4):
        running = stated(work, passage, at=32.0 * phrase, turn=7 + phrase, running=running)
        heard.append(running.transform)
    assert heard == ["fragment 5", "tail 4", "fragment 3", "fragment 5"]


def test_another_passage_does_not_carry_on_the_theme_of_the_one_before(work: Work) -> None:
    first = stated(work, Passage(theme=("statement + augment 4",)))
    assert stated(work, Passage(theme=("statement + augment 4",)), at=32.0, running=first) is first
    assert stated(work, Passage(theme=("fragment 3",)), at=32.0, running=first).transform == "fragment 3"
