"""The bench compares the same work: what our engine plays there is what the other systems are told to play."""

import subprocess
import sys
from pathlib import Path

import mido
import pytest

_BENCH = Path(__file__).with_name("bench")
_LENGTH_S = 60.0
_NEAR_S = 0.05


def _played(preset: Path, target: Path) -> list[tuple[float, int]]:
    """Let the bench compose a preset, and return onset in seconds and note number of all notes."""
    play = [sys.executable, str(_BENCH / "systems" / "play.py")]
    subprocess.run([*play, "midi", str(preset), "--out", str(target), "--duration", f"{_LENGTH_S}"], check=True)
    now_s, notes = 0.0, []
    for message in mido.MidiFile(target):
        now_s += message.time
        if message.type == "note_on" and message.velocity:
            notes.append((now_s, message.note))
    return sorted(notes)


@pytest.mark.parametrize("orchestra", ["", "-orchestra"])
@pytest.mark.parametrize("name", ["drone-bank", "string-ensemble", "full-mix"])
def test_the_bench_plays_the_notes_that_it_hands_to_its_peers(
    name: str, orchestra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(_BENCH))
    from systems.notes import DRONES, drones, string_notes

    bank = drones(DRONES) if name != "string-ensemble" else []
    strings = string_notes(0.0, _LENGTH_S) if name != "drone-bank" else []
    asked = sorted((note.onset_s, note.pitch_midi) for note in [*bank, *strings])
    played = _played(_BENCH / "systems" / "presets" / f"{name}{orchestra}.toml", tmp_path / "x.mid")
    assert sorted(pitch for _, pitch in played) == sorted(pitch for _, pitch in asked)
    assert all(abs(a - b) < _NEAR_S for (a, _), (b, _) in zip(played, asked, strict=True))
