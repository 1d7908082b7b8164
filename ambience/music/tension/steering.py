"""The hand that leads: where what was written is not as tense as was asked for, everybody gives way a little.

Playing softer or louder comes first, composing the next bars calmer or fiercer second, writing a bar anew last.
"""

from dataclasses import dataclass, field, replace

from ambience.music.score import Bar
from ambience.music.tension.impression import Impression

_TOLERANCE = 0.03  # of tension: within it the composed dynamics stand as they are
_MOST_SHADE = 0.13  # of velocity: about 4 dB either way, half a dynamic mark
_SHADE_STEP = 0.05  # by which it may move from bar to bar, so that lines do not lurch
_MOST_LEAN = 0.2  # by which the composer's own tension may differ from what was asked for
_LEAN_RATE = 0.2  # of what was missed, a bar: some five bars until it has come in
_GROUP_BARS = 4  # for which a lean stays, so that figures that repeat do repeat
_DENSITY_SHARE = 0.5  # of the lean
_DIGITS = 2  # so finely is anything moved: what is hardly heard moves nothing
_FAR = 0.13  # what is missed by more is worth another attempt
_WORTH_TRYING = 0.06  # change of the composer's tension below which another attempt is the same again
_CALM_TENSION = 0.35  # up to here nothing becomes busier than was asked for
RUNNING_OUT_LEVEL = 0.4  # of a supply such as oxygen: from there on silence is the point


@dataclass(slots=True)
class Steering:
    """Remembers how far players and composer give way."""

    _shade: float = 0.0  # added to every velocity of the last bar
    _leans: dict[str, float] = field(default_factory=dict)  # to be added to the composer's tension, by state
    _leads: dict[str, float] = field(default_factory=dict)  # what is added to it now

    def view(self, bar: Bar) -> Bar:
        """Return a bar as the parts shall see it: what was learned counts from the next group of bars."""
        state = bar.state.name
        if bar.phrase.bar % _GROUP_BARS == 0 or state not in self._leads:
            self._leads[state] = self._leans.get(state, 0.0)
        return _leaning(bar, self._leads[state])

    def second_view(self, bar: Bar, missed: float) -> Bar | None:
        """Return a bar as the parts shall see it in another attempt; None if none is worth while."""
        held_up = missed > 0.0 and bar.phrase.last_bar
        if abs(missed) < _FAR or held_up or is_exempt(bar):
            return None
        lean = self._leans.get(bar.state.name, 0.0)
        view = _leaning(bar, min(max(lean + missed, -_MOST_LEAN), _MOST_LEAN))
        return view if abs(view.controls.tension - self.view(bar).controls.tension) > _WORTH_TRYING else None

    def shade(self, bar: Bar, heard: Impression) -> float:
        """Decide how much softer or louder a bar is played than it was written."""
        written, asked = heard.tension(), bar.controls.tension
        stands = abs(written - asked) <= _TOLERANCE or is_exempt(bar)
        wanted = 0.0 if stands else heard.shade_for(min(max(written, asked - _TOLERANCE), asked + _TOLERANCE))
        low, high = (-_MOST_SHADE, _MOST_SHADE)
        if not bar.arrival:
            low, high = max(low, self._shade - _SHADE_STEP), min(high, self._shade + _SHADE_STEP)
        if bar.phrase.last_bar:  # a phrase that dies away is not held up
            high = max(min(high, self._shade), low)
        return round(min(max(wanted, low), high), _DIGITS)

    def settle(self, bar: Bar, shade: float, missed: float) -> None:
        """Learn from a bar that is as it will be played."""
        self._shade = shade
        if not is_exempt(bar):
            lean = self._leans.get(bar.state.name, 0.0) + _LEAN_RATE * missed
            self._leans[bar.state.name] = round(min(max(lean, -_MOST_LEAN), _MOST_LEAN), _DIGITS)


def is_exempt(bar: Bar) -> bool:
    """Tell whether silence is the point of a bar: between states, at the end, and when a supply runs out."""
    return bar.bridge is not None or bar.ending or bar.controls.level < RUNNING_OUT_LEVEL


def _leaning(bar: Bar, lean: float) -> Bar:
    controls = bar.controls
    if controls.tension < _CALM_TENSION:
        lean = min(lean, 0.0)
    if lean == 0.0 or is_exempt(bar):
        return bar
    tension = min(max(controls.tension + lean, 0.0), 1.0)
    density = min(max(controls.density + _DENSITY_SHARE * lean, 0.0), 1.0)
    return replace(bar, controls=replace(controls, tension=tension, density=density))
