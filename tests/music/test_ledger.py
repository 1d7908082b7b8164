"""What the ledger says is in the notes, and what is in the notes is in the ledger."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from ambience.music.conducting.commission import commission
from ambience.music.conducting.whole import compose
from ambience.music.form.thread import Statement
from ambience.music.harmony.chords import Chord
from ambience.music.ledger.ledger import QUOTE, Ledger
from ambience.music.score import Bar, Line, Note, Phrase, ThemeSlice
from ambience.music.sheet import LedgerEntry, Score
from ambience.music.theme.spec import Theme
from ambience.music.work import TimedNote, Work, WrittenBar
from ambience.preset import file as preset_file
from ambience.scene import Controls
from tests.small_piece import small

PIECES = [("single-piece", 1), ("opening", 3), ("oxygen", 2), ("battle", 5), ("drift", 4)]
_pieces: dict[tuple[str, int], tuple[Work, Score]] = {}


def piece(name: str, seed: int) -> tuple[Work, Score]:
    if (name, seed) not in _pieces:
        preset = preset_file.read(name).override(seed=seed)
        _pieces[name, seed] = commission(preset), compose(preset)
    return _pieces[name, seed]


def steps(pitches: Sequence[int]) -> list[int]:
    return [b - a for a, b in pairwise(pitches)]


def needle(theme: Theme, entry: LedgerEntry) -> list[int]:
    """Derive from the theme what an entry claims to have heard, without the transforms' own code."""
    count = min(theme.head_notes, entry.notes)
    pitches = [note.pitch_midi for note in theme.notes]
    if entry.heard == "ending":
        ending = pitches[-int(entry.transform.split("tail ")[1].split()[0]) :]
        return steps(ending[: entry.notes])
    if "backward" in entry.heard:
        pitches = pitches[: theme.head_notes][::-1]
    found = steps(pitches[:count])
    return [-step for step in found] if "inverted" in entry.heard else found


def found_share(wanted: Sequence[int], notes: Sequence[Note], start: float, end: float) -> float:
    """Search a track for intervals, in any key, at any speed: the best share that is right but for mode and octave."""
    line = steps([max(pitches) for pitches in struck_together(notes, start, end)])
    places = range(max(len(line) - len(wanted) + 1, 0))
    shares = [sum((a - b + 1) % 12 <= 2 for a, b in zip(wanted, line[at:], strict=False)) for at in places]
    return max(shares, default=0) / max(len(wanted), 1)


def struck_together(notes: Sequence[Note], start: float, end: float) -> list[list[int]]:
    """Group the notes of a span that begin within a hand's breadth of each other."""
    groups: list[tuple[float, list[int]]] = []
    for note in notes:
        if start - 0.1 <= note.onset_beats < end:
            if not groups or note.onset_beats - groups[-1][0] > 0.1:
                groups.append((note.onset_beats, []))
            groups[-1][1].append(note.pitch_midi)
    return [pitches for _, pitches in groups]


def span_end(score: Score, entry: LedgerEntry) -> float:
    """Tell where an entry's section ends: it is not heard beyond."""
    later = [section.at_beats for section in score.sections if section.at_beats > entry.at_beats]
    return min(later, default=score.length_beats)


@pytest.mark.parametrize(("name", "seed"), PIECES)
def test_every_entry_is_found_in_every_layer_that_it_names(name: str, seed: int) -> None:
    work, score = piece(name, seed)
    tracks = {track.name: track.notes for track in score.tracks}
    assert score.ledger
    for entry in score.ledger:
        bar_beats = work.bar_beats_in(work.scenes.state(entry.state))
        end = entry.at_beats + bar_beats if entry.transform == QUOTE else span_end(score, entry)
        least = 0.75 if entry.similarity >= 0.75 and "misprint" not in entry.transform else entry.similarity - 0.3
        for layer in entry.layers:
            assert found_share(needle(work.theme, entry), tracks[layer], entry.at_beats, end) >= least, entry


@pytest.mark.parametrize(("name", "seed"), PIECES)
def test_every_state_is_in_the_ledger(name: str, seed: int) -> None:
    _, score = piece(name, seed)
    assert {section.state for section in score.sections} == {entry.state for entry in score.ledger}


@pytest.mark.parametrize(("name", "seed"), PIECES)
def test_nobody_who_plays_the_head_is_left_out(name: str, seed: int) -> None:
    work, score = piece(name, seed)
    wanted = steps([note.pitch_midi for note in work.theme.notes[: work.theme.head_notes]])
    for layer, track in zip(work.layers, score.tracks, strict=True):
        if not layer.carries_theme:
            continue
        listed = [entry.at_beats for entry in score.ledger if layer.name in entry.layers]
        for at, pitches in whole_heads(track.notes, len(wanted) + 1):
            if steps(pitches) == wanted:
                assert any(start - 0.1 <= at < start + 130.0 for start in listed), (layer.name, at)


def whole_heads(notes: Sequence[Note], count: int) -> list[tuple[float, list[int]]]:
    """List all runs of successive single notes within a bar's time."""
    lines = [notes[at : at + count] for at in range(len(notes) - count + 1)]
    single = [line for line in lines if all(b.onset_beats - a.onset_beats > 0.1 for a, b in pairwise(line))]
    return [(line[0].onset_beats, [note.pitch_midi for note in line]) for line in single]


def test_the_ledger_is_written_in_time_and_agrees_with_the_sections() -> None:
    _, score = piece("single-piece", 1)
    assert [entry.at_beats for entry in score.ledger] == sorted(entry.at_beats for entry in score.ledger)
    for entry in score.ledger:
        assert score.second_at(entry.at_beats) == pytest.approx(entry.at_s)
        assert 0.0 <= entry.similarity <= 1.0
        assert entry.notes > 0
        assert entry.layers


# One bar at a time ------------------------------------------------------------------------------------------------


WORK = commission(small(seed=3))
HEAD = WORK.theme.notes[: WORK.theme.head_notes]
STATE = WORK.scenes.state("opening")
HOME = Chord(2, "minor", 2)


def written(index: int, played: dict[str, Sequence[Note]], planned: Sequence[Note]) -> WrittenBar:
    start = 16.0 * index
    bar = Bar(
        index, start, 16.0, 0.8 * start, 75.0, WORK.scale, HOME, HOME, Phrase(0, 0, 4, start),
        ThemeSlice("statement", Line(planned), tuple(planned), ()), Controls(), STATE,
    )  # fmt: skip
    notes = tuple(tuple(TimedNote(note, 0.0, 1.0) for note in played.get(v.name, ())) for v in WORK.layers)
    return WrittenBar(bar, notes, ((),) * len(notes))


def heard(played: dict[str, Sequence[Note]], planned: Sequence[Note] = HEAD) -> tuple[LedgerEntry, ...]:
    ledger = Ledger(WORK)
    ledger.hear(written(0, played, planned), Statement("statement", Line(planned), 0.0, 1.0, "opening"))
    return ledger.entries()


def moved(notes: Sequence[Note], semitones: int, late_beats: float = 0.0) -> list[Note]:
    return [n._replace(pitch_midi=n.pitch_midi + semitones, onset_beats=n.onset_beats + late_beats) for n in notes]


def test_a_statement_that_nobody_plays_is_not_written_down() -> None:
    assert heard({}) == ()
    assert heard({"bed": HEAD}) == ()


def test_an_octave_and_a_late_hand_are_forgiven_but_not_another_key() -> None:
    (entry,) = heard({"voice": moved(HEAD, -12, 0.1)})
    assert entry.layers == ("voice",)
    assert entry.similarity > 0.95
    assert all(found.transform == QUOTE for found in heard({"voice": moved(HEAD, 5)}))


def test_what_was_left_out_is_missed() -> None:
    whole, half = heard({"voice": HEAD}), heard({"voice": HEAD[: (len(HEAD) + 1) // 2]})
    assert whole[0].notes == len(HEAD) > half[0].notes
    assert whole[0].similarity == 1.0 > half[0].similarity + 0.2


def test_a_single_note_is_no_appearance() -> None:
    assert heard({"voice": HEAD[:1]}) == ()


def test_a_statement_that_goes_on_is_written_down_once() -> None:
    ledger, line = Ledger(WORK), Line((*HEAD, *moved(HEAD, 0, 16.0)))
    statement = Statement("statement", line, 0.0, 1.0, "opening")
    for index in range(3):
        now = [note for note in line if index <= note.onset_beats / 16.0 < index + 1]
        ledger.hear(written(index, {"voice": now}, line), statement)
        assert len(ledger.entries()) == 1
    assert ledger.entries()[0].notes == 2 * len(HEAD)
