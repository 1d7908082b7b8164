"""Evenings with a piece: changes are posted while it is composed, as a live session does, or all beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from hypothesis import strategies as st
from small_piece import CAST, SMALL, STINGING

from ambience.music.conducting.commission import commission
from ambience.music.conducting.conductor import Conductor
from ambience.music.work import Work, WrittenBar
from ambience.preset import Preset
from ambience.preset import file as preset_file
from ambience.scene import SceneChange
from ambience.timeline import SceneTimeline
from ambience.units import s_to_frames

_RATE_HZ = 48_000


@dataclass
class Evening:
    """What was composed, as it stands at the end."""

    work: Work
    conductor: Conductor
    bars: list[WrittenBar]


@cache
def endless_work(name: str, *, silent: bool = False) -> Work:
    """Prepare a piece; `silent`: nobody plays, for what happens when does not depend on who does."""
    work = commission(piece(name), endless=True)
    return replace(work, layers=()) if silent else work


def piece(name: str) -> Preset:
    """Return a bundled preset, or the small one with a cast and a wall that can be hit."""
    return preset_file.parse(SMALL + CAST + STINGING, "small.toml") if name == "small" else preset_file.read(name)


def play(name: str, changes: Sequence[SceneChange], until_s: float, *, live: bool, silent: bool = False) -> Evening:
    """Compose until a moment; `live` posts every change only when its time has come."""
    work = endless_work(name, silent=silent)
    conductor = Conductor(work, SceneTimeline(work.scenes, [layer.name for layer in work.layers], work.seed))
    bars: list[WrittenBar] = []

    def compose_beyond(time_s: float) -> None:
        while s_to_frames(conductor.end_s, _RATE_HZ) < s_to_frames(time_s, _RATE_HZ):
            bar = conductor.next_bar()
            assert bar is not None
            bars.append(bar)

    for change in changes:
        if live:
            compose_beyond(change.at_s)
        rewritten = conductor.post(change)
        if rewritten is not None:
            bars[-1] = rewritten
    compose_beyond(until_s)
    return Evening(work, conductor, bars)


def requests(states: Sequence[str], until_s: float, cast: Sequence[str] = ()) -> st.SearchStrategy[list[SceneChange]]:
    """Draw an evening's changes, by rising time."""

    def dated(at_s: float, kind: int, state: str, when: str, share: float, zero_s: float) -> SceneChange:
        return (
            SceneChange(at_s, state, 2.0, when),  # type: ignore[arg-type]
            SceneChange(at_s, state, 2.0, when),  # type: ignore[arg-type]
            SceneChange(at_s, tension=share),
            SceneChange(at_s, zero_s=at_s + 0.5 + zero_s),
            SceneChange(at_s, zero_s=-1.0),
            SceneChange(at_s, stinger=True),
            SceneChange(at_s, hold=share < 0.5),
            SceneChange(at_s, cue=cast[0]) if cast else SceneChange(at_s, level=share),
        )[kind]

    one = st.builds(
        dated,
        st.integers(0, int(until_s * 187.5)).map(lambda quantum: quantum / 187.5),
        st.integers(0, 7),
        st.sampled_from(list(states)),
        st.sampled_from(["now", "beat", "bar", "phrase"]),
        st.floats(0.0, 1.0),
        st.floats(0.0, 30.0),
    )
    return st.lists(one, max_size=12).map(lambda changes: sorted(changes, key=lambda change: change.at_s))
