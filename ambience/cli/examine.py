"""The commands that examine: look draws a piece, listen judges a sound file."""

import sys
from pathlib import Path
from typing import Any

import click

from ambience.cli import options as cli_options

_BROKEN = 1  # exit status when a limit is


@click.command()
@click.argument("subject", metavar="PRESET|FILE")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.png",
    help="renders/<preset>-<seed>.png, or beside the sound file, by default.",
)
@cli_options.seed
@cli_options.duration
@cli_options.state
@cli_options.force
def look(subject: str, out: Path | None, force: bool, **wishes: Any) -> None:
    """Draw PRESET, or a sound FILE (.wav, .flac, .ogg), as one picture.

    Shows waveform, loudness, tension, spectrum, states and bridges, the theme, the notes; of a file as much as the
    sidecar beside it tells.

    Example: ambience look single-piece --out single-piece.png
    """
    from ambience.cli.progress import progress

    with progress(shown=sys.stderr.isatty()) as report:
        from ambience.cli import look as cli_look

        picture = cli_look.look(subject, out, force, report.show, **wishes)
    click.echo(str(picture))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@cli_options.as_json
def listen(file: Path, as_json: bool) -> None:
    """Listen to a sound FILE and report loudness, faults, width, color and repetition.

    Exit status: 0 when every limit holds, 1 when one is broken, 2 when the file cannot be read.

    Example: ambience listen renders/single-piece-1.wav
    """
    from ambience.cli import listen as cli_listen

    report = cli_listen.listen(file)
    click.echo(cli_listen.report_json(report) if as_json else cli_listen.report_text(report), nl=False)
    if not report.passed:
        raise click.exceptions.Exit(_BROKEN)
