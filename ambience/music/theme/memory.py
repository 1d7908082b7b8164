"""How much of a melody one knows already when it comes: repetition against variation, counted as a compressor would."""

from collections.abc import Hashable, Sequence


def novelty(tokens: Sequence[Hashable]) -> float:
    """Tell how much of a sequence is new: near 0 one thing over and over, 1 nothing that was heard before.

    Notes
    -----
    Pieces of the exhaustive history for each sign: A. Lempel, J. Ziv, "On the Complexity of Finite Sequences", IEEE
    Transactions on Information Theory 22, 1976.
    """
    signs: dict[Hashable, str] = {}
    text = "".join([signs.setdefault(token, chr(len(signs) + 1)) for token in tokens])
    return _pieces(text) / len(text) if text else 1.0


def _pieces(text: str) -> int:
    """Cut a text into the shortest pieces that have not been heard before."""
    count = start = 0
    while start < len(text):
        size = 1
        while start + size <= len(text) and text[start : start + size] in text[: start + size - 1]:
            size += 1
        count += 1
        start += size
    return count
