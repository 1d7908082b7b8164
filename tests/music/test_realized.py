"""What a listener without ears hears: every feature rises with what it is named for, and nothing else is needed."""

import math
from dataclasses import replace

import pytest
from mini_conductor import plan

from ambience.music.parts.heart import Heart
from ambience.music.score import Bar, Note
from ambience.music.tension.impression import Impression
from ambience.music.tension.realized import Listener
from ambience.music.work import Layer, TimedNote
from ambience.plugins import MidiProfile
from ambience.scene import SceneState
from ambience.timeline import opening_gain

STRINGS, TAIKO = MidiProfile(48, 28, 103), MidiProfile(116, 31, 55)
BAR = plan()[1]
LAYERS = (
    Layer("strings", Heart(), STRINGS, "orchestra"),
    Layer("taiko", Heart(), TAIKO, "percussion"),
)
LISTENER = Listener(LAYERS)


def timed(
    pitch_midi: int, velocity: float = 0.6, *, at: float = 0.0, lasts: float = 1.0, word: str = "sustain"
) -> TimedNote:
    """Write a note of the bar, its place and length in bars."""
    onset_s = BAR.start_s + at * BAR.length_s
    onset_beats = BAR.start_beats + at * BAR.length_beats
    note = Note(onset_beats, lasts * BAR.length_beats, pitch_midi, velocity, word)
    return TimedNote(note, onset_s, onset_s + lasts * BAR.length_s)


def heard(*strings: TimedNote, taiko: tuple[TimedNote, ...] = (), bar: Bar = BAR) -> Impression:
    return LISTENER.hear(bar, (strings, taiko))


def level_db(impression: Impression) -> float:
    return 10.0 * math.log10(impression.held_energy + impression.begun_energy)


CHORD = tuple(timed(pitch) for pitch in (50, 57, 62, 65))  # D minor


def test_louder_is_tenser_and_a_tenth_of_velocity_is_three_decibels() -> None:
    soft, loud = (heard(*(timed(pitch, v) for pitch in (50, 57, 62, 65))) for v in (0.4, 0.5))
    assert loud.tension() > soft.tension()
    assert level_db(loud) - level_db(soft) == pytest.approx(3.0)


def test_a_shade_does_to_the_tension_what_playing_louder_does() -> None:
    written = heard(*(timed(pitch, 0.4) for pitch in (50, 57, 62, 65)))
    played = heard(*(timed(pitch, 0.5) for pitch in (50, 57, 62, 65)))
    assert written.tension(0.1) == pytest.approx(played.tension())
    assert written.shade_for(played.tension()) == pytest.approx(0.1)


def test_what_sounds_on_from_before_is_heard_but_no_shade_reaches_it() -> None:
    held = tuple(timed(pitch, at=-1.0, lasts=2.0) for pitch in (50, 57))
    impression = heard(*held)
    assert impression.begun_energy == 0.0
    assert level_db(impression) == pytest.approx(level_db(heard(timed(50), timed(57))), abs=0.1)
    assert impression.tension(0.3) == impression.tension()
    assert math.isinf(impression.shade_for(0.9))


def test_mix_levels_count_those_of_the_layer_the_state_and_the_hairpin() -> None:
    quieter = Listener((replace(LAYERS[0], gain_db=-6.0), LAYERS[1]))
    assert level_db(quieter.hear(BAR, (CHORD, ()))) == pytest.approx(level_db(heard(*CHORD)) - 6.0)
    state: SceneState = replace(BAR.state, gains_db=(("strings", 4.0),))
    assert level_db(heard(*CHORD, bar=replace(BAR, state=state))) == pytest.approx(level_db(heard(*CHORD)) + 4.0)
    half = ((BAR.start_beats, 0.25), (BAR.end_beats, 0.75))
    faded = LISTENER.hear(BAR, (CHORD, ()), (half, ()))
    assert level_db(faded) == pytest.approx(level_db(heard(*CHORD)) - 6.02, abs=0.01)


def test_tension_opens_the_mix() -> None:
    calm, tense = (heard(*CHORD, bar=replace(BAR, controls=replace(BAR.controls, tension=t))) for t in (0.0, 1.0))
    assert level_db(tense) - level_db(calm) == pytest.approx(20.0 * math.log10(opening_gain(1.0) / opening_gain(0.0)))


def test_a_remote_chord_and_a_cluster_are_both_tenser_than_the_tonic() -> None:
    home, remote, cluster = (
        heard(*(timed(pitch) for pitch in pitches)).tonal
        for pitches in ((50, 57, 62, 65), (56, 60, 63, 68), (60, 61, 62, 63))
    )
    assert home < remote
    assert home < cluster


def test_the_same_chord_is_higher_an_octave_up_and_rougher_in_the_bass() -> None:
    low, high = (heard(*(timed(pitch + shift) for pitch in (38, 41, 45))) for shift in (0, 24))
    assert high.register > low.register
    assert low.roughness > high.roughness


def test_strokes_count_by_their_number_not_by_their_voices() -> None:
    one = heard(*CHORD)
    four = heard(*(timed(62, at=k / 4, lasts=0.25) for k in range(4)))
    doubled = heard(*(timed(pitch, at=k / 4, lasts=0.25) for k in range(4) for pitch in (50, 62)))
    assert one.activity < four.activity == doubled.activity


def test_drums_are_loud_and_busy_but_have_no_harmony() -> None:
    strokes = tuple(timed(31 + k, 0.9, at=k / 8, lasts=0.1) for k in range(8))
    alone, both, chord = heard(taiko=strokes), heard(*CHORD, taiko=strokes), heard(*CHORD)
    assert alone.tonal == alone.register == alone.roughness == 0.0
    assert (both.tonal, both.register, both.roughness) == (chord.tonal, chord.register, chord.roughness)
    assert level_db(both) > level_db(chord)
    assert both.activity > chord.activity


def test_what_is_struck_dies_away_however_long_it_is_written() -> None:
    short, long = (heard(taiko=(timed(40, lasts=lasts),)) for lasts in (0.3, 1.0))
    assert level_db(short) == pytest.approx(level_db(long))


def test_silence_is_calm() -> None:
    assert heard().tension() == 0.0


def test_tension_stays_within_its_bounds_whatever_is_played() -> None:
    din = tuple(timed(p, 1.0, at=k / 32, lasts=1.0) for k in range(32) for p in range(60, 84))
    assert 0.9 < heard(*din, taiko=din, bar=replace(BAR, controls=replace(BAR.controls, tension=1.0))).tension() <= 1.0
