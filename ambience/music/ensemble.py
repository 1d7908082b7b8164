"""Everybody who plays: one bar is handed to all desks, and what they wrote is heard as a whole."""

from ambience.music.desk import Desk
from ambience.music.score import Bar
from ambience.music.work import Work, WrittenBar


class Ensemble:
    """Writes a bar with all layers of a work."""

    def __init__(self, work: Work) -> None:
        self._desks = tuple(Desk(layer, work.seed) for layer in work.layers)

    def write(self, bar: Bar) -> WrittenBar:
        """Let everybody write the bar."""
        notes = tuple(desk.write(bar) for desk in self._desks)
        return WrittenBar(bar, notes, tuple(desk.dynamics(bar) for desk in self._desks))

    def cut(self, end_beats: float) -> None:
        """Forget what was to begin at or after a place: it is not played."""
        for desk in self._desks:
            desk.cut(end_beats)

    def count_anew(self, at_beats: float, ratio: float) -> None:
        """Count what still sounds in the beats of a new tempo; its seconds stay."""
        for desk in self._desks:
            desk.count_anew(at_beats, ratio)
