"""Pitches spelled as musicians spell them."""

import pytest

from ambience.io.spelling import fifths_of, signature, signature_alter, spell
from ambience.music.harmony.chords import Chord
from ambience.music.scale import MODES, Scale

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tonic_pc", range(12))
def test_a_spelled_pitch_sounds_as_before_and_seven_tones_have_seven_letters(tonic_pc: int, mode: str) -> None:
    scale = Scale(tonic_pc, mode)
    for pitch_midi in range(48, 73):
        step, alter, octave = spell(fifths_of(pitch_midi, scale, Chord(tonic_pc, "major", tonic_pc)), pitch_midi)
        assert STEPS[step] + alter + 12 * (octave + 1) == pitch_midi
        assert abs(alter) <= (2 if scale.contains(pitch_midi) else 1)
    letters = {spell(fifths_of(60 + pc, scale), 60 + pc).step for pc in scale.pcs}
    assert len(letters) == 7 or len(scale.pcs) > 7
    assert -5 <= signature(scale) <= 6


def test_keys_are_signed_and_spelled_as_musicians_do() -> None:
    def names(tonic_pc: int, mode: str, *pcs: int) -> list[tuple[str, int]]:
        return [spell(fifths_of(60 + pc, Scale(tonic_pc, mode)), 60 + pc)[:2] for pc in pcs]

    assert [signature(Scale(2, mode)) for mode in ("ionian", "dorian", "phrygian", "lydian", "harmonic_minor")] == [
        2,
        0,
        -2,
        3,
        -1,
    ]
    assert names(2, "harmonic_minor", 1, 10) == [("C", 1), ("B", -1)]
    assert names(5, "aeolian", 8, 1, 3) == [("A", -1), ("D", -1), ("E", -1)]
    assert names(8, "harmonic_minor", 7) == [("F", 2)]
    c_minor = Scale(0, "aeolian")
    assert spell(fifths_of(66, c_minor, Chord(2, "major", 2)), 66)[:2] == ("F", 1)  # third of D
    assert spell(fifths_of(66, c_minor, Chord(6, "major", 6)), 66)[:2] == ("G", -1)
    assert [signature_alter(-2, step) for step in "BEA"] == [-1, -1, 0]
    assert [signature_alter(2, step) for step in "FCG"] == [1, 1, 0]
