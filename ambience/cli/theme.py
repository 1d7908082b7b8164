"""The command that lists the themes a preset could have, plays them to a DAW, and locks one for ever."""

from pathlib import Path

import click

from ambience.cli import options as cli_options
from ambience.cli.output import say, say_json
from ambience.errors import require


@click.command()
@cli_options.preset
@cli_options.seed
@click.option("--candidates", "count", default=8, type=click.IntRange(1, 12), metavar="N", help="The most to list.")
@click.option("--midi", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Write each as a MIDI file.")
@click.option(
    "--lock", type=click.IntRange(min=1), metavar="K", help="Write the preset with candidate K as its melody."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.toml", help="Where --lock writes.")
@cli_options.force
@cli_options.as_json
def theme(
    preset: str,
    seed: int | None,
    count: int,
    folder: Path | None,
    lock: int | None,
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """List the themes that PRESET could have; the piece uses number 1.

    Example: ambience theme single-piece --candidates 4 --midi themes
    """
    require(lock is None or out is not None, "--lock", "out", None, "needs a file to write", "Add --out FILE.toml.")
    require(out is None or lock is not None, "--out", "lock", None, "needs a candidate", "Add --lock K.")
    from ambience import piece
    from ambience.cli import theme_files as cli_theme_files
    from ambience.cli import theme_report as cli_theme_report

    found = piece.load(preset, seed=seed)
    candidates = piece.themes(found, count=12)
    require(lock is None or lock <= len(candidates), "--lock", "K", lock, f"must lie in 1..{len(candidates)}")
    chosen = None if lock is None or out is None else (candidates[lock - 1], out)
    files = cli_theme_files.write(found, candidates[:count], folder, chosen, force=force)
    if as_json:
        say_json(cli_theme_report.themes_json(found, candidates[:count], files))
    else:
        say(cli_theme_report.themes_text(found, candidates[:count], files))
