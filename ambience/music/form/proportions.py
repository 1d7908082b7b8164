"""How long every passage lasts: unequal shares around a golden section, on whole phrases where there is room."""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from numpy.random import Generator

from ambience.music.form.scene_order import Place, carries_whole_theme, pace_of
from ambience.music.work import Work
from ambience.scene import Role, SceneState, choose_transition
from ambience.units import beats_to_s

GOLDEN = 0.6180339887498949
_SHORTEST_S, _LONGEST_S = 12.0, 110.0  # by ear: shorter, a scene is a flash; longer, it wants another passage
_PHRASES = 1.5  # that a scene would like to have
_COMFORT_S = 45.0  # and what it gets along with
_SQUEEZE = 0.8  # of that, before one is left out
_WIDEST = 0.4  # of its side of the climax: so much is enough, however long its theme would last
_BEFORE_CLIMAX = 0.65  # share of the tensest scene that leads up to its climax
_CLIMAX_SHARE, _CLIMAX_MOST = 0.14, 0.25  # of a cycle
_TOLERANCE = 0.28  # by ear: a passage may be so much longer or shorter for the sake of a whole phrase
_WHIM = 0.8  # how much chance has a say in what is left out
_OFF_SHARE = 0.07  # of the whole, by which no passage may be off: in a short piece that is less
_ALIKE = 0.04  # neighbors nearer to each other in length are equal blocks
_SHARES: dict[Role, float] = {
    "ground": 1.0,
    "statement": 1.3,
    "fragments": 0.8,
    "development": 1.0,
    "climax": 1.1,
    "reprise": 1.25,
    "dissolution": 1.1,
}
_AFTER: dict[Role, tuple[Role, ...]] = {
    "ground": ("fragments", "development"),
    "statement": ("development", "fragments"),
    "fragments": ("development", "reprise"),
    "development": ("fragments", "reprise"),
    "reprise": ("development", "fragments"),
}
_NEEDED: dict[Role, float] = {"statement": 2.0, "reprise": 1.0}


def shortest_s(state: SceneState) -> float:
    """Return the shortest time that a passage of a state makes sense for."""
    return max(_SHORTEST_S, state.min_dwell_s)


def proportioned(
    work: Work, places: Sequence[Place], length_s: float, climax_s: float, rng: Generator, *, statement_by_s: float
) -> tuple[tuple[Place, ...], tuple[float, ...]]:
    """Choose as many passages as a cycle has room for, and how long each would like to be.

    Parameters
    ----------
    work : Work
        Lengths of its bars and phrases.
    places : sequence of Place
        All that could come, in order.
    length_s, climax_s : float
        Of the cycle, and from its start to the moment that its tensest scene must contain.
    rng : numpy.random.Generator
        Draws a value for each passage, one more, and one for each passage that is left.
    statement_by_s : float
        The theme is stated by then if there is a way.

    Returns
    -------
    places, lengths_s : tuple of Place, tuple of float
        What is left, and the lengths, which fill the cycle.
    """
    peak = next((place for place in places if place.role == "climax"), places[0])
    index = places.index(peak)
    first, last = places[0], places[-1]
    if index and length_s < shortest_s(first.state) + shortest_s(peak.state):
        return (Place(first.state, "statement"),), (length_s,)
    wanted = dict(zip(places, rng.random(len(places)).tolist(), strict=True))
    room_s = min(_comfort_s(work, peak), _CLIMAX_MOST * length_s)
    peak_s = min(max(shortest_s(peak.state), room_s, _CLIMAX_SHARE * length_s * _swayed(rng.random())), _LONGEST_S)
    rise_s = max(climax_s - _BEFORE_CLIMAX * peak_s, shortest_s(first.state)) if index else 0.0
    if last is not peak and rise_s + peak_s + shortest_s(last.state) > length_s:
        rise_s = max(length_s - peak_s - shortest_s(last.state), shortest_s(first.state)) if index else 0.0
    fall_s = length_s - rise_s - peak_s
    before = _fitting(work, places[:index], rise_s, first, peak, wanted)
    after = _fitting(work, places[index + 1 :], fall_s, last, peak, wanted)
    rise_s, fall_s = rise_s * bool(before), fall_s * bool(after)
    if any(place.role == "statement" for place in places[:index]):
        before = _stating(before)
    draws = rng.random(len(before) + len(after)).tolist()
    risen = _shared(work, before, rise_s, draws[: len(before)])
    stated = next((i for i, place in enumerate(before) if place.role == "statement"), 0)
    risen = _hurried(risen, stated, statement_by_s, [shortest_s(place.state) for place in before])
    fallen = _shared(work, after, fall_s, draws[len(before) :])
    return (*before, peak, *after), (*risen, length_s - rise_s - fall_s, *fallen)


def on_phrases(work: Work, places: Sequence[Place], lengths_s: Sequence[float], start_s: float) -> tuple[float, ...]:
    """Move the beginnings of passages to bar lines, at the ends of phrases where that is near.

    Returns
    -------
    starts_s : tuple of float
        One a passage, the first at `start_s`.
    """
    starts, wished_s, before_s = [start_s], start_s, 0.0
    end_s = start_s + sum(lengths_s)
    off_s = _OFF_SHARE * sum(lengths_s)
    needed_s = [*accumulate(shortest_s(place.state) for place in reversed(places[1:]))][::-1]
    for i, (here, there) in enumerate(pairwise(places)):
        wished_s += lengths_s[i]
        most_s = end_s - starts[-1] - needed_s[i]
        before_s = _stay_s(work, here.state, there.state, wished_s - starts[-1], before_s, most_s, off_s)
        starts.append(starts[-1] + before_s)
    return tuple(starts)


def _stay_s(
    work: Work, state: SceneState, following: SceneState, wished_s: float, before_s: float, most_s: float, off_s: float
) -> float:
    """Choose whole bars near a wish: phrases and the bridge if possible, and not as long as the passage before."""
    bar_s, least_s = work.bar_s_in(state), shortest_s(state)
    rule = choose_transition(work.scenes.transitions, state.name, following.name)
    bridge = 0 if state is following else rule.bars
    bars = wished_s / bar_s
    for grid in (state.phrase_bars, state.phrase_bars // 2, 1):
        nearest = round((bars - bridge) / grid) if grid else 0
        counts = [k * grid + bridge for k in range(max(nearest - 1, 1), nearest + 2)]
        for count in sorted(counts, key=lambda count: abs(count - bars)):
            near = abs(count - bars) <= min(_TOLERANCE * bars, off_s / bar_s)
            unequal = abs(count * bar_s - before_s) > _ALIKE * before_s
            if near and unequal and least_s <= count * bar_s <= most_s:
                return count * bar_s
    count = max(round(bars), math.ceil(least_s / bar_s - 1e-9))
    return max(min(count, math.floor(most_s / bar_s + 1e-9)), 1) * bar_s


def _comfort_s(work: Work, place: Place) -> float:
    """Return the time that a passage would like to have: a phrase and a half, and the theme to its end."""
    state = place.state
    wished_s = min(_PHRASES * state.phrase_bars * work.bar_s_in(state), _COMFORT_S)
    if place.role in _NEEDED and carries_whole_theme(state):
        theme_beats = max(note.end_beats for note in work.theme.notes) * pace_of(state)
        wished_s = max(wished_s, min(beats_to_s(theme_beats, work.tempo_in(state)), _LONGEST_S))
    return max(shortest_s(state), wished_s)


def _fitting(
    work: Work, side: Sequence[Place], span_s: float, kept: Place, peak: Place, wanted: Mapping[Place, float]
) -> tuple[Place, ...]:
    """Keep what there is time for on one side of the climax, the most needed first, and divide what is too long."""
    if not side or span_s < shortest_s(kept.state):
        return ()
    enough_s = [min(_comfort_s(work, place), max(_WIDEST * span_s, 2.0 * _SHORTEST_S)) for place in side]
    least_s = [max(shortest_s(place.state), _SQUEEZE * s) for place, s in zip(side, enough_s, strict=True)]
    first = 0 if side[0] is kept else len(side) - 1
    chosen, room_s = [first], span_s - least_s[first]
    rest = (i for i in range(len(side)) if i != first)
    for i in sorted(rest, key=lambda i: -_need(side[i], (*side, peak)) - _WHIM * wanted[side[i]]):
        if least_s[i] <= room_s:
            chosen.append(i)
            room_s -= least_s[i]
    left = _unrepeated([side[i] for i in sorted(chosen)], side, peak, kept)
    while left and span_s / len(left) > _LONGEST_S:
        longest = max(range(len(left)), key=lambda i: _SHARES[left[i].role] / left.count(left[i]))
        place = left[longest]
        if place.role == "dissolution":
            left.insert(longest, Place(place.state, "reprise"))
        else:
            whim = (wanted.get(place, 0.5) + GOLDEN * len(left)) % 1.0
            choice = _AFTER[place.role]
            left.insert(longest + 1, Place(place.state, choice[int(whim * len(choice))]))
    return tuple(left)


def _unrepeated(left: list[Place], side: Sequence[Place], peak: Place, kept: Place) -> list[Place]:
    """Join two passages of one state that only a passage between them had kept apart."""
    if len({place.state.name for place in (*side, peak)}) == 1:
        return left
    out = [place for i, place in enumerate(left) if i == 0 or place.state is not left[i - 1].state or place is kept]
    edge = -1 if kept in side[:1] else 0
    apart = side[edge].state is not peak.state
    if apart and out and out[edge].state is peak.state and out[edge] is not kept:
        del out[edge]
    return out


def _stating(before: tuple[Place, ...]) -> tuple[Place, ...]:
    """Let the first passage state the theme, if the one that should has been dropped."""
    if not before or any(place.role == "statement" for place in before):
        return before
    return (Place(before[0].state, "statement"), *before[1:])


def _need(place: Place, all_there: Sequence[Place]) -> float:
    twin = sum(other.state is place.state for other in all_there) > 1
    return _NEEDED.get(place.role, 0.0) + 0.5 * place.state.controls.tension - 0.7 * twin


def _swayed(draw: float) -> float:
    return float(GOLDEN ** (0.9 * (0.5 - draw)))


def _shared(work: Work, places: Sequence[Place], span_s: float, draws: Sequence[float]) -> list[float]:
    """Divide a span, each passage by its role and by chance, none too short."""
    shares = [
        _SHARES[place.role] * _comfort_s(work, place) ** 0.5 * _swayed(draw)
        for place, draw in zip(places, draws, strict=True)
    ]
    floors = [shortest_s(place.state) for place in places]
    short: set[int] = set()
    while True:
        free_s = span_s - sum(floors[i] for i in short)
        total = sum(share for i, share in enumerate(shares) if i not in short) or 1.0
        lengths = [floors[i] if i in short else free_s * share / total for i, share in enumerate(shares)]
        fresh = {i for i, length in enumerate(lengths) if i not in short and length < floors[i]}
        if not fresh or len(short | fresh) == len(shares):
            return lengths
        short |= fresh


def _hurried(lengths: list[float], stated: int, by_s: float, floors: Sequence[float]) -> list[float]:
    """Shorten what comes before the theme is stated, and give its time to what comes after."""
    before_s = sum(lengths[:stated])
    floor_s = sum(floors[:stated])
    if before_s <= by_s or before_s <= floor_s:
        return lengths
    goal_s = max(by_s, floor_s)
    share = (goal_s - floor_s) / (before_s - floor_s)
    hurried = [floor + (length - floor) * share for length, floor in zip(lengths[:stated], floors, strict=False)]
    rest = lengths[stated:]
    more = (sum(rest) + before_s - goal_s) / sum(rest)
    return [*hurried, *(length * more for length in rest)]
