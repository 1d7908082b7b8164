"""The page a conductor reads, before any file format: bars, staves, voices, spelling, dynamics."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ambience.io.barlines import Measure, measures
from ambience.io.seating import Seat, orchestra
from ambience.io.signs import Sign, choose_clefs, signs
from ambience.io.spelling import Spelled, fifths_of, signature_alter, spell
from ambience.io.voices import Stretch, Struck, peak, quantise, stretches, to_step, two_voices, values
from ambience.music.sheet import Score, Track

PAPER_MM, MARGIN_MM = (210.0, 297.0), 15.0  # A4: programs that ignore the page size assume it
_STAFF_MM = 7.0  # largest height of a staff
_PITCH_STAVES = 2.8  # from one staff to the next, in heights of a staff
_SPLIT_MIDI = 60  # middle C: where two hands, or two halves of a choir, share a grand staff


@dataclass(frozen=True, slots=True)
class Head:
    """One written note head."""

    pitch: Spelled  # as written for the player
    tied_back: bool
    tied_on: bool
    accidental: bool  # shown


@dataclass(frozen=True, slots=True)
class Event:
    """A chord, note or rest within a bar."""

    start: int  # steps from the bar line
    length: int
    heads: tuple[Head, ...] = ()  # none: a rest
    marks: tuple[str, ...] = ()  # articulations that it carries


@dataclass(frozen=True, slots=True)
class Staff:
    """One staff of an instrument."""

    bars: tuple[tuple[tuple[Event, ...], ...], ...]  # bar, voice, event; every voice fills its bar
    clefs: tuple[tuple[int, str], ...]  # (bar, clef), from bar 0
    fifths: tuple[int, ...]  # written key signature of each bar
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """All that one group of players reads."""

    seat: Seat
    staves: tuple[Staff, ...]
    struck: tuple[Struck, ...]  # what is written, as it sounds


@dataclass(frozen=True, slots=True)
class Page:
    """The whole score."""

    title: str
    seed: int
    measures: tuple[Measure, ...]
    desks: tuple[Desk, ...]

    @property
    def staff_mm(self) -> float:
        """Height of a staff at which all staves fit on one page."""
        room_mm = PAPER_MM[1] - 3 * MARGIN_MM  # the third: title and marks above the top staff
        staves = sum(len(desk.staves) for desk in self.desks)
        return round(min(room_mm / (max(staves, 1) * _PITCH_STAVES), _STAFF_MM), 2)


def engrave(score: Score) -> Page:
    """Lay a score out for an orchestra."""
    seated = orchestra(score.tracks)
    bars = tuple(measures(score, max((note.end_beats for _, track in seated for note in track.notes), default=0.0)))
    desks = tuple(_desk(score, bars, seat, track) for seat, track in seated)
    return Page(score.title, score.seed, bars, desks)


def _desk(score: Score, bars: Sequence[Measure], seat: Seat, track: Track) -> Desk:
    notes, end = track.notes, bars[-1].start + bars[-1].length
    high = [note for note in notes if note.pitch_midi >= _SPLIT_MIDI or seat.staves == 1]
    low = [note for note in notes if note.pitch_midi < _SPLIT_MIDI and seat.staves == 2]
    hands = [quantise(hand, end, seat.reach) for hand in (high, low)]
    struck = sorted((*hands[0], *hands[1]), key=lambda note: (note.start, note.pitch_midi))
    marks = tuple(signs(struck, bars, track.expression))
    if seat.staves == 1:
        return Desk(seat, (_staff(score, bars, seat, struck, marks),), tuple(struck))
    shared: tuple[list[Sign], list[Sign]] = ([], [])
    for mark in marks:
        shared[not any(note.start <= mark.start < note.end for note in hands[0])].append(mark)
    staves = (
        _staff(score, bars, replace(seat, clefs=(clef,)), hand, around)
        for clef, hand, around in zip(("treble", "bass"), hands, shared, strict=True)
    )
    return Desk(seat, tuple(staves), tuple(struck))


def _staff(score: Score, bars: Sequence[Measure], seat: Seat, struck: Sequence[Struck], marks: Sequence[Sign]) -> Staff:
    fifths = tuple(_written_fifths(bar.fifths, seat) for bar in bars)
    writer = _Writer(score, seat)
    voices = [tuple(stretches(voice)) for voice in two_voices(struck, seat.rings)]
    swells = () if seat.unpitched else (note for note in struck if note.articulation == "swell")
    turns = sorted({peak(note) for note in swells})
    written = []
    for bar, signature in zip(bars, fifths, strict=True):
        kept = [inside for voice in voices if (inside := _within(voice, bar))]
        filled = [tuple(_fill(voice, bar)) for voice in _joined(kept)] or [(Stretch(0, bar.length, ()),)]
        here = turns[bisect_right(turns, bar.start) : bisect_left(turns, bar.start + bar.length)]
        between = {turn - bar.start for turn in here} - {stretch.start for stretch in filled[0]}
        if between and len(filled) == 1:
            filled.append(tuple(_silence(bar, sorted(between))))
        written.append(writer.write(filled, bar, signature))
    usual = ("percussion",) if seat.unpitched else seat.clefs
    return Staff(tuple(written), tuple(choose_clefs(struck, bars, usual, seat.shift_semitones)), fifths, tuple(marks))


def _silence(measure: Measure, turns: Sequence[int]) -> Iterator[Stretch]:
    """Fill a bar with rests that nobody sees: some readers let a hairpin turn only where something is written."""
    for start, stop in pairwise((0, *turns, measure.length)):
        yield from (Stretch(*span, ()) for span in values(start, stop, measure.beat, measure.half, rest=True))


def _written_fifths(fifths: int, seat: Seat) -> int:
    written = 0 if seat.unpitched or seat.name.startswith("Timpani") else fifths + seat.shift_fifths
    return written - 12 if written > 7 else written


def _within(voice: Sequence[Stretch], measure: Measure) -> list[Stretch]:
    """Cut a voice at the bar lines; times turn into steps from the bar line."""
    end = measure.start + measure.length
    first = bisect_right(voice, measure.start, key=lambda s: s.end)
    inside = []
    for stretch in voice[first:]:
        if stretch.start >= end:
            break
        start, stop = max(stretch.start, measure.start), min(stretch.end, end)
        inside.append(Stretch(start - measure.start, stop - measure.start, stretch.notes))
    return inside


def _joined(voices: list[list[Stretch]]) -> list[list[Stretch]]:
    """Write two voices that move together as one."""
    if len(voices) < 2 or [(s.start, s.end) for s in voices[0]] != [(s.start, s.end) for s in voices[1]]:
        return voices
    pairs = zip(*voices, strict=True)
    return [[replace(low, notes=tuple(sorted(low.notes + high.notes, key=_pitch))) for high, low in pairs]]


def _pitch(note: Struck) -> int:
    return note.pitch_midi


def _fill(voice: Sequence[Stretch], measure: Measure) -> Iterator[Stretch]:
    """Put rests between the stretches of a bar, and divide all into values."""
    at = 0
    for stretch in (*voice, Stretch(measure.length, measure.length, ())):
        for start, end in values(at, stretch.start, measure.beat, measure.half, rest=True):
            yield Stretch(start, end, ())
        if stretch.notes:
            for start, end in values(stretch.start, stretch.end, measure.beat, measure.half):
                yield Stretch(start, end, stretch.notes)
        at = stretch.end


class _Writer:
    """Spells notes, and remembers which accidentals a bar has shown."""

    def __init__(self, score: Score, seat: Seat) -> None:
        self._score, self._seat = score, seat
        self._keys = [to_step(key.at_beats) for key in score.keys]
        self._chords = [to_step(at_beats) for at_beats, _ in score.chords]

    def write(
        self, voices: Sequence[Sequence[Stretch]], measure: Measure, fifths: int
    ) -> tuple[tuple[Event, ...], ...]:
        """Write one bar of a staff."""
        shown: dict[tuple[str, int], int] = {}
        events: list[list[Event]] = [[] for _ in voices]
        ordered = sorted(
            ((stretch.start, number, stretch) for number, v in enumerate(voices) for stretch in v), key=lambda s: s[:2]
        )
        for start, number, stretch in ordered:
            heads = tuple(self._head(note, stretch, measure, fifths, shown) for note in stretch.notes)
            begins = any(note.start == measure.start + start for note in stretch.notes)
            kinds = dict.fromkeys(note.articulation for note in stretch.notes)
            marks = tuple(kind for kind in kinds if begins or kind in ("tremolo", "roll"))
            events[number].append(Event(start, stretch.end - start, heads, marks))
        return tuple(tuple(voice) for voice in events)

    def _head(
        self, note: Struck, stretch: Stretch, measure: Measure, fifths: int, shown: dict[tuple[str, int], int]
    ) -> Head:
        pitch = self._spell(note, measure)
        back = note.start < measure.start + stretch.start
        place = (pitch.step, pitch.octave)
        accidental = not back and pitch.alter != shown.get(place, signature_alter(fifths, pitch.step))
        if not back:
            shown[place] = pitch.alter
        return Head(pitch, back, note.end > measure.start + stretch.end, accidental)

    def _spell(self, note: Struck, measure: Measure) -> Spelled:
        key = self._score.keys[max(bisect_right(self._keys, note.start) - 1, 0)]
        at = bisect_right(self._chords, note.start) - 1
        place = fifths_of(note.pitch_midi, key.scale, self._score.chords[at][1] if at >= 0 else None)
        place += self._seat.shift_fifths
        if measure.fifths + self._seat.shift_fifths > 7:
            place -= 12
        return spell(place, note.pitch_midi + self._seat.shift_semitones)
