"""How alike two lines of notes are, in any key and at any speed."""

from collections.abc import Sequence

_GAP = 0.7  # cost of a note left out or put in, where 1 is a wholly wrong interval
_SEMITONE = 0.18  # cost of a semitone: a sequence within the key alters some intervals by one
_TURNED = 0.35  # cost of going the other way
_OTHER_OCTAVE = 0.4  # cost of the right tone in the wrong octave


def similarity(intervals: Sequence[int], other: Sequence[int]) -> float:
    """Tell how much of a motif is found in another line, 0 nothing .. 1 all, in any key.

    Parameters
    ----------
    intervals : sequence of int
        Semitones from note to note of the motif that is looked for.
    other : sequence of int
        The same of the line in which it is looked for; may be longer, and only its best passage counts.

    Notes
    -----
    Cheapest alignment by edit operations, the ends of `other` free: P. H. Sellers, "The theory and computation of
    evolutionary distances: pattern recognition", Journal of Algorithms 1, 1980. An interval costs by its direction and
    its size; one that is an octave out keeps most of its identity.
    """
    if not intervals:
        return 1.0
    costs = [0.0] * (len(other) + 1)
    for wanted in intervals:
        row = [costs[0] + _GAP]
        for place, found in enumerate(other):
            kept = costs[place] + _mismatch(wanted, found)
            row.append(min(kept, costs[place + 1] + _GAP, row[place] + _GAP))
        costs = row
    return max(0.0, 1.0 - min(costs) / len(intervals))


def _mismatch(wanted: int, found: int) -> float:
    """Cost of hearing one interval for another, 0..1, by direction and size."""
    off = abs(wanted - found)
    if off % 12 == 0 and off:
        return _OTHER_OCTAVE
    turned = min(abs((wanted > 0) - (wanted < 0) - (found > 0) + (found < 0)), 1)
    return min(1.0, _SEMITONE * off + _TURNED * turned)
