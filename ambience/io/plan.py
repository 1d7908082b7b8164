"""What a picture shows of a piece beside its sound, from a score or a sidecar: form, theme, tension, tempo, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ambience.music.sheet import Score
from ambience.music.tension.agreement import agreement
from ambience.units import FloatArray

_BRIDGE = "bridge: "


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of the form: a passage, or the bridge between two states."""

    start_s: float
    end_s: float
    name: str  # of the state; "drift > battle" for a bridge
    bridge: bool
    role: str = ""  # what the form wants of the passage


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The theme, where it is heard."""

    at_s: float
    transform: str
    similarity: float  # 0..1


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a piece; what is not known is empty."""

    title: str
    subtitle: str = ""
    stays: tuple[Stay, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    tempos: tuple[tuple[float, float], ...] = ()  # (second, beats a minute)
    tension: FloatArray | None = None  # (bars, 3): second, asked for and heard, each 0..1
    notes: tuple[tuple[str, FloatArray], ...] = ()  # stem group, (notes, 4): start and end in seconds, pitch, velocity


def plan_of_score(score: Score) -> Plan:
    """Take a plan from a score."""
    stems: dict[str, list[FloatArray]] = {}
    for track in score.tracks:
        if track.notes:
            played = np.array([(n.onset_beats, n.end_beats, n.pitch_midi, n.velocity) for n in track.notes])
            played[:, :2] = score.seconds_at(played[:, :2])
            stems.setdefault(track.stem, []).append(played)
    tempos = tuple((tempo.at_s, tempo.tempo_bpm) for tempo in score.tempos)
    both = agreement(score)
    opening = score.sections[0].key if score.sections else ""
    return Plan(
        score.title,
        _subtitle(score.seed, score.length_s, opening, tempos),
        _stays(
            [(section.at_s, section.state, section.role) for section in score.sections],
            [(marker.at_s, marker.text) for marker in score.markers],
            score.length_s,
        ),
        tuple(Occurrence(entry.at_s, entry.transform, entry.similarity) for entry in score.ledger),
        tempos,
        _curves(both.at_s, both.requested, both.realized),
        tuple((stem, np.concatenate(notes)) for stem, notes in stems.items()),
    )


def plan_of_sidecar(sidecar: Mapping[str, Any]) -> Plan:
    """Take from a sidecar what it tells: form, theme, tempo and, unless it is an old one, tension."""
    both = sidecar.get("tension")
    length_s = sidecar["audio"]["length_s"]
    tempos = tuple((tempo["at_s"], tempo["tempo_bpm"]) for tempo in sidecar["tempo_map"])
    opening = sidecar["sections"][0]["key"] if sidecar["sections"] else ""
    return Plan(
        sidecar["title"],
        _subtitle(sidecar["seed"], length_s, opening, tempos),
        _stays(
            [(section["at_s"], section["state"], section.get("role", "")) for section in sidecar["sections"]],
            [(marker["at_s"], marker["text"]) for marker in sidecar["markers"]],
            length_s,
        ),
        tuple(Occurrence(e["at_s"], e["transform"], e["similarity"]) for e in sidecar["ledger"]),
        tempos,
        _curves(both["at_s"], both["requested"], both["realized"]) if both else None,
    )


def _curves(at_s: Sequence[float], requested: Sequence[float], realized: Sequence[float]) -> FloatArray | None:
    return np.array((at_s, requested, realized), dtype=np.float64).T if at_s else None


def _subtitle(seed: int, length_s: float, key: str, tempos: Sequence[tuple[float, float]]) -> str:
    words = [f"seed {seed}", f"{int(length_s) // 60}:{int(length_s) % 60:02}", key.replace("_", " ")]
    found = sorted({round(tempo_bpm) for _, tempo_bpm in tempos})
    words.append(f"{' / '.join(map(str, found))} bpm" if found else "")
    return "   ·   ".join(word for word in words if word)


def _stays(
    sections: Sequence[tuple[float, str, str]], markers: Sequence[tuple[float, str]], length_s: float
) -> tuple[Stay, ...]:
    """Turn sections, and markers such as "bridge: drift > opening", into stretches without gaps."""
    bridges = [(at_s, text.removeprefix(_BRIDGE), "", True) for at_s, text in markers if text.startswith(_BRIDGE)]
    named = sorted(start for start in (*((*s, False) for s in sections), *bridges) if start[0] < length_s)
    ends = [after[0] for _, after in pairwise(named)] + [length_s]
    return tuple(
        Stay(at_s, end_s, name, bridge, role) for (at_s, name, role, bridge), end_s in zip(named, ends, strict=True)
    )
