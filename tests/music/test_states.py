"""What the states promise, and that a state of one's own needs nothing but a table."""

from itertools import pairwise
from statistics import mean
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from written_bars import held, notes_of, write

from ambience.music.harmony.chords import PLANS
from ambience.music.motif import TRANSFORMS
from ambience.music.scale import MODES
from ambience.music.score import Note
from ambience.music.work import Work, WrittenBar, meter_beats
from ambience.plugins import MidiProfile
from ambience.preset import Preset
from ambience.preset import file as preset_file

LENGTH_S = 60.0
METERS = ("", "2/4", "3/4", "4/4", "5/4", "6/8", "7/8", "9/8", "12/8", "2/8", "15/8", "5/8")
AMOUNTS = {
    "augment": "2",
    "diminish": "2",
    "fragment": "4",
    "tail": "3",
    "sequence": "2",
    "register": "-1",
    "misprint": "0.1 0.6",
    "thin": "0.5",
}
RARE = {"Hull", "Bells", "Swell", "Impact", "Riser", "Air"}  # may by their own rules keep silent so long
THEMATIC = {"Melody", "CounterLine"}  # rest where the theme does


def _words() -> st.SearchStrategy[str]:
    step = st.sampled_from(TRANSFORMS).map(lambda word: f"{word} {AMOUNTS[word]}" if word in AMOUNTS else word)
    return st.lists(step, min_size=1, max_size=2).map(" + ".join)


def _share(low: float = 0.0) -> st.SearchStrategy[float]:
    return st.floats(low, 1.0).map(lambda value: round(value, 2))


def _state(layers: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "layers": st.lists(st.sampled_from(layers), min_size=1, max_size=8, unique=True),
            "tension": _share(),
            "brightness": _share(),
            "density": _share(),
            "space": _share(),
            "level": _share(),
            "harmony": st.sampled_from(PLANS),
            "mode": st.sampled_from(sorted(MODES)),
            "meter": st.sampled_from(METERS),
            "tempo_ratio": st.sampled_from((0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)),
            "theme": st.lists(_words(), max_size=3),
            "phrase_bars": st.integers(1, 32),
            "swell": _share().map(lambda value: value / 2.0),
        }
    )


def _with_state(name: str, state: dict[str, Any], seed: int) -> Preset:
    read = preset_file.read(name)
    table = read.model_dump(by_alias=True, exclude_unset=True)
    own = {key: value for key, value in state.items() if value != ""}
    table |= {"states": {**table["states"], "mine": own}, "seed": seed, "duration_s": LENGTH_S}
    return type(read).model_validate(table).override(state="mine")


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data(), name=st.sampled_from(sorted(preset_file.bundled())), seed=st.integers(0, 50))
def test_a_state_of_ones_own_needs_only_a_table(data: st.DataObject, name: str, seed: int) -> None:
    state = data.draw(_state(list(preset_file.read(name).layers)))
    piece = _with_state(name, state, seed)
    work, bars = write(piece)
    assert bars[-1].bar.ending
    length_beats = meter_beats(state["meter"] or piece.meter)
    for number, written in enumerate(bars):
        assert written.bar.length_beats == pytest.approx(length_beats)
        assert written.bar.start_beats == pytest.approx(number * length_beats)
        for layer, notes in zip(work.layers, written.notes, strict=True):
            assert not notes or layer.name in state["layers"]
            for timed in notes:
                _is_sound(timed.note, written, layer.profile)
    for place, layer in enumerate(work.layers):
        if layer.name in state["layers"] and _owes_a_note(layer.part, state, bars):
            assert any(written.notes[place] for written in bars), layer.name


def _is_sound(note: Note, written: WrittenBar, profile: MidiProfile) -> None:
    assert written.bar.start_beats - 1e-9 <= note.onset_beats < written.bar.end_beats
    assert note.duration_beats > 0.0 and 0.0 < note.velocity <= 1.0
    if profile.drum_key is None:  # a drum's pitch is its tuning
        assert profile.lowest_midi <= note.pitch_midi <= profile.highest_midi


def _owes_a_note(part: Any, state: dict[str, Any], bars: list[WrittenBar]) -> bool:
    """Tell whether no rule of a part lets it keep silent for the whole of a state."""
    kind = type(part).__name__
    if state["level"] <= 0.2 or kind in RARE:
        return False
    if kind in THEMATIC:
        return sum(len(written.bar.theme.notes) for written in bars) >= 8
    return kind not in {"PianoFigure"} or state["density"] >= 0.3


def _events_s(work: Work, bars: list[WrittenBar]) -> list[float]:
    """List the seconds at which something other than the drone begins, those within a second as one."""
    onsets = sorted(
        timed.onset_s
        for written in bars
        for layer, notes in zip(work.layers, written.notes, strict=True)
        if layer.stem != "drones"
        for timed in notes
    )
    return [b for a, b in pairwise([-9.0, *onsets]) if b - a > 1.0]


@pytest.mark.parametrize("name", ["drift", "single-piece"])
@pytest.mark.parametrize("seed", range(1, 7))
def test_the_drift_is_never_still_and_never_busy(name: str, seed: int) -> None:
    work, bars = held(name, "drift", seed, 300.0)
    events = _events_s(work, bars)
    gaps = [b - a for a, b in pairwise(events)]
    assert max(gaps) <= 20.0
    assert mean(gaps) >= 1.5
    strikes = [timed for w in bars for notes in w.notes for timed in notes]
    assert len(strikes) / bars[-1].bar.start_s <= 3.0


@pytest.mark.parametrize("seed", range(1, 7))
def test_dawn_opens_upward_resolves_and_dies_away(seed: int) -> None:
    work, bars = held("single-piece", "dawn", seed, 60.0)
    last = bars[-1].bar
    assert last.ending and last.chord.root_pc == work.scale.tonic_pc and last.chord.quality == "major"
    tops = [max((n.pitch_midi for n in notes_of(work, w, "Melody", "Chorale", "CounterLine")), default=0) for w in bars]
    third = len(bars) // 3
    assert max(tops[third:]) >= max(tops[: max(third // 2, 1)])
    force = [
        sum(n.velocity * n.duration_beats for n in notes_of(work, w, "Melody", "Chorale", "Swell")) for w in bars[:-1]
    ]
    loudest = max(range(len(force)), key=force.__getitem__)
    assert loudest < len(force) - 1
    assert bars[-1].bar.controls.tension <= 0.5


def test_the_copy_in_misprint_has_errors_that_grow() -> None:
    piece = preset_file.read("single-piece")
    assert all(words.count(" ") == 2 for words in piece.states["misprint"].theme if words.startswith("misprint"))
    early, late = [], []
    for seed in range(1, 7):
        work, bars = held("single-piece", "misprint", seed, 60.0)
        printed = {n.onset_beats: n for w in bars for n in w.bar.theme.statement if w.bar.phrase.index == 0}
        wrong = _wrong(sorted(printed.values(), key=lambda n: n.onset_beats), work)
        early.append(mean(wrong[: len(wrong) // 2]))
        late.append(mean(wrong[len(wrong) // 2 :]))
    assert mean(early) < mean(late)
    assert mean(early) < 0.5


def _wrong(copy: list[Note], work: Work) -> list[bool]:
    """Tell of every note of a copy whether it is not where the theme has it, or has another length."""
    theme = {(round(n.onset_beats, 3), round(n.duration_beats, 3)) for n in work.theme.notes}
    start = copy[0].onset_beats
    return [(round(n.onset_beats - start, 3), round(n.duration_beats, 3)) not in theme for n in copy]
