"""The layers' desks: nothing that is no number gets through, silence costs nothing, and the crew keeps the order."""

import numpy as np
import pytest

from ambience.engine_desk import Crew, Desk
from ambience.sound.block import QUANTUM_FRAMES
from ambience.sound.mixer import Mixer, Strip

QUANTA = 6


class Broken:
    """A player that goes wrong in some quanta and plays a constant in all others."""

    def __init__(self, wrong: tuple[int, ...], value: float) -> None:
        self.wrong, self.value, self.quantum = wrong, value, 0

    def render(self, out, notes, controls):
        for q in range(len(out) // QUANTUM_FRAMES):
            quantum = out[q * QUANTUM_FRAMES : (q + 1) * QUANTUM_FRAMES]
            quantum += 0.25
            if self.quantum in self.wrong:
                quantum[17, 1] = self.value
            self.quantum += 1


class Mute:
    def render(self, out, notes, controls):
        pass


def played(player, spans=(QUANTA,)):
    mixer = Mixer([Strip("x", low_cut_hz=80.0)], {}, 48_000, streams=lambda name: np.random.default_rng(1))
    desk = Desk("x", player, lambda layer, gains: mixer.shape(0, layer, gains))
    parts = [desk.play(0, 48_000, np.zeros((n + 1, 5)), np.ones(n + 1)) for n in spans]
    return parts, mixer


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_quantum_with_a_lost_number_is_silenced_and_counted(value):
    (heard,), mixer = played(Broken((1, 4), value))
    assert mixer.lost_quanta == 2
    assert np.isfinite(heard).all()
    assert np.abs(heard[:QUANTUM_FRAMES]).max() > 0.2


def test_a_lost_number_costs_the_same_quantum_however_time_is_cut():
    (whole,), _ = played(Broken((1, 4), np.nan))
    parts, mixer = played(Broken((1, 4), np.nan), spans=(1, 2, 3))
    assert mixer.lost_quanta == 2
    assert np.array_equal(np.concatenate([part.copy() for part in parts]), whole)


def test_silence_is_not_mixed_and_a_filter_rings_out_first():
    (heard,), _ = played(Mute())
    assert heard is None
    player = Broken((), 0.0)
    mixer = Mixer([Strip("x", low_cut_hz=80.0)], {}, 48_000, streams=lambda name: np.random.default_rng(1))
    desk = Desk("x", player, lambda layer, gains: mixer.shape(0, layer, gains))
    row = (48_000, np.zeros((2, 5)), np.ones(2))
    assert desk.play(0, *row) is not None
    desk.player = Mute()
    tail = [desk.play(0, *row) for _ in range(400)]
    assert tail[0] is not None
    assert tail[-1] is None


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("spread", [False, True])
def test_a_crew_returns_results_in_the_order_of_the_jobs(threads, spread):
    crew = Crew(threads)
    wait = crew.begin([lambda i=i: i * i for i in range(20)], spread=spread)
    assert wait() == [i * i for i in range(20)]
    crew.leave()
    assert crew.begin([lambda: 7], spread=True)() == [7]
