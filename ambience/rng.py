"""Chance by name: every random stream is found by what it is for, never by when it was asked for."""

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

_WORDS = 4  # 128 bits of path: two names never share a stream; and as many of the seed, at least


def stream(seed: int, *path: str | int) -> Generator:
    """Open the random stream that belongs to a path of names.

    Parameters
    ----------
    seed : int, >= 0
        Seed of the piece.
    *path : str or int
        What the stream is for, such as ``("layer", "strings", 37)``.

    Returns
    -------
    rng : numpy.random.Generator
        The same for the same seed and path, whatever else was drawn before.

    Notes
    -----
    The path is hashed (BLAKE2b) into the spawn key of a `SeedSequence`: M. E. O'Neill, "Developing a
    seed_seq Alternative", 2015; K. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
    """
    # The same as SeedSequence(seed, spawn_key=path), which appends the key to the seed: to count the words of a tuple
    # one by one takes it longer than all the rest.
    return Generator(PCG64(SeedSequence(np.frombuffer(_seed_words(seed) + _path_words(path), dtype="<u4"))))


def noise_seed(rng: Generator) -> np.uint64:
    """Draw the 64-bit seed from which a kernel hashes its noise, frame by frame."""
    return np.uint64(rng.integers(0, 2**64, dtype=np.uint64))


@lru_cache(maxsize=16)
def _seed_words(seed: int) -> bytes:
    """Write a seed in words of four bytes, the lowest first, in as many as a `SeedSequence` mixes or more."""
    words = max((seed.bit_length() + 31) // 32, _WORDS)
    return seed.to_bytes(4 * words, "little")


def _path_words(path: tuple[str | int, ...]) -> bytes:
    text = "\x1f".join([f"{type(name).__name__}:{name}" for name in path])
    return blake2b(text.encode(), digest_size=4 * _WORDS).digest()
