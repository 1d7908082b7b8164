"""The layers' desks: nothing that is no number gets through, silence costs nothing, and the crew keeps the order."""

from itertools import pairwise

import numpy as np
import pytest

from ambience.engine_crew import Crew
from ambience.engine_desk import Desk, swelling
from ambience.engine_shelf import Shelf
from ambience.sound.block import BRIGHTNESS, QUANTUM_FRAMES
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
    """A player that plays nothing, and says so or does not."""

    def __init__(self, honest=True):
        self.honest = honest

    def render(self, out, notes, controls):
        return self.honest


class Sleeper(Mute):
    """A player that says beforehand that it will rest, and sounds as long as a note comes in every span."""

    slept = 0

    def rest(self, n_frames):
        self.slept += n_frames
        return True

    def render(self, out, notes, controls):
        out += 0.25 * len(notes)


def one_desk(player):
    mixer = Mixer([Strip("x", low_cut_hz=80.0)], {}, 48_000, streams=lambda name: np.random.default_rng(1))
    return Desk("x", player, mixer.channels, 0, Shelf()), mixer


def heard_of(desk, mixer, quanta):
    (heard,) = mixer.shape([desk.play(0, np.zeros((quanta + 1, 5)), np.ones(quanta + 1))])
    return heard if heard is None else heard.copy()


def played(player, spans=(QUANTA,)):
    desk, mixer = one_desk(player)
    return [heard_of(desk, mixer, quanta) for quanta in spans], mixer


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
    assert np.array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("honest", [True, False])
def test_silence_is_not_mixed_and_a_filter_rings_out_first(honest):
    (heard,), _ = played(Mute(honest))
    assert heard is None
    desk, mixer = one_desk(Broken((), 0.0))
    assert heard_of(desk, mixer, 1) is not None
    desk.player = Mute(honest)
    tail = [heard_of(desk, mixer, 1) for _ in range(400)]
    assert tail[0] is not None
    assert tail[-1] is None


def test_who_will_rest_is_passed_over_until_a_note_comes():
    mixer = Mixer([Strip("x")], {}, 48_000, streams=lambda name: np.random.default_rng(1))
    desk = Desk("x", Sleeper(), mixer.channels, 0, Shelf())
    desk.expect([(700, 100, 440.0, 0.5, "sustain")])
    row = (np.zeros((2, 5)), np.ones(2))
    heard = [mixer.shape([desk.play(q * QUANTUM_FRAMES, *row)])[0] is not None for q in range(5)]
    assert heard == [False, False, True, False, False]
    assert desk.player.slept == 4 * QUANTUM_FRAMES


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("spread", [False, True])
def test_a_crew_returns_results_in_the_order_of_the_jobs(threads, spread):
    crew = Crew(threads)
    wait = crew.begin([lambda i=i: i * i for i in range(20)], spread=spread)
    assert wait() == [i * i for i in range(20)]
    crew.leave()
    assert crew.begin([lambda: 7], spread=True)() == [7]


class Constant:
    """A player that plays ones."""

    def render(self, out, notes, controls):
        out += 1.0


class Bar:
    """What a desk must know of a bar."""

    def __init__(self, start_beats, tempo_bpm=60.0):
        self.start_beats, self.start_s, self.tempo_bpm = start_beats, start_beats * 60.0 / tempo_bpm, tempo_bpm


def swelled(spans, bars):
    """Play spans of so many quanta; a bar is put on the stand no earlier than it must be."""
    frame, waiting, seen = 0, list(bars), []
    desk, _ = one_desk(Constant())
    for n in spans:
        stop = frame + n * QUANTUM_FRAMES
        while waiting and round(waiting[0][0].start_s * 48_000) < stop:
            desk.swell(swelling(*waiting.pop(0), 48_000))
        _, gains = desk.play(frame, np.zeros((n + 1, 5)), np.full(n + 1, 0.5))
        seen.append(gains.copy())
        frame = stop
    return seen


BEAT = 48_000 / QUANTUM_FRAMES
HAIRPINS = [
    (Bar(0.0), ((0.0, 0.6), (0.5, 1.0), (1.0, 0.7))),
    (Bar(0.768), ((0.768, 0.8392), (1.5, 0.6))),  # on a quantum; the bar before was cut short
    (Bar(1.5), ((1.5, 0.6), (3.0, 1.0))),
]


def test_gains_follow_the_hairpins_at_every_quantum():
    (gains,) = swelled([400], HAIRPINS)
    beats = np.arange(401) / BEAT
    expected = np.interp(beats, [0.0, 0.5, 0.768, 1.5, 3.0], [0.6, 1.0, 0.8392, 0.6, 1.0])
    assert gains == pytest.approx(0.5 * expected)
    assert np.abs(np.diff(gains)).max() < 0.003


@pytest.mark.parametrize("spans", [[1] * 400, [7] * 57 + [1], [143, 1, 140, 116], [144, 256]])
def test_hairpins_are_the_same_to_the_last_bit_however_time_is_cut(spans):
    (whole,) = swelled([400], HAIRPINS)
    rows = swelled(spans, HAIRPINS)
    assert np.array_equal(np.concatenate([row[:-1] for row in rows]), whole[:-1])
    assert all(before[-1] == after[0] for before, after in pairwise(rows))


class Listener:
    """A player that notes the controls that it is given."""

    def __init__(self):
        self.seen = []

    def render(self, out, notes, controls):
        self.seen.append(controls)


def test_who_plays_softer_plays_darker_and_nothing_else_changes():
    listener = Listener()
    desk, _ = one_desk(listener)
    desk.swell(swelling(Bar(0.0), ((0.0, 0.5), (1.0, 1.0)), 48_000))
    controls = np.full((101, 5), 0.6)
    desk.play(0, controls, np.ones(101))
    (seen,) = listener.seen
    assert seen[:, BRIGHTNESS] == pytest.approx(0.6 * np.interp(np.arange(101) / BEAT, [0.0, 1.0], [0.5, 1.0]))
    assert np.array_equal(np.delete(seen, BRIGHTNESS, axis=1), np.full((101, 4), 0.6))
    assert np.array_equal(controls, np.full((101, 5), 0.6))


def test_without_hairpins_gains_stay_as_they_are():
    (gains,) = swelled([10], [(Bar(0.0), ())])
    assert np.array_equal(gains, np.full(11, 0.5))
