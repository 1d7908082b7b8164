"""The theme from which the whole piece grows: many are drawn, the best is kept; or one is taken as it is."""

from collections.abc import Sequence
from typing import NamedTuple

from numpy.random import Generator

from ambience.music.harmony.harmonize import harmonize, weigh
from ambience.music.scale import MODES, Scale
from ambience.music.score import Note
from ambience.music.theme import contour
from ambience.music.theme.character import Character, parse_character
from ambience.music.theme.critic import judge, judge_whole
from ambience.music.theme.head import STARTS, draw_head, draw_identity
from ambience.music.theme.merits import REJECTED, Merits
from ambience.music.theme.rhythm import cells_for
from ambience.music.theme.sketch import Event, Sketch, layout, sketch
from ambience.music.theme.spec import Candidate, Theme, ThemeSpec, bars_of, check_spec

_CANDIDATES = 220
_FEWEST_STEPS = 4  # room for a theme at its narrowest
_STEPS_PER_SEMITONE = 7 / 12
_HEARD_TWICE = 48  # as many of the best melodies are judged as a whole; twice as many where the shape matters
_HARMONIZED = 8  # as many of the best melodies get chords before the choice is made
_HEAD_TURNS = (0, 0, 0, 0, 1, 2, 3)  # other degrees of the same motif, should its own not fit the register


class _Search(NamedTuple):
    """What all candidates of one search share."""

    spec: ThemeSpec
    character: Character
    scale: Scale
    bar_beats: float
    form: str
    members: tuple[tuple[str, int], ...]
    tonic_midi: int | None  # tonic below the user's motif

    @property
    def half_bars(self) -> tuple[int, ...]:
        """Bars in which a half close comes to rest."""
        ends = [sum(bars for _, bars in self.members[: i + 1]) - 1 for i in range(len(self.members))]
        return tuple(end for end, (role, _) in zip(ends, self.members, strict=True) if role == "open")


_Heard = tuple[float, Sketch, list[int], Merits]  # a candidate and its points, notes out of its register deducted


def compose_theme(spec: ThemeSpec, scale: Scale, bar_beats: float, rng: Generator) -> Theme:
    """Compose a theme from chance under rules, develop one from the user's motif, or take the user's melody.

    Parameters
    ----------
    spec : ThemeSpec
        What it should be.
    scale : Scale
        Its key; the melody keeps to it, the chords leave it at most for an excursion.
    bar_beats : float, > 0
        Length of a bar.
    rng : numpy.random.Generator
        Draws a number of values that depends on `spec.bars` alone.

    Raises
    ------
    ParameterError
        If the specification contradicts itself, or a motif or a melody does not fit it.
    """
    return search_theme(spec, scale, bar_beats, rng).theme


def search_theme(spec: ThemeSpec, scale: Scale, bar_beats: float, rng: Generator) -> Candidate:
    """Do what `compose_theme` does, and tell what speaks for the theme."""
    check_spec(spec, bar_beats)
    character = parse_character(spec.character)
    draws = rng.random((_CANDIDATES + 1, 256 + 24 * spec.bars)).tolist()
    if spec.melody:
        return _given(spec, character, scale, bar_beats)
    opening = iter(draws.pop()).__next__
    identity = draw_identity(character, opening)
    form = spec.form if spec.form != "auto" else ("sentence", "period")[opening() < character.period]
    head_bars = _head_bars(spec.motif, spec.bars, bar_beats)
    given, tonic_midi = _read_motif(spec.motif, scale)
    cells = cells_for(character.cells)
    heads = (
        [given]
        if given
        else [
            draw_head(head_bars, bar_beats, identity, STARTS[(identity.start + turn) % 4], opening, cells)
            for turn in _HEAD_TURNS
        ]
    )
    search = _Search(spec, character, scale, bar_beats, form, layout(form, spec.bars, head_bars), tonic_midi)
    best = _ranked(search, heads, draws)[:_HARMONIZED]
    finalists = [(points, _finish(search, drawn, pitches, merits)) for points, drawn, pitches, merits in best]
    return max(finalists, key=lambda entry: entry[0] + entry[1].merits.harmony)[1]


def _ranked(search: _Search, heads: Sequence[Sequence[Event]], draws: Sequence[Sequence[float]]) -> list[_Heard]:
    """Draw all candidates, judge them, judge the best of them again, and put the best first."""
    heard: list[_Heard] = []
    for turn in range(
        2 * len(heads)
    ):  # in a narrow register all may break a rule: then each gets another head, less room
        heard = [_hear(search, heads[(i + turn) % len(heads)], row, i, turn) for i, row in enumerate(draws)]
        heard.sort(key=lambda entry: -entry[0])  # stable: of two equals the first drawn
        if heard[0][0] > -0.5 * REJECTED:
            break
    again = [_heard_again(search, *entry) for entry in heard[: _HEARD_TWICE * (1 + bool(search.character.contours))]]
    return sorted(again, key=lambda entry: -entry[0])


def _hear(search: _Search, head: Sequence[Event], row: Sequence[float], index: int, turn: int) -> _Heard:
    names = search.character.contours
    drawn = sketch(
        search.members,
        search.bar_beats,
        head,
        iter(row).__next__,
        cells=cells_for(search.character.cells),
        shape=contour.CONTOURS[names[index % len(names)]] if names else None,
        widest_steps=max(_FEWEST_STEPS, round(search.character.range_semitones[1] * _STEPS_PER_SEMITONE) - turn),
        octave_steps=len(MODES[search.scale.mode]),
    )
    pitches, overflow = _pitches(drawn, search)
    merits = judge(drawn, pitches, search.bar_beats, search.spec.bars, search.character)
    return merits.total - REJECTED * overflow, drawn, pitches, merits


def _heard_again(search: _Search, points: float, drawn: Sketch, pitches: list[int], merits: Merits) -> _Heard:
    whole = judge_whole(merits, drawn, pitches, search.bar_beats * search.spec.bars, search.character)
    return points + whole.total - merits.total, drawn, pitches, whole


def _finish(search: _Search, drawn: Sketch, pitches: Sequence[int], merits: Merits) -> Candidate:
    """Give a melody its dynamics and its chords."""
    spec, bar_beats = search.spec, search.bar_beats
    notes = tuple(
        Note(onset, length, pitch, 0.5) for (onset, length, _), pitch in zip(drawn.events, pitches, strict=True)
    )
    notes = _phrased((*spec.motif, *notes[len(spec.motif) :]), bar_beats)
    chords, points = harmonize(notes, search.scale, spec.bars, bar_beats, search.half_bars, search.character.colors)
    theme = Theme(notes, chords, spec.bars, bar_beats, drawn.head_notes, search.scale)
    return _candidate(theme, search.form, merits._replace(harmony=points))


def _given(spec: ThemeSpec, character: Character, scale: Scale, bar_beats: float) -> Candidate:
    """Take a melody as it is; only its harmony is found, unless that is given, too."""
    bars = bars_of(spec.melody, bar_beats)
    head_bars = _head_bars((), bars, bar_beats)
    count = spec.head_notes or max(2, sum(note.onset_beats < head_bars * bar_beats - 1e-9 for note in spec.melody))
    form = "given" if spec.form == "auto" else spec.form
    search = _Search(spec, character, scale, bar_beats, form, layout(form, bars, head_bars), None)
    notes = _phrased(spec.melody, bar_beats)
    if spec.chords:
        chords = spec.chords
        points = weigh(chords, notes, scale, bar_beats, search.half_bars, character.colors)
    else:
        chords, points = harmonize(notes, scale, bars, bar_beats, search.half_bars, character.colors)
    events, _ = _read_motif(notes, scale)
    melody, pitches = Sketch(events, count), [note.pitch_midi for note in notes]
    merits = judge_whole(
        judge(melody, pitches, bar_beats, bars, character), melody, pitches, bar_beats * bars, character
    )
    theme = Theme(notes, chords, bars, bar_beats, count, scale)
    return _candidate(theme, form, merits._replace(harmony=points))


def _candidate(theme: Theme, form: str, merits: Merits) -> Candidate:
    onsets, pitches = [n.onset_beats for n in theme.notes], [n.pitch_midi for n in theme.notes]
    shape = contour.nearest(contour.sampled(onsets, pitches, theme.bars * theme.bar_beats))
    return Candidate(theme, form, shape, merits)


def _head_bars(motif: tuple[Note, ...], bars: int, bar_beats: float) -> int:
    return bars_of(motif, bar_beats) if motif else 2 if bars >= 7 else 1


def _read_motif(motif: tuple[Note, ...], scale: Scale) -> tuple[tuple[Event, ...], int | None]:
    """Turn the user's notes into events on the steps of the scale, above the tonic below their first note."""
    if not motif:
        return (), None
    first = motif[0].pitch_midi
    tonic_midi = first - (first - scale.tonic_pc) % 12
    return tuple((n.onset_beats, n.duration_beats, scale.between(tonic_midi, n.pitch_midi)) for n in motif), tonic_midi


def _pitches(drawn: Sketch, search: _Search) -> tuple[list[int], int]:
    """Place a sketch in its register: note numbers, and semitones by which they leave it."""
    steps, spec = MODES[search.scale.mode], search.spec
    above = [12 * (p // len(steps)) + steps[p % len(steps)] for _, _, p in drawn.events]
    if search.tonic_midi is not None:
        return [a + search.tonic_midi for a in above], 0
    low, high = min(above), max(above)
    room = spec.highest_midi - spec.lowest_midi - (high - low)  # above or below it, as the character wants
    bottom = spec.lowest_midi + search.character.height * room
    tonic_pc = search.scale.tonic_pc
    shift = tonic_pc + 12 * round((bottom - low - tonic_pc) / 12.0)
    return [a + shift for a in above], max(0, spec.lowest_midi - low - shift) + max(0, high + shift - spec.highest_midi)


def _phrased(notes: Sequence[Note], bar_beats: float) -> tuple[Note, ...]:
    """Sing out toward the summit, and lean a little on the bar line."""
    pitches = [note.pitch_midi for note in notes]
    low, span = min(pitches), max(pitches) - min(pitches) or 1

    def velocity(note: Note) -> float:
        return round(0.58 + 0.26 * (note.pitch_midi - low) / span + 0.05 * (note.onset_beats % bar_beats < 1e-6), 3)

    return tuple(note._replace(velocity=velocity(note)) for note in notes)
