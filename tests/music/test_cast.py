"""The cast: what its motifs are, who plays them, and what a preset may say of them."""

from itertools import pairwise
from pathlib import Path

import pytest

from ambience.errors import AmbienceError, ParameterError
from ambience.music.conducting.commission import commission
from ambience.music.conducting.whole import compose
from ambience.music.ledger.cast import cue_in_bar, cue_statement, find_member
from ambience.music.motif import apply, parse_motif, parse_transform
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.music.work import Work
from ambience.piece import load
from ambience.preset import Preset
from ambience.preset import file as preset_file
from ambience.rng import stream
from ambience.scene import SceneChange
from tests.small_piece import SMALL

CAST = """
[cast.lewis]
from = "invert + fragment 4 + augment 2"

[cast.anna]
motif = "D4:1 F4:0.5 C5:0.5 Bb4:2"
layers = ["voice"]

[cast.twin]
from = "clone"

[cast.blur]
from = "misprint 0.2 0.8"
"""


def work(text: str = SMALL + CAST, seed: int = 3) -> Work:
    return commission(preset_file.parse(text, "small.toml").override(seed=seed))


WORK = work()


def steps(notes: tuple[Note, ...]) -> list[int]:
    return [b.pitch_midi - a.pitch_midi for a, b in pairwise(notes)]


def called(name: str, **where: object) -> tuple[Note, ...]:
    place = {"start_beats": 20.0, "scale": WORK.scale, **where}
    return cue_statement(WORK, name, **place).notes  # type: ignore[arg-type]


# What its motifs are -----------------------------------------------------------------------------------------------


def test_a_member_is_what_its_transform_makes_of_the_theme() -> None:
    words = parse_transform("invert + fragment 4 + augment 2")
    made = apply(WORK.theme, words, scale=WORK.theme.scale, rng=stream(0, "none"))
    assert steps(called("lewis")) == steps(made)
    assert [n.onset_beats - 20.0 for n in called("lewis")] == [n.onset_beats for n in made]


def test_a_member_of_its_own_is_what_the_preset_wrote() -> None:
    assert steps(called("anna")) == steps(parse_motif("D4:1 F4:0.5 C5:0.5 Bb4:2"))


def test_a_motif_is_known_again() -> None:
    first, second = called("blur"), called("blur", start_beats=90.0)
    assert steps(first) == steps(second)
    assert [n.onset_beats + 70.0 for n in first] == [n.onset_beats for n in second]
    assert called("blur") == cue_statement(work(), "blur", start_beats=20.0, scale=WORK.scale).notes


def test_a_motif_goes_along_to_another_key_and_another_mode() -> None:
    home, moved = called("twin"), called("twin", key_semitones=-4)
    assert {b.pitch_midi - a.pitch_midi for a, b in zip(home, moved, strict=True)} == {-4}
    lydian = Scale(WORK.scale.tonic_pc, "lydian")
    colored = called("twin", scale=lydian)
    assert all(lydian.contains(n.pitch_midi) for n in colored)
    assert all(abs(b.pitch_midi - a.pitch_midi) <= 1 for a, b in zip(home, colored, strict=True))


def test_likeness_to_the_theme_is_measured() -> None:
    head = WORK.theme.notes[: WORK.theme.head_notes]
    copied = " ".join(f"{_name(n.pitch_midi + 2)}:{n.duration_beats}" for n in head)
    own = work(SMALL + f'[cast.copy]\nmotif = "{copied}"\n[cast.stranger]\nmotif = "C4:1 B4:1 C4:1 B4:1 C4:1"\n')
    likenesses = {member.name: member.likeness for member in (*WORK.cast, *own.cast)}
    assert likenesses["twin"] == likenesses["copy"] == 1.0
    assert likenesses["stranger"] < 0.5
    assert (find_member(WORK, "lewis").heard, find_member(WORK, "twin").heard) == ("head inverted", "head")


def _name(pitch_midi: int) -> str:
    letter = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")[pitch_midi % 12]
    return f"{letter}{pitch_midi // 12 - 1}"


# Who plays them ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "name"), [("drift", "anna"), ("battle", "lewis"), ("drift", "twin")])
def test_every_note_of_a_motif_sounds_in_exactly_one_bar(state: str, name: str) -> None:
    statement = cue_statement(WORK, name, start_beats=20.0, scale=WORK.scale)
    cues = [
        cue_in_bar(WORK, name, statement, WORK.scenes.state(state), 3.5 * bar, 3.5 * (bar + 1)) for bar in range(40)
    ]
    assert tuple(note for cue in cues if cue for note in cue.theme.notes) == statement.notes
    assert all(cue.theme.statement == statement.notes and cue.layers == ("voice",) for cue in cues if cue)
    assert cues[0] is None
    assert cues[-1] is None


def test_who_is_not_in_the_cast_is_not_found() -> None:
    with pytest.raises(ParameterError, match=r"cue: name = 'luis', is not in the cast of this preset.*lewis"):
        find_member(WORK, "luis")
    with pytest.raises(ParameterError, match="It has none"):
        find_member(work(SMALL), "lewis")


def test_a_cue_is_heard_and_written_down_wherever_it_is_called() -> None:
    script = '[[script]]\nat_s = 0\nstate = "opening"\n[[script]]\nat_s = 9\nstate = "drift"\n'
    text = f'{SMALL}{CAST}{script}[[script]]\nat_s = 20\ncue = "anna"\n'
    text = text.replace("[states.drift]\n", '[states.drift]\ncue = "lewis"\n').replace(
        "duration_s = 6", "duration_s = 40"
    )
    score = compose(preset_file.parse(text, "small.toml"))
    cues = [entry for entry in score.ledger if entry.cue]
    assert [(entry.cue, entry.state, entry.layers) for entry in cues] == [
        ("lewis", "drift", ("voice",)),
        ("anna", "drift", ("voice",)),
    ]
    assert cues[0].at_beats in {section.at_beats for section in score.sections if section.state == "drift"}
    assert cues[1].at_s == pytest.approx(20.0, abs=4.0)
    voice = next(track.notes for track in score.tracks if track.name == "voice")
    line = tuple(n for n in voice if cues[1].at_beats - 0.1 <= n.onset_beats < cues[1].at_beats + 4.0)
    assert steps(line) == steps(called("anna"))


# What a preset may say ---------------------------------------------------------------------------------------------


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "piece.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AmbienceError) as fault:
        load(path)
    return str(fault.value)


@pytest.mark.parametrize(
    ("table", "where", "what"),
    [
        ('[cast.lewis]\nfrom = "augmnt 2"', "cast.lewis.from", "augment"),
        ('[cast.lewis]\nmotif = "H4:1"', "cast.lewis.motif", "H4"),
        ('[cast.lewis]\nlayers = ["voice"]', "cast.lewis", "either from or motif"),
        ('[cast.lewis]\nfrom = "clone"\nmotif = "C4:1 D4:1"', "cast.lewis", "either from or motif"),
        ('[cast.lewis]\nfrom = "rest"', "cast.lewis", "leaves nothing to play"),
        ('[cast.lewis]\nmotif = "C9:1 D9:1"', "cast.lewis", "C0 and G8"),
        ('[cast.lewis]\nfrom = "clone"\nlayers = ["vioce"]', "[cast.lewis]: layers", "voice"),
        ('[cast.lewis]\nfrom = "clone"\nlayers = ["drums"]', "cast.lewis", "sings no melody"),
        ('[cast.lewis]\nfrom = "clone"\nlayers = ["bell"]', "cast.lewis", "Those that do: voice"),
        ('[[script]]\nat_s = 0\nstate = "drift"\ncue = "luis"', "[script #1]: cue", "There are none"),
        (CAST + '[[script]]\nat_s = 0\nstate = "drift"\ncue = "luis"', "[script #1]: cue", "lewis"),
        ('[[script]]\nat_s = 0\nstate = "drift"\ncountdown_s = 0', "[script #1]: countdown_s", "above 0"),
    ],
)
def test_a_faulty_cast_is_explained_where_it_stands(tmp_path: Path, table: str, where: str, what: str) -> None:
    fault = refused(tmp_path, f"{SMALL}\n{table}\n")
    assert where in fault
    assert what in fault


def test_a_state_cannot_call_whom_nobody_knows(tmp_path: Path) -> None:
    fault = refused(tmp_path, SMALL.replace("[states.drift]\n", '[states.drift]\ncue = "luis"\n') + CAST)
    assert "[states.drift]: cue" in fault
    assert "lewis" in fault


def changes(preset: Preset) -> tuple[SceneChange, ...]:
    return preset.scenes.script


def test_the_script_calls_cues_stingers_and_deadlines() -> None:
    script = """
[[script]]
at_s = 0
state = "drift"

[[script]]
at_s = 4.5
cue = "lewis"
stinger = true

[[script]]
at_s = 5
countdown_s = 20
"""
    first, second, third = changes(preset_file.parse(SMALL + CAST + script, "small.toml"))
    assert (first.cue, first.stinger, first.zero_s) == ("", False, None)
    assert (second.state, second.cue, second.stinger) == (None, "lewis", True)
    assert (third.zero_s, third.ahead) == (25.0, True)
