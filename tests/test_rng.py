"""Streams by name: the seeding that is spelled out is the one that numpy documents."""

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st
from numpy.random import PCG64, SeedSequence

from ambience import rng

NAMES = st.lists(st.one_of(st.text(max_size=12), st.integers(-1, 10_000)), min_size=1, max_size=4)


def words_of(names: list[str | int]) -> tuple[int, ...]:
    """Hash a path as the design has it: four little words of BLAKE2b."""
    text = "\x1f".join(f"{type(name).__name__}:{name}" for name in names)
    digest = blake2b(text.encode(), digest_size=16).digest()
    return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))


@given(seed=st.integers(0, 2**200), names=NAMES)
def test_a_stream_is_the_seed_sequence_of_its_path(seed: int, names: list[str | int]) -> None:
    spawned = PCG64(SeedSequence(seed, spawn_key=words_of(names)))
    assert rng.stream(seed, *names).bit_generator.state == spawned.state


@given(seed=st.integers(0, 2**64), names=NAMES)
def test_a_number_and_its_text_are_two_names(seed: int, names: list[str | int]) -> None:
    number, text = (rng.stream(seed, *names, name).random() for name in (7, "7"))
    assert number != text


@given(seed=st.integers(0, 2**200), names=NAMES, numbers=st.lists(st.integers(0, 10_000), min_size=1, max_size=4))
def test_a_series_opens_the_streams_of_its_numbers(seed: int, names: list[str | int], numbers: list[int]) -> None:
    series = rng.Series(seed, *names)
    for number in numbers:
        assert series.stream(number).bit_generator.state == rng.stream(seed, *names, number).bit_generator.state
