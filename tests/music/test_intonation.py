"""Players who find their pitches tune them to the chord, and all of them agree with the drone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambience.music.harmony.chords import QUALITIES, Chord
from ambience.music.playing.intonation import intone, intones
from ambience.music.score import Note
from ambience.plugins import MidiProfile
from ambience.units import cents_to_ratio, midi_to_hz

chords = st.builds(Chord, st.integers(0, 11), st.sampled_from(sorted(QUALITIES)), st.integers(0, 11))
pitch_classes = st.integers(0, 11)
RATIOS = {"major": (4, 5, 6), "minor": (10, 12, 15)}


def tuned_cents(pitch_midi: int, chord: Chord, drone_pc: int) -> float:
    (note,) = intone([Note(0.0, 1.0, pitch_midi, 0.5)], chord, drone_pc)
    assert (note.onset_beats, note.duration_beats, note.pitch_midi, note.velocity) == (0.0, 1.0, pitch_midi, 0.5)
    return note.detune_cents


@pytest.mark.parametrize("quality", sorted(RATIOS))
@given(root=st.integers(36, 60), drone_pc=pitch_classes)
def test_triads_are_whole_numbers_whatever_the_drone_is(quality: str, root: int, drone_pc: int) -> None:
    chord = Chord(root % 12, quality, root % 12)
    pitches = [root + step for step in QUALITIES[quality]]
    hz = [midi_to_hz(pitch) * cents_to_ratio(tuned_cents(pitch, chord, drone_pc)) for pitch in pitches]
    for sounding, whole in zip(hz, RATIOS[quality], strict=True):
        assert sounding / hz[0] == pytest.approx(whole / RATIOS[quality][0], rel=1e-4)


@given(chord=chords, drone_pc=pitch_classes)
def test_nobody_beats_against_the_drone(chord: Chord, drone_pc: int) -> None:
    assert tuned_cents(48 + drone_pc, chord, drone_pc) == 0.0


@given(chord=chords, drone_pc=pitch_classes, pitch=st.integers(24, 96))
def test_octaves_are_tuned_alike_and_nobody_strays_by_more_than_a_third_of_a_semitone(
    chord: Chord, drone_pc: int, pitch: int
) -> None:
    cents = tuned_cents(pitch, chord, drone_pc)
    assert cents == tuned_cents(pitch + 12, chord, drone_pc)
    assert abs(cents) < 34.0
    assert pitch % 12 in chord.pcs or cents == 0.0


def test_a_note_that_is_out_of_tune_on_purpose_stays_so() -> None:
    chord = Chord(0, "major", 0)
    (note,) = intone([Note(0.0, 1.0, 64, 0.5, "sustain", 30.0)], chord, 0)
    assert note.detune_cents == pytest.approx(30.0 + 1200.0 * math.log2(5.0 / 4.0) - 400.0, abs=0.05)


def test_keys_and_drums_keep_the_pitches_that_they_have() -> None:
    piano, harp, drum = MidiProfile(0, 21, 108), MidiProfile(46, 24, 103), MidiProfile(48, 47, 47, drum_key=47)
    assert not any(map(intones, (piano, harp, drum)))
    assert all(map(intones, (MidiProfile(48, 28, 96), MidiProfile(52, 36, 86), MidiProfile(60, 41, 77))))
