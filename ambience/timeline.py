"""The one clock of the scene: where every control stands at any moment."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from ambience import rng
from ambience.lifts import Lifts
from ambience.scene import Controls, SceneChange, Scenes, SceneState
from ambience.units import FloatArray, db_to_gain, smoothsteps

_N_CONTROLS = 5
_TENSION, _BRIGHTNESS, _LEVEL = 0, 1, 4
_PERIODS_S = np.array([[17.3], [29.9], [53.7]])  # incommensurable: the sum does not repeat within an hour
_WEIGHTS = np.array([[0.3], [0.4], [0.6]])
_OCTAVES = np.arange(3)[:, None]
_FULL_WANDER_SWELL = 1.1  # the sum of the three stays within about -0.6..0.6
_AIRLESS = 0.5  # of the brightness, left when the supply is used up: by ear, dull but not muffled
_CALM_GAIN, _TENSE_GAIN = 0.7, 1.25  # tension opens the mix by 5 dB: loudness is what listeners hear as tension most


_Tension = TypeVar("_Tension", float, FloatArray)


_SHORTEST_FADE_S = 1e-3
_LEAN, _LEAN_S = 0.4, 0.01  # of the way to a wished state, gone at once: with less, like states are not told apart
_CHUNK_ROWS = 256  # rows that are told together: few enough that few ramps lie within them


class _Ramp(NamedTuple):
    """A move of some values to their targets; NaN leaves a value alone, infinite is where the curve stands."""

    start_s: float
    fade_s: float
    target: FloatArray
    wished: bool  # by somebody, not by the form or the script
    leaning: bool  # a part of the way is gone at once: who asks for a state is to hear that he was understood

    @property
    def order(self) -> tuple[float, bool]:
        """By start; of two at the same moment, what somebody wished has the last word, whenever it was posted."""
        return (self.start_s, self.wished)

    @property
    def end_s(self) -> float:
        return self.start_s + max(self.fade_s, _SHORTEST_FADE_S)


class SceneTimeline:
    """Moves controls and gains as soon as somebody wishes it, whatever the notes wait for.

    Parameters
    ----------
    scenes : Scenes
        States, and the script that is known in advance.
    layers : sequence of str
        Names of the layers, in the order of the gains' columns.
    seed : int
        Seed of the piece: controls wander by themselves, differently in every piece.
    """

    def __init__(self, scenes: Scenes, layers: Sequence[str], seed: int) -> None:
        self._scenes = scenes
        self._layers = tuple(layers)
        self._noise = rng.stream(seed, "wander").uniform(-1.0, 1.0, (2, len(_OCTAVES), 4096))
        self._curve = np.array(scenes.tension_curve, dtype=np.float64).reshape(-1, 2)
        self._ramps: list[_Ramp] = []  # all that were ever posted, by rising start
        self._lifts = Lifts()
        self.changes = 0  # how often it was told something new
        first = scenes.script[0]
        self._after = [self._target(scenes.state(first.state or scenes.states[0].name), first)]  # ramp 0, 1, 2 …
        self._over_s = [-math.inf]  # moment at which so many ramps are over, each and all before it
        for change in scenes.script[1:]:
            self.post(change)

    @property
    def opening(self) -> SceneState:
        """The state in which the piece begins."""
        return self._scenes.state(self._scenes.script[0].state or self._scenes.states[0].name)

    def post(self, change: SceneChange) -> None:
        """Take a wish: values begin to move at its time, the state waits for its musical moment."""
        ramp = self._ramp(change)
        self.changes += 1
        if not np.isnan(ramp.target).all():
            place = bisect_right(self._ramps, ramp.order, key=lambda r: r.order)
            self._ramps.insert(place, ramp)
            self._tell_again(place)

    def withdraw(self, change: SceneChange, now_s: float) -> None:
        """Take back a change that will not come when it was to come, unless its values have begun to move."""
        ramp = self._ramp(change)
        self.changes += 1
        for place, posted in enumerate(self._ramps):
            if posted.start_s == ramp.start_s > now_s and np.array_equal(posted.target, ramp.target, equal_nan=True):
                del self._ramps[place]
                self._tell_again(place)
                return

    def draw(self, points: Sequence[tuple[float, float]]) -> None:
        """Go on with the tension curve: changes known in advance that are posted from now on follow it.

        Parameters
        ----------
        points : sequence of (float, float)
            (second, tension 0..1), by rising second, later than what was drawn before.
        """
        self.changes += 1
        self._curve = np.concatenate((self._curve, np.array(points, dtype=np.float64).reshape(-1, 2)))

    def lift(self, start_s: float, end_s: float, tension: float, brightness: float) -> None:
        """Lead tension and brightness away from what is asked for, by what a phrase adds to them."""
        self.changes += self._lifts.lead(start_s, end_s, tension, brightness)

    def rows(self, times_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Tell controls and layer gains at some moments.

        Parameters
        ----------
        times_s : array, shape (n,)
            Seconds from the start of the piece, rising.

        Returns
        -------
        controls : array, shape (n, 5)
            The fields of `Controls`, each 0..1.
        gains : array, shape (n, n_layers)
            Linear gains of the layers: the state's offsets, opened by the tension.
        """
        values = np.concatenate([self._values(chunk) for chunk in _chunks(times_s)])
        controls = self._wandering(values, times_s)
        opened = opening_gain(controls[:, _TENSION : _TENSION + 1])
        return controls, np.ascontiguousarray(values[:, _N_CONTROLS + 1 :] * opened)

    def controls_at(self, time_s: float) -> Controls:
        """Tell the controls at one moment."""
        return Controls(*self.controls(np.array([time_s]))[0].tolist())

    def controls(self, times_s: FloatArray) -> FloatArray:
        """Tell the controls alone, as `rows` does, shape (n, 5)."""
        return np.concatenate([self._wandering(self._values(chunk), chunk) for chunk in _chunks(times_s)])

    def _wandering(self, values: FloatArray, times_s: FloatArray) -> FloatArray:
        """Let tension and brightness wander from where they stand and where they are led, but not beyond 0..1."""
        controls = values[:, :_N_CONTROLS].copy()
        moving = controls[:, _TENSION : _BRIGHTNESS + 1]
        room = 4.0 * moving * (1.0 - moving)  # the extremes hold still
        swell = values[:, _N_CONTROLS, None] * _FULL_WANDER_SWELL
        moving += (swell * _wander(self._noise, times_s).T + self._lifts.at(times_s)) * room
        return np.minimum(np.maximum(controls, 0.0), 1.0)

    def _ramp(self, change: SceneChange) -> _Ramp:
        state = self._scenes.state(change.state) if change.state else None
        start_s = change.at_s - 0.5 * change.fade_s * (change.ahead and state is not None)
        wished = not change.ahead
        return _Ramp(start_s, change.fade_s, self._target(state, change), wished, wished and state is not None)

    def _tell_again(self, place: int) -> None:
        """Tell where the values stand after the ramp at a place and after all that follow it."""
        del self._after[place + 1 :], self._over_s[place + 1 :]
        for later in self._ramps[place:]:
            self._after.append(np.where(np.isnan(later.target), self._after[-1], later.target))
            self._over_s.append(max(self._over_s[-1], later.end_s))

    def _values(self, times_s: FloatArray) -> FloatArray:
        """Tell what the wishes make of controls, swell and gains; what is over is not gone through again."""
        curve = np.interp(times_s, self._curve[:, 0], self._curve[:, 1]) if len(self._curve) else np.zeros(len(times_s))
        over = bisect_right(self._over_s, times_s[0]) - 1
        begun = bisect_left(self._ramps, times_s[-1], key=lambda r: r.start_s)
        values = np.repeat(self._after[over][None, :], len(times_s), axis=0)
        values[:, _TENSION] = _drawn(values[0, _TENSION], curve)
        for ramp in self._ramps[over:begun]:
            _move(values, ramp, times_s, curve)
        return values

    def _target(self, state: SceneState | None, change: SceneChange) -> FloatArray:
        target = np.full(_N_CONTROLS + 1 + len(self._layers), math.nan)
        if state is not None:
            c = state.controls
            density = min(max(c.density + (change.passage.density if change.passage else 0.0), 0.0), 1.0)
            target[: _N_CONTROLS + 1] = (c.tension, c.brightness, density, c.space, c.level, state.swell)
            if len(self._curve) and change.ahead:
                target[_TENSION] = math.inf  # the drawn curve rules over the states
            offsets_db = dict(state.gains_db)
            target[_N_CONTROLS + 1 :] = [db_to_gain(offsets_db.get(name, 0.0)) for name in self._layers]
        if change.tension is not None:
            target[_TENSION] = change.tension
        if change.level is not None:
            target[_LEVEL] = change.level
        return target


def opening_gain(tension: _Tension) -> _Tension:
    """Tell how far tension, 0..1, opens the mix: a linear gain."""
    return _CALM_GAIN + (_TENSE_GAIN - _CALM_GAIN) * tension


def in_thin_air(controls: FloatArray) -> FloatArray:
    """Darken what is heard as the supply runs low, at once; what is written follows from bar to bar.

    Parameters
    ----------
    controls : array, shape (n, 5)
        The fields of `Controls`, each 0..1, as they are asked for.

    Returns
    -------
    controls : array, shape (n, 5)
        The same where there is plenty.
    """
    thin = controls.copy()
    thin[:, _BRIGHTNESS] *= _AIRLESS + (1.0 - _AIRLESS) * controls[:, _LEVEL]
    return thin


def _chunks(times_s: FloatArray) -> list[FloatArray]:
    return [times_s[i : i + _CHUNK_ROWS] for i in range(0, len(times_s), _CHUNK_ROWS)]


def _drawn(tension: float, curve: FloatArray) -> FloatArray:
    """Return a tension that holds, or the curve where the curve rules."""
    return curve if math.isinf(tension) else np.full(len(curve), tension)


def _move(values: FloatArray, ramp: _Ramp, times_s: FloatArray, curve: FloatArray) -> None:
    """Move `values` toward the ramp's target, in place; exact once the ramp is over."""
    position = np.clip((times_s - ramp.start_s) / (ramp.end_s - ramp.start_s), 0.0, 1.0)
    weight = smoothsteps(position)
    if ramp.leaning:
        weight += _LEAN * smoothsteps(np.clip((times_s - ramp.start_s) / _LEAN_S, 0.0, 1.0)) * (1.0 - weight)
    moving = ~np.isnan(ramp.target)
    target = np.repeat(ramp.target[None, :], len(times_s), axis=0)
    target[:, _TENSION] = _drawn(ramp.target[_TENSION], curve)
    before, target = values[:, moving], target[:, moving]
    moved = before + (target - before) * weight[:, None]
    values[:, moving] = np.where(times_s[:, None] >= ramp.end_s, target, moved)


def _wander(noise: FloatArray, times_s: FloatArray) -> FloatArray:
    """Value noise of several octaves for each set of lattices: K. Perlin, "An Image Synthesizer", SIGGRAPH 1985."""
    places = times_s / _PERIODS_S
    index = places.astype(np.int64)
    size = noise.shape[2]
    before, after = noise[:, _OCTAVES, index % size], noise[:, _OCTAVES, (index + 1) % size]
    ways: FloatArray = (_WEIGHTS * (before + (after - before) * smoothsteps(places - index))).sum(axis=1)
    return ways
