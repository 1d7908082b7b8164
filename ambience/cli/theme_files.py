"""The files that the theme command writes: candidates as MIDI, and a preset with one of them locked."""

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from ambience.io.atomic import Drafts
from ambience.io.midi import save_midi
from ambience.music.harmony.chord_text import chords_text
from ambience.music.motif import motif_text
from ambience.music.theme.lead_sheet import theme_score
from ambience.music.theme.spec import Candidate, Theme
from ambience.preset import Preset
from ambience.preset.toml_edit import with_settings


def write(
    preset: Preset,
    candidates: Sequence[Candidate],
    folder: Path | None,
    chosen: tuple[Candidate, Path] | None,
    *,
    force: bool,
) -> tuple[Path, ...]:
    """Write all that was asked for, or nothing: every candidate into a folder, and the preset with the chosen theme."""
    contents: dict[Path, bytes] = {}
    if folder is not None:
        for number, candidate in enumerate(candidates, 1):
            name = f"{preset.name}-{preset.seed}-theme-{number}.mid"
            contents[folder / name] = _midi(preset, candidate.theme, number)
    if chosen is not None:
        candidate, target = chosen
        contents[target] = locked(preset, candidate).encode("utf-8")
    with Drafts(force=force) as drafts:
        for path, content in contents.items():
            drafts.add(path).write_bytes(content)
    return tuple(contents)


def locked(preset: Preset, candidate: Candidate) -> str:
    """Write a preset's own text with a candidate put into it, so that every seed composes that theme."""
    theme = candidate.theme
    settings: dict[str, str | int | None] = {
        "melody": by_bars(theme),
        "chords": chords_text(theme.chords, theme.scale),
        "head": theme.head_notes,
        "motif": None,
        "midi": None,
        "musicxml": None,
    }
    if theme.scale.mode != preset.mode:
        settings["mode"] = theme.scale.mode
    if preset.theme.form == "auto" and candidate.form != "given":
        settings["form"] = candidate.form
    return with_settings(preset.text, "theme", settings)


def by_bars(theme: Theme) -> str:
    """Write a theme as motif text, a line for each bar in which a note begins."""
    start_beats = theme.notes[0].onset_beats
    tokens = [f"R:{start_beats:g}"] if start_beats > 0.0 else []
    tokens += motif_text(theme.notes).split()
    lines: list[str] = []
    beat = 0.0
    for token in tokens:
        bar = int(beat / theme.bar_beats + 1e-6)
        beat += float(Fraction(token.partition(":")[2]))
        if bar >= len(lines):
            lines += [""] * (bar + 1 - len(lines))
        lines[bar] += f" {token}"
    return "".join(f"{line.lstrip()}\n" for line in lines if line)


def _midi(preset: Preset, theme: Theme, number: int) -> bytes:
    title = f"{preset.title}: theme {number}"
    score = theme_score(theme, title=title, seed=preset.seed, tempo_bpm=preset.tempo_bpm, meter=preset.meter)
    opened = io.BytesIO()
    save_midi(score, opened)
    return opened.getvalue()
