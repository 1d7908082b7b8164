"""What the theme command prints of each candidate: what it is, what speaks for it, and its notes over its chords."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ambience.cli.theme_files import by_bars
from ambience.music.harmony.chord_text import chords_text
from ambience.music.motif import motif_text
from ambience.music.pitch import pitch_name
from ambience.music.theme.spec import Candidate, Theme
from ambience.preset import Preset

_INTERVALS = (
    "unison", "minor second", "second", "minor third", "third", "fourth", "tritone", "fifth", "minor sixth", "sixth",
    "minor seventh", "seventh", "octave",
)  # fmt: skip


def themes_text(preset: Preset, candidates: Sequence[Candidate], files: Sequence[Path]) -> str:
    """Describe candidates for a reader, and name the files that were written."""
    key = candidates[0].theme.scale.mode.replace("_", " ")
    count = f"{len(candidates)} themes" if len(candidates) > 1 else "one theme"
    blocks = [f"{preset.title}, seed {preset.seed}: {count} in {preset.tonic} {key}, {preset.meter}"]
    blocks += ["\n".join(_lines(preset, number, candidate)) for number, candidate in enumerate(candidates, 1)]
    if files:
        blocks.append("\n".join(str(path) for path in files))
    return "\n\n".join(blocks) + "\n"


def themes_json(preset: Preset, candidates: Sequence[Candidate], files: Sequence[Path]) -> dict[str, Any]:
    """Describe candidates for a program."""
    return {
        "preset": preset.name,
        "seed": preset.seed,
        "character": preset.theme.character,
        "candidates": [_facts(number, candidate) for number, candidate in enumerate(candidates, 1)],
        "files": [str(path) for path in files],
    }


def _lines(preset: Preset, number: int, candidate: Candidate) -> Iterator[str]:
    theme, merits = candidate.theme, candidate.merits
    low, high = _range(theme)
    words = [candidate.form, candidate.contour, *([preset.theme.character] if preset.theme.character else [])]
    yield f"{number:>2}  {', '.join(words)}"
    yield (
        f"    {pitch_name(low)} to {pitch_name(high)}, {leap_name(theme.signature_semitones)},"
        f" climax at {theme.climax_share:.0%}"
    )
    scores = ", ".join(f"{name} {round(points, 1) + 0.0:.1f}" for name, points in merits.named())
    yield f"    {merits.total:.1f} points: {scores}"
    for bar, chord in enumerate(theme.chords):
        start, end = bar * theme.bar_beats, (bar + 1) * theme.bar_beats
        notes = [note for note in theme.notes if start - 1e-9 <= note.onset_beats < end - 1e-9]
        yield f"    {bar + 1:>2}  {chords_text((chord,), theme.scale):<6} {motif_text(notes) if notes else '-'}"


def _facts(number: int, candidate: Candidate) -> dict[str, Any]:
    theme, (low, high) = candidate.theme, _range(candidate.theme)
    return {
        "number": number,
        "form": candidate.form,
        "contour": candidate.contour,
        "mode": theme.scale.mode,
        "lowest": pitch_name(low),
        "highest": pitch_name(high),
        "range_semitones": high - low,
        "signature_semitones": theme.signature_semitones,
        "climax": round(theme.climax_share, 3),
        "points": round(candidate.merits.total, 2) + 0.0,
        "merits": {name: round(points, 2) + 0.0 for name, points in candidate.merits.named()},
        "bars": theme.bars,
        "head": theme.head_notes,
        "melody": " ".join(by_bars(theme).split()),
        "chords": chords_text(theme.chords, theme.scale),
    }


def leap_name(semitones: int) -> str:
    """Say an interval in words: "minor sixth up"."""
    octaves, rest = divmod(abs(semitones), len(_INTERVALS) - 1)
    size = _INTERVALS[rest] if not octaves or rest else "octave"
    return f"{size if not octaves or not rest else f'octave and {size}'} {'up' if semitones > 0 else 'down'}"


def _range(theme: Theme) -> tuple[int, int]:
    pitches = [note.pitch_midi for note in theme.notes]
    return min(pitches), max(pitches)
