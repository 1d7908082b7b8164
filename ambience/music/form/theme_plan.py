"""What becomes of the theme in a passage: a transform a phrase, by the passage's role and its state's manner."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from numpy.random import Generator

from ambience.music.form.scene_order import PARTIAL, carries_whole_theme, pace_of, words_of
from ambience.music.motif import parse_transform
from ambience.scene import Role, SceneState

_MOST_PHRASES = 16  # that are decided one by one; what lasts longer takes them in turn
_MANNERS = {"misprint", "thin", "retrograde", "invert", "register"}  # a state that always does it always does it
_LONGEST_STRETCH = 6.0
_IN_BRIEF = ("fragment 4", "fragment 5", "tail 5")  # a neighbor in a passage is another one
_NEARLY = 1.1
_WORSE = 0.1  # by which rates of error differ from one stay to another
_TINY_NOTES = 2  # a state that never has more of the theme than that does not recover it
_PACES = (1.0, 2.0, 3.0, 4.0)
# How every role begins, and what it chooses from afterward.
_FIRST: dict[Role, tuple[str, ...]] = {
    "statement": ("statement",),
    "development": ("sequence 1", "sequence 2", "invert + fragment 5", "sequence -1"),
    "climax": ("statement",),
    "reprise": ("statement", "statement + reharmonise"),
    "dissolution": ("statement",),
}
_THEN: dict[Role, tuple[str, ...]] = {
    "ground": ("fragment 3", "fragment 4", "tail 4", "rest"),
    "statement": ("statement + reharmonise", "sequence 2", "sequence 1", "fragment 6", "tail 6"),
    "fragments": ("fragment 4", "tail 4", "fragment 5", "tail 5", "fragment 6", "fragment 3"),
    "development": (
        "sequence 1",
        "sequence -1",
        "sequence 2",
        "invert + fragment 5",
        "fragment 5",
        "sequence -2",
        "tail 6",
    ),
    "climax": ("sequence 2", "statement + reharmonise", "sequence 1", "statement", "fragment 6"),
    "reprise": ("statement + reharmonise", "tail 6", "fragment 6", "statement"),
}
_DISSOLVING = ("tail 5", "fragment 5", "fragment 4", "fragment 3 + augment 2", "fragment 2 + augment 2")


def passage_theme(state: SceneState, role: Role, phrases: int, rng: Generator, *, room: float) -> tuple[str, ...]:
    """Choose the transforms of a passage, one a phrase.

    Parameters
    ----------
    state : SceneState
        Its own transforms tell how slowly and in what manner it takes the theme; without any, the theme rests.
    role : str
        What the passage is there for.
    phrases : int, >= 1
        How many phrases it has time for.
    rng : numpy.random.Generator
        Draws 48 values.
    room : float, > 0
        How many times the theme as composed would fit into the passage.
    """
    chance = iter(rng.random(3 * _MOST_PHRASES).tolist())
    sounding = [words for words in state.theme if "rest" not in words_of(words)]
    if not sounding:
        return ()
    count = min(phrases, _MOST_PHRASES)
    if _has_manner(sounding):
        worse = next(chance)  # the same all through: what grows worse from phrase to phrase is the state's own doing
        return tuple(_retold(state.theme[min(phrase, len(state.theme) - 1)], worse) for phrase in range(count))
    if role in ("ground", "fragments") and not carries_whole_theme(state):
        return _varied(state.theme, count, chance)
    if role == "dissolution":
        chosen = [*_FIRST[role], *_DISSOLVING][:count]
        chosen += [_DISSOLVING[-1]] * (count - len(chosen))
    else:
        chosen = _drawn(_FIRST.get(role, _THEN[role]), _THEN[role], count, chance)
    return _paced(chosen, state, phrases, room)


def _has_manner(sounding: Sequence[str]) -> bool:
    """Tell whether a state has a way with the theme that no role changes."""
    sizes = [int(size) for words in sounding for size in re.findall(r"\b(?:fragment|tail) (\d+)", words)]
    tiny = len(sizes) >= len(sounding) and max(sizes) <= _TINY_NOTES
    return tiny or any(all(word in words_of(own) for own in sounding) for word in _MANNERS)


def _paced(chosen: Sequence[str], state: SceneState, phrases: int, room: float) -> tuple[str, ...]:
    """Stretch every transform as its state does; what could not be sung to its end gives way to a fragment."""
    own = pace_of(state)
    whole = own if carries_whole_theme(state) else _broadest(state, room)
    paced: list[str] = []
    left = room
    for words in chosen:
        length = 0.0 if words_of(words) & PARTIAL else whole
        if paced and length > _NEARLY * left:
            words, length = _IN_BRIEF[len(paced) % len(_IN_BRIEF)], 0.0
        paced.append(_at_pace(words, whole if length else own))
        left -= max(room / phrases, length)
    return tuple(paced)


def _broadest(state: SceneState, room: float) -> float:
    """Return the pace of a whole theme in a state made for fragments: as broad as theirs, if it is sung to its end."""
    broad = [pace for pace in _PACES if state.tempo_ratio <= pace <= min(pace_of(state), room)]
    return max(broad, default=max(state.tempo_ratio, 1.0))


def _drawn(first: Sequence[str], then: Sequence[str], count: int, chance: Iterator[float]) -> list[str]:
    """Draw a transform a phrase, none twice in a row."""
    chosen: list[str] = []
    for choice in (first, *[then] * (count - 1)):
        fresh = [words for words in choice if words != (chosen[-1] if chosen else "")] or list(choice)
        chosen.append(fresh[int(next(chance) * len(fresh))])
    return chosen


def _varied(own: Sequence[str], count: int, chance: Iterator[float]) -> tuple[str, ...]:
    """Take the state's own transforms in turn, from anywhere, each a little longer, shorter or worse than written."""
    turn = int(next(chance) * len(own))
    return tuple(_retold(own[(turn + phrase) % len(own)], next(chance)) for phrase in range(count))


def _retold(words: str, draw: float) -> str:
    def longer(found: re.Match[str]) -> str:
        return f"{found[1]} {max(int(found[2]) + int(3.0 * draw) - 1, 2)}"

    def worse(found: re.Match[str]) -> str:
        rates = (min(max(float(rate) + _WORSE * (draw - 0.5), 0.0), 1.0) for rate in found[2].split())
        return " ".join((found[1], *(f"{rate:.2f}" for rate in rates)))

    words = re.sub(r"\b(fragment|tail) (\d+)", longer, words)
    return re.sub(r"\b(misprint|thin) ([\d.]+(?: [\d.]+)?)", worse, words)


@lru_cache(maxsize=1024)
def _at_pace(words: str, pace: float) -> str:
    """Stretch a transform as its state stretches the theme."""
    stretch = parse_transform(words).stretch
    plain = " + ".join(step for step in words.split(" + ") if not step.startswith("augment"))
    total = min(pace * stretch, max(_LONGEST_STRETCH, pace))
    if plain == "rest" or abs(total - 1.0) < 1e-9:
        return plain
    return f"{plain} + augment {total:g}" if total > 1.0 else f"{plain} + diminish {1.0 / total:g}"
