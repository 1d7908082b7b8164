"""What a whole composed piece must show: its harmony carries the melody, its lines go by step, its theme is found."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

import pytest
from small_piece import CAST, SMALL, small

from ambience.music.conducting.commission import commission, find_theme
from ambience.music.conducting.whole import compose
from ambience.music.harmony.chords import Chord
from ambience.music.ledger.cast import cue_statement
from ambience.music.pitch import parse_tonic
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.music.sheet import Score
from ambience.preset import file as preset_file

SEEDS = (1, 3)
_scores: dict[tuple[str, int], Score] = {}


def composed(name: str, seed: int) -> Score:
    if (name, seed) not in _scores:
        _scores[name, seed] = compose(preset_file.read(name).override(seed=seed))
    return _scores[name, seed]


def track(score: Score, name: str) -> tuple[Note, ...]:
    return next(track.notes for track in score.tracks if track.name == name)


def chord_at(score: Score, beat: float) -> Chord:
    return score.chords[bisect_right(score.chords, beat, key=lambda entry: entry[0]) - 1][1]


def tops(notes: Sequence[Note]) -> list[Note]:
    """Leave out what sounds below something that begins with it."""
    by_onset = sorted(notes, key=lambda note: note.onset_beats)
    onsets = [note.onset_beats for note in by_onset]

    def together(note: Note) -> list[Note]:
        begin, end = bisect_left(onsets, note.onset_beats - 0.06), bisect_right(onsets, note.onset_beats + 0.06)
        return [other for other in by_onset[begin:end] if abs(other.onset_beats - note.onset_beats) < 0.06]

    return [note for note in notes if not any(other.pitch_midi > note.pitch_midi for other in together(note))]


def stay(score: Score, state: str) -> tuple[float, float]:
    """Find the first stay in a state, from its first beat to the first beat of the next one."""
    starts = [(s.at_beats, s.state) for s in score.sections] + [(score.length_beats, "")]
    return next((a[0], b[0]) for a, b in pairwise(starts) if a[1] == state)


def share(facts: Sequence[bool]) -> float:
    assert len(facts) >= 6
    return sum(facts) / len(facts)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("preset", "singer"), [("opening", "violins"), ("opening", "oboe"), ("single-piece", "horns"), ("oxygen", "cello")]
)
def test_the_long_notes_of_the_theme_belong_to_the_harmony(preset: str, singer: str, seed: int) -> None:
    score = composed(preset, seed)
    long_notes = [note for note in track(score, singer) if note.duration_beats >= 1.9]
    carried = [n.pitch_midi % 12 in chord_at(score, n.onset_beats + 0.3).pcs for n in long_notes]
    assert share(carried) > 0.7


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("preset", "layer"), [("opening", "counter"), ("opening", "basses"), ("oxygen", "piano"), ("single-piece", "drive")]
)
def test_lines_go_by_step(preset: str, layer: str, seed: int) -> None:
    notes = track(composed(preset, seed), layer)
    onsets: dict[float, int] = {}
    for note in notes:
        key = round(4.0 * note.onset_beats)
        onsets[key] = max(note.pitch_midi, onsets.get(key, 0))
    line = [pitch for _, pitch in sorted(onsets.items())]
    moves = [abs(b - a) for a, b in pairwise(line) if a != b]
    assert share([move <= 4 for move in moves]) > 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sub_goes_with_the_harmony_and_rests_on_the_pedal(seed: int) -> None:
    score = composed("opening", seed)
    assert all(n.pitch_midi % 12 == chord_at(score, n.onset_beats).bass_pc for n in track(score, "sub"))
    begin, end = stay(score, "statement")
    assert len({n.pitch_midi % 12 for n in track(score, "sub") if begin <= n.onset_beats < end}) >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_no_chorale_tone_is_left_over_when_the_harmony_changes(seed: int) -> None:
    score = composed("opening", seed)
    foreign = [
        note.pitch_midi % 12 not in chord.pcs
        for (beat, chord), (_, before) in zip(score.chords[1:], score.chords, strict=False)
        if chord != before
        for note in track(score, "strings")
        if note.onset_beats < beat - 0.1 and note.end_beats > beat + 0.1
    ]
    assert sum(foreign) <= 0.1 * len(foreign)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("preset", ["opening", "oxygen", "battle"])
def test_the_head_is_heard_verbatim_again_and_again(preset: str, seed: int) -> None:
    wish = preset_file.read(preset).override(seed=seed)
    head = find_theme(wish, Scale(parse_tonic(wish.tonic), wish.mode)).head_semitones
    times = 0
    for player in composed(preset, seed).tracks:
        line = tuple(b.pitch_midi - a.pitch_midi for a, b in pairwise(tops(player.notes)))
        times += sum(line[i : i + len(head)] == head for i in range(len(line)))
    assert times >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_the_long_reprise_is_sung_to_its_end(seed: int) -> None:
    score = composed("single-piece", seed)
    begin, end = stay(score, "oxygen")
    sung = [note for note in track(score, "voice") if begin - 0.1 <= note.onset_beats < end]
    assert len(sung) == len(score.theme)
    assert sung[-1].end_beats <= end


@pytest.mark.parametrize("seed", SEEDS)
def test_the_countdown_subdivides_and_ends_on_the_dominant(seed: int) -> None:
    score = composed("single-piece", seed)
    begin, end = stay(score, "countdown")
    ticks = [note.onset_beats for note in track(score, "ticker")]
    first = sum(begin <= at < begin + 4.0 for at in ticks)
    last = sum(end - 8.0 <= at < end - 4.0 for at in ticks)
    assert last >= 2 * first > 0
    dominant = chord_at(score, end - 0.1)
    assert dominant.root_pc == dominant.bass_pc == (score.keys[0].scale.tonic_pc + 7) % 12


@pytest.mark.parametrize("seed", SEEDS)
def test_a_battle_is_built_up(seed: int) -> None:
    score = composed("single-piece", seed)
    begin, _ = stay(score, "battle")
    strokes = [
        sum(
            begin + at <= n.onset_beats < begin + at + 16.0
            for name in ("drive", "blades", "taiko", "gran_cassa")
            for n in track(score, name)
        )
        for at in (0.0, 16.0)
    ]
    assert strokes[1] > 1.3 * strokes[0]


@pytest.mark.parametrize(("preset", "state"), [("opening", "statement"), ("drift", "drift")])
def test_a_longer_stay_in_a_state_begins_with_the_shorter_one(preset: str, state: str) -> None:
    wish = preset_file.read(preset).override(state=state)  # a form is composed anew for each length
    short, long = (compose(wish.override(duration_s=s)) for s in (60.0, 90.0))
    stop = short.beat_at(40.0)
    for a, b in zip(short.tracks, long.tracks, strict=True):
        assert [n for n in a.notes if n.end_beats < stop] == [n for n in b.notes if n.end_beats < stop]


def in_phrygian() -> str:
    return SMALL.replace("theme.bars = 4", 'theme.bars = 4\ntheme.mode = "phrygian"').replace(
        "[states.battle]", '[states.battle]\nmode = "aeolian"'
    )


@pytest.mark.parametrize(("state", "mode"), [("drift", "phrygian"), ("opening", "phrygian"), ("battle", "aeolian")])
def test_a_state_without_a_mode_of_its_own_has_that_of_the_theme(state: str, mode: str) -> None:
    score = compose(small(text=in_phrygian(), state=state, duration_s=30.0))
    assert [key.scale for key in score.keys] == [Scale(2, mode)]
    sung = [note.pitch_midi for note in track(score, "voice")]
    assert all(Scale(2, mode).contains(pitch) for pitch in sung)
    if state == "opening":
        shifts = {sung[place] - note.pitch_midi for place, note in enumerate(score.theme[: len(sung)])}
        assert len(shifts) == 1  # no tone of the theme is bent to the mode of the piece


def test_a_motif_made_of_the_theme_is_heard_in_the_mode_of_the_theme() -> None:
    work = commission(small(text=in_phrygian() + CAST))
    assert work.cast[0].scale == work.theme.scale == Scale(2, "phrygian")
    drift, battle = (
        cue_statement(work, "lewis", start_beats=0.0, scale=work.scale_in(work.scenes.state(name)))
        for name in ("drift", "battle")
    )
    assert [n.pitch_midi for n in drift.notes] == [n.pitch_midi for n in work.cast[0].notes]
    assert all(Scale(2, "aeolian").contains(note.pitch_midi) for note in battle.notes)
