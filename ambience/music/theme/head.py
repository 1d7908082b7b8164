"""The head of a theme: what a seed decides once, and the few notes by which all else is known."""

from typing import NamedTuple

from ambience.music.theme.character import Character
from ambience.music.theme.rhythm import Cells, Draw, head_rhythm, pick
from ambience.music.theme.sketch import Event

STARTS = (0, -3, 2, 4)  # tonic, the fifth below, third, fifth: where a theme may begin
_WIDEST_STEPS = 6  # widest head, unless its leap is wider


class Identity(NamedTuple):
    """What all candidates of one seed have in common, so that another seed is another theme."""

    leap_steps: int  # the signature leap: 3 a fourth … 7 an octave; negative falls
    leap_place: int  # which interval of the head it is
    start: int  # degree on which the theme begins, as a place in `STARTS`
    moves: tuple[int, ...]  # its other intervals in steps; positive goes on where the leap went


def draw_identity(character: Character, draw: Draw) -> Identity:
    """Decide once for a piece what its theme is recognized by; nine draws."""
    leap, place, start = draw(), draw(), draw()
    values = [draw() for _ in range(6)]
    steps = pick(character.leaps, leap)
    first = pick(tuple(enumerate(character.starts)), start)
    leap_place = int(place * 3.0)
    before = [1 if v < 0.4 else -1 if v < 0.75 else 0 if v < 0.85 else -2 for v in values[:leap_place]]
    after = [-1 if v < 0.58 else -2 if v < 0.76 else 0 if v < 0.83 else 1 for v in values[leap_place:]]
    return Identity(steps, leap_place, first, (*before, *after))


def draw_head(
    bars: int, bar_beats: float, identity: Identity, start: int, draw: Draw, cells: Cells
) -> tuple[Event, ...]:
    """Invent a head from the degree `start`: its signature leap, answered by step the other way."""
    lengths = head_rhythm(bars, bar_beats, draw, cells)
    leap_place = min(identity.leap_place, len(lengths) - 3)  # its answer belongs to the head
    turn = 1 if identity.leap_steps > 0 else -1
    moves = [turn * step for step in identity.moves]
    if abs(identity.leap_steps) >= 7:  # an octave is approached from its far side, or no voice reaches both ends
        moves[:leap_place] = [-turn * abs(move) for move in moves[:leap_place]]
    moves[leap_place : leap_place + 1] = [identity.leap_steps, -turn]
    onset, position = 0.0, start
    events: list[Event] = []
    for length, move in zip(lengths, moves, strict=False):
        events.append((onset, length, position))
        low, high = min(p for _, _, p in events), max(p for _, _, p in events)
        widest = max(_WIDEST_STEPS, abs(identity.leap_steps), high - low)
        turns = max(high, position + move) - min(low, position + move) > widest and len(events) != leap_place + 1
        onset, position = onset + length, position + (-move if turns else move)
    return tuple(events)
