"""Harmony that listens: the chords of a phrase are fitted to the melody over them, and the bass learns to walk."""

from collections.abc import Sequence
from functools import cache

from ambience.music.harmony.chords import Chord, numeral
from ambience.music.harmony.harmonize import chord_pool
from ambience.music.harmony.plans import MODAL_CYCLES, PLAN_TABLE
from ambience.music.scale import Scale
from ambience.music.score import Note

_WISHED = 1.6  # what the plan wishes for, where the melody does not mind
_RENEWED = -1.4  # by ear: less, and the harmony fidgets where the plan wants it to stay
_FOREIGN = 2.2  # cost of a beat that its chord does not carry, against 1 for one that it does
_PASSING = 0.35
_LONG_BEATS = 1.9
_COLORED = {"minor": ("minor_add9", "minor7", "sus4"), "major": ("add9", "major7", "sus4")}
_COLOR_SHARE = 0.5  # of what a wish weighs, for the wished chord with a tone of the melody in it
_ROOTED = ("cluster", "sus2", "sus4")  # inverted, they are other chords

_ROOT, _THIRD, _FIFTH = 0, 1, 2
_POSITION_COST = (0.0, 0.9, 3.5)  # root position, sixth chord, six-four chord
_BASS_MOVES = (2.2, 0.0, 0.0, 0.9, 0.9, 0.7, 2.5, 0.9, 1.6, 1.6, 2.5, 2.5)  # by semitones; a step is best
_ALIKE = 0.9  # both outer voices the same way
_PARALLEL = 8.0
_AMBIGUOUS = 4  # semitones


Heard = tuple[int, float, bool]
"""A tone of the melody within a bar: pitch class, beats, whether a chord must carry it."""


def hear(melody: Sequence[Note], start: float, bar_beats: float) -> list[Heard]:
    """List what the melody sounds in the bar that begins at a beat."""
    heard = []
    for note in melody:
        beats = min(note.end_beats, start + bar_beats) - max(note.onset_beats, start)
        if beats > 1e-6:
            weighty = note.duration_beats >= _LONG_BEATS or (note.onset_beats <= start and note.duration_beats >= 1.0)
            heard.append((note.pitch_midi % 12, beats, weighty))
    return heard


def palette(plan: str, scale: Scale, tension: float) -> tuple[Chord, ...]:
    """List the chords that a plan may use at a tension, the plainest first.

    Parameters
    ----------
    plan : str
        A name in `PLANS`; "theme" may use what a theme may be harmonized with.
    scale : Scale
        Tonic of the numerals, and the choice between the minor and the major form.
    tension : float, 0..1
        Opens remoter cycles.
    """
    if plan == "theme":
        return chord_pool(scale)
    table = PLAN_TABLE[plan]
    cycles = table.minor if scale.minor else table.major
    if plan == "modal":
        cycles = MODAL_CYCLES.get(scale.mode, cycles)
    plain = _read(cycles[: 3 + round(tension * tension * (len(cycles) - 3))], scale.tonic_pc)
    return tuple(dict.fromkeys((*plain, *(c for chord in plain for c in _colored(chord))))) if table.colors else plain


def fit_to_melody(
    wished: Sequence[Chord],
    choice: Sequence[Chord],
    melody: Sequence[Note],
    *,
    start_beats: float,
    bar_beats: float,
    stubborn: float = 1.0,
    pedal_pc: int | None = None,
) -> tuple[Chord, ...]:
    """Keep a plan's chords where the melody fits them, and choose others where it does not.

    Parameters
    ----------
    wished : sequence of Chord
        What the plan would have, one a bar.
    choice : sequence of Chord
        What else it may use.
    melody : sequence of Note
        Placed in the piece; only what sounds in these bars counts.
    start_beats, bar_beats : float
        Where the phrase begins, and the length of a bar.
    stubborn : float, optional
        How much the wishes weigh; negative looks for another harmony.
    pedal_pc : int, optional
        The bass that lies still under all chords.

    Returns
    -------
    chords : tuple of Chord
        One a bar.

    Notes
    -----
    Dynamic programming over the bars: A. J. Viterbi, "Error bounds for convolutional codes", 1967.
    """
    bars = len(wished)
    heard = [hear(melody, start_beats + bar * bar_beats, bar_beats) for bar in range(bars)]
    if not any(heard):
        return tuple(wished)
    others = [c if pedal_pc is None else Chord(c.root_pc, c.quality, pedal_pc) for c in choice]
    pool = tuple(dict.fromkeys((*wished, *others)))
    places = {chord: place for place, chord in enumerate(pool)}
    last = len(wished) - 1
    values = [[_carries(chord, heard[bar], bar_beats) for chord in pool] for bar in range(bars)]
    for bar, wish in enumerate(wished):
        weight = _WISHED * (max(stubborn, 1.0) if bar in (0, last) else stubborn)
        values[bar][places[wish]] += weight
        for kin in _colored(wish):
            if kin in places:
                values[bar][places[kin]] += _COLOR_SHARE * weight
    return tuple(pool[place] for place in _best_path(values, wished))


def walk_bass(
    chords: Sequence[Chord], melody: Sequence[Note], *, start_beats: float, bar_beats: float, previous: Chord | None
) -> tuple[Chord, ...]:
    """Choose the inversions by which the bass moves in steps and against the melody.

    Phrases begin and end in root position. Sources: E. Aldwell, C. Schachter, "Harmony and Voice Leading", 1978, ch. 7,
    on sixth chords; ch. 5, on the motion of outer voices.
    """
    lines = [start_beats + bar * bar_beats for bar in range(len(chords))]
    tops = [(_last_before(melody, beat - 0.13), _top(melody, beat + 0.26)) for beat in lines]
    came_from = previous.bass_pc if previous is not None else None
    best: list[tuple[float, tuple[int, ...]]]
    best = [(_POSITION_COST[i] * 3.0 + _bass_step(came_from, pc), (pc,)) for i, pc in enumerate(_basses(chords[0]))]
    for bar in range(1, len(chords)):
        if chords[bar] == chords[bar - 1]:
            best = [(cost, (*path, path[-1])) for cost, path in best]
            continue
        weight = 3.0 if bar == len(chords) - 1 else 1.0
        best = [
            min(
                (
                    cost + weight * _POSITION_COST[i] + _bass_step(path[-1], pc) + _against(path[-1], pc, tops[bar]),
                    (*path, pc),
                )
                for cost, path in best
            )
            for i, pc in enumerate(_basses(chords[bar]))
        ]
    path = min(best)[1]
    return tuple(Chord(c.root_pc, c.quality, pc) for c, pc in zip(chords, path, strict=True))


def pedal_of(plan: str, chords: Sequence[Chord]) -> int | None:
    """Return the bass that lies still under all chords of a plan; None where the bass moves."""
    bass = PLAN_TABLE[plan].bass if plan in PLAN_TABLE else "root"
    foreign = any(chord.root_pc != chord.bass_pc for chord in chords)
    lies_still = bass in ("pedal", "dominant") or (bass == "either" and foreign)
    return chords[0].bass_pc if lies_still else None


def _best_path(values: Sequence[Sequence[float]], wished: Sequence[Chord]) -> list[int]:
    """Choose a place in the pool for every bar; a change where the plan makes none costs, and so does the reverse."""
    best, back = list(values[0]), []
    for bar in range(1, len(values)):
        moves = wished[bar] != wished[bar - 1]
        leader = max(range(len(best)), key=best.__getitem__)
        row, pointers = [], []
        for place, value in enumerate(values[bar]):
            stay, go = best[place] - 1.0 * moves, best[leader] + (0.0 if moves else _RENEWED)
            goes = leader != place and go > stay
            row.append(value + (go if goes else stay))
            pointers.append(leader if goes else place)
        best = row
        back.append(pointers)
    place = max(range(len(best)), key=best.__getitem__)
    path = [place]
    for pointers in reversed(back):
        place = pointers[place]
        path.append(place)
    return path[::-1]


@cache
def _colored(chord: Chord) -> tuple[Chord, ...]:
    """List the chord with one more tone, or with a suspended one."""
    return tuple(Chord(chord.root_pc, quality, chord.bass_pc) for quality in _COLORED.get(chord.quality, ()))


@cache
def _read(cycles: tuple[str, ...], tonic_pc: int) -> tuple[Chord, ...]:
    return tuple(dict.fromkeys(numeral(symbol, tonic_pc) for cycle in cycles for symbol in cycle.split()))


def _carries(chord: Chord, heard: Sequence[Heard], bar_beats: float) -> float:
    pcs = chord.pcs
    total = sum(beats if pc in pcs else -beats * (_FOREIGN if weighty else _PASSING) for pc, beats, weighty in heard)
    return 4.0 * total / bar_beats


def _top(melody: Sequence[Note], beat: float) -> int | None:
    """Return the melody's tone at a moment."""
    return next((n.pitch_midi for n in melody if n.onset_beats <= beat < n.end_beats), None)


def _last_before(melody: Sequence[Note], beat: float) -> int | None:
    """Return the melody's last tone before a moment, be it that it has breathed since."""
    return next((n.pitch_midi for n in reversed(melody) if n.onset_beats <= beat), None)


def _basses(chord: Chord) -> tuple[int, ...]:
    if len(chord.pcs) < 3 or chord.quality in _ROOTED:
        return (chord.root_pc,)
    return chord.pcs[:3]


def _bass_step(before_pc: int | None, pc: int) -> float:
    return 0.0 if before_pc is None else _BASS_MOVES[min((pc - before_pc) % 12, (before_pc - pc) % 12)]


def _against(before_pc: int, pc: int, tops: tuple[int | None, int | None]) -> float:
    """Price a bass that goes along with the melody, most of all in fifths or octaves."""
    old, new = tops  # just before and after the bar line
    if old is None or new is None or old == new or pc == before_pc:
        return 0.0
    rise = (pc - before_pc + 5) % 12 - 5
    pure = (new - pc) % 12 in (0, 7) and (new - pc) % 12 == (old - before_pc) % 12
    # A fourth one way may be played as a fifth the other way, where the register ends.
    alike = rise * (new - old) > 0
    return _ALIKE * alike + _PARALLEL * (pure and (alike or abs(rise) >= _AMBIGUOUS))
