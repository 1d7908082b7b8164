"""What every bundled preset owes its listener: composed from several seeds."""

import io
import math
from collections import defaultdict
from functools import cache
from itertools import pairwise
from statistics import median

import mido
import pytest

from ambience.io.midi import save_midi
from ambience.io.midi_terms import TICKS_PER_BEAT
from ambience.io.performance import perform
from ambience.music.conducting.whole import compose
from ambience.music.form.deadline import MILD_STRAIN
from ambience.music.sheet import Score
from ambience.music.tension.agreement import agreement
from ambience.preset import file as preset_file

NAMES = tuple(preset_file.bundled())
STATES = tuple((name, state) for name in NAMES for state in preset_file.read(name).states)
OWN_SEEDS = {name: preset_file.read(name).seed for name in NAMES}
PIECES = [(name, seed) for name in NAMES for seed in sorted({OWN_SEEDS[name], 1, 2})]
EPSILON = 1e-6


@cache
def composed(name: str, seed: int) -> Score:
    return compose(preset_file.read(name).override(seed=seed))


@pytest.fixture(params=PIECES, ids=lambda piece: f"{piece[0]}-{piece[1]}")
def score(request: pytest.FixtureRequest) -> Score:
    return composed(*request.param)


def test_notes_are_sound_and_in_the_range_of_their_instrument(score: Score) -> None:
    for track in score.tracks:
        for note in track.notes:
            assert note.duration_beats > 0.0, track.name
            assert 0.0 < note.velocity <= 1.0, track.name
            assert 0.0 <= note.onset_beats < score.length_beats, track.name
            if track.profile.drum_key is None:  # a drum's pitch is its tuning
                assert track.profile.lowest_midi <= note.pitch_midi <= track.profile.highest_midi, track.name


def test_no_pitch_overlaps_itself_within_a_layer(score: Score) -> None:
    for track in score.tracks:
        voices = defaultdict(list)
        for note in track.notes:
            voices[note.pitch_midi].append(note)
        for notes in voices.values():
            for before, after in pairwise(sorted(notes, key=lambda note: note.onset_beats)):
                assert before.end_beats <= after.onset_beats + EPSILON, track.name


def test_the_drone_never_stops(score: Score) -> None:
    spans = sorted((n.onset_beats, n.end_beats) for t in score.tracks if t.stem == "drones" for n in t.notes)
    covered = 0.0
    for onset, end in spans:
        assert onset <= covered + EPSILON, f"nothing sounds at beat {covered}"
        covered = max(covered, end)
    last = max(note.onset_beats for track in score.tracks for note in track.notes)
    assert covered >= last


def test_sections_markers_and_maps_describe_one_piece(score: Score) -> None:
    assert score.sections[0].at_beats == 0.0
    for places in (score.sections, score.markers, score.tempos, score.meters, score.ledger):
        assert all(a.at_beats <= b.at_beats for a, b in pairwise(places))
    for place in (*score.sections, *score.markers, *score.ledger):
        assert score.second_at(place.at_beats) == pytest.approx(place.at_s, abs=1e-6)
    for section in score.sections:
        at_section = [m for m in score.markers if abs(m.at_beats - section.at_beats) < EPSILON]
        assert any(section.state in marker.text for marker in at_section), section
        assert section.bars >= 1


@pytest.mark.parametrize(("name", "seed"), PIECES)
def test_battle_lies_on_the_half_bar_grid_of_the_piece(name: str, seed: int) -> None:
    """Where a state doubles the tempo, its bars begin on whole or half bars of the ground tempo.

    Only what waits for a deadline is bent, by less than anybody notices, and the grid is counted anew from its zero.
    """
    preset, score = preset_file.read(name), composed(name, seed)
    grid_s, waiting = 0.0, False
    for tempo in score.tempos:
        if waiting:
            grid_s = tempo.at_s
        state = max((s for s in score.sections if s.at_beats <= tempo.at_beats), key=lambda s: s.at_beats).state
        waiting = preset.states[state].harmony == "suspense"
        ratio = tempo.tempo_bpm / preset.tempo_bpm
        bent = min(abs(math.log(ratio / whole)) for whole in (0.5, 1.0, 2.0))
        assert bent <= (MILD_STRAIN if waiting else 1e-9)
        meter = max((m for m in score.meters if m.at_beats <= tempo.at_beats + EPSILON), key=lambda m: m.at_beats)
        half_bar_s = 0.5 * meter.beats * 4.0 / meter.unit * 60.0 / preset.tempo_bpm
        place = (tempo.at_s - grid_s) / half_bar_s
        assert place == pytest.approx(round(place), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_its_midi_file_holds_exactly_what_is_played(name: str) -> None:
    score = composed(name, OWN_SEEDS[name])
    opened = io.BytesIO()
    save_midi(score, opened)
    song = mido.MidiFile(file=io.BytesIO(opened.getvalue()))
    assert len(song.tracks) == 1 + len(score.tracks)
    for messages, played in zip(song.tracks[1:], perform(score), strict=True):
        tick, sounding, keys = 0, {}, []
        for message in messages:
            tick += message.time
            if message.type == "note_on":
                assert message.note not in sounding
                sounding[message.note] = (tick, message.velocity)
            elif message.type == "note_off":
                start, velocity = sounding.pop(message.note)
                keys.append((start, tick, message.note, velocity))
        assert not sounding
        assert sorted(keys) == sorted(tuple(key) for key in played.keys)
    tempos = [m.tempo for m in song.tracks[0] if m.type == "set_tempo"]
    assert tempos == [round(60e6 / tempo.tempo_bpm) for tempo in score.tempos]
    assert song.ticks_per_beat == TICKS_PER_BEAT


@pytest.mark.parametrize("name", NAMES)
def test_the_notes_breathe_with_the_tension_that_was_asked_for(name: str) -> None:
    found = [agreement(composed(name, seed)) for seed in (1, 2, 3)]
    known = [both.correlation for both in found if both.correlation is not None]
    assert all(correlation > 0.6 for correlation in known)
    assert not known or median(known) > 0.8
    assert max(both.mean_error for both in found) < 0.12


def test_seeds_are_different_pieces() -> None:
    for name in NAMES:
        themes = {tuple(note.pitch_midi for note in composed(name, seed).theme) for seed in (1, 2)}
        assert len(themes) == 2, name


@pytest.mark.parametrize(("name", "state"), STATES)
def test_every_state_carries_the_thread_of_the_theme(name: str, state: str) -> None:
    preset = preset_file.read(name)
    held = compose(preset.override(state=state, duration_s=90.0 if "rest" in preset.states[state].theme else 30.0))
    assert {section.state for section in held.sections} == {state}
    assert any(track.notes for track in held.tracks)
    theme, level = preset.states[state].theme, preset.states[state].level
    # Where the supply is at nothing from the start, nobody has air for a tone: only the drone goes on, by design.
    if any(transform != "rest" for transform in theme) and level > 0.0:
        assert held.ledger
        assert all(entry.notes > 0 and entry.layers for entry in held.ledger)
