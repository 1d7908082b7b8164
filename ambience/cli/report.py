"""What the command line prints of a piece: all that it will do, and what a render of it left behind."""

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ambience.io.sidecar import chord_name, describe_score, to_json
from ambience.music.conducting.commission import commission
from ambience.music.ledger.ledger import QUOTE
from ambience.music.motif import motif_text
from ambience.music.sheet import LedgerEntry, Score, Section
from ambience.music.tension.agreement import LEAST_RANGE, WINDOW_S, agreement
from ambience.music.work import Member, Work
from ambience.preset import Preset

if TYPE_CHECKING:
    from ambience.rendering import Rendering

_FEW = 6  # bars that are named one by one


def piece_json(preset: Preset, score: Score) -> str:
    """Write what a piece will do as JSON."""
    work = commission(preset)
    document = {
        "preset": preset.name,
        "title": preset.title,
        "seed": preset.seed,
        "duration_s": preset.duration_s,
        **describe_score(score),
        "theme_bars": [{"bar": bar, "chord": chord, "notes": notes} for bar, chord, notes in _theme_bars(work)],
        "cast": [_member_table(member) for member in work.cast],
        "states": {name: state.model_dump(mode="json") for name, state in preset.states.items()},
    }
    return to_json(document)


def piece_text(preset: Preset, score: Score) -> str:
    """Write what a piece will do for a reader."""
    work = commission(preset)
    opening = f"seed {preset.seed}, {_clock(preset.duration_s)}, {preset.tonic} {preset.mode.replace('_', ' ')}"
    blocks = (
        [preset.title, f"  {opening}, {preset.tempo_bpm:g} bpm, {preset.meter}, master {preset.master.name}"],
        ["form", *_form(score)],
        ["theme", *(f"  {bar:>2}  {chord:<18} {notes}" for bar, chord, notes in _theme_bars(work))],
        *([["cast", *map(_member, work.cast)]] if work.cast else []),
        ["ledger", *_ledger(score.ledger)],
        ["layers", *_layers(preset, score)],
        ["states", *_states(preset)],
    )
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def rendering_json(preset: Preset, rendering: "Rendering") -> str:
    """Write what a render left behind as JSON."""
    document = {
        "preset": preset.name,
        "seed": preset.seed,
        "files": [str(path) for path in rendering.files],
        "audio": str(rendering.audio),
        "midi": str(rendering.midi),
        "sidecar": str(rendering.sidecar),
        "stems": [str(path) for path in rendering.stems],
        "length_s": rendering.length_s,
        "loudness": dataclasses.asdict(rendering.loudness),
        "elapsed_s": round(rendering.elapsed_s, 3),
        "speed": round(rendering.speed, 2),
    }
    return to_json(document)


def rendering_text(rendering: "Rendering") -> str:
    """Name the files of a render, one a line."""
    return "".join(f"{path}\n" for path in rendering.files)


def rendering_summary(preset: Preset, rendering: "Rendering") -> str:
    """Sum a render up in one line."""
    loudness = rendering.loudness
    return (
        f"seed {preset.seed}: {_clock(rendering.length_s)} in {rendering.elapsed_s:.1f} s ({rendering.speed:.0f} times"
        f" real time), {loudness.integrated_lufs:.1f} LUFS, peak {loudness.true_peak_db:.1f} dBTP\n"
    )


def _theme_bars(work: Work) -> Iterator[tuple[int, str, str]]:
    theme = work.theme
    for bar, chord in enumerate(theme.chords):
        start, end = bar * theme.bar_beats, (bar + 1) * theme.bar_beats
        notes = [note for note in theme.notes if start - 1e-9 <= note.onset_beats < end - 1e-9]
        yield bar + 1, chord_name(chord, theme.scale), motif_text(notes) if notes else "-"


def _member(member: Member) -> str:
    made_of = member.words or "motif of its own"
    return (
        f"  {member.name:<12} {made_of:<28} {motif_text(member.notes)}, {member.likeness:.0%} like the {member.heard}"
    )


def _member_table(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "from": member.words,
        "notes": motif_text(member.notes),
        "layers": member.layers,
        "heard": member.heard,
        "similarity": member.likeness,
    }


def _ledger(entries: Sequence[LedgerEntry]) -> Iterator[str]:
    """List statements and cues, a line each, and all quotations between two of them on one line."""
    for bare, group in groupby(entries, key=lambda entry: entry.transform == QUOTE):
        listed = list(group)
        if not bare:
            yield from (f"  {_entry(entry)}" for entry in listed)
            continue
        layers = tuple(dict.fromkeys(layer for entry in listed for layer in entry.layers))
        bars = _listed([str(entry.bar + 1) for entry in listed[:_FEW]]) + (" …" if len(listed) > _FEW else "")
        yield f"  {'':>8}  quoted in bar {bars}: {_listed(layers)}"


def _entry(entry: LedgerEntry) -> str:
    words = f"{entry.cue}: {entry.transform}" if entry.cue else entry.transform
    place = f"{_clock(entry.at_s):>8}  bar {entry.bar + 1:<4} {entry.state:<12} {words:<28}"
    return f"{place} {entry.notes:>3} notes, {entry.similarity:4.0%} like the {entry.heard}: {_listed(entry.layers)}"


def _form(score: Score) -> Iterator[str]:
    """List the passages, a line each, and how the tension of their notes follows what was asked for."""
    both = agreement(score)
    widths = [max(map(len, column)) for column in zip(*map(_words, score.sections), strict=True)]
    for section, (requested, realized) in zip(score.sections, both.sections, strict=True):
        words = "  ".join(f"{word:<{width}}" for word, width in zip(_words(section), widths, strict=True) if width)
        size = f"{_clock(section.at_s):>7} {section.length_s:>5.0f} s {section.bars:>3} bars"
        yield f"  {section.letter:<2} {size}  {words}  tension {requested:.2f} asked for, {realized:.2f} in the notes"
    little = f"too little change asked for to correlate (less than {LEAST_RANGE:g})"
    found = little if both.correlation is None else f"r = {both.correlation:.2f}"
    yield f"  tension, means over {WINDOW_S:g} s: {found}, mean distance {both.mean_error:.2f}"


def _words(section: Section) -> tuple[str, str, str]:
    return section.state, section.role, section.key


def _layers(preset: Preset, score: Score) -> Iterator[str]:
    for track in score.tracks:
        layer = preset.layers[track.name]
        kinds = f"{layer.part['name']} on {layer.instrument['name']}"
        yield f"  {track.name:<20} {kinds:<34} {track.stem:<12} {track.gain_db:+5.1f} dB  {len(track.notes)} notes"


def _states(preset: Preset) -> Iterator[str]:
    for name, state in preset.states.items():
        words = ", ".join(f"{word} {getattr(state, word):g}" for word in ("tension", "brightness", "density", "space"))
        yield f"  {name:<12} {words}, harmony {state.harmony}"
        yield f"  {'':<12} theme: {_listed(state.theme) or 'rests'}; layers: {_listed(state.layers)}"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


def _clock(time_s: float) -> str:
    whole = int(time_s)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
