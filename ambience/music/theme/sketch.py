"""Sketches of a theme: the grammar of its phrases and the line of its degrees, before chords and keys."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from ambience.music.theme.contour import Contour
from ambience.music.theme.rhythm import Cells, Draw, closing_bar, flowing_bar

Role = str  # "head", "repeat", "fragment", "open", "cadence"
Event = tuple[float, float, int]  # onset in beats, duration in beats, steps of the scale above the tonic

_LONGEST_KERNEL_BARS = 12  # beyond, a theme is said twice, the second time intensified
_OPEN_DEGREES = (1, 4, 6)  # second, fifth and seventh ask for more
_BREATH_BEATS = 0.5
_LEAST_DEPTH_STEPS = 4  # of a contour, so that it can be heard
CLIMAX = (0.6, 0.75)  # share of the theme in which its highest note may begin
_LIFTS = (1, -1, 2, 1, -2, 3)  # by ear: an idea said again mostly a step or two higher


class Sketch(NamedTuple):
    """One candidate for a theme."""

    events: tuple[Event, ...]
    head_notes: int


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
    members: Sequence[tuple[Role, int]],
    bar_beats: float,
    head: Sequence[Event],
    draw: Draw,
    *,
    cells: Cells,
    shape: Contour | None,
    widest_steps: int,
    octave_steps: int,
) -> Sketch:
    """Draw one candidate that grows out of a head motif, which it states as it is.

    Parameters
    ----------
    members : sequence of (role, bars)
        As `layout` divides a theme.
    head : sequence of events
        From beat 0.
    draw : callable
        The next value of chance.
    cells : mapping
        Of which its bars are made.
    shape : Contour or None
        What the line as a whole should follow; None leaves that to chance.
    widest_steps : int
        From the lowest note of the head to the summit, so that a voice can sing it, as far as the head leaves room.
    octave_steps : int
        Steps of the scale in an octave.
    """
    reach = max(p for _, _, p in head) - min(p for _, _, p in head)
    room = max(0, widest_steps - 1 - reach)  # how far the head may climb and leave one step for the summit
    total_beats = bar_beats * sum(bars for _, bars in members)
    climax_beats = total_beats * (CLIMAX[0] + draw() * (CLIMAX[1] - CLIMAX[0] - 0.01))
    events: list[Event] = []
    shift = heads = 0
    start = 0.0
    for role, bars in members:
        if role == "head":
            shift = min(_lift((0, 1, 2), shape, draw()), room) * (heads > 0)
            events += _place(head, start, shift)
            heads += 1
        elif role == "repeat":
            shift = min(shift + _lift(_LIFTS, shape, draw()), room)
            events += _bend(_place(head, start, shift), draw())
        elif role == "fragment":
            shifts = _climb(shift, bars, (climax_beats - start) / bar_beats, room, draw)
            if shape:
                shifts = _follow(shape, start / total_beats, (start + bars * bar_beats) / total_beats, bars, room)
            events += _fragments(head, start, bar_beats, shifts, draw, cells)
        else:
            rhythm = _closing_rhythm(bars, bar_beats, draw, cells)
            events += _close(events[-1][2], start, rhythm, octave_steps, role == "open", draw)
        if role != "head" and role != "fragment":
            events[-1] = _breathe(events[-1])
        start += bars * bar_beats
    return Sketch(_raise_climax(events, total_beats, climax_beats, len(head)), len(head))


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


def _lift(usual: Sequence[int], shape: Contour | None, value: float) -> int:
    """Choose by how many steps the idea is moved when it is said again."""
    choices = shape.lifts if shape else usual
    return choices[int(value * len(choices))]


def _follow(shape: Contour, start: float, end: float, bars: int, room: int) -> list[int]:
    """Plan the steps of a sequence along a contour, from the share `start` of the theme to the share `end`."""
    depth = max(room, _LEAST_DEPTH_STEPS)
    places = [start + (bar + 0.5) * (end - start) / bars for bar in range(bars)]
    return [min(round((shape.height(place) - shape.height(0.0)) * depth), room) for place in places]


def _fragments(
    head: Sequence[Event], start: float, bar_beats: float, shifts: Sequence[int], draw: Draw, cells: Cells
) -> list[Event]:
    """Develop the head's first bar in sequence, now and then only its outline."""
    cut = [(o, min(d, bar_beats - o), p) for o, d, p in head if o < bar_beats - 1e-9]
    events: list[Event] = []
    for shift in shifts:
        if draw() < 0.65:
            events += _place(cut, start, shift)
        else:
            rhythm = flowing_bar(bar_beats, draw, cells)
            events += _line(start, rhythm, walk(cut[0][2] + shift, cut[-1][2] + shift, len(rhythm), draw))
        start += bar_beats
    return events


def _closing_rhythm(bars: int, bar_beats: float, draw: Draw, cells: Cells) -> list[float]:
    rhythm: list[float] = []
    for _ in range(bars - 1):
        rhythm.extend(flowing_bar(bar_beats, draw, cells))
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
        if i >= fixed and CLIMAX[0] <= event[0] / total_beats <= CLIMAX[1] and i < len(events) - 1
    ]
    if not window:
        return tuple(events)
    best = max(window, key=lambda i: events[i][1] + 0.4 * events[i][2] - 0.5 * abs(events[i][0] - climax_beats))
    onset, length, position = events[best]
    ceiling = max([event[2] for i, event in enumerate(events) if i != best])
    events[best] = (onset, length, max(position, ceiling + 1))
    return tuple(events)
