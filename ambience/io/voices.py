"""From played notes to written ones: a grid, two voices a staff, ties, and values that show the beat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ambience.music.score import Note

GRID = 4  # steps a beat: sixteenths
_VALUES = frozenset((1, 2, 3, 4, 6, 8, 12, 16))  # steps of the note values that one head can show
_SWELL_PEAK = 0.6  # where in the note a swell is loudest
_REST_VALUES = (16, 8, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Struck:
    """A note on the grid of the page; times in steps from the start of the piece."""

    start: int
    end: int  # > start
    pitch_midi: int  # as it sounds
    velocity: float  # 0..1
    articulation: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one voice in which the same notes sound, short enough for one head; a rest has no notes."""

    start: int
    end: int
    notes: tuple[Struck, ...]


def to_step(beats: float) -> int:
    """Turn beats into the nearest step of the grid."""
    return int(beats * GRID + 0.5)


def quantise(notes: Sequence[Note], end: int, reach: int) -> list[Struck]:
    """Put notes on the grid as a copyist would: no hair-breadth rests, no overlaps that are only touch.

    A pitch never overlaps itself. Short and dying notes get a value that reads well rather than the one played.

    Parameters
    ----------
    notes : sequence of Note
        In any order.
    end : int
        Step at which the page ends.
    reach : int
        Steps of silence over which a note is written on until the next; 0 for strokes, which are as long as their beat.
    """
    struck: dict[tuple[int, int], Struck] = {}
    for note in notes:
        start = to_step(note.onset_beats)
        stop = min(max(to_step(note.end_beats), start + 1), end)
        known = struck.get((start, note.pitch_midi))
        if start < end and (known is None or known.end < stop):
            struck[start, note.pitch_midi] = Struck(start, stop, note.pitch_midi, note.velocity, note.articulation)
    ordered = sorted(struck.values(), key=lambda one: (one.start, one.pitch_midi))
    starts = sorted({one.start for one in ordered})
    following = dict(pairwise([*starts, end]))
    tidy = [replace(one, end=_written_end(one, following[one.start], reach)) for one in ordered]
    return _apart(tidy)


def two_voices(notes: Sequence[Struck], rings: bool) -> tuple[list[Struck], list[Struck]]:
    """Share the notes of a staff between an upper and a lower voice, by rising start.

    A second voice appears only where notes of different lengths overlap. A ringing instrument needs one voice: a note
    is written until the next begins, and sounds as long as it likes.
    """
    if rings:
        return _cut(notes), []
    upper: list[Struck] = []
    lower: list[Struck] = []
    for island in _islands(notes):
        first, second = _share(island)
        if second and _mean_pitch(second) > _mean_pitch(first):
            first, second = second, first
        upper += first
        lower += second
    return upper, lower


def peak(note: Struck) -> int:
    """Return the step at which a swell is loudest: a beat where there is one, at which other players have heads."""
    length = note.end - note.start
    level = next((level for level in (2 * GRID, GRID) if length >= 2 * level), 0)
    return note.start + round(_SWELL_PEAK * length / level) * level if level else note.end


def stretches(voice: Sequence[Struck]) -> Iterator[Stretch]:
    """Cut a voice wherever a note begins or ends; what sounds on is tied over by whoever writes it."""
    edges = {edge for note in voice for edge in (note.start, note.end)}
    first = 0
    for start, end in pairwise(sorted(edges)):
        while first < len(voice) and voice[first].end <= start:
            first += 1
        sounding = []
        for note in voice[first:]:
            if note.start > start:
                break
            if note.end > start:
                sounding.append(note)
        if sounding:
            yield Stretch(start, end, tuple(sorted(sounding, key=lambda one: one.pitch_midi)))


def values(start: int, end: int, beat: int, half: int, rest: bool = False) -> Iterator[tuple[int, int]]:
    """Divide a span of a bar into note values that leave its beats visible.

    Parameters
    ----------
    start, end : int
        Steps from the bar line.
    beat : int
        Steps of a beat.
    half : int
        Steps of half a bar, or 0 if the bar has no middle.
    rest : bool
        Whether it is silence: rests show every beat.
    """
    length = end - start
    if rest:
        while start < end:
            size = next(v for v in _REST_VALUES if start % v == 0 and v <= end - start)
            yield start, start + size
            start += size
    elif length in _VALUES and _reads_well(start, length, beat, half):
        yield start, end
    else:
        levels = [level for level in (half, beat, 2, 1) if level]
        middle = next(m for level in levels if (m := (start // level + 1) * level) < end)
        yield from values(start, middle, beat, half)
        yield from values(middle, end, beat, half)


def _reads_well(start: int, length: int, beat: int, half: int) -> bool:
    end = start + length
    if start % beat == 0 and length % beat == 0:
        return True
    if start // beat == (end - 1) // beat:
        return length != 3 or start % beat in (0, beat - 3)
    if start % beat == 0:  # a dotted beat
        return length == beat + beat // 2 and (not half or start % half == 0)
    if end % beat == 0 and length == beat + beat // 2:
        return not half or start // half == (end - 1) // half
    return length == beat and start % beat == beat // 2 and (not half or start // half == (end - 1) // half)


def _written_end(note: Struck, following: int, reach: int) -> int:
    length, gap = note.end - note.start, following - note.end
    next_beat = (note.start // GRID + 1) * GRID
    if note.articulation in ("roll", "tremolo", "swell"):
        return following if abs(gap) == 1 and following > note.start + 1 else note.end
    if not reach or (note.articulation in ("staccato", "marcato", "pizzicato") and length < GRID):
        return min(following, next_beat)
    if -1 <= gap <= reach or (0 < gap <= 2 and length >= GRID):
        return following
    if reach > 1 and gap > 0:  # a tone that rings
        return min(following, -(-note.end // GRID) * GRID)
    if length > 2 * GRID and gap > 0:  # nobody counts the tail of a long note
        return min(round(note.end / GRID) * GRID, following)
    return note.end


def _apart(notes: list[Struck]) -> list[Struck]:
    """End a pitch where it begins again."""
    next_start: dict[int, int] = {}
    kept: list[Struck] = []
    for note in reversed(notes):
        kept.append(replace(note, end=min(note.end, next_start.get(note.pitch_midi, note.end))))
        next_start[note.pitch_midi] = note.start
    return kept[::-1]


def _islands(notes: Sequence[Struck]) -> Iterator[list[Struck]]:
    """Group notes that overlap, directly or through others."""
    island: list[Struck] = []
    reach = 0
    for note in notes:
        if island and note.start >= reach:
            yield island
            island = []
        island.append(note)
        reach = max(reach, note.end)
    if island:
        yield island


def _share(island: Sequence[Struck]) -> tuple[list[Struck], list[Struck]]:
    """Give each chord to a voice that is free; if neither is, to the one that ends nearest to it."""
    chords: dict[tuple[int, int], list[Struck]] = {}
    for note in sorted(island, key=lambda one: (one.start, -one.pitch_midi)):
        chords.setdefault((note.start, note.end), []).append(note)
    shared: tuple[list[Struck], list[Struck]] = ([], [])
    ends = [0, 0]
    for (start, end), chord in chords.items():
        free = [voice for voice in (0, 1) if ends[voice] <= start]
        chosen = free[0] if free else min((0, 1), key=lambda voice: abs(ends[voice] - end))
        shared[chosen].extend(chord)
        ends[chosen] = max(ends[chosen], end)
    return shared


def _cut(notes: Sequence[Struck]) -> list[Struck]:
    """End every chord as one, at the latest where the next begins."""
    ends: dict[int, int] = {}
    for note in notes:
        ends[note.start] = max(ends.get(note.start, 0), note.end)
    following = dict(pairwise(sorted(ends)))
    return [replace(note, end=min(ends[note.start], following.get(note.start, ends[note.start]))) for note in notes]


def _mean_pitch(notes: Sequence[Struck]) -> float:
    return sum(note.pitch_midi for note in notes) / len(notes)
