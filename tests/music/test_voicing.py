from itertools import pairwise

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from ambience.errors import ParameterError
from ambience.music.harmony import QUALITIES, Chord
from ambience.music.voicing import PURE_BELOW_MIDI, nearest_of, pitches_of, require_register, voice_chord

_COMMON = ("major", "minor", "major7", "minor7", "add9", "sus4", "diminished")


def _random_chord(rng: Generator) -> Chord:
    root_pc = int(rng.integers(12))
    return Chord(root_pc, _COMMON[int(rng.integers(len(_COMMON)))], root_pc)


def _progression(seed: int, length: int, lowest_midi: int, highest_midi: int, voices: int) -> list[tuple[int, ...]]:
    rng = default_rng(seed)
    voicings: list[tuple[int, ...]] = []
    for _ in range(length):
        before = voicings[-1] if voicings else ()
        voicings.append(
            voice_chord(
                _random_chord(rng),
                lowest_midi=lowest_midi,
                highest_midi=highest_midi,
                voices=voices,
                previous=before,
                spread=float(rng.random()),
                rng=rng,
            )
        )
    return voicings


def _parallel(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    together = (new[0] - old[0]) * (new[-1] - old[-1]) > 0
    interval = (new[-1] - new[0]) % 12
    return together and interval in (0, 7) and interval == (old[-1] - old[0]) % 12


def test_outer_voices_hardly_ever_move_in_parallel_fifths_or_octaves() -> None:
    moves = [
        pair
        for voices, low, high in ((3, 48, 76), (4, 48, 76), (4, 40, 72), (5, 43, 79))
        for pair in pairwise(_progression(voices + low, 120, low, high, voices))
    ]
    assert sum(_parallel(*pair) for pair in moves) < 0.01 * len(moves)


def test_voices_move_by_little() -> None:
    leaps = [
        abs(new - old)
        for before, after in pairwise(_progression(5, 200, 48, 76, 4))
        for old, new in zip(before, after, strict=True)
    ]
    assert np.mean(leaps) < 3.0
    assert np.mean(np.array(leaps) > 7) < 0.01


def test_voicings_keep_to_their_register_and_do_not_cross() -> None:
    for voicing in _progression(1, 150, 45, 74, 5):
        assert voicing[0] >= 45 and voicing[-1] <= 74
        assert all(low < high for low, high in pairwise(voicing))


def test_upper_voices_stay_within_an_octave_of_each_other() -> None:
    gaps = [high - low for voicing in _progression(2, 200, 48, 79, 4) for low, high in pairwise(voicing) if low >= 48]
    assert np.mean(np.array(gaps) > 12) < 0.01


def test_only_fifths_and_octaves_sound_below_110_hz() -> None:
    gaps = [
        (high - low) % 12
        for voicing in _progression(3, 200, 33, 67, 4)
        for low, high in pairwise(voicing)
        if low < PURE_BELOW_MIDI
    ]
    assert gaps and np.mean([gap in (0, 7) for gap in gaps]) > 0.98


def test_the_third_is_there_and_is_not_doubled() -> None:
    rng = default_rng(4)
    before: tuple[int, ...] = ()
    right = []
    for _ in range(100):
        chord = Chord(int(rng.integers(12)), ("major", "minor")[int(rng.integers(2))], 0)
        before = voice_chord(chord, lowest_midi=48, highest_midi=76, voices=4, previous=before, spread=0.4, rng=rng)
        right.append(sum(pitch % 12 == chord.pcs[1] for pitch in before) == 1)
        assert sum(pitch % 12 == chord.pcs[0] for pitch in before) >= 1
    assert np.mean(right) > 0.95


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("voices", [1, 2, 6])
def test_every_quality_can_be_voiced(quality: str, voices: int) -> None:
    voicing = voice_chord(
        Chord(2, quality, 2),
        lowest_midi=50,
        highest_midi=84,
        voices=voices,
        previous=(55, 62, 70),
        spread=0.5,
        rng=default_rng(0),
    )
    assert len(voicing) == voices
    assert {pitch % 12 for pitch in voicing} <= set(Chord(2, quality, 2).pcs)


def test_held_tones_belong_to_the_voicing() -> None:
    voicing = voice_chord(
        Chord(0, "minor", 0),
        lowest_midi=48,
        highest_midi=76,
        voices=4,
        previous=(51, 60, 67),
        spread=0.5,
        rng=default_rng(0),
        held=(51, 73),
    )
    assert 51 in voicing and 73 not in voicing


def test_a_chord_that_stays_keeps_its_voicing() -> None:
    chord = Chord(9, "minor", 9)
    first, second = (
        voice_chord(
            chord, lowest_midi=45, highest_midi=76, voices=4, previous=before, spread=0.5, rng=default_rng(seed)
        )
        for seed, before in ((1, ()), (2, (45, 57, 64, 72)))
    )
    assert first[0] % 12 == 9
    assert second == (45, 57, 64, 72)


def test_one_value_is_drawn_whatever_is_asked_for() -> None:
    states = []
    for voices, previous in ((1, ()), (5, (50, 60, 70))):
        rng = default_rng(9)
        voice_chord(
            Chord(0, "major", 0),
            lowest_midi=40,
            highest_midi=80,
            voices=voices,
            previous=previous,
            spread=0.2,
            rng=rng,
        )
        states.append(rng.bit_generator.state)
    assert states[0] == states[1]


def test_registers_are_read_in_whole_octaves() -> None:
    assert pitches_of((0, 7), 60, 72) == (60, 67, 72)
    assert nearest_of((11,), 60, 55, 70) == 59
    with pytest.raises(ParameterError, match="highest_midi = 65"):
        require_register("melody", 60, 65)
