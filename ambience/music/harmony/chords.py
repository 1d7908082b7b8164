"""Chords and the plans by which they follow each other."""

import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from numpy.random import Generator

from ambience.errors import ParameterError, explain, require
from ambience.music.harmony import spiral
from ambience.music.harmony.plans import MODAL_CYCLES, NUMERALS, PLAN_TABLE, SUFFIXES, Plan
from ambience.music.harmony.plans import QUALITIES as QUALITIES
from ambience.music.scale import MODES, Scale
from ambience.plugins import suggest

PLANS: tuple[str, ...] = (*PLAN_TABLE, "theme")
"""Names of the harmonic plans."""

_TRIADS = ("minor", "major", "diminished", "augmented")
_FIFTHS = (0, -5, 2, -3, 4, -1, 6, 1, 8, 3, -2, 5)  # spelling of an interval above the root, by semitones
_FLAT_FIVE = {"diminished": -6, "diminished7": -6}
_COLORS = {"minor": ("minor_add9", "minor7", "minor_major7"), "major": ("add9", "major7", "major_sharp11")}
_FOREIGN_TENSION = 0.6
_BATTLE_BAR_S = 2.5  # shorter bars hold a battle chord for two, so that an ostinato is heard twice the same
_RUSHING_TENSION = 0.9  # unless it has become unbearable
_GOAL_S = 4.0  # pace of a resolution: about one chord in so many seconds, as under a theme
_NUMERAL = re.compile(r"([b#]?)(iii|ii|iv|i|vii|vi|v)(.*)", re.IGNORECASE)


class Chord(NamedTuple):
    """A root, a quality, and the pitch class in the bass."""

    root_pc: int  # 0..11, C = 0
    quality: str  # a name in `QUALITIES`
    bass_pc: int  # 0..11; a pedal may lie outside the chord

    @property
    def pcs(self) -> tuple[int, ...]:
        """Pitch classes from the root upward, without the bass if it is foreign."""
        return _pcs(self.root_pc, self.quality)


@cache
def _pcs(root_pc: int, quality: str) -> tuple[int, ...]:
    return tuple((root_pc + step) % 12 for step in QUALITIES[quality])


def triad(scale: Scale, degree: int) -> Chord:
    """Build the triad on a degree of a scale, 0 = tonic, in root position.

    Where steps of the scale stack no thirds (as in the octatonic), or form no triad, the first of minor, major,
    diminished and augmented that lies in the scale is taken, and failing that the bare fifth.
    """
    steps = MODES[scale.mode]
    size = len(steps)
    root_pc = scale.pcs[degree % size]
    stacked = tuple((scale.pcs[(degree + third) % size] - root_pc) % 12 for third in (0, 2, 4))
    inside = [q for q in _TRIADS if all(scale.contains(root_pc + step) for step in QUALITIES[q])]
    exact = [q for q in inside if size == 7 and QUALITIES[q] == stacked]
    return Chord(root_pc, (exact or inside or ["fifth"])[0], root_pc)


def numeral(symbol: str, tonic_pc: int) -> Chord:
    """Read a Roman numeral such as "bVI" or "iadd9" on a tonic; the bass is the root.

    Raises `ParameterError` if it is none of a known quality.
    """
    match = _NUMERAL.fullmatch(symbol)
    if match is None or match[3] not in SUFFIXES:
        raise ParameterError(
            explain("chord", "numeral", symbol, "is no Roman numeral of a known quality", "Such as bVI.")
        )
    shift = {"": 0, "b": -1, "#": 1}[match[1]]
    root_pc = (tonic_pc + NUMERALS[match[2].lower()] + shift) % 12
    return Chord(root_pc, SUFFIXES[match[3]][match[2].islower()], root_pc)


def fifths(chord: Chord, tonic_pc: int) -> tuple[int, ...]:
    """Spell a chord on the line of fifths (C = 0), its root as near to the tonic as flats allow.

    The tonic itself is taken between D flat (-5) and F sharp (6).
    """
    root = (tonic_pc * 7 + 5) % 12 - 5 + ((chord.root_pc - tonic_pc) * 7 + 6) % 12 - 6
    fifth = {6: _FLAT_FIVE.get(chord.quality, 6), 9: -9 if chord.quality == "diminished7" else 3}
    return tuple(root + fifth.get(step % 12, _FIFTHS[step % 12]) for step in QUALITIES[chord.quality])


@lru_cache(maxsize=1024)
def distance(a: Chord, b: Chord) -> float:
    """Measure how far apart two chords sound: 0 the same, 0.8 a diatonic mediant, 1.6 a chromatic one, 2.8 a tritone.

    Notes
    -----
    Step between the chords' centers in the spiral array (E. Chew, 2000), the nearer spelling of the two roots.
    """
    first, second = fifths(a, a.root_pc), fifths(b, a.root_pc)
    return min(spiral.cloud_momentum(first, [f + respelled for f in second]) for respelled in (-12, 0, 12))


def progression(
    plan: str,
    scale: Scale,
    *,
    bars: int,
    bar_s: float,
    tension: float,
    rng: Generator,
    previous: Chord | None = None,
    theme_chords: Sequence[Chord] = (),
) -> tuple[Chord, ...]:
    """Compose the harmony of a phrase, one chord a bar.

    Parameters
    ----------
    plan : str
        A name in `PLANS`.
    scale : Scale
        Tonic of the numerals; its third chooses between the minor and the major form of a plan.
    bars, bar_s : int, >= 1, and float, > 0
        Length of the phrase, and of a bar: slow plans hold a chord for seconds.
    tension : float, 0..1
        Opens remoter cycles and added tones, and shortens the stay of a chord.
    rng : numpy.random.Generator
        Draws `bars` + 4 values, whatever the plan.
    previous : Chord, optional
        The chord before the phrase; the phrase enters where it shares most tones with it.
    theme_chords : sequence of Chord
        One a bar; needed by the plan "theme", which repeats or cuts them.

    Raises
    ------
    ParameterError
        If the plan is unknown, a number is out of range, or "theme" has no chords.
    """
    if plan not in PLANS:
        raise ParameterError(explain("harmony", "plan", plan, "is no harmonic plan", suggest(plan, PLANS)))
    require(bars >= 1, "harmony", "bars", bars, "must be at least 1")
    require(bar_s > 0.0, "harmony", "bar_s", bar_s, "must be above 0")
    require(0.0 <= tension <= 1.0, "harmony", "tension", tension, "must lie in 0..1")
    draws = tuple(float(value) for value in rng.random(bars + 4))
    if plan == "theme":
        require(bool(theme_chords), "harmony", "theme_chords", (), "must hold at least one chord for the plan 'theme'")
        return tuple(theme_chords[bar % len(theme_chords)] for bar in range(bars))
    table = PLAN_TABLE[plan]
    cycle = _choose_cycle(plan, scale, tension, draws[0])
    chosen = _lay_out(table, cycle, bars, bar_s, tension, previous, draws)
    if table.colors:
        chosen = _color(chosen, scale, tension, draws[4:])
    return _set_bass(table, chosen, scale.tonic_pc, draws[3])


def _choose_cycle(plan: str, scale: Scale, tension: float, draw: float) -> tuple[Chord, ...]:
    major = 4 in MODES[scale.mode] and 3 not in MODES[scale.mode]
    table = PLAN_TABLE[plan]
    cycles = table.major if major else table.minor
    own = MODAL_CYCLES.get(scale.mode, cycles)
    if plan == "modal":
        cycles = own
    elif plan == "pedal":
        cycles = (*own[:2], *cycles[2:])
    # Squaring keeps the remotest cycles for the last third of the tension, as ears do not rank them evenly.
    last = tension * tension * (len(cycles) - 2) + 1.0
    first = max(0.0, (tension - 0.5) * 2.0 * (len(cycles) - 3))  # plain cycles close again when it gets tense
    index = min(int(first + draw * (last - first + 1.0)), len(cycles) - 1)
    return _read_cycle(cycles[index], scale.tonic_pc)


@cache
def _read_cycle(text: str, tonic_pc: int) -> tuple[Chord, ...]:
    return tuple(numeral(symbol, tonic_pc) for symbol in text.split())


def _lay_out(
    plan: Plan,
    cycle: tuple[Chord, ...],
    bars: int,
    bar_s: float,
    tension: float,
    previous: Chord | None,
    draws: tuple[float, ...],
) -> list[Chord]:
    """Give every bar a chord of the cycle."""
    if plan.pace == "goal":
        count = min(len(cycle), bars, max(2, round(bars * bar_s / _GOAL_S)))
        return [cycle[len(cycle) - count + bar * count // bars] for bar in range(bars)]
    if plan.pace == "bars":
        hold_bars = 1 if bar_s >= _BATTLE_BAR_S or tension > _RUSHING_TENSION else 2
        return [cycle[bar // hold_bars % len(cycle)] for bar in range(bars)]
    short_s, long_s = plan.hold_s
    center_s = long_s + (short_s - long_s) * (0.7 * tension + 0.3 * draws[1])
    hold_bars = max(1, min(round(center_s / bar_s), math.floor(long_s / bar_s)))
    # A phrase shorter than a stay goes on with the chord it finds, as often as a stay outlasts the phrase.
    stays = previous is not None and draws[2] > bars / hold_bars
    start = _entrance(cycle, previous, stays)
    return [cycle[(start + bar // hold_bars) % len(cycle)] for bar in range(bars)]


def _entrance(cycle: tuple[Chord, ...], previous: Chord | None, stays: bool) -> int:
    """Find the place in a cycle that follows `previous` with most common tones."""
    if previous is None:
        return 0

    def fitness(place: int) -> float:
        chord = cycle[place]
        same = chord.root_pc == previous.root_pc and set(chord.pcs[:3]) == set(previous.pcs[:3])
        bound = len(set(chord.pcs) & set(previous.pcs)) - 0.5 * distance(previous, chord)
        return bound + (10.0 if stays else -10.0) * same

    return max(range(len(cycle)), key=fitness)


def _color(chords: list[Chord], scale: Scale, tension: float, draws: tuple[float, ...]) -> list[Chord]:
    """Add a ninth, a seventh or a sharper tone to plain triads, the same for as long as a chord stays.

    Only high tension adds tones from outside the scale.
    """
    chance = 0.7 * tension
    reach = 1 + (tension > 0.35) + (tension > _FOREIGN_TENSION)
    colored: list[Chord] = []
    for bar, chord in enumerate(chords):
        if bar and chord == chords[bar - 1]:
            colored.append(colored[-1])
            continue
        added = [Chord(chord.root_pc, quality, chord.bass_pc) for quality in _COLORS.get(chord.quality, ())[:reach]]
        fitting = [c for c in added if tension > _FOREIGN_TENSION or scale.contains(c.pcs[-1])]
        use = fitting and draws[bar] < chance
        colored.append(fitting[int(draws[bar] / chance * len(fitting))] if use else chord)
    return colored


def _set_bass(plan: Plan, chords: list[Chord], tonic_pc: int, draw: float) -> tuple[Chord, ...]:
    if plan.bass == "root" or (plan.bass == "either" and draw < 0.5):
        return tuple(chords)
    bass_pc = (tonic_pc + 7) % 12 if plan.bass == "dominant" else tonic_pc
    return tuple(Chord(chord.root_pc, chord.quality, bass_pc) for chord in chords)
