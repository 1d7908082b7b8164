"""A script told in another time: the form is composed anew, and what happens within a scene happens there again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ambience.scene import SceneChange


@dataclass(frozen=True, slots=True)
class _Stay:
    """A stay in one state, in the passages of a form or as a script has it."""

    start_s: float
    end_s: float
    entries: tuple[SceneChange, ...]  # the first begins it

    @property
    def state(self) -> str | None:
        return self.entries[0].state

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


def retold(
    form: Sequence[SceneChange], script: Sequence[SceneChange], *, script_s: float, form_s: float
) -> tuple[SceneChange, ...]:
    """Give the scenes of a form what a script lets happen in them: cues, stingers, supplies and deadlines.

    Parameters
    ----------
    form, script : sequence of SceneChange
        By rising second, the first at 0. The stays of a form in a state follow those of the script in turn; a scene
        that the form leaves out takes along what happens in it.
    script_s, form_s : float
        Where each of them ends.

    Returns
    -------
    changes : tuple of SceneChange
        The form's own, and what happens between them, by rising second. Everything keeps its place within its scene in
        proportion; a deadline runs out with its scene at the latest, so one that ended with the scene still does.
    """
    models: dict[str | None, list[_Stay]] = {}
    for stay in _stays(script, script_s):
        models.setdefault(stay.state, []).append(stay)
    changes: list[SceneChange] = []
    for stay in _stays(form, form_s):
        if known := models.get(stay.state):
            known.append(model := known.pop(0))
            stay = _followed(stay, model)
        changes += stay.entries
    return tuple(changes)


def _stays(changes: Sequence[SceneChange], end_s: float) -> Iterator[_Stay]:
    """Divide changes where the state becomes another one."""
    starts = [i for i, change in enumerate(changes) if i == 0 or _moves(changes, i)]
    for start, stop in pairwise((*starts, len(changes))):
        until_s = changes[stop].at_s if stop < len(changes) else end_s
        yield _Stay(changes[start].at_s, until_s, tuple(changes[start:stop]))


def _moves(changes: Sequence[SceneChange], index: int) -> bool:
    before = next(change.state for change in reversed(changes[:index]) if change.state)
    return changes[index].state not in (None, before)


def _followed(stay: _Stay, model: _Stay) -> _Stay:
    """Let happen in a stay what happens in another one."""
    pace = stay.length_s / max(model.length_s, 1e-9)

    def here_s(there_s: float) -> float:
        return stay.end_s if there_s >= model.end_s else stay.start_s + pace * (there_s - model.start_s)

    def zero_s(entry: SceneChange) -> float | None:
        return None if entry.zero_s is None else here_s(entry.zero_s)

    first, others = model.entries[0], model.entries[1:]
    begun = replace(stay.entries[0], cue=first.cue, stinger=first.stinger, level=first.level, zero_s=zero_s(first))
    within = [
        replace(
            entry, at_s=here_s(entry.at_s), fade_s=pace * entry.fade_s, state=None, tension=None, zero_s=zero_s(entry)
        )
        for entry in others
        if entry.cue or entry.stinger or entry.level is not None or entry.zero_s is not None
    ]
    entries = sorted((begun, *stay.entries[1:], *within), key=lambda change: change.at_s)
    return replace(stay, entries=tuple(_without_refills(entries)))


def _without_refills(entries: Sequence[SceneChange]) -> Iterator[SceneChange]:
    """Let a supply stand where it stood when another passage of the same state begins."""
    level = None
    for entry in entries:
        level = level if entry.level is None else entry.level
        yield replace(entry, level=level) if entry.state else entry
