"""The sidecar: a JSON file beside every render that says what it is, what is in it and how to make it again."""

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ambience import __version__
from ambience.io.formats import BitDepth, Container
from ambience.io.session import Session, session_table
from ambience.io.wav import library_versions
from ambience.music.harmony.chords import Chord
from ambience.music.motif import motif_text
from ambience.music.pitch import tonic_name
from ambience.music.scale import Scale
from ambience.music.sheet import Score
from ambience.music.tension.agreement import WINDOW_S, Agreement, agreement
from ambience.preset import Preset

FORMAT_VERSION = 1

_BLOCK_BYTES = 1 << 20
_COMMENT_BYTES = 1_900  # libsndfile drops a comment of more than about 2,000 from a WAV


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud the finished file is (EBU R 128)."""

    integrated_lufs: float
    range_lu: float
    true_peak_db: float  # dBTP
    gain_db: float  # the one constant gain that was applied


@dataclass(frozen=True, slots=True)
class Sound:
    """The shape of the finished file."""

    sample_rate_hz: int
    container: Container
    bit_depth: BitDepth
    length_frames: int
    loudness: Loudness

    @property
    def length_s(self) -> float:
        """Seconds of sound."""
        return self.length_frames / self.sample_rate_hz


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a render and what identifies its contents."""

    name: str  # relative to the sidecar
    size_bytes: int
    sha256: str


def describe(
    preset: Preset,
    score: Score,
    sound: Sound,
    session: Session | None = None,
    soundfonts: Sequence[tuple[FileRecord, tuple[str, ...]]] = (),
) -> dict[str, Any]:
    """Collect all that a sidecar says but for its files, free of dates and paths: the same render gives the same text.

    `soundfonts` are those that play, with the layers that each plays.
    """
    return {
        "format": FORMAT_VERSION,
        "title": preset.title,
        "seed": preset.seed,
        "preset": {
            "name": preset.name,
            "sha256": sha256(preset.text.encode()).hexdigest(),
            "text": preset.text,
        },
        **({"session": session_table(session)} if session else {}),
        **({"soundfonts": [{**asdict(font), "layers": layers} for font, layers in soundfonts]} if soundfonts else {}),
        "versions": versions() | library_versions(),
        "audio": {
            "container": sound.container,
            "bit_depth": None if sound.container == "ogg" else sound.bit_depth,
            "sample_rate_hz": sound.sample_rate_hz,
            "length_frames": sound.length_frames,
            "length_s": sound.length_s,
        },
        "loudness": asdict(sound.loudness),
        **describe_score(score),
    }


def list_files(files: Sequence[FileRecord]) -> dict[str, Any]:
    """Collect what it says of the files."""
    return {"files": [asdict(record) for record in files]}


def describe_score(score: Score) -> dict[str, Any]:
    """Collect what a score says about its form, theme, maps and layers."""
    both = agreement(score)
    return {
        "length_beats": score.length_beats,
        "theme": motif_text(score.theme),
        "tempo_map": [asdict(tempo) for tempo in score.tempos],
        "meters": [{"at_beats": m.at_beats, "meter": f"{m.beats}/{m.unit}"} for m in score.meters],
        "keys": [{"at_beats": key.at_beats, "key": key_name(key.scale)} for key in score.keys],
        "markers": [asdict(marker) for marker in score.markers],
        "sections": [
            {**asdict(section), "requested_tension": round(requested, 4), "realized_tension": round(realized, 4)}
            for section, (requested, realized) in zip(score.sections, both.sections, strict=True)
        ],
        "tension": _tension(both),
        "ledger": [asdict(entry) for entry in score.ledger],
        "layers": [{"name": track.name, "stem": track.stem, "notes": len(track.notes)} for track in score.tracks],
    }


def _tension(both: Agreement) -> dict[str, Any]:
    """Write down the tension that was asked for and that is heard, bar by bar."""
    return {
        "at_s": [round(time_s, 3) for time_s in both.at_s],
        "requested": [round(value, 4) for value in both.requested],
        "realized": [round(value, 4) for value in both.realized],
        "smoothed_s": WINDOW_S,
        "correlation": None if both.correlation is None else round(both.correlation, 4),
        "mean_error": round(both.mean_error, 4),
    }


def to_json(document: object) -> str:
    """Write a document as JSON with a final newline; what is not a finite number becomes null."""
    return json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def tag_comment(preset: Preset) -> str:
    """Put seed, preset and version on one short line, for the tags of the sound file."""
    identity = {"seed": preset.seed, "preset": preset.name, "ambience": __version__}
    text = json.dumps(identity, separators=(",", ":"))
    if len(text) <= _COMMENT_BYTES:
        return text
    return json.dumps({"preset": preset.name[:200], "ambience": __version__}, separators=(",", ":"))


def record(path: Path, name: str) -> FileRecord:
    """Measure a file that has been written, whatever it is called for now."""
    digest = sha256()
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK_BYTES):
            digest.update(block)
    return FileRecord(name, path.stat().st_size, digest.hexdigest())


def versions() -> dict[str, str]:
    """Name the versions that a render depends on."""
    from importlib.metadata import version  # numba tells its own only if it is loaded

    return {
        "ambience": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": version("numba"),
    }


def key_name(scale: Scale) -> str:
    """Name a scale as musicians do: "D dorian"."""
    return f"{tonic_name(scale.tonic_pc, scale)} {scale.mode.replace('_', ' ')}"


def chord_name(chord: Chord, scale: Scale) -> str:
    """Name a chord, and its bass where that is not the root: "Bb major/D"."""
    name = f"{tonic_name(chord.root_pc, scale)} {chord.quality.replace('_', ' ')}"
    return name if chord.bass_pc == chord.root_pc else f"{name}/{tonic_name(chord.bass_pc, scale)}"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
