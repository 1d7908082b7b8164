"""What the players find on their stands: within their range, led as in a chorale, together, and breathing."""

from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
from mini_conductor import perform

from ambience import plugins
from ambience.music.conducting.whole import compose
from ambience.music.harmony.voicing import PURE_BELOW_MIDI
from ambience.music.sheet import Score, Track
from ambience.preset import file as preset_file
from ambience.units import beats_to_s

PIECES = [("opening", 1), ("opening", 2), ("single-piece", 1)]
_TOGETHER_S = 0.03


@cache
def composed(name: str, seed: int) -> Score:
    return compose(preset_file.read(name).override(seed=seed))


def playing(score: Score, name: str, seed: int, part: str) -> list[Track]:
    layers = preset_file.read(name).override(seed=seed).layers
    return [track for track in score.tracks if layers[track.name].part["name"] == part]


def sounding(track: Track, beat: float) -> tuple[int, ...]:
    """List the pitches that sound when every voice of a bar has come in."""
    return tuple(
        sorted({n.pitch_midi for n in track.notes if n.onset_beats <= beat + 0.6 and n.end_beats > beat + 0.7})
    )


def parallel(before: tuple[int, int], after: tuple[int, int]) -> bool:
    together = (after[0] - before[0]) * (after[1] - before[1]) > 0
    interval = (after[1] - after[0]) % 12
    return together and interval in (0, 7) and interval == (before[1] - before[0]) % 12


@pytest.mark.parametrize(("name", "seed"), PIECES)
def test_nobody_is_asked_for_a_note_that_the_instrument_has_not(name: str, seed: int) -> None:
    for track in composed(name, seed).tracks:
        profile = track.profile
        if profile.drum_key is None:
            assert all(profile.lowest_midi <= note.pitch_midi <= profile.highest_midi for note in track.notes)


def test_chorales_keep_the_rules_of_part_writing() -> None:
    count: Counter[str] = Counter()
    for name, seed in PIECES:
        score = composed(name, seed)
        for track in playing(score, name, seed, "chorale"):
            chords = [chord for beat, _ in score.chords if len(chord := sounding(track, beat)) > 1]
            for low, high in (gap for chord in chords for gap in pairwise(chord)):
                count["low"] += low < PURE_BELOW_MIDI
                count["muddy"] += low < PURE_BELOW_MIDI and (high - low) % 12 not in (0, 7)
            for old, new in pairwise(chords):
                count["moves"] += old != new
                count["parallel"] += parallel((old[0], old[-1]), (new[0], new[-1]))
    assert count["moves"] > 100
    assert count["parallel"] <= 0.01 * count["moves"]
    assert count["muddy"] <= 0.01 * count["low"]


def test_the_highest_voice_and_the_bass_do_not_move_in_parallel() -> None:
    moves = wrong = 0
    for name, seed in PIECES:
        score = composed(name, seed)
        bass = min(playing(score, name, seed, "bass_line"), key=lambda track: min(n.pitch_midi for n in track.notes))
        for track in playing(score, name, seed, "chorale"):
            pairs = [
                (low[0], high[-1])
                for beat, _ in score.chords
                if (high := sounding(track, beat))
                and (low := [n.pitch_midi for n in bass.notes if n.onset_beats <= beat + 0.1 < n.end_beats])
            ]
            moves += len(pairs)
            wrong += sum(parallel(before, after) for before, after in pairwise(pairs))
    assert moves > 50
    assert wrong <= 0.01 * moves


@pytest.mark.parametrize("name", ["chorale", "swell", "counter_line", "bass_line"])
def test_a_section_begins_together(name: str) -> None:
    performance = perform(plugins.build("parts", {"name": name}))
    for bar, notes in zip(performance.bars, performance.written, strict=True):
        for note in notes:
            late_beats = (note.onset_beats - bar.start_beats) % 0.25
            assert beats_to_s(min(late_beats, 0.25 - late_beats), bar.tempo_bpm) <= _TOGETHER_S


@pytest.mark.parametrize("doubling", ["none", "octave_below", "octave_above", "climax_below", "climax_above"])
def test_a_melody_is_divided_by_octaves_at_most_and_together(doubling: str) -> None:
    performance = perform(plugins.build("parts", {"name": "melody", "doubling": doubling, "rubato_beats": 0.0}))
    for bar, notes in zip(performance.bars, performance.written, strict=True):
        for theme in bar.theme.notes:
            here = [note for note in notes if 0.0 <= note.onset_beats - theme.onset_beats < 0.2]
            assert len(here) <= 2
            assert len({note.pitch_midi % 12 for note in here}) <= 1
            onsets = [note.onset_beats for note in here]
            assert not onsets or beats_to_s(max(onsets) - min(onsets), bar.tempo_bpm) <= _TOGETHER_S


def test_a_climax_is_doubled_and_calm_music_is_not() -> None:
    single, doubled = (
        perform(plugins.build("parts", {"name": "melody", "doubling": word})).written
        for word in ("none", "climax_below")
    )
    bars = perform(plugins.build("parts", {"name": "melody"})).bars
    for bar, alone, both in zip(bars, single, doubled, strict=True):
        assert len(both) == len(alone) * (2 if bar.controls.tension >= 0.7 else 1)
