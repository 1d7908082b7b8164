"""Small scores for the tests of the file formats."""

from collections.abc import Sequence
from typing import Any

from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.music.sheet import ControlPoint, Key, LedgerEntry, Marker, Meter, Score, Section, Tempo, Track
from ambience.plugins import MidiProfile
from ambience.scene import Controls


def track(
    notes: Sequence[Note], name: str = "strings", *, drum_key: int | None = None, gain_db: float = 0.0, pan: float = 0.0
) -> Track:
    return Track(name, "strings", MidiProfile(48, 0, 127, drum_key), gain_db, pan, tuple(notes))


def score(*tracks: Track, length_beats: float = 64.0, **changes: Any) -> Score:
    controls = tuple(
        ControlPoint(float(beat), float(beat), Controls(tension=beat / length_beats, brightness=0.5))
        for beat in range(int(length_beats))
    )
    fields: dict[str, Any] = {
        "title": "Größe 日",
        "seed": 7,
        "tracks": tracks,
        "tempos": (Tempo(0.0, 0.0, 60.0), Tempo(32.0, 32.0, 120.0)),
        "meters": (Meter(0.0, 4, 4), Meter(32.0, 7, 8)),
        "keys": (Key(0.0, Scale(2, "dorian")), Key(32.0, Scale(10, "lydian"))),
        "markers": (Marker(0.0, 0.0, "A: drift"), Marker(32.0, 32.0, "B: battle")),
        "sections": (Section("A", "drift", "", 0.0, 0.0, 8, 32.0, "D dorian"),),
        "ledger": (LedgerEntry(0.0, 0.0, 0, "drift", "statement", ("strings",), 4, 1.0),),
        "controls": controls,
        "theme": (Note(0.0, 1.0, 62, 0.5), Note(1.0, 0.5, 65, 0.5), Note(2.0, 2.0, 69, 0.5)),
        "chords": ((0.0, Chord(2, "minor", 2)),),
        "realized_tension": (0.3,),
        "length_beats": length_beats,
        "length_s": 50.0,
    }
    return Score(**(fields | changes))
