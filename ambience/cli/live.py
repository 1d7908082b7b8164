"""The command that plays a preset now, until somebody stops it."""

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ambience.cli import options as cli_options
from ambience.cli.output import say

if TYPE_CHECKING:
    from ambience.live.player import Receipt
    from ambience.live.session import LiveSession

_POLL_S = 0.2
_FAILED = 1
_LOOK_AHEADS = ("responsive", "normal", "robust")


def _list_devices(context: click.Context, _option: click.Parameter, wished: bool) -> None:
    if wished and not context.resilient_parsing:
        from ambience.live.output.sinks import device_names

        say("".join(f"{name}\n" for name in (*device_names(), "none")))
        context.exit()


@click.command()
@cli_options.preset
@cli_options.seed
@cli_options.state
@click.option(
    "--device",
    default="",
    show_default=False,
    metavar="NAME",
    help="Sound card, or none; the system's choice by default.",
)
@click.option(
    "--list-devices",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_devices,
    help="Name the sound cards and end.",
)
@click.option("--look-ahead", default="normal", type=click.Choice(_LOOK_AHEADS), help="43, 75 or 171 ms.")
@click.option("--record", type=click.Path(path_type=Path), metavar="LOG", help="Session log, for render --session.")
@click.option("--capture", type=click.Path(path_type=Path), metavar="FILE.wav", help="Keep what was heard.")
@click.option("--duration", type=float, metavar="S", help="End after so long; never by default.")
@click.option("--host", default="127.0.0.1", metavar="H", help="Address for the web.")
@click.option("--http-port", type=click.IntRange(0, 65_535), metavar="P", help="Open the web page; 0 finds a port.")
@click.option("--allowed-host", "allowed_hosts", multiple=True, metavar="H", help="Name by which the web may be asked.")
@click.option("--allow-origin", "allow_origins", multiple=True, metavar="O", help="Whose pages may ask it, too.")
@click.option("--max-clients", default=64, type=click.IntRange(1, 10_000), metavar="N", help="Of the web, at once.")
@click.option("--osc-port", type=click.IntRange(0, 65_535), metavar="P", help="Listen to OSC; 0 finds a port.")
@click.option("--osc-host", default="127.0.0.1", metavar="H", help="Address for OSC.")
@click.option("--osc-allow", multiple=True, metavar="A", help="Address that may send OSC; needed beyond this machine.")
@click.option("--token", default="", show_default=False, metavar="T", help="What clients of other machines must show.")
@click.option(
    "--midi-in",
    default="",
    show_default=False,
    metavar="NAME",
    help="MIDI port that steers; also virtual:NAME, tcp:PORT.",
)
@click.option(
    "--midi-out",
    default="",
    show_default=False,
    metavar="NAME",
    help="MIDI ports that get the notes; also tcp:HOST:PORT.",
)
@cli_options.force
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def live(preset: str, seed: int | None, quiet: bool, **options: Any) -> None:
    """Play PRESET now, and change its scene while it plays.

    On a terminal, the name or the number of a state and Enter ask for it; Ctrl-C fades out.

    Example: ambience live single-piece --record evening.toml
    """
    from ambience import piece
    from ambience.live.session import LiveSession
    from ambience.live.surfaces import SurfaceOptions, check_surfaces, open_surfaces

    doors = SurfaceOptions(**{name: options[name] for name in SurfaceOptions.__dataclass_fields__ if name in options})
    check_surfaces(doors)
    settings = {name: options[name] for name in ("state", "look_ahead", "record", "capture", "force")}
    found = piece.load(preset, seed=seed)
    session = LiveSession(found, options["device"], duration_s=options["duration"], **settings)
    begun = False
    try:
        with session, open_surfaces(session, doors) as lines:
            begun = True
            if not quiet:
                click.echo(_opening(session, lines), err=True)
            if sys.stdin is not None and sys.stdin.isatty():
                threading.Thread(target=_read_wishes, args=(session, quiet), daemon=True).start()
            while not session.wait(_POLL_S):
                pass
    except RuntimeError as error:
        click.echo(f"error: {error}", err=True)
        raise click.exceptions.Exit(_FAILED) from None
    finally:
        if begun and not quiet:
            click.echo(_closing(session), err=True)


def _opening(session: "LiveSession", lines: tuple[str, ...]) -> str:
    piece = session.preset
    states = ", ".join(f"{number} {name}" for number, name in enumerate(piece.states, 1))
    doors = "".join(f"; {line}" for line in lines)
    return f"{piece.title}, seed {piece.seed}, on {session.device}{doors}; states: {states}; Ctrl-C ends it"


def _closing(session: "LiveSession") -> str:
    stats = session.stats()
    seconds = stats.heard_frames / session.sample_rate_hz
    missed = "" if not stats.under_runs else f" ({stats.under_run_list[0].cause})"
    return f"{int(seconds) // 60}:{seconds % 60:04.1f} played, {stats.under_runs} under-runs{missed}"


def _read_wishes(session: "LiveSession", quiet: bool) -> None:
    """Take the names and numbers of states from a terminal, one a line."""
    from ambience.errors import AmbienceError

    names = tuple(session.preset.states)
    for line in sys.stdin:
        if not (word := line.strip()):
            continue
        state = names[int(word) - 1] if word.isdecimal() and 0 < int(word) <= len(names) else word
        try:
            answer = _answered(state, session.set_state(state))
        except AmbienceError as error:
            click.echo(f"error: {error}", err=True)
        else:
            if not quiet:
                click.echo(answer, err=True)


def _answered(state: str, receipt: "Receipt") -> str:
    return f"{state} from bar {receipt.bar}, in {receipt.heard_in_s:.1f} s"
