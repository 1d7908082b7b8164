"""What sounds over whatever plays: a motif of the cast that was called, and a hit at the next beat."""

import math

from ambience.music.conducting.course import Place
from ambience.music.form.thread import Statement
from ambience.music.ledger.cast import cue_in_bar, cue_statement
from ambience.music.scale import Scale
from ambience.music.score import Bar, Cue
from ambience.music.work import Work
from ambience.units import beats_to_s, s_to_beats

COOL_DOWN_S = 2.0
"""A second hit that comes sooner would be a pulse."""

_EPSILON = 1e-9


class Calls:
    """Keeps what was called until its musical moment."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._called = ""
        self._sounding: tuple[str, Statement] | None = None
        self._stung_s = -math.inf  # the last hit
        self._sting_beats = -math.inf

    def cue(self, name: str) -> None:
        """Call a motif; of several, the last one is heard from the next bar line on."""
        self._called = name

    def cue_in(self, place: Place, scale: Scale) -> Cue | None:
        """Return what is heard of a called motif in a bar, `scale` being that of its phrase."""
        start, end = place.at_beats, place.at_beats + place.length_beats
        if name := self._called or (place.state.cue if place.arrival else ""):
            key = place.passage.key_semitones
            statement = cue_statement(self._work, name, start_beats=start, scale=scale, key_semitones=key)
            self._called, self._sounding = "", (name, statement)
        if self._sounding is None:
            return None
        cue = cue_in_bar(self._work, *self._sounding, place.state, start, end)
        if cue is None:
            self._sounding = None
        return cue

    def sting(self, now_s: float, bar: Bar | None, line: Place) -> float | None:
        """Ask for a hit at the first beat that is not before `now_s`.

        Parameters
        ----------
        now_s : float
            The first moment that can still be changed.
        bar : Bar or None
            The bar that is being played, if it can still be changed.
        line : Place
            The bar line to come.

        Returns
        -------
        at_beats : float or None
            Where it is to be heard, if that is within the bar.
        """
        at_s, beats, inside = line.at_s, line.at_beats, False
        if bar is not None:
            passed = max(math.ceil(s_to_beats(now_s - bar.start_s, bar.tempo_bpm) - _EPSILON), 0)
            if inside := passed < bar.length_beats - _EPSILON:
                at_s, beats = bar.start_s + beats_to_s(passed, bar.tempo_bpm), bar.start_beats + passed
        if at_s < self._stung_s + COOL_DOWN_S:
            return None
        self._stung_s, self._sting_beats = at_s, beats
        return beats if inside else None

    def cut(self, end_beats: float) -> None:
        """Move a hit that was to come after a place to that place: a bar begins there."""
        self._sting_beats = min(self._sting_beats, end_beats)

    def sting_due(self, bar: Bar) -> float | None:
        """Return the beat of a bar that has just been written at which a hit is due."""
        return self._sting_beats if bar.start_beats - _EPSILON <= self._sting_beats < bar.end_beats else None
