"""The commands that write notes without sound: midi for a DAW, score for a conductor."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ambience.cli import options as cli_options
from ambience.cli.output import say, say_json

if TYPE_CHECKING:
    from ambience.music.sheet import Score
    from ambience.preset import Preset


@click.command()
@cli_options.preset
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.mid", help="renders/<preset>-<seed>.mid by default."
)
@cli_options.seed
@cli_options.duration
@cli_options.state
@cli_options.force
@cli_options.as_json
def midi(preset: str, out: Path | None, force: bool, as_json: bool, **wishes: Any) -> None:
    """Write the notes of PRESET as a MIDI file, without any sound."""
    from ambience.cli.session import load
    from ambience.io.midi import write_midi

    piece, _ = load(preset, None, **wishes)
    _write_notes(piece, write_midi, out or Path("renders") / f"{piece.name}-{piece.seed}.mid", force, as_json)


@click.command()
@cli_options.preset
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.musicxml",
    help="renders/<preset>-<seed>.musicxml by default.",
)
@cli_options.seed
@cli_options.duration
@cli_options.state
@cli_options.force
@cli_options.as_json
def score(preset: str, out: Path | None, force: bool, as_json: bool, **wishes: Any) -> None:
    """Write the orchestra's parts of PRESET as a score in MusicXML.

    Example: ambience score opening --out opening.musicxml
    """
    from ambience.cli.session import load
    from ambience.io.musicxml import write_musicxml

    piece, _ = load(preset, None, **wishes)
    target = out or Path("renders") / f"{piece.name}-{piece.seed}.musicxml"
    _write_notes(piece, write_musicxml, target, force, as_json)


def _write_notes(
    piece: "Preset", write: Callable[["Score", Path, bool], None], target: Path, force: bool, as_json: bool
) -> None:
    from ambience.io.atomic import refuse_existing
    from ambience.music.conducting.whole import compose

    refuse_existing(target, force)
    composed = compose(piece)
    write(composed, target, force)
    found = {"seed": piece.seed, "files": [str(target)], "notes": sum(len(track.notes) for track in composed.tracks)}
    if as_json:
        say_json(found)
    else:
        say(f"{target}\n")
