"""What can be asked of a live session, and the one place in which it is judged."""

import math
from dataclasses import dataclass
from typing import get_args

from ambience.errors import require
from ambience.plugins import suggest
from ambience.preset import Preset
from ambience.scene import SceneChange, When

_WHENS: tuple[str, ...] = get_args(When)
_LONGEST_FADE_S, _LONGEST_COUNTDOWN_S = 600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that the music is to do; what is not set stays as it is."""

    state: str | None = None  # name of one of the preset's states
    when: When = "bar"  # musical moment at which notes change
    fade_s: float = 4.0  # 0..600: time in which controls and gains move, at once
    tension: float | None = None  # 0..1
    level: float | None = None  # 0..1
    cue: str = ""  # a motif of the preset's cast, heard once over whatever plays
    stinger: bool = False  # a short hit at the next beat
    countdown_s: float | None = None  # seconds until a deadline runs out, above 0; sets it or moves it
    call_off: bool = False  # the deadline
    hold: bool | None = None  # True: the form waits; False: it goes on

    def change_at(self, at_s: float, heard_s: float) -> SceneChange:
        """Date the wish: `at_s` is the first moment not rendered yet, `heard_s` the one that sounds now."""
        zero_s = -1.0 if self.call_off else None if self.countdown_s is None else heard_s + self.countdown_s
        return SceneChange(
            at_s,
            self.state,
            self.fade_s,
            self.when,
            self.tension,
            self.level,
            cue=self.cue,
            stinger=self.stinger,
            zero_s=zero_s,
            hold=self.hold,
        )


def judge(wish: Wish, preset: Preset) -> Wish:
    """Return the wish if it can be met, else raise `ParameterError` with one line.

    Every way of asking, from Python, the command line, a web page or a wire, comes through here.
    """
    where = "live"
    require(wish != Wish(when=wish.when, fade_s=wish.fade_s), where, "", None, "nothing is asked for")
    require(wish.when in _WHENS, where, "when", wish.when, f"must be one of {', '.join(_WHENS)}")
    if wish.state is not None:
        known = tuple(preset.states)
        hint = suggest(wish.state[:64], known) if isinstance(wish.state, str) else ""
        require(wish.state in known, where, "state", wish.state, "is not a state of this preset", hint)
    _number("fade_s", wish.fade_s, 0.0, _LONGEST_FADE_S, "must be a number from 0 to 600, in seconds")
    for name in ("tension", "level"):
        if (value := getattr(wish, name)) is not None:
            _number(name, value, 0.0, 1.0, "must be a number from 0 to 1")
    if wish.countdown_s is not None:
        rule = "must be a number of seconds above 0, at most a day"
        _number("countdown_s", wish.countdown_s, math.nextafter(0.0, 1.0), _LONGEST_COUNTDOWN_S, rule)
        require(not wish.call_off, where, "call_off", True, "cannot stand beside countdown_s")
    require(isinstance(wish.cue, str), where, "cue", wish.cue, "must be the name of a motif of the cast")
    for name in ("stinger", "call_off", "hold"):
        value = getattr(wish, name)
        fits = isinstance(value, bool) or (name == "hold" and value is None)
        require(fits, where, name, value, "must be true or false")
    return wish


def _number(name: str, value: object, low: float, high: float, rule: str) -> None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    require(fits, "live", name, value, rule)  # a NaN fits nowhere
