"""A preset together with the live session that is to be played again on it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ambience.io.session import Session
    from ambience.preset import Preset


def load(preset: str, log: Path | None, **wishes: Any) -> "tuple[Preset, Session | None]":
    """Load a preset as a session log wants it; `wishes` (seed, duration, state) that are not None go first.

    A session keeps the length for which its piece was planned, however long the evening became.
    """
    from ambience import piece

    if log is None:
        return _overridden(piece.load(preset), wishes), None
    from ambience.io.session import read_session

    session = read_session(log)
    found = piece.load(preset)
    if not session.fits(found):
        click.echo(f"warning: {log}: was recorded with another text of {session.preset}; it will differ.", err=True)
    wishes = {option: session.wish(option) if value is None else value for option, value in wishes.items()}
    session.require_states(found, log)
    return _overridden(found, {**wishes, "duration": None}), session


def _overridden(preset: "Preset", wishes: dict[str, Any]) -> "Preset":
    return preset.override(seed=wishes["seed"], duration_s=wishes["duration"], state=wishes["state"])
