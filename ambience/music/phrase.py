"""Sketches of a theme: the grammar of its phrases and the line of its degrees, before chords and keys."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ambience.music.rhythm import Draw, closing_bar, flowing_bar, head_rhythm

Role = str  # "head", "repeat", "fragment", "open", "cadence"
Event = tuple[float, float, int]  # onset in beats, duration in beats, steps of the scale above the tonic

_LONGEST_KERNEL_BARS = 12  # beyond, a theme is said twice, the second time intensified
_OPEN_DEGREES = (1, 4, 6)  # second, fifth and seventh ask for more
_BREATH_BEATS = 0.5
_HEAD_STEPS = 6  # widest head, unless its leap is wider
STARTS = (0, -3, 2, 4)  # tonic, the fifth below, third, fifth: where a theme may begin
_WIDEST_STEPS = 9  # steps from the lowest note to the summit, so that a voice could sing it
_CLIMAX = (0.6, 0.74)  # share of the theme in which its highest note may begin


@dataclass(frozen=True, slots=True)
class Character:
    """What all candidates of one seed have in common, so that another seed is another theme."""

    leap_steps: int  # the signature leap: 3 a fourth … 7 an octave; negative falls
    leap_place: int  # which interval of the head it is
    start: int  # degree on which the theme begins, as a place in `STARTS`
    moves: tuple[int, ...]  # its other intervals in steps; positive goes on where the leap went


@dataclass(frozen=True, slots=True)
class Sketch:
    """One candidate for a theme."""

    events: tuple[Event, ...]
    head_notes: int


def draw_character(draw: Draw) -> Character:
    """Decide once for a piece what its theme is recognized by; nine draws."""
    leap, place, start = draw(), draw(), draw()
    values = [draw() for _ in range(6)]
    steps = next(s for s, below in ((3, 0.3), (4, 0.62), (5, 0.76), (7, 0.86), (-3, 0.93), (-4, 1.01)) if leap < below)
    first = next(i for i, below in enumerate((0.45, 0.7, 0.85, 1.01)) if start < below)
    leap_place = int(place * 3.0)
    before = [1 if v < 0.4 else -1 if v < 0.75 else 0 if v < 0.85 else -2 for v in values[:leap_place]]
    after = [-1 if v < 0.58 else -2 if v < 0.76 else 0 if v < 0.83 else 1 for v in values[leap_place:]]
    return Character(steps, leap_place, first, (*before, *after))


def layout(form: str, bars: int, head_bars: int) -> tuple[tuple[Role, int], ...]:
    """Divide a theme into its members, (role, bars) in order.

    A sentence is idea, repetition, continuation and cadence in the proportions 2 + 2 + 4; a period is two halves that
    begin alike, the first open and the second closed (W. E. Caplin, "Classical Form", 1998).
    """
    if bars > _LONGEST_KERNEL_BARS and bars // 2 >= 2 * head_bars:
        first = layout(form, bars // 2, head_bars)
        return (*first[:-1], ("open", first[-1][1]), *layout(form, bars - bars // 2, head_bars))
    half = bars // 2
    if form == "period" and half > head_bars:
        left = bars - half - head_bars
        closing = ((("fragment", left - head_bars),) if left > head_bars else ()) + (("cadence", min(left, head_bars)),)
        return (("head", head_bars), ("open", half - head_bars), ("head", head_bars), *closing)
    left = bars - 2 * head_bars
    if left < 2:
        left = bars - head_bars
        middle: tuple[tuple[Role, int], ...] = (("fragment", left - 1),) if left > 1 else ()
        return (("head", head_bars), *middle, ("cadence", 1))
    cadence = min(2, left // 2)
    return (("head", head_bars), ("repeat", head_bars), ("fragment", left - cadence), ("cadence", cadence))


def sketch(
    members: Sequence[tuple[Role, int]], bar_beats: float, head: Sequence[Event], draw: Draw, *, octave_steps: int = 7
) -> Sketch:
    """Draw one candidate that grows out of a head motif, which it states as it is."""
    reach = max(p for _, _, p in head) - min(p for _, _, p in head)
    room = max(0, _WIDEST_STEPS - 1 - reach)  # how far the head may climb and leave one step for the summit
    total_beats = bar_beats * sum(bars for _, bars in members)
    climax_beats = total_beats * (_CLIMAX[0] + draw() * (_CLIMAX[1] - _CLIMAX[0]))
    events: list[Event] = []
    shift = heads = 0
    start = 0.0
    for role, bars in members:
        if role == "head":
            shift = min(int(draw() * 3.0), room) * (heads > 0)
            events += _place(head, start, shift)
            heads += 1
        elif role == "repeat":
            shift = min(shift + (1, -1, 2, 1, -2, 3)[int(draw() * 6.0)], room)
            events += _bend(_place(head, start, shift), draw())
        elif role == "fragment":
            shifts = _climb(shift, bars, (climax_beats - start) / bar_beats, room, draw)
            events += _fragments(head, start, bar_beats, shifts, draw)
        else:
            rhythm = _closing_rhythm(bars, bar_beats, draw)
            events += _close(events[-1][2], start, rhythm, octave_steps, role == "open", draw)
        if role != "head" and role != "fragment":
            events[-1] = _breathe(events[-1])
        start += bars * bar_beats
    return Sketch(_raise_climax(events, total_beats, climax_beats, len(head)), len(head))


def draw_head(bars: int, bar_beats: float, character: Character, start: int, draw: Draw) -> tuple[Event, ...]:
    """Invent a head from the degree `start`: its signature leap, answered by steps the other way."""
    lengths = head_rhythm(bars, bar_beats, draw)
    leap_place = min(character.leap_place, len(lengths) - 2)
    turn = 1 if character.leap_steps > 0 else -1
    moves = [turn * step for step in character.moves]
    if abs(character.leap_steps) >= 7:  # an octave is approached from its far side, or no voice reaches both ends
        moves[:leap_place] = [-turn * abs(move) for move in moves[:leap_place]]
    moves.insert(leap_place, character.leap_steps)
    onset, position = 0.0, start
    events: list[Event] = []
    for length, move in zip(lengths, moves, strict=False):
        events.append((onset, length, position))
        low, high = min(p for _, _, p in events), max(p for _, _, p in events)
        widest = max(_HEAD_STEPS, abs(character.leap_steps), high - low)
        turns = max(high, position + move) - min(low, position + move) > widest and len(events) != leap_place + 1
        onset, position = onset + length, position + (-move if turns else move)
    return tuple(events)


def _place(events: Sequence[Event], start: float, shift: int) -> list[Event]:
    return [(start + onset, length, position + shift) for onset, length, position in events]


def _bend(events: list[Event], value: float) -> list[Event]:
    """Let a repetition end a little differently."""
    onset, length, position = events[-1]
    bent = position + (0 if value < 0.4 else 1 if value < 0.7 else -1)
    return [*events[:-1], (onset, length, bent)]


def _climb(shift: int, bars: int, climax_bars: float, room: int, draw: Draw) -> list[int]:
    """Plan the steps of a sequence: upward until the climax, downward after it."""
    rise = 1 + int(draw() * 3.0)
    top = max(1.0, min(float(bars), climax_bars))
    plan: list[int] = []
    for bar in range(1, bars + 1):
        lift = math.ceil(rise * bar / top) if bar <= top else rise - math.ceil(bar - top)
        plan.append(min(shift + lift, room))
    return plan


def _fragments(head: Sequence[Event], start: float, bar_beats: float, shifts: Sequence[int], draw: Draw) -> list[Event]:
    """Develop the head's first bar in sequence, now and then only its outline."""
    cut = [(o, min(d, bar_beats - o), p) for o, d, p in head if o < bar_beats - 1e-9]
    events: list[Event] = []
    for shift in shifts:
        if draw() < 0.65:
            events += _place(cut, start, shift)
        else:
            rhythm = flowing_bar(bar_beats, draw)
            events += _line(start, rhythm, walk(cut[0][2] + shift, cut[-1][2] + shift, len(rhythm), draw))
        start += bar_beats
    return events


def _closing_rhythm(bars: int, bar_beats: float, draw: Draw) -> list[float]:
    rhythm: list[float] = []
    for _ in range(bars - 1):
        rhythm.extend(flowing_bar(bar_beats, draw))
    rhythm.extend(closing_bar(bar_beats, draw) if bars == 1 or draw() < 0.3 else (bar_beats,))
    return rhythm


def _close(
    last: int, start: float, rhythm: Sequence[float], octave_steps: int, is_open: bool, draw: Draw
) -> list[Event]:
    """Walk down to a point of rest: the tonic, or a degree that asks for more."""
    tonic = octave_steps * round(last / octave_steps - 0.2)
    choice, above = draw(), draw() < 0.75
    if is_open:
        goals = (tonic + degree + octave_steps * k for degree in _OPEN_DEGREES for k in (-1, 0))
        goal = min(goals, key=lambda position: abs(position - last + 2.0 * choice))
        return _line(start, rhythm, walk(last, goal, len(rhythm), draw))
    approach = walk(last, tonic + (1 if above else -1), len(rhythm) - 1, draw) if len(rhythm) > 1 else []
    return _line(start, rhythm, [*approach, tonic])


def walk(start: int, goal: int, count: int, draw: Draw) -> list[int]:
    """Go from `start`, itself left out, to `goal` in `count` notes, by step where there is time to wander."""
    line: list[int] = []
    position = start
    for left in range(count, 0, -1):
        value, gap = draw(), goal - position
        side = 1 if gap > 0 else -1
        if abs(gap) >= left:
            position += side * -(-abs(gap) // left)
        elif gap == 0 or value < 0.3:
            position += -1 if value < 0.5 * (gap != 0) + 0.15 else 1
        else:
            position += side * (1 if value < 0.9 else 2)
        line.append(position)
    line[-1] = goal
    return line


def _line(start: float, rhythm: Sequence[float], positions: Sequence[int]) -> list[Event]:
    events: list[Event] = []
    for length, position in zip(rhythm, positions, strict=True):
        events.append((start, length, position))
        start += length
    return events


def _breathe(event: Event) -> Event:
    onset, length, position = event
    return (onset, length - _BREATH_BEATS if length >= 1.5 else length, position)


def _raise_climax(events: list[Event], total_beats: float, climax_beats: float, fixed: int) -> tuple[Event, ...]:
    """Lift the best placed note of the climax's bar above all others."""
    window = [
        i
        for i, event in enumerate(events)
        if i >= fixed and 0.56 <= event[0] / total_beats <= 0.79 and i < len(events) - 1
    ]
    if not window:
        return tuple(events)
    best = max(window, key=lambda i: events[i][1] + 0.4 * events[i][2] - 0.5 * abs(events[i][0] - climax_beats))
    onset, length, position = events[best]
    ceiling = max(event[2] for i, event in enumerate(events) if i != best)
    events[best] = (onset, length, max(position, ceiling + 1))
    return tuple(events)
