"""The ledger: where the theme was heard, who really played it, and how much of it is left, by the notes alone."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from ambience.music.form.thread import Statement
from ambience.music.ledger.cast import find_member
from ambience.music.ledger.likeness import likeness
from ambience.music.ledger.recognition import Line, recognize
from ambience.music.motif import head
from ambience.music.score import Bar, Note
from ambience.music.sheet import LedgerEntry
from ambience.music.work import TimedNote, Work, WrittenBar

QUOTE = "quote"
"""Stands in the place of a transform where the bare head is played, by others than those who play the statement."""

_EARLY_BEATS, _LATE_BEATS, _LATE_SHARE = 0.05, 0.3, 0.6  # a hand is late by no more; a held tone may be waited for
_PLAYED = 0.5  # who plays half of a statement, and little else, plays it
_BUSIEST = 4  # notes for one of the statement: a player in octaves has two, and may add as many
_FEWEST = 2  # a single note is no appearance, unless it is half of all there was to be
_LEAP_SEMITONES = 3  # a head without a leap is found in every scale


@dataclass(slots=True)
class _Thread:
    """A statement that is being followed, and what those wrote who may play it."""

    bar: Bar  # the first one
    cue: str  # name in the cast; empty: the theme
    transform: str
    planned: Line
    lines: dict[str, list[Note]] = field(default_factory=dict)
    quotes: list[tuple[Bar, str, Line]] = field(default_factory=list)  # the bare head, played meanwhile
    bars: list[Bar] = field(default_factory=list)

    def copied(self) -> "_Thread":
        lines = {name: list(notes) for name, notes in self.lines.items()}
        return replace(self, lines=lines, quotes=list(self.quotes), bars=list(self.bars))


class Ledger:
    """Listens to every bar and writes down each appearance of the theme and of the cast."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._head = work.theme.notes[: work.theme.head_notes]
        self._steps = head(self._head)
        self._telling = len(self._steps) > 1 and max(map(abs, self._steps)) >= _LEAP_SEMITONES
        self._places = {layer.name: place for place, layer in enumerate(work.layers)}
        self._carriers = tuple(layer.name for layer in work.layers if layer.carries_theme)
        self._threads: dict[str, _Thread] = {}  # under the name of the cue; the theme's under none
        self._entries: list[LedgerEntry] = []

    def hear(self, written: WrittenBar, statement: Statement) -> None:
        """Listen to one finished bar, in which a statement of the theme may sound."""
        cue = written.bar.cue
        for name, thread in list(self._threads.items()):
            goes_on = statement.notes if not name else cue.theme.statement if cue and cue.name == name else ()
            if not thread.planned or thread.planned != goes_on:
                self._entries += self._judged(self._threads.pop(name))
        at_home = tuple(name for name in self._carriers if not cue or name not in cue.layers)
        self._follow(written, "", statement.transform, statement.notes, at_home)
        self._threads[""].quotes += self._quotes(written, at_home)
        if cue:
            self._follow(written, cue.name, cue.theme.transform, cue.theme.statement, cue.layers)

    def copied(self) -> "Ledger":
        """Return a ledger that has heard the same bars and goes on by itself."""
        twin = copy(self)
        twin._entries, twin._threads = list(self._entries), {name: t.copied() for name, t in self._threads.items()}
        return twin

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Return everything heard so far, by rising time."""
        running = (entry for thread in self._threads.values() for entry in self._judged(thread))
        return tuple(sorted((*self._entries, *running), key=lambda entry: (entry.at_beats, entry.cue)))

    def _follow(self, written: WrittenBar, cue: str, words: str, planned: Line, layers: Sequence[str]) -> None:
        thread = self._threads.setdefault(cue, _Thread(written.bar, cue, words, planned))
        thread.bars.append(written.bar)
        for name in layers if planned else ():
            if notes := written.notes[self._places[name]]:
                thread.lines.setdefault(name, []).extend(timed.note for timed in notes)

    def _quotes(self, written: WrittenBar, layers: Sequence[str]) -> Iterator[tuple[Bar, str, Line]]:
        """Find those who play the bare head of the theme within the bar, true to every interval."""
        for name in layers if self._telling else ():
            notes = written.notes[self._places[name]]
            if len(notes) >= len(self._head):
                line = _top_line(notes)
                if (place := _find(self._steps, line)) is not None:
                    yield written.bar, name, line[place : place + len(self._head)]

    def _judged(self, thread: _Thread) -> Iterator[LedgerEntry]:
        """Write down a statement if anybody played it, and the quotations by those who did not."""
        end_beats = thread.bars[-1].end_beats
        due = tuple(note for note in thread.planned if note.onset_beats < end_beats - 1e-9)
        fewest = min(_FEWEST, (len(thread.planned) + 1) // 2)
        answers = {name: _answer(due, line) for name, line in thread.lines.items()}
        heard = {name: line for name, line in answers.items() if len(line) >= fewest}
        if heard:
            yield self._entry(thread, heard)
        meanwhile = [quote for quote in thread.quotes if quote[1] not in heard]
        for bar in dict.fromkeys(bar.index for bar, _, _ in meanwhile):
            yield self._quotation([quote for quote in meanwhile if quote[0].index == bar])

    def _entry(self, thread: _Thread, heard: Mapping[str, Line]) -> LedgerEntry:
        first = min(line[0].onset_beats for line in heard.values())
        bar = next((bar for bar in thread.bars if first < bar.end_beats), thread.bar)
        words = find_member(self._work, thread.cue).words if thread.cue else thread.transform
        fullest = max(heard.values(), key=len)
        found = recognize(self._work.theme, words, fullest)
        return LedgerEntry(
            bar.start_beats, bar.start_s, bar.index, bar.state.name, thread.transform, tuple(heard),
            len(fullest), found.likeness, found.heard, thread.cue,
        )  # fmt: skip

    def _quotation(self, quotes: Sequence[tuple[Bar, str, Line]]) -> LedgerEntry:
        bar, players = quotes[0][0], tuple(name for _, name, _ in quotes)
        alike = likeness(self._head, quotes[0][2])
        return LedgerEntry(
            bar.start_beats, bar.start_s, bar.index, bar.state.name, QUOTE, players, len(self._head), alike
        )


def _answer(planned: Line, line: Sequence[Note]) -> Line:
    """Find the notes, the highest of each moment, with which a player answers a planned line in whatever octave.

    Empty where the player plays something else.
    """
    if len(line) > _BUSIEST * len(planned):
        return ()
    answers: dict[int, Note] = {}
    place = found = 0
    for note in line:
        while place + 1 < len(planned) and planned[place + 1].onset_beats <= note.onset_beats + _EARLY_BEATS:
            place += 1
        if _is_answer(note, planned[place]):
            found += 1
            if place not in answers or answers[place].pitch_midi < note.pitch_midi:
                answers[place] = note
    plays = found >= _PLAYED * len(line) and len(answers) >= _PLAYED * len(planned)
    return tuple(answers[at] for at in sorted(answers)) if plays else ()


def _is_answer(note: Note, wanted: Note) -> bool:
    late = note.onset_beats - wanted.onset_beats
    allowed = max(_LATE_BEATS, _LATE_SHARE * wanted.duration_beats)
    return -_EARLY_BEATS <= late <= allowed and (note.pitch_midi - wanted.pitch_midi) % 12 == 0


def _top_line(notes: Sequence[TimedNote]) -> Line:
    """Keep the highest of notes that begin together."""
    top: dict[float, Note] = {}
    for note, _, _ in notes:
        known = top.setdefault(round(note.onset_beats, 2), note)
        if known.pitch_midi < note.pitch_midi:
            top[round(note.onset_beats, 2)] = note
    return tuple(top.values())


def _find(steps: Sequence[int], line: Line) -> int | None:
    """Find where a line goes through some intervals, one after the other."""
    found, count = head(line), len(steps)
    return next((at for at in range(len(found) - count + 1) if found[at : at + count] == steps), None)
