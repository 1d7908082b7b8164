"""The command line: list, show, check, render, and the commands of the files beside this one."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from ambience import __version__
from ambience.cli import examine as cli_examine
from ambience.cli import live as cli_live
from ambience.cli import notes as cli_notes
from ambience.cli import options as cli_options
from ambience.cli import theme as cli_theme
from ambience.cli.guess import GuessingGroup
from ambience.cli.output import say, say_json
from ambience.cli.signals import Stopped, end, end_stopped, heed_signals
from ambience.errors import AmbienceError

_DONE, _FAILED, _MISUSED = 0, 1, 2

_preset, _seed, _duration, _state = cli_options.preset, cli_options.seed, cli_options.duration, cli_options.state
_force, _json = cli_options.force, cli_options.as_json


@click.group(cls=GuessingGroup, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(__version__, prog_name="ambience")
def commands() -> None:
    """One continuous soundtrack from one preset: composed, synthesised, rendered.

    Example: ambience render single-piece --duration 300 --stems
    """


commands.add_command(cli_notes.midi)
commands.add_command(cli_notes.score)
commands.add_command(cli_theme.theme)
commands.add_command(cli_examine.look)
commands.add_command(cli_examine.listen)
commands.add_command(cli_live.live)


@commands.command("list")
@_json
def list_(as_json: bool) -> None:
    """List presets, states, parts, instruments and effects."""
    from ambience.cli import catalog as cli_catalog

    if as_json:
        say_json(cli_catalog.catalog())
    else:
        say(cli_catalog.catalog_text())


@commands.command()
@_preset
@_seed
@_duration
@_state
@_json
def show(preset: str, as_json: bool, **wishes: Any) -> None:
    """Show what PRESET will do: form, theme, ledger, layers."""
    from ambience.cli import report as cli_report
    from ambience.cli import session as cli_session
    from ambience.music.conducting.whole import compose

    piece, _ = cli_session.load(preset, None, **wishes)
    score = compose(piece)
    say(cli_report.piece_json(piece, score) if as_json else cli_report.piece_text(piece, score))


@commands.command()
@click.argument("presets", nargs=-1, required=True, metavar="PRESET...")
@_json
def check(presets: tuple[str, ...], as_json: bool) -> None:
    """Validate presets and say what is wrong with each."""
    from ambience.cli import check as cli_check

    faults = {preset: cli_check.faults(preset) for preset in presets}
    for line in (line for lines in faults.values() for line in lines):
        click.echo(f"error: {line}", err=True)
    checked = [{"preset": preset, "ok": not lines, "errors": lines} for preset, lines in faults.items()]
    if as_json:
        say_json({"presets": checked})
    else:
        say("".join(f"{preset}: ok\n" for preset, lines in faults.items() if not lines))
    if any(faults.values()):
        raise click.exceptions.Exit(_MISUSED)


@commands.command()
@_preset
@click.option("--out", default="renders", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the files.")
@_seed
@_duration
@_state
@click.option(
    "--sample-rate", type=click.IntRange(22_050, 192_000), metavar="HZ", help="Frames a second; 48000 by default."
)
@click.option("--format", "container", default="wav", type=click.Choice(("wav", "flac", "ogg")), help="Kind of file.")
@click.option("--bit-depth", default="24", type=click.Choice(("16", "24", "32f")), help="Of WAV and FLAC.")
@click.option("--stems", is_flag=True, help="Write a WAV for each stem group as well.")
@click.option("--layer-stems", is_flag=True, help="Write a WAV for each layer as well.")
@click.option(
    "--orchestra",
    type=click.Choice(("builtin", "soundfont")),
    help="Who plays its layers, instead of the preset's own.",
)
@click.option("--soundfont", metavar="FILE", help="Soundfont by path or name, with which the orchestra then plays.")
@click.option("--master", metavar="NAME", help="Loudness and ceiling, instead of the preset's own.")
@click.option(
    "--threads", type=click.IntRange(min=1), metavar="N", help="Layers rendered at once; all processors by default."
)
@click.option("--session", type=click.Path(path_type=Path), metavar="LOG", help="Play a recorded live session again.")
@_force
@click.option("--quiet", is_flag=True, help="Show no progress.")
@_json
def render(preset: str, out: Path, session: Path | None, sample_rate: int | None, **options: Any) -> None:
    """Render PRESET to DIR/<preset>-<seed>.wav with its notes (.mid) and a sidecar (.json).

    Example: ambience render single-piece --seed 7 --out renders
    """
    from ambience.cli.progress import progress

    shown = sys.stderr.isatty() and not options["quiet"]
    with progress(shown=shown) as report:
        from ambience import bounce
        from ambience.cli import report as cli_report
        from ambience.cli import session as cli_session

        wishes = {option: options[option] for option in ("seed", "duration", "state")}
        piece, evening = cli_session.load(preset, session, **wishes)
        if options["orchestra"] or options["soundfont"]:
            piece = piece.override(orchestra=options["orchestra"], soundfont=options["soundfont"])
        rendering = bounce.render(
            piece,
            out / f"{piece.name}-{piece.seed}.{options['container']}",
            duration_s=options["duration"] if evening else None,
            stems=options["stems"],
            layer_stems=options["layer_stems"],
            bit_depth=options["bit_depth"],
            sample_rate_hz=sample_rate or (evening.sample_rate_hz if evening else 48_000),
            master=options["master"],
            threads=options["threads"],
            force=options["force"],
            session=evening,
            progress=report.show,
        )
    say(cli_report.rendering_json(piece, rendering) if options["as_json"] else cli_report.rendering_text(rendering))
    if shown:
        click.echo(cli_report.rendering_summary(piece, rendering), nl=False, err=True)


def main() -> NoReturn:
    """Run the command line and end the process with its status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    heed_signals()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them reads every installed package
    try:
        status = run()
        if sys.stdout:  # a process may have been given none
            sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = _FAILED
    except Stopped as stopped:
        end_stopped(stopped)  # everything is cleared up
    end(status)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default the process's own, say in one line what went wrong, and return the exit status."""
    try:
        status = commands.main(arguments, prog_name="ambience", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return _MISUSED
    except click.ClickException as error:
        return _complain(error.format_message(), _MISUSED)
    except AmbienceError as error:
        return _complain(str(error), _MISUSED)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = str(error.filename or "")
        place = f"{name if name.isprintable() else repr(name)}: " if name else ""
        return _complain(f"{place}{error.strerror or error}", _FAILED)
    except MemoryError:
        return _complain("out of memory", _FAILED)
    return status if isinstance(status, int) else _DONE


def _complain(text: str, status: int) -> int:
    for line in text.splitlines():
        click.echo(f"error: {line}", err=True)
    return status
