"""Bars as the conductor writes them, and what rhythms can be heard in one."""

from functools import cache
from statistics import median

from ambience.music.conducting.commission import commission
from ambience.music.conducting.conductor import Conductor
from ambience.music.score import Note
from ambience.music.work import Work, WrittenBar
from ambience.preset import Preset
from ambience.preset import file as preset_file
from ambience.scene import SceneChange
from ambience.timeline import SceneTimeline

_STILL_STEMS = ("drones", "body", "fx")
_LONGEST_MOVING_BEATS = 1.0  # what is held longer is a chord, not a rhythm
_ACCENTS = 4  # so few attacks are no rhythm of their own if they fall together with one


def write(piece: Preset, *wishes: SceneChange) -> tuple[Work, list[WrittenBar]]:
    """Compose a piece bar by bar, with wishes that come while it plays."""
    work = commission(piece)
    timeline = SceneTimeline(work.scenes, [layer.name for layer in work.layers], work.seed)
    conductor, bars = Conductor(work, timeline), []
    for wish in wishes:
        conductor.post(wish)
    while (bar := conductor.next_bar()) is not None:
        bars.append(bar)
    return work, bars


@cache
def held(name: str, state: str, seed: int | None = None, duration_s: float = 60.0) -> tuple[Work, list[WrittenBar]]:
    """Compose one state of a bundled preset, and nothing else."""
    return write(preset_file.read(name).override(state=state, seed=seed, duration_s=duration_s))


def notes_of(work: Work, written: WrittenBar, *part_names: str) -> list[Note]:
    """List what the layers with some parts play in a bar."""
    return [
        timed.note
        for layer, notes in zip(work.layers, written.notes, strict=True)
        if type(layer.part).__name__ in part_names
        for timed in notes
    ]


def rhythms(work: Work, written: WrittenBar) -> dict[str, frozenset[int]]:
    """Tell the sixteenths on which every moving layer strikes: drones, body, effects and held chords stand still."""
    found = {}
    for layer, timed in zip(work.layers, written.notes, strict=True):
        notes = [t.note for t in timed]
        steps = frozenset(round(4.0 * (note.onset_beats - written.bar.start_beats)) for note in notes)
        if layer.stem in _STILL_STEMS or len(steps) < 2:
            continue
        if median(note.duration_beats for note in notes) <= _LONGEST_MOVING_BEATS:
            found[layer.name] = steps
    return found


def strata(work: Work, written: WrittenBar) -> int:
    """Count the rhythms that are heard as distinct in a bar.

    The layers are gone through from the busiest to the sparsest. One whose attacks all fall together with those of a
    layer heard before joins its stratum if it has at least half as many of them, or no more than four; any other founds
    a new stratum.
    """
    found: list[list[frozenset[int]]] = []
    for _, steps in sorted(rhythms(work, written).items(), key=lambda item: (-len(item[1]), item[0])):
        joined = next((s for s in found if any(_joins(steps, member) for member in s)), None)
        if joined is None:
            found.append([steps])
        else:
            joined.append(steps)
    return len(found)


def _joins(steps: frozenset[int], member: frozenset[int]) -> bool:
    return steps <= member and (2 * len(steps) >= len(member) or len(steps) <= _ACCENTS)
