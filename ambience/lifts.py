"""How far the phrases of a stay lift tension and brightness over what the scene asks for: a line that is led on."""

import numpy as np

from ambience.units import FloatArray

_N_LIFTED = 2


class Lifts:
    """Straight ways from one lift to the next, each known before its first moment is heard."""

    def __init__(self) -> None:
        self._times_s = np.zeros(1)
        self._lifts = np.zeros((1, _N_LIFTED))

    def lead(self, start_s: float, end_s: float, tension: float, brightness: float) -> bool:
        """Go on from where the line stands at `start_s` to other lifts at `end_s`, and stay there.

        Returns
        -------
        led : bool
            False if that is where it leads already: nothing was changed then.
        """
        aim = np.array([tension, brightness])
        if np.array_equal(aim, self._lifts[-1]):
            return False
        here, kept = self.at(np.array([start_s])), int(np.searchsorted(self._times_s, start_s))
        self._times_s = np.concatenate((self._times_s[:kept], (start_s, max(end_s, start_s))))
        self._lifts = np.concatenate((self._lifts[:kept], here, aim[None, :]))
        return True

    def at(self, times_s: FloatArray) -> FloatArray:
        """Tell the lifts of tension and brightness at some moments, shape (n, 2)."""
        return np.stack([np.interp(times_s, self._times_s, lifts) for lifts in self._lifts.T], axis=1)
