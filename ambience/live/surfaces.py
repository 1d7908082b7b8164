"""The doors through which a session is steered from outside: each is a module with `open_surface`, opened if asked."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from ambience.errors import ParameterError, explain
from ambience.live.session import LiveSession


@dataclass(frozen=True, slots=True)
class SurfaceOptions:
    """What is to be open; an empty or absent value keeps its door closed."""

    host: str = "127.0.0.1"  # address on which the web door listens
    http_port: int | None = None  # web page, HTTP and WebSocket
    allowed_hosts: tuple[str, ...] = ()  # names under which the web door may be asked, such as "stage.local"
    allow_origins: tuple[str, ...] = ()  # whose pages may ask it besides its own, such as "https://stage.example"
    max_clients: int = 64  # of the web door that are served at the same time
    osc_port: int | None = None  # UDP
    osc_host: str = "127.0.0.1"  # address on which the OSC door listens
    osc_allow: tuple[str, ...] = ()  # senders, as addresses or networks; empty: this machine
    token: str = ""  # that a client of another machine must show
    midi_in: str = ""  # MIDI port that steers, as `midi_ports` names it
    midi_out: str = ""  # MIDI ports that get the score, separated by commas


class Surface(Protocol):
    """An open door."""

    @property
    def line(self) -> str:
        """Say where it is, such as a URL."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


@dataclass(frozen=True, slots=True)
class _Door:
    option: str  # field of `SurfaceOptions` that asks for it
    module: str  # with ``open_surface(session: LiveSession, options: SurfaceOptions) -> Surface``
    needs: tuple[str, ...]  # libraries
    extra: str  # that brings them
    free: str = ""  # beginning of values that need none
    details: tuple[str, ...] = ()  # fields of `SurfaceOptions` that speak of it
    rehearses: bool = False  # its module has ``rehearse()``, which does once what takes long the first time


_OF_THE_WEB = ("host", "allowed_hosts", "allow_origins", "max_clients", "token")
_DOORS = (
    _Door("http_port", "http.server", ("fastapi", "uvicorn", "websockets"), "web", "", _OF_THE_WEB, True),
    _Door("osc_port", "osc.door", (), "live", details=("osc_host", "osc_allow")),
    _Door("midi_in", "midi.inward", ("rtmidi",), "live", "tcp:"),
    _Door("midi_out", "midi.outward", ("rtmidi",), "live", "tcp:"),
)


def check_surfaces(options: SurfaceOptions) -> tuple[_Door, ...]:
    """Return the doors that are asked for, or raise `ParameterError` naming the extra that brings what is missing.

    Nor may anything be said of a door that is closed. What they need is loaded now: called before a session opens, it
    costs the music nothing.
    """
    wanted = tuple(door for door in _DOORS if getattr(options, door.option) not in (None, ""))
    for closed in (door for door in _DOORS if door not in wanted):
        _require_silence_about(closed, options)
    for door in wanted:
        _require_libraries(door, options)
        module = import_module(f"ambience.live.{door.module}")
        if door.rehearses:
            module.rehearse()
    return wanted


@contextmanager
def open_surfaces(session: LiveSession, options: SurfaceOptions) -> Iterator[tuple[str, ...]]:
    """Open every door that is asked for, and close all of them at the end of the block.

    Returns
    -------
    lines : tuple of str
        Where each is.

    Raises
    ------
    ParameterError
        If a library is missing.
    """
    with ExitStack() as stack:
        surfaces: list[Surface] = []
        for door in check_surfaces(options):
            surface: Surface = import_module(f"ambience.live.{door.module}").open_surface(session, options)
            stack.callback(surface.close)
            surfaces.append(surface)
        yield tuple(surface.line for surface in surfaces)


def _require_silence_about(door: _Door, options: SurfaceOptions) -> None:
    for name in door.details:
        value = getattr(options, name)
        if value != getattr(SurfaceOptions(), name):
            shown = "…" if name == "token" else value
            hint = f"Open it: --{door.option.replace('_', '-')} ({door.option}=...)."
            raise ParameterError(explain("live", name, shown, "speaks of a door that is closed", hint))


def _require_libraries(door: _Door, options: SurfaceOptions) -> None:
    value = getattr(options, door.option)
    if find_spec(f"ambience.live.{door.module}") is None:
        raise ParameterError(explain("live", door.option, value, "is not part of this installation"))
    if door.free and str(value).startswith(door.free):
        return
    if missing := [name for name in door.needs if find_spec(name) is None]:
        rule = f"needs {' and '.join(missing)}"
        hint = f'Install it with: pip install "ambience-toolkit[{door.extra}]"'
        raise ParameterError(explain("live", door.option, value, rule, hint))
