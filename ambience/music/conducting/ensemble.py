"""Everybody who plays: all desks write a bar, it is heard as a whole, and led to the tension that was asked for."""

from dataclasses import dataclass, replace

from ambience.music.conducting.desk import Desk
from ambience.music.score import Bar, Note
from ambience.music.tension.impression import Impression, Sounding
from ambience.music.tension.realized import Listener
from ambience.music.tension.steering import Steering
from ambience.music.work import Work, WrittenBar

_Hairpins = tuple[tuple[tuple[float, float], ...], ...]  # (beat, 0..1) points, one tuple a layer


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A bar as it might be played."""

    notes: tuple[tuple[Note, ...], ...]  # one tuple a layer
    hairpins: _Hairpins
    sounding: Sounding
    heard: Impression  # as it is written
    shade: float  # by which all of it is played softer or louder than that

    @property
    def tension(self) -> float:
        """What is to be expected of it, 0..1."""
        return self.heard.tension(self.shade)


class Ensemble:
    """Writes a bar with all layers of a work."""

    def __init__(self, work: Work) -> None:
        self._desks = tuple(Desk(layer, work.seed) for layer in work.layers)
        self._listener = Listener(work.layers)
        self._steering = Steering()
        self._heard: Impression | None = None  # of the last bar

    def write(self, bar: Bar) -> WrittenBar:
        """Let everybody write the bar, so that it is as tense as was asked for."""
        steering, wanted = self._steering, bar.controls.tension
        played = self._attempt(bar, steering.view(bar))
        if view := steering.second_view(bar, wanted - played.tension):
            again = self._attempt(bar, view)
            played = min(again, played, key=lambda attempt: abs(wanted - attempt.tension))
        shade = played.shade
        notes = tuple([desk.play(part, bar, shade) for desk, part in zip(self._desks, played.notes, strict=True)])
        self._heard = played.sounding.impression(shade, self._heard) if shade else played.heard
        realized = self._heard.tension()
        steering.settle(bar, shade, wanted - realized)
        return WrittenBar(bar, notes, played.hairpins, realized)

    def sting(self, written: WrittenBar, at_beats: float) -> WrittenBar:
        """Let those who can hit at once do so at a beat of the bar that was just written, the state's own first."""
        able = [desk for desk in self._desks if desk.can_sting]
        here = [desk for desk in able if desk.name in written.bar.state.layers] or able
        notes = zip(self._desks, written.notes, strict=True)
        return replace(
            written,
            notes=tuple(old + desk.sting(written.bar, at_beats) if desk in here else old for desk, old in notes),
        )

    def cut(self, end_beats: float) -> None:
        """Forget what was to begin at or after a place: it is not played."""
        for desk in self._desks:
            desk.cut(end_beats)

    def count_anew(self, at_beats: float, ratio: float) -> None:
        """Count what still sounds in the beats of a new tempo; its seconds stay."""
        for desk in self._desks:
            desk.count_anew(at_beats, ratio)

    def _attempt(self, bar: Bar, view: Bar) -> _Attempt:
        """Let everybody write the bar as they see it, and hear what would come of it."""
        notes = tuple([desk.write(view) for desk in self._desks])
        hairpins = tuple([desk.dynamics(bar) for desk in self._desks])
        sounding = self._listener.listen(bar, [desk.sounding for desk in self._desks], notes, hairpins)
        heard = sounding.impression(before=self._heard)
        return _Attempt(notes, hairpins, sounding, heard, self._steering.shade(bar, heard))
