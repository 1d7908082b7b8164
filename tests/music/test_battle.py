"""What makes a battle one: few rhythms that mesh, cells that repeat, layers that join, a breath before the hit."""

from itertools import pairwise

import pytest
from written_bars import held, notes_of, strata, write

from ambience.music.playing.meter_cells import cell_of
from ambience.music.playing.touch import after_gasp, gasp_at
from ambience.music.work import Work, WrittenBar
from ambience.preset import file as preset_file

RHYTHMIC = ("Ostinato", "Percussion", "BrassStab", "BassLine")
HARMONY = "battle"
BATTLES = [
    (name, state)
    for name in preset_file.bundled()
    for state, table in preset_file.read(name).states.items()
    if table.harmony == HARMONY
]
METERS = ["2/4", "3/4", "4/4", "5/4", "6/8", "7/8", "9/8", "12/8"]


def _inner(bars: list[WrittenBar]) -> list[WrittenBar]:
    """Leave out the bars between two states, in which the pulse dissolves, and the last."""
    return [w for w in bars if w.bar.bridge is None and not w.bar.ending]


def _in_meter(meter: str) -> tuple[Work, list[WrittenBar]]:
    table = preset_file.read("battle").model_dump(by_alias=True, exclude_unset=True)
    table["states"]["battle"]["meter"] = meter
    piece = type(preset_file.read("battle")).model_validate(table)
    return write(piece.override(state="battle", duration_s=60.0))


@pytest.mark.parametrize(("name", "state"), BATTLES)
@pytest.mark.parametrize("seed", range(1, 21))
def test_no_more_than_three_rhythms_are_heard_at_once(name: str, state: str, seed: int) -> None:
    work, bars = held(name, state, seed, 45.0)
    assert max(strata(work, written) for written in _inner(bars)) <= 3


@pytest.mark.parametrize("meter", METERS)
def test_in_every_meter_all_that_strikes_fits_the_cell(meter: str) -> None:
    work, bars = _in_meter(meter)
    for written in _inner(bars):
        cell = cell_of(written.bar)
        assert strata(work, written) <= 3
        for note in notes_of(work, written, "Ostinato", "Percussion"):
            place = 4.0 * (note.onset_beats - written.bar.start_beats)
            assert abs(place - round(place)) < 0.1 and round(place) < cell.steps


@pytest.mark.parametrize(("name", "state"), BATTLES)
def test_a_rhythm_stays_long_enough_to_be_known(name: str, state: str) -> None:
    work, bars = held(name, state, None, 60.0)
    same = pairs = 0
    for before, after in pairwise(_inner(bars)):
        if before.bar.phrase.index == after.bar.phrase.index and after.bar.phrase.bar % 4 == 1:
            rhythm = [
                sorted({round(4.0 * (n.onset_beats - w.bar.start_beats)) for n in notes_of(work, w, "Ostinato")})
                for w in (before, after)
            ]
            pairs, same = pairs + 1, same + (rhythm[0] == rhythm[1])
    assert pairs >= 4 and same >= 0.8 * pairs


@pytest.mark.parametrize(("name", "state"), BATTLES)
def test_a_cell_has_three_to_five_tones_unless_it_calls_the_theme(name: str, state: str) -> None:
    work, bars = held(name, state, None, 60.0)
    for place, layer in enumerate(work.layers):
        if type(layer.part).__name__ == "Ostinato":
            for written in _inner(bars):
                tones = {timed.note.pitch_midi for timed in written.notes[place]}
                assert len(tones) <= 5 or written.bar.phrase.bar % 4 == 2


@pytest.mark.parametrize(("name", "state"), BATTLES)
def test_a_battle_is_one_from_its_first_bar_and_grows(name: str, state: str) -> None:
    work, bars = held(name, state, None, 60.0)
    for written in bars[:8]:
        struck = {round(4.0 * (n.onset_beats - written.bar.start_beats)) for n in notes_of(work, written, *RHYTHMIC)}
        drums = notes_of(work, written, "Percussion")
        assert len(struck) >= 1.5 * written.bar.length_beats
        assert len(drums) >= 2
    blocks = [set().union(*(_striking(work, written) for written in bars[at : at + 4])) for at in (0, 4)]
    assert blocks[0] < blocks[1]


def _striking(work: Work, written: WrittenBar) -> set[str]:
    layers = zip(work.layers, written.notes, strict=True)
    return {layer.name for layer, notes in layers if notes and type(layer.part).__name__ in RHYTHMIC}


@pytest.mark.parametrize(("name", "state"), BATTLES)
def test_everybody_falls_silent_together_before_the_largest_hit(name: str, state: str) -> None:
    work, bars = held(name, state, None, 120.0)
    gasps = [w for w in _inner(bars) if gasp_at(w.bar) < w.bar.end_beats]
    assert len(gasps) >= 2
    for first, second in pairwise(gasps):
        assert 16 <= second.bar.index - first.bar.index <= 32
    for written in gasps:
        stop = gasp_at(written.bar)
        notes = notes_of(work, written, *RHYTHMIC, "Chorale", "Melody")
        assert 0.5 <= written.bar.end_beats - stop <= 2.0
        assert notes and all(note.end_beats <= stop + 1e-6 for note in notes)
    by_index = {w.bar.index: w for w in bars}
    for written in gasps:
        following = by_index.get(written.bar.index + 1)
        if following is None or following.bar.bridge is not None or following.bar.ending:
            continue
        assert after_gasp(following.bar)
        before = [by_index[i] for i in range(max(written.bar.index - 14, 1), written.bar.index + 1)]
        assert _force_of_downbeat(work, following) > max(_force_of_downbeat(work, w) for w in before)


def _force_of_downbeat(work: Work, written: WrittenBar) -> float:
    """Add up how hard the drums strike on a downbeat."""
    start = written.bar.start_beats
    return sum(n.velocity for n in notes_of(work, written, "Percussion") if n.onset_beats - start < 0.1)


@pytest.mark.parametrize(("name", "state"), BATTLES)
def test_the_theme_is_heard_in_every_other_phrase_of_a_battle(name: str, state: str) -> None:
    work, bars = held(name, state, None, 60.0)
    phrases = {w.bar.phrase.index for w in _inner(bars)}
    sung = {w.bar.phrase.index for w in _inner(bars) if len(notes_of(work, w, "Melody")) >= 2}
    assert 2 * len(sung) >= len(phrases)


def test_stabs_lie_beside_the_beat() -> None:
    work, bars = held("battle", "battle", None, 60.0)
    beside = total = 0
    for written in _inner(bars):
        if (written.bar.phrase.bar + 1) % 4:  # every fourth bar calls the theme's head
            for note in notes_of(work, written, "BrassStab"):
                total += 1
                beside += (note.onset_beats - written.bar.start_beats) % 1.0 > 0.1
    assert total and beside > 0.85 * total
