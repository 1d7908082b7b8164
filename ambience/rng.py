"""Chance by name: every random stream is found by what it is for, never by when it was asked for."""

from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random import PCG64, Generator, SeedSequence
from numpy.random.bit_generator import ISeedSequence

_WORDS = 4  # 128 bits of path: two names never share a stream; and as many of the seed, at least
_SEPARATOR = "\x1f"
_BLOCK = 32  # streams of a series that are seeded in one go
_INIT_A, _FACTOR_A, _INIT_B, _FACTOR_B = 0x43B0D7E5, 0x931E8875, 0x8B51F9DD, 0x58F38DED  # as in a `SeedSequence`
_LEFT, _RIGHT, _HALF = np.uint32(0xCA01F9DD), np.uint32(0x4973F715), np.uint32(16)

_Words = npt.NDArray[np.uint32]


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
    return Generator(PCG64(SeedSequence(np.frombuffer(_seed_words(seed) + _hash(path).digest(), dtype="<u4"))))


class Series:
    """The streams of a path that ends with a number, seeded many at a time.

    Parameters
    ----------
    seed : int, >= 0
        Seed of the piece.
    *path : str or int
        What the streams are for, such as ``("layer", "strings")``; the number comes last.

    Notes
    -----
    The same streams as `stream` opens, in a fraction of the time: a `SeedSequence` takes its words one by one.
    """

    def __init__(self, seed: int, *path: str | int) -> None:
        self._seed_words, self._path = _seed_words(seed), _hash(path)
        self._first = -_BLOCK  # number of the first stream that is seeded
        self._states: list[npt.NDArray[np.uint64]] = []

    def stream(self, number: int) -> Generator:
        """Open the stream of a number, >= 0."""
        if not 0 <= number - self._first < _BLOCK:
            self._first = number - number % _BLOCK
            paths = [self._path_words(self._first + step) for step in range(_BLOCK)]
            self._states = list(_mixed(self._seed_words, np.frombuffer(b"".join(paths), "<u4")))
        state = _Mixed(self._states[number - self._first])
        return Generator(PCG64(state))  # type: ignore[arg-type]  # takes any ISeedSequence, whatever its stub says

    def _path_words(self, number: int) -> bytes:
        path = self._path.copy()
        path.update(f"{_SEPARATOR}{_named(number)}".encode())
        return path.digest()


class _Mixed(ISeedSequence):
    """A seed sequence whose words have been mixed already."""

    def __init__(self, state: npt.NDArray[np.uint64]) -> None:
        self._state = state

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> npt.NDArray[np.uint64]:
        """Return the words that a PCG64 asks for."""
        return self._state


def noise_seed(rng: Generator) -> np.uint64:
    """Draw the 64-bit seed from which a kernel hashes its noise, frame by frame."""
    return np.uint64(rng.bit_generator.random_raw())


@lru_cache(maxsize=16)
def _seed_words(seed: int) -> bytes:
    """Write a seed in words of four bytes, the lowest first, in as many as a `SeedSequence` mixes or more."""
    words = max((seed.bit_length() + 31) // 32, _WORDS)
    return seed.to_bytes(4 * words, "little")


def _hash(path: tuple[str | int, ...]) -> blake2b:
    return blake2b(_SEPARATOR.join(map(_named, path)).encode(), digest_size=4 * _WORDS)


def _named(name: str | int) -> str:
    return f"{type(name).__name__}:{name}"


def _mixed(seed_words: bytes, path_words: _Words) -> npt.NDArray[np.uint64]:
    """Mix the words of some paths into those of a seed, as a `SeedSequence` does: a state for each, four long words."""
    first = np.frombuffer(seed_words, dtype="<u4")
    pool = np.tile(SeedSequence(first).pool, (len(path_words) // _WORDS, 1))
    hashes = _hashes(_INIT_A, _FACTOR_A, _WORDS * (len(first) + _WORDS) + 1)[_WORDS * len(first) :]
    for number, words in enumerate(path_words.reshape(-1, _WORDS).T):
        constants = hashes[_WORDS * number :]
        pool = _folded(_LEFT * pool - _RIGHT * _hashed(words[:, None], constants[: _WORDS + 1]))
    return _hashed(np.tile(pool, 2), _hashes(_INIT_B, _FACTOR_B, 2 * _WORDS + 1)).view("<u8")


@lru_cache(maxsize=16)
def _hashes(start: int, factor: int, count: int) -> _Words:
    """List the constants of a hash, each a multiple of the one before."""
    return np.array([start * pow(factor, power, 1 << 32) % (1 << 32) for power in range(count)], dtype=np.uint32)


def _hashed(words: _Words, constants: _Words) -> _Words:
    return _folded((words ^ constants[:-1]) * constants[1:])


def _folded(words: _Words) -> _Words:
    return words ^ words >> _HALF
