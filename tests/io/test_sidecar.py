"""The sidecar says what is needed to make the same piece again, and nothing that changes by itself."""

import hashlib
import json
import math
import re
from dataclasses import replace
from pathlib import Path

from small_scores import score, track

from ambience.io.sidecar import (
    Loudness,
    Sound,
    chord_name,
    describe,
    key_name,
    list_files,
    record,
    tag_comment,
    to_json,
)
from ambience.music.harmony.chords import Chord
from ambience.music.motif import parse_motif
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.preset import file as preset_file

SOUND = Sound(48_000, "wav", "24", 96_000, Loudness(-16.0, 5.0, -1.0, 3.5))


def test_it_holds_what_a_second_render_needs(tmp_path: Path) -> None:
    preset = preset_file.read("single-piece").override(seed=11)
    (tmp_path / "draft").write_bytes(b"sound")
    files = [record(tmp_path / "draft", "single-piece-11.wav")]
    document = json.loads(to_json(describe(preset, score(track([Note(0.0, 1.0, 60, 0.5)])), SOUND) | list_files(files)))
    assert document["seed"] == 11
    again = preset_file.parse(document["preset"]["text"], "again.toml")
    assert again.override(seed=document["seed"]).model_dump() == preset.model_dump()
    assert document["preset"]["sha256"] == hashlib.sha256(preset.text.encode()).hexdigest()
    assert {"ambience", "python", "numpy", "numba", "soundfile", "libsndfile"} <= set(document["versions"])
    assert document["files"][0]["sha256"] == hashlib.sha256(b"sound").hexdigest()
    assert document["audio"]["length_s"] == 2.0
    assert document["loudness"]["gain_db"] == 3.5
    for key in ("tempo_map", "meters", "markers", "sections", "ledger", "theme"):
        assert document[key]


def test_the_theme_reads_back_as_it_was() -> None:
    written = score(track([]))
    document = describe(preset_file.read("single-piece"), written, SOUND)
    assert [(n.onset_beats, n.duration_beats, n.pitch_midi) for n in parse_motif(document["theme"])] == [
        (n.onset_beats, n.duration_beats, n.pitch_midi) for n in written.theme
    ]


def test_the_same_render_gives_the_same_text_without_dates_or_places() -> None:
    preset = preset_file.read("single-piece")
    texts = {to_json(describe(preset, score(track([])), SOUND)) for _ in range(2)}
    assert len(texts) == 1
    document = json.loads(texts.pop())
    document.pop("preset")
    assert not re.search(r"20\d\d-\d\d-\d\d|/home|/tmp|/root", json.dumps(document))


def test_silence_is_null_and_not_broken_json() -> None:
    silent = replace(SOUND, loudness=Loudness(-math.inf, 0.0, -math.inf, 0.0))
    text = to_json(describe(preset_file.read("single-piece"), score(track([])), silent))
    assert json.loads(text)["loudness"]["integrated_lufs"] is None
    assert "Infinity" not in text


def test_the_comment_of_a_sound_file_is_short_json() -> None:
    preset = preset_file.read("single-piece")
    comment = json.loads(tag_comment(preset))
    assert (comment["preset"], comment["seed"]) == ("single-piece", preset.seed)
    assert len(tag_comment(preset.carrying("x" * 5000, ""))) < 2000


def test_keys_and_chords_are_spelled_as_musicians_do() -> None:
    d_dorian = Scale(2, "dorian")
    assert key_name(Scale(10, "harmonic_minor")) == "Bb harmonic minor"
    assert chord_name(Chord(2, "minor", 2), d_dorian) == "D minor"
    assert chord_name(Chord(10, "major", 2), d_dorian) == "Bb major/D"
