"""The one clock of the scene: which changes are wished for, and where every control stands at any moment."""

import math
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ambience import rng
from ambience.scene import Controls, SceneChange, Scenes, SceneState
from ambience.units import FloatArray, db_to_gain, smoothsteps

_N_CONTROLS = 5
_TENSION, _BRIGHTNESS, _LEVEL = 0, 1, 4
_WANDER_PERIODS_S = (17.3, 29.9, 53.7)  # incommensurable: the sum does not repeat within an hour
_WANDER_WEIGHTS = (0.3, 0.4, 0.6)
_FULL_WANDER_SWELL = 1.1  # the sum of the three stays within about -0.6..0.6
_CALM_GAIN, _TENSE_GAIN = 0.5, 1.4  # tension opens the mix by 9 dB: loudness is what listeners hear as tension most


@dataclass(frozen=True, slots=True)
class _Ramp:
    """A move of some values to their targets; NaN leaves a value alone."""

    start_s: float
    fade_s: float
    target: FloatArray


class SceneTimeline:
    """Holds the wishes that the conductor has not met yet, and moves controls and gains at once.

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
        self._noise = rng.stream(seed, "wander").uniform(-1.0, 1.0, (2, len(_WANDER_PERIODS_S), 4096))
        self._curve = np.array(scenes.tension_curve, dtype=np.float64).reshape(-1, 2)
        first = scenes.script[0]
        self._start = self._target(scenes.state(first.state or scenes.states[0].name), first)
        self._ramps: list[_Ramp] = []
        self.waiting: list[SceneChange] = []
        for change in scenes.script[1:]:
            self.post(change)

    @property
    def opening(self) -> SceneState:
        """The state in which the piece begins."""
        return self._scenes.state(self._scenes.script[0].state or self._scenes.states[0].name)

    def post(self, change: SceneChange) -> None:
        """Take a wish: values begin to move at its time, the state waits for its musical moment."""
        state = self._scenes.state(change.state) if change.state else None
        start_s = change.at_s - 0.5 * change.fade_s * (change.ahead and state is not None)
        insort(self._ramps, _Ramp(start_s, change.fade_s, self._target(state, change)), key=lambda r: r.start_s)
        if state is not None:
            insort(self.waiting, change, key=lambda c: c.at_s)

    def begin(self, change: SceneChange) -> None:
        """Strike out a wish that is being met, and every older one that it overtook."""
        self.waiting = self.waiting[self.waiting.index(change) + 1 :]

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
        values = np.repeat(self._start[None, :], len(times_s), axis=0)
        if len(self._curve):
            values[:, _TENSION] = np.interp(times_s, self._curve[:, 0], self._curve[:, 1])
        for ramp in self._ramps:
            if ramp.start_s < times_s[-1]:
                _move(values, ramp, times_s)
        controls = values[:, :_N_CONTROLS]
        swell = values[:, _N_CONTROLS] * _FULL_WANDER_SWELL
        for column, noise in zip((_TENSION, _BRIGHTNESS), self._noise, strict=True):
            room = 4.0 * controls[:, column] * (1.0 - controls[:, column])  # the extremes hold still
            controls[:, column] += swell * room * _wander(noise, times_s)
        controls = np.ascontiguousarray(np.clip(controls, 0.0, 1.0))
        opened = _CALM_GAIN + (_TENSE_GAIN - _CALM_GAIN) * controls[:, _TENSION : _TENSION + 1]
        return controls, np.ascontiguousarray(values[:, _N_CONTROLS + 1 :] * opened)

    def controls_at(self, time_s: float) -> Controls:
        """Tell the controls at one moment."""
        row = self.rows(np.array([time_s]))[0][0]
        return Controls(*(float(value) for value in row))

    def _target(self, state: SceneState | None, change: SceneChange) -> FloatArray:
        target = np.full(_N_CONTROLS + 1 + len(self._layers), math.nan)
        if state is not None:
            c = state.controls
            target[: _N_CONTROLS + 1] = (c.tension, c.brightness, c.density, c.space, c.level, state.swell)
            if len(self._curve) and change.ahead:
                target[_TENSION] = math.nan  # the drawn curve rules over the states
            offsets_db = dict(state.gains_db)
            target[_N_CONTROLS + 1 :] = [db_to_gain(offsets_db.get(name, 0.0)) for name in self._layers]
        if change.tension is not None:
            target[_TENSION] = change.tension
        if change.level is not None:
            target[_LEVEL] = change.level
        return target


def _move(values: FloatArray, ramp: _Ramp, times_s: FloatArray) -> None:
    """Move `values` toward the ramp's target, in place; exact once the ramp is over."""
    position = np.clip((times_s - ramp.start_s) / max(ramp.fade_s, 1e-3), 0.0, 1.0)
    weight = smoothsteps(position)
    moving = ~np.isnan(ramp.target)
    before, target = values[:, moving], ramp.target[moving]
    moved = before + (target - before) * weight[:, None]
    values[:, moving] = np.where(position[:, None] >= 1.0, target, moved)


def _wander(noise: FloatArray, times_s: FloatArray) -> FloatArray:
    """Value noise of several octaves: K. Perlin, "An Image Synthesizer", SIGGRAPH 1985, in one dimension."""
    total = np.zeros(len(times_s))
    for lattice, period_s, weight in zip(noise, _WANDER_PERIODS_S, _WANDER_WEIGHTS, strict=True):
        place = times_s / period_s
        index = np.floor(place).astype(np.int64)
        f = smoothsteps(place - index)
        a, b = lattice[index % len(lattice)], lattice[(index + 1) % len(lattice)]
        total += weight * (a + (b - a) * f)
    return total
