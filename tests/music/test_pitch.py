"""Pitches are read as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambience.errors import ParameterError
from ambience.music.pitch import parse_pitch, parse_tonic, pitch_name, tonic_name
from ambience.music.scale import Scale


@given(st.integers(0, 127), st.booleans())
def test_a_name_leads_back_to_its_pitch(pitch_midi: int, sharps: bool) -> None:
    assert parse_pitch(pitch_name(pitch_midi, sharps)) == pitch_midi


@pytest.mark.parametrize(
    ("text", "pitch_midi"), [("C4", 60), ("A4", 69), ("f#3", 54), ("Bb-1", 10), ("B#3", 60), ("Cb4", 59), ("D♭2", 37)]
)
def test_pitches_are_read_as_musicians_write_them(text: str, pitch_midi: int) -> None:
    assert parse_pitch(text) == pitch_midi


@pytest.mark.parametrize("text", ["", "H4", "C", "C#b4", "4C", "C10", "Cb-1", "C4 D4"])
def test_what_is_no_pitch_is_named_in_the_error(text: str) -> None:
    with pytest.raises(ParameterError, match="pitch: name = "):
        parse_pitch(text)


@pytest.mark.parametrize("text", ["", "H", "C4", "Bbb"])
def test_what_is_no_tonic_is_named_in_the_error(text: str) -> None:
    with pytest.raises(ParameterError, match="tonic: name = "):
        parse_tonic(text)


@given(
    st.integers(0, 11), st.sampled_from(["ionian", "dorian", "aeolian", "phrygian", "octatonic"]), st.integers(0, 11)
)
def test_a_tonic_leads_back_to_its_pitch_class(tonic_pc: int, mode: str, pc: int) -> None:
    assert parse_tonic(tonic_name(pc, Scale(tonic_pc, mode))) == pc


def test_keys_are_spelled_by_their_signature() -> None:
    assert tonic_name(10, Scale(7, "dorian")) == "Bb"
    assert tonic_name(6, Scale(2, "ionian")) == "F#"
    assert tonic_name(3, Scale(0, "aeolian")) == "Eb"
    assert tonic_name(6, Scale(4, "aeolian")) == "F#"
