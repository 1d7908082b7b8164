"""The form of a piece, composed from its length, its seed and its scenes: for three minutes, three hours, or no end."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from numpy.random import Generator

from ambience import rng
from ambience.music.form.arc import Point, Wave, arc
from ambience.music.form.cycles import Span, endless_span, spans
from ambience.music.form.key_plan import passage_key
from ambience.music.form.proportions import on_phrases, proportioned
from ambience.music.form.scene_order import Place, cast_cycle, chosen_order, shuffled, without_repeats
from ambience.music.form.theme_plan import passage_theme
from ambience.music.work import Work
from ambience.scene import Passage, Role, SceneChange, SceneState
from ambience.units import s_to_beats

_STATED_SHARE, _STATED_S = 0.22, 105.0  # of the piece, by which the theme has been stated
_CLIMAX_EDGES = (0.3, 0.9)  # of the tensest passage, between which its climax lies
_DENSITIES: dict[Role, float] = {
    "ground": -0.1,
    "fragments": -0.05,
    "development": 0.05,
    "climax": 0.2,
    "dissolution": -0.2,
}
_DENSITY_SHAKE = 0.08
_HIGH: tuple[Role, ...] = ("climax", "reprise")  # where the theme may lie an octave higher, elsewhere one lower
_OTHER_OCTAVE = 0.35  # how often it does
_FADE_SHARE, _FADE_S = 0.25, (2.0, 8.0)  # of the shorter neighbor; least and most


class FormPlan(NamedTuple):
    """A form: which state begins when and what it is there for, and how tense it gets."""

    changes: tuple[SceneChange, ...]  # by rising second, all known in advance, each with its passage
    tension: tuple[Point, ...]  # (second, 0..1)
    end_s: float  # where it is exhausted


def plan_form(work: Work, length_s: float) -> FormPlan:
    """Compose the form of a piece.

    Parameters
    ----------
    work : Work
        Its scenes name an order, or leave it to the composer; a tension curve of theirs decides where the climax is.
        Its bars and phrases are the grid, its seed the chance.
    length_s : float, > 0
        Length of the sound, tails included.

    Returns
    -------
    plan : FormPlan
        The first change at 0.
    """
    order, curve = _order(work), work.scenes.tension_curve
    highest_s = max(curve, key=lambda point: point[1])[0] if curve else None
    music_s = min(work.end_s or length_s, length_s)
    laid_out = spans(length_s, music_s, highest_s, rng.stream(work.seed, "form"))
    cycles: list[_Cycle] = []
    for number, span in enumerate(laid_out):
        before = cycles[-1].places[-1].state if cycles else None
        cycles.append(_cycle(work, order, span, rng.stream(work.seed, "form", number), after=before))
    waves = _in_time(work, cycles, 0.0)
    passages = _passages(work, waves, [cycle.draws for cycle in cycles], ends=True)
    return FormPlan(passages, curve or arc(waves, until_s=length_s), length_s)


class EndlessForm:
    """Goes on when a form or a script is exhausted: one cycle after the other, none like another.

    Parameters
    ----------
    work : Work
        Whose states it leads through.
    """

    def __init__(self, work: Work) -> None:
        self._work, self._order, self._cycles = work, _order(work), 0
        self._before = self._order[-1]

    def next(self, after_s: float) -> FormPlan:
        """Compose the next cycle; it begins at `after_s`, and its tension goes on with the curve before it."""
        draws = rng.stream(self._work.seed, "form", "endless", self._cycles)
        self._cycles += 1
        cycle = _cycle(self._work, self._order, endless_span(draws), draws, after=self._before)
        self._before = cycle.places[-1].state
        waves = _in_time(self._work, [cycle], after_s)
        passages = _passages(self._work, waves, [draws], ends=False)
        return FormPlan(passages, arc(waves, until_s=None), waves[-1].end_s)


class _Cycle(NamedTuple):
    span: Span
    places: tuple[Place, ...]
    lengths_s: tuple[float, ...]
    draws: Generator


def _order(work: Work) -> tuple[SceneState, ...]:
    """Return the scenes in the order of the preset's form or script, else in one that the states suggest."""
    scenes = work.scenes
    named = scenes.form or tuple(change.state for change in scenes.script if change.state)
    if len(scenes.script) == 1 or not named:
        return chosen_order(scenes.states)
    return tuple(without_repeats([scenes.state(name) for name in named]))


def _cycle(
    work: Work, order: Sequence[SceneState], span: Span, draws: Generator, *, after: SceneState | None
) -> _Cycle:
    """Choose the passages of a cycle and the lengths that they would like to have."""
    states: Sequence[SceneState] = order
    if not span.first:
        states = shuffled(order, draws, after=after, highest=span.height == 1.0, last=span.last)
    elif not span.last and len(order) > 2:
        states = order[:-1]  # how it all ends is kept for the end
    places = cast_cycle(states, first=span.first, last=span.last, length_s=span.length_s)
    stated_by_s = min(_STATED_SHARE * span.length_s, _STATED_S) if span.first else math.inf
    climax_s = span.climax_s - span.start_s
    places, lengths = proportioned(work, places, span.length_s, climax_s, draws, statement_by_s=stated_by_s)
    return _Cycle(span, places, lengths, draws)


def _in_time(work: Work, cycles: Sequence[_Cycle], start_s: float) -> tuple[Wave, ...]:
    """Lay all cycles out on the bar lines of the piece."""
    places = tuple(place for cycle in cycles for place in cycle.places)
    lengths = tuple(length for cycle in cycles for length in cycle.lengths_s)
    starts = on_phrases(work, places, lengths, start_s)
    ends = accumulate(len(cycle.places) for cycle in cycles)
    waves: list[Wave] = []
    for cycle, end in zip(cycles, ends, strict=True):
        own = starts[end - len(cycle.places) : end]
        end_s = starts[end] if end < len(starts) else start_s + sum(lengths)
        wave = Wave(cycle.places, own, end_s, start_s + cycle.span.climax_s, cycle.span.height)
        waves.append(replace(wave, climax_s=_climax_s(wave)))
    return tuple(waves)


def _climax_s(wave: Wave) -> float:
    """Move the climax into the tensest passage, if whole phrases have moved that away."""
    index = next((i for i, place in enumerate(wave.places) if place.role == "climax"), 0)
    start_s, length_s = wave.starts_s[index], wave.ends_s[index] - wave.starts_s[index]
    earliest, latest = (start_s + share * length_s for share in _CLIMAX_EDGES)
    return min(max(wave.climax_s, earliest), latest)


def _passages(work: Work, waves: Sequence[Wave], draws: Sequence[Generator], *, ends: bool) -> tuple[SceneChange, ...]:
    """Decide theme, key, density and register of every passage."""
    changes: list[SceneChange] = []
    key = 0
    for wave, chance in zip(waves, draws, strict=True):
        for i, (place, start_s, end_s) in enumerate(zip(wave.places, wave.starts_s, wave.ends_s, strict=True)):
            passage = _passage(work, place, end_s - start_s, chance, avoid=key)
            if not changes or (ends and wave is waves[-1] and i == len(wave.places) - 1):
                passage = replace(passage, key_semitones=0)
            key = passage.key_semitones or key
            shorter_s = min(end_s - start_s, start_s - changes[-1].at_s if changes else math.inf)
            fade_s = min(max(_FADE_SHARE * shorter_s, _FADE_S[0]), _FADE_S[1])
            changes.append(SceneChange(start_s, place.state.name, fade_s, ahead=True, passage=passage))
    return tuple(changes)


def _passage(work: Work, place: Place, length_s: float, chance: Generator, *, avoid: int) -> Passage:
    state, role = place.state, place.role
    to_key, to_density, to_register = chance.random(3).tolist()
    phrases = max(math.ceil(length_s / (state.phrase_bars * work.bar_s_in(state)) - 0.25), 1)
    theme_beats = max(note.end_beats for note in work.theme.notes)
    room = s_to_beats(length_s, work.tempo_in(state)) / theme_beats
    octave = 12 if role in _HIGH else -12
    return Passage(
        role=role,
        key_semitones=passage_key(work.scale_in(state), state, role, to_key, avoid=avoid),
        theme=passage_theme(state, role, phrases, chance, room=room),
        density=_DENSITIES.get(role, 0.0) + _DENSITY_SHAKE * (2.0 * to_density - 1.0),
        register_semitones=octave * (role != "statement" and to_register < _OTHER_OCTAVE),
    )
