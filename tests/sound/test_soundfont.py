"""A soundfont in the place of the built-in orchestra: the same notes, as loud, the same samples every time."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_piece import small
from soundfont_here import what_is_missing

from ambience import plugins
from ambience.engine import Engine
from ambience.errors import ParameterError
from ambience.music.conducting.whole import compose
from ambience.rng import stream
from ambience.sound import fluid
from ambience.sound.block import QUANTUM_FRAMES, NoteOn
from ambience.sound.instruments.soundfont import HOUSE_LUFS, Soundfont
from ambience.sound.orchestra import fonts_of, seats
from ambience.sound.soundfonts import PROGRAMS, find_font, find_program
from ambience.sound.trial import range_lufs
from ambience.units import Audio, midi_to_hz

RATE_HZ = 48_000
needs_soundfont = pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing() or "all is there")


def played(instrument: Any, *notes: NoteOn, quanta: int = 300, tension: float = 0.3, rate_hz: int = RATE_HZ) -> Audio:
    out = np.zeros((quanta * QUANTUM_FRAMES, 2), np.float32)
    rows = np.tile([tension, 0.5, 0.5, 0.5, 0.7], (quanta + 1, 1))
    instrument.player(rate_hz, stream(1, "x")).render(out, notes, rows)
    return out


def note(pitch_midi: float = 60.0, articulation: str = "sustain", velocity: float = 0.6) -> NoteOn:
    return NoteOn(100, 48_000, midi_to_hz(pitch_midi), velocity, articulation)


def fundamental_hz(sound: Audio, near_hz: float) -> float:
    padded = 8 * len(sound)
    power = np.abs(np.fft.rfft(sound.sum(axis=1) * np.hanning(len(sound)), padded))
    bins_hz = np.fft.rfftfreq(padded, 1 / RATE_HZ)
    near = np.abs(np.log2(np.maximum(bins_hz, 1e-9) / near_hz)) < 1 / 12
    return float(bins_hz[near][np.argmax(power[near])])


def level_db(sound: Audio) -> float:
    return float(10.0 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-20))


def test_programs_go_by_number_and_by_name() -> None:
    assert len(PROGRAMS) == 128
    assert [find_program(program) for program in ("French Horn", "string ensemble 1", 47)] == [60, 48, 47]
    with pytest.raises(ParameterError, match="Did you mean 'French Horn'"):
        find_program("Frensh Horn")
    with pytest.raises(ParameterError, match=r"must be 0\.\.127"):
        find_program(128)


def test_a_missing_file_is_named_with_its_remedy() -> None:
    for file in ("nowhere/grand.sf2", "No Such Font"):
        with pytest.raises(ParameterError, match="apt-get install musescore-general-soundfont") as caught:
            find_font(file)
        assert repr(file) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_missing_library_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    fluid._library.cache_clear()
    with pytest.raises(ParameterError, match=r"libfluidsynth3.*pip install \"ambience-toolkit\[sf2\]\""):
        fluid.library_version()
    fluid._library.cache_clear()


@needs_soundfont
def test_what_is_no_soundfont_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sf2").write_bytes(b"RIFF....nothing")
    with pytest.raises(ParameterError, match="no soundfont"):
        played(Soundfont(file=str(tmp_path / "a.sf2")))
    with pytest.raises(ParameterError, match="bank 99"):
        played(Soundfont(bank=99))
    with pytest.raises(ParameterError, match="at most 96000"):
        played(Soundfont(), rate_hz=192_000)


@needs_soundfont
@pytest.mark.parametrize("program", [0, 40, 43, 46, 47, 48, 52, 60, 71])
def test_every_program_has_the_level_of_the_house(program: int) -> None:
    low = 28 if program == 43 else 48  # where the real instrument plays
    font = Soundfont(program=program, lowest_midi=low, highest_midi=low + 30)
    assert abs(range_lufs(font.player(RATE_HZ, stream(1, "x")), RATE_HZ, font.midi) - HOUSE_LUFS) < 2.0


@needs_soundfont
def test_a_pitch_between_the_keys_is_in_tune() -> None:
    for pitch in (57.0, 60.31, 64.5):
        found_hz = fundamental_hz(played(Soundfont(program=60), note(pitch)), midi_to_hz(pitch))
        assert abs(1200.0 * np.log2(found_hz / midi_to_hz(pitch))) < 6.0


@needs_soundfont
def test_articulations_are_heard() -> None:
    def envelope(word: str) -> list[float]:
        sound = played(Soundfont(program=48), note(articulation=word), quanta=188)
        return [level_db(part) for part in np.array_split(sound, 8)]

    held, plucked, short, swelled = (envelope(word) for word in ("sustain", "pizzicato", "staccato", "swell"))
    assert held[6] > max(plucked[6], short[6]) + 15.0
    assert swelled[4] > max(swelled[0], swelled[7]) + 6.0
    assert not np.allclose(envelope("tremolo"), held, atol=0.5)


@needs_soundfont
def test_a_roll_goes_on_and_a_stroke_does_not() -> None:
    rolled, struck = (played(Soundfont(program=47), note(43, word), quanta=188) for word in ("roll", "sustain"))
    quarter = len(rolled) // 4
    assert level_db(rolled[2 * quarter : 3 * quarter]) > level_db(rolled[quarter : 2 * quarter]) - 4.0
    assert level_db(struck[3 * quarter :]) < level_db(struck[:quarter]) - 6.0


@needs_soundfont
def test_tension_is_louder_and_brighter() -> None:
    calm, tense = (played(Soundfont(program=61), note(), tension=tension) for tension in (0.0, 1.0))
    assert 2.0 < level_db(tense) - level_db(calm) < 8.0


@needs_soundfont
@pytest.mark.parametrize("program", [0, 46, 47])
def test_what_is_struck_or_plucked_is_as_loud_as_the_hand_whatever_the_tension(program: int) -> None:
    calm, tense = (played(Soundfont(program=program), note(48), tension=tension) for tension in (0.0, 1.0))
    assert abs(level_db(tense) - level_db(calm)) < 2.5  # brighter it may be


@needs_soundfont
def test_an_external_orchestra_plays_the_same_notes_as_loud() -> None:
    own, other = small(state="battle"), small(state="battle").override(orchestra="soundfont")
    assert [track.notes for track in compose(own).tracks] == [track.notes for track in compose(other).tracks]
    assert [name for name, seat in seats(other, RATE_HZ).items() if isinstance(seat, Soundfont)] == [
        "voice", "strings", "drums", "bell",
    ]  # fmt: skip
    assert list(fonts_of(other).values()) == [("voice", "strings", "drums", "bell")]
    assert not fonts_of(own)
    for built_in, sampled in zip(seats(own, RATE_HZ).values(), seats(other, RATE_HZ).values(), strict=True):
        if sampled != built_in:
            assert sampled.midi == built_in.midi
            players = [instrument.player(RATE_HZ, stream(1, "x")) for instrument in (built_in, sampled)]
            levels = [range_lufs(player, RATE_HZ, built_in.midi, velocity=0.45) for player in players]
            assert abs(levels[0] - levels[1]) < 2.0


@needs_soundfont
def test_an_external_orchestra_does_not_depend_on_blocks_threads_or_stems() -> None:
    preset = small(state="battle").override(orchestra="soundfont")

    def rendered(block: int, **settings: Any) -> Audio:
        engine = Engine(preset, **settings)
        blocks = [engine.render(min(block, 48_000 - at)) for at in range(0, 48_000, block)]
        engine.close()
        return np.concatenate(blocks)

    whole = rendered(48_000, threads=1)
    assert np.array_equal(rendered(777, threads=3), whole)
    assert np.array_equal(rendered(48_000, layer_stems=True), whole)


@needs_soundfont
def test_another_process_plays_the_same_samples() -> None:
    code = (
        "import hashlib, numpy as np; from ambience.sound.instruments.soundfont import Soundfont;"
        "from ambience.sound.block import NoteOn; from ambience.rng import stream;"
        "out = np.zeros((25600, 2), np.float32); rows = np.full((101, 5), 0.5);"
        "Soundfont(program=60).player(48000, stream(1, 'x')).render(out, [NoteOn(7, 9000, 261.0, 0.6)], rows);"
        "assert out.any(); print(hashlib.sha256(out.tobytes()).hexdigest())"
    )
    told = {subprocess.check_output([sys.executable, "-c", code]) for _ in range(2)}
    assert len(told) == 1


@needs_soundfont
def test_a_drum_kit_presses_one_key_and_layers_have_it_in_their_profile() -> None:
    kit = Soundfont(bank=128, program=48, drum_key=36)
    assert kit.midi.drum_key == 36
    assert np.array_equal(played(kit, note(30)), played(kit, note(90)))


@needs_soundfont
def test_what_lies_below_hearing_stays_out_of_the_mix() -> None:
    engine = Engine(small(state="opening").override(orchestra="soundfont"))
    mix = engine.render(4 * RATE_HZ)
    engine.close()
    window = np.hanning(len(mix))[:, np.newaxis]
    assert np.abs((mix * window).mean(axis=0)).max() < 1e-3 * np.sqrt(np.mean(np.square(mix)))


def test_settings_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ParameterError, match="an octave above"):
        plugins.build("instruments", {"name": "soundfont", "lowest_midi": 60, "highest_midi": 64})
