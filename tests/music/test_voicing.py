"""Where chords lie: the rules of spacing and doubling, as they come out of the prices."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.random import default_rng

from ambience.errors import ParameterError
from ambience.music.harmony.chords import QUALITIES, Chord
from ambience.music.harmony.voicing import (
    PURE_BELOW_MIDI,
    Position,
    bass_pc,
    nearest_of,
    pitches_of,
    require_register,
    voice_chord,
    voicings,
)

CHORDS = [Chord(root, quality, root) for root in range(12) for quality in ("major", "minor", "major7", "sus4")]


def best(position: Position) -> tuple[int, ...]:
    rows, prices = voicings(position)
    return tuple(rows[int(np.argmin(prices))].tolist())


@pytest.mark.parametrize(("voices", "lowest", "highest"), [(3, 36, 60), (4, 33, 67), (5, 43, 79)])
def test_only_fifths_and_octaves_stand_on_a_tone_below_c3(voices: int, lowest: int, highest: int) -> None:
    gaps = [
        (high - low) % 12
        for chord in CHORDS
        for low, high in pairwise(best(Position(chord, lowest, highest, voices, 0.5)))
        if low < PURE_BELOW_MIDI
    ]
    assert gaps and np.mean([gap in (0, 7) for gap in gaps]) >= 0.99


def test_voicings_rise_from_voice_to_voice_within_the_register() -> None:
    for chord in CHORDS:
        rows, prices = voicings(Position(chord, 45, 74, 5, 0.3))
        assert len(rows) == len(prices)
        assert rows.min() >= 45 and rows.max() <= 74
        assert (np.diff(rows, axis=1) > 0).all()


def test_upper_voices_stay_within_an_octave_of_each_other() -> None:
    rows = [best(Position(chord, 48, 79, 4, spread)) for chord in CHORDS for spread in (0.0, 1.0)]
    assert all(high - low <= 12 for row in rows for low, high in pairwise(row))


def test_more_space_is_a_wider_chord() -> None:
    close, wide = (
        np.mean([np.ptp(best(Position(chord, 48, 84, 4, spread))) for chord in CHORDS]) for spread in (0.0, 1.0)
    )
    assert wide > close + 3.0


def test_the_third_is_there_and_is_not_doubled() -> None:
    for chord in CHORDS:
        voicing = best(Position(chord, 48, 76, 4, 0.4))
        assert sum(pitch % 12 == chord.pcs[1] for pitch in voicing) == 1
        assert sum(pitch % 12 == chord.pcs[0] for pitch in voicing) >= 1


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("voices", [1, 2, 6])
def test_every_quality_can_be_voiced(quality: str, voices: int) -> None:
    chord = Chord(2, quality, 2)
    voicing = voice_chord(chord, lowest_midi=50, highest_midi=84, voices=voices, spread=0.5, rng=default_rng(0))
    assert len(voicing) == voices
    assert {pitch % 12 for pitch in voicing} <= set(chord.pcs)


def test_a_register_without_a_tone_of_the_chord_stays_silent() -> None:
    assert (
        voice_chord(Chord(0, "major", 0), lowest_midi=61, highest_midi=63, voices=3, spread=0.5, rng=default_rng(0))
        == ()
    )
    with pytest.raises(ParameterError, match="lowest_midi = 70"):
        voicings(Position(Chord(0, "major", 0), 70, 60, 3, 0.5))


def test_one_value_is_drawn_whatever_is_asked_for() -> None:
    states = []
    for voices, highest in ((1, 50), (5, 80)):
        rng = default_rng(9)
        voice_chord(Chord(1, "major", 0), lowest_midi=46, highest_midi=highest, voices=voices, spread=0.2, rng=rng)
        states.append(rng.bit_generator.state)
    assert states[0] == states[1]


def test_the_bass_is_the_chords_own_unless_the_drone_has_it() -> None:
    assert bass_pc(Chord(0, "minor", 3)) == 3
    assert bass_pc(Chord(0, "minor", 2)) == 0


def test_registers_are_read_in_whole_octaves() -> None:
    assert pitches_of((0, 7), 60, 72) == (60, 67, 72)
    assert nearest_of((11,), 60, 55, 70) == 59
    with pytest.raises(ParameterError, match="highest_midi = 65"):
        require_register("melody", 60, 65)
