"""Chance by name: every random stream is found by what it is for, never by when it was asked for."""

from hashlib import blake2b

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

_WORDS = 4  # 128 bits of path: two names never share a stream


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
    return Generator(PCG64(SeedSequence(entropy=seed, spawn_key=_path_key(path))))


def noise_seed(rng: Generator) -> np.uint64:
    """Draw the 64-bit seed from which a kernel hashes its noise, frame by frame."""
    return np.uint64(rng.integers(0, 2**64, dtype=np.uint64))


def _path_key(path: tuple[str | int, ...]) -> tuple[int, ...]:
    text = "\x1f".join(f"{type(name).__name__}:{name}" for name in path)
    digest = blake2b(text.encode(), digest_size=4 * _WORDS).digest()
    return tuple(int.from_bytes(digest[4 * i : 4 * i + 4], "little") for i in range(_WORDS))
