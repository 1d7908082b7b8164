"""How chords follow each other: planned to the end of the phrase, and kept to."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from ambience.music.harmony import leading
from ambience.music.harmony.chords import Chord
from ambience.music.harmony.leading import Step, lead
from ambience.music.harmony.voicing import Position, voicings

QUALITIES = ("major", "minor", "major7", "minor7", "add9", "sus4", "dominant7")
Way = tuple[tuple[int, ...], ...]


def steps_of(
    chords: list[Chord], *, voices: int = 4, low: int = 50, high: int = 76, theme: int = 127
) -> tuple[Step, ...]:
    return tuple(Step(Position(chord, low, high, voices, 0.5), low, high - 5, theme, 0.25) for chord in chords)


def phrase(seed: int, bars: int = 8) -> list[Chord]:
    rng = default_rng(seed)
    roots, qualities = rng.integers(12, size=bars), rng.integers(len(QUALITIES), size=bars)
    return [Chord(int(root), QUALITIES[quality], int(root)) for root, quality in zip(roots, qualities, strict=True)]


def price(steps: tuple[Step, ...], way: Way) -> float:
    """Add up what a way costs, from the same prices that the search reads."""
    places = [voicings(s.position).rows.tolist().index(list(v)) for s, v in zip(steps, way, strict=True)]
    alone = sum(float(leading._price(step)[at]) for step, at in zip(steps, places, strict=True))
    pairs = zip(pairwise(steps), pairwise(places), strict=True)
    return alone + sum(float(leading._ways(a.position, b.position)[i, j]) for (a, b), (i, j) in pairs)


def parallel(old: tuple[int, ...], new: tuple[int, ...], low: int, high: int) -> bool:
    together = (new[low] - old[low]) * (new[high] - old[high]) > 0
    interval = (new[high] - new[low]) % 12
    return together and interval in (0, 7) and interval == (old[high] - old[low]) % 12


chords = st.builds(lambda root, quality: Chord(root, quality, root), st.integers(0, 11), st.sampled_from(QUALITIES))


@given(st.lists(chords, min_size=2, max_size=10), st.sampled_from([(3, 52, 76), (4, 50, 76), (3, 36, 60)]))
def test_what_is_chosen_bar_by_bar_is_the_one_best_way_through_the_phrase(
    progression: list[Chord], choir: tuple[int, int, int]
) -> None:
    voices, low, high = choir
    steps = steps_of(progression, voices=voices, low=low, high=high)
    whole = lead(steps)
    sung: list[tuple[int, ...]] = []
    for place in range(len(steps)):
        before, last = (sung[-1], progression[place - 1]) if sung else ((), None)
        sung.append(lead(steps[place:], before=before, last_chord=last)[0])
    assert tuple(sung) == whole


def test_no_other_way_is_cheaper() -> None:
    steps = steps_of(phrase(3, 3), voices=3, low=55, high=74)
    ways = product(*([tuple(row) for row in voicings(step.position).rows.tolist()] for step in steps))
    assert price(steps, lead(steps)) == pytest.approx(min(price(steps, way) for way in ways))


def test_looking_ahead_pays() -> None:
    planned = greedy = 0.0
    for seed in range(12):
        progression = phrase(seed)
        steps = steps_of(progression)
        planned += price(steps, lead(steps))
        sung: list[tuple[int, ...]] = []
        for place, step in enumerate(steps):
            before, last = (sung[-1], progression[place - 1]) if sung else ((), None)
            sung.append(lead((step,), before=before, last_chord=last)[0])
        greedy += price(steps, tuple(sung))
    assert planned < greedy - 12.0


@pytest.mark.parametrize(("voices", "low", "high"), [(3, 48, 76), (4, 48, 76), (4, 40, 72), (5, 43, 79), (3, 36, 60)])
def test_outer_voices_never_move_in_parallel_fifths_or_octaves(voices: int, low: int, high: int) -> None:
    ways = [lead(steps_of(phrase(seed), voices=voices, low=low, high=high)) for seed in range(20)]
    moves = [pair for way in ways for pair in pairwise(way)]
    assert sum(parallel(old, new, 0, -1) for old, new in moves) < 0.01 * len(moves)


def test_the_highest_voice_and_the_bass_below_it_avoid_parallels_too() -> None:
    wrong = moves = 0
    for seed in range(20):
        progression = phrase(seed)
        way = lead(steps_of(progression))
        for (old, new), (left, reached) in zip(pairwise(way), pairwise(progression), strict=True):
            before, after = (old[-1] - left.bass_pc) % 12, (new[-1] - reached.bass_pc) % 12
            moves += left.bass_pc != reached.bass_pc
            wrong += left.bass_pc != reached.bass_pc and before == after and after in (0, 7)
    assert wrong < 0.01 * moves


def test_voices_move_by_little_and_hold_what_they_share() -> None:
    leaps, held, shared = [], 0, 0
    for seed in range(20):
        progression = phrase(seed)
        for (old, new), (left, reached) in zip(
            pairwise(lead(steps_of(progression))), pairwise(progression), strict=True
        ):
            leaps += [abs(b - a) for a, b in zip(old, new, strict=True)]
            shared += len(set(left.pcs) & set(reached.pcs))
            held += len(set(old) & set(new))
    assert np.mean(leaps) < 2.2 and np.mean(np.array(leaps) > 7) < 0.01
    assert held > 0.6 * shared


def test_a_leading_tone_on_top_rises_and_a_seventh_falls() -> None:
    fifth, home = Chord(7, "dominant7", 7), Chord(0, "major", 0)
    for before in ((55, 62, 65, 71), (55, 59, 65, 74), (50, 59, 65, 67)):
        (after,) = lead(steps_of([home], low=48), before=before, last_chord=fifth)
        moves = {a % 12: b - a for a, b in zip(before, after, strict=True)}
        assert moves[5] in (-1, -2)
        assert before[-1] % 12 != 11 or moves[11] == 1


def test_a_chord_that_stays_keeps_its_voicing() -> None:
    way = lead(steps_of([Chord(9, "minor", 9)] * 4))
    assert len(set(way)) == 1


def test_held_tones_belong_to_the_voicing() -> None:
    (voicing,) = lead(steps_of([Chord(0, "minor", 0)], low=48), before=(51, 60, 67), held=(51, 73))
    assert 51 in voicing and 73 not in voicing


def test_the_choir_stays_below_the_theme() -> None:
    free, below = (
        np.mean([max(v[-1] - 69, 0) for seed in range(10) for v in lead(steps_of(phrase(seed), theme=theme))])
        for theme in (127, 69)
    )
    assert below < 0.25 < 1.0 < free
