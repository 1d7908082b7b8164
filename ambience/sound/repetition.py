"""Repetition: how much of a piece is a loop that was heard before."""

import numpy as np

from ambience.units import AnyArray, FloatArray

BLOCK_S = 4.0
_ALIKE_DB = 1.0  # measured: a phrase that is played again differs by 1.7 and more, a pasted loop by at most 0.6
_STEADY_SHARE = 0.5  # a steady sound is as near to itself everywhere; a loop stands out where it comes again
_SILENT_DB = -75.0
_CHUNK_ROWS = 1024


def repeated_share(levels_db: AnyArray, rows_per_s: float) -> float:
    """Return the share, 0..1, of blocks of 4 s that sound nearly the same somewhere else in the piece.

    Parameters
    ----------
    levels_db : array, shape (rows, bands)
        The spectrum over time.
    rows_per_s : float
        Rows in a second.

    Notes
    -----
    A block is compared with the piece at every row, not only with other blocks: loops keep no grid of ours. Alike
    means a root-mean-square difference below 1 dB over all bands and rows, and half of what is usual in the piece.
    """
    rows = max(1, round(BLOCK_S * rows_per_s))
    count = len(levels_db) // rows
    if count < 2:
        return 0.0
    blocks = levels_db[: count * rows].reshape(count, -1).astype(np.float32)
    sounding = blocks.max(axis=1) > _SILENT_DB
    nearest, sums, compared = np.full(count, np.inf), np.zeros(count), np.zeros(count)
    center = blocks.mean()
    for first in range(0, len(levels_db) - rows + 1, _CHUNK_ROWS):
        stretch = levels_db[first : first + _CHUNK_ROWS + rows - 1].astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(stretch, rows, axis=0)
        others = np.ascontiguousarray(windows.transpose(0, 2, 1)).reshape(len(windows), -1)
        distances = _distances(blocks - center, others - center)
        places = first + np.arange(len(windows))
        apart = np.abs(places - rows * np.arange(count)[:, np.newaxis]) >= rows
        nearest = np.minimum(nearest, distances.min(axis=1, initial=np.inf, where=apart))
        sums += distances.sum(axis=1, where=apart)
        compared += apart.sum(axis=1)
    usual = sums / np.maximum(compared, 1.0)
    alike = (nearest < _ALIKE_DB**2 * blocks.shape[1]) & (nearest < _STEADY_SHARE**2 * usual)
    return float((alike & sounding).sum() / max(1, sounding.sum()))


def _distances(blocks: AnyArray, others: AnyArray) -> FloatArray:
    """Return the squared distance of every block from every other stretch."""
    of_blocks, of_others = (np.einsum("ij,ij->i", rows, rows, dtype=np.float64) for rows in (blocks, others))
    lengths = of_blocks[:, np.newaxis] + of_others
    distances: FloatArray = lengths - 2.0 * (blocks @ others.T)
    return distances
