"""The singer of the theme keeps what makes it known, in whatever register."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from mini_conductor import HEAD, perform, plan

from ambience.music.parts.melody import Melody
from ambience.music.score import Bar
from ambience.scene import Controls, Passage


def plentiful() -> tuple[Bar, ...]:
    return tuple(replace(bar, controls=Controls(level=1.0)) for bar in plan())


def test_the_melody_keeps_every_interval_of_the_theme() -> None:
    bars = plentiful()
    notes = perform(Melody(lowest_midi=60, highest_midi=90), bars=bars).notes
    theme = [note for bar in bars for note in bar.theme.notes]
    shifts = [played.pitch_midi - note.pitch_midi for played, note in zip(notes, theme, strict=True)]
    assert len(set(shifts)) == 1 and shifts[0] % 12 == 0
    late = sorted(p.onset_beats - n.onset_beats for p, n in zip(notes, theme, strict=True))
    assert late[0] >= 0.0 and late[-2] <= 0.05  # one tone waits for the end of a statement that was cut off


def test_a_narrow_singer_keeps_the_intervals_of_the_head() -> None:
    bars = plentiful()
    performance = perform(Melody(lowest_midi=57, highest_midi=70, rubato_beats=0.0), bars=bars)
    sung = {round(note.onset_beats, 3): note.pitch_midi for note in performance.notes}
    shifts = set()
    for statement in {bar.theme.statement for bar in bars}:
        line = [sung[at] for note in statement if (at := round(note.onset_beats, 3)) in sung]
        if len(line) == len(statement):  # not cut off by the next one
            assert tuple(b - a for a, b in pairwise(line))[: len(HEAD)] == HEAD
            shifts |= {a - note.pitch_midi for a, note in zip(line, statement, strict=True)}
    assert len(shifts) == 2  # the statement is too wide for one octave, its head is not


def test_a_passage_in_another_register_moves_the_singer() -> None:
    means = []
    for register in (-12, 0, 12):
        bars = tuple(replace(bar, passage=Passage(register_semitones=register)) for bar in plan())
        notes = perform(Melody(lowest_midi=48, highest_midi=90), bars=bars).notes
        assert all(48 <= note.pitch_midi <= 90 for note in notes)
        means.append(np.mean([note.pitch_midi for note in notes]))
    assert means[0] + 6 < means[1] < means[2] - 6


def test_the_melody_is_loudest_about_its_climax() -> None:
    bars = plan()
    notes = perform(Melody(shape=0.5)).notes[: len(bars[0].theme.statement)]
    top = max(range(len(notes)), key=lambda i: notes[i].pitch_midi)
    assert notes[top].velocity > 1.3 * notes[0].velocity


def test_a_doubling_follows_the_melody_an_octave_away() -> None:
    alone = perform(Melody()).notes
    doubled = perform(Melody(doubling="octave_below")).notes
    below = [note.pitch_midi + 12 for note in doubled if note.pitch_midi < min(n.pitch_midi for n in alone)]
    assert len(doubled) > 1.9 * len(alone) and below
