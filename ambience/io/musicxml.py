"""MusicXML, and the one door to music21: the score as a conductor reads it."""
# mypy: allow-untyped-calls

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

from ambience.io.atomic import write_whole
from ambience.io.barlines import Measure
from ambience.io.engraving import MARGIN_MM, PAPER_MM, Desk, Event, Head, Page, Staff, engrave
from ambience.io.proofreading import proofread
from ambience.io.seating import KEYBOARDS, Seat
from ambience.io.signs import Sign
from ambience.io.voices import GRID
from ambience.music.sheet import Score

_SOUNDS = {2: "M-2", 7: "P-5", 12: "P-8", -12: "P8", -24: "P15"}  # from written to sounding, by `shift_semitones`
_ALTERS = {-2: "--", -1: "-", 0: "", 1: "#", 2: "##"}  # in the words of music21
_DOCTYPE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    b'"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def write_musicxml(score: Score, path: str | Path, force: bool = False) -> None:
    """Write the orchestral parts of a score as MusicXML, whole or not at all.

    Times go to the nearest sixteenth; drones and noises are left out. An existing file is replaced only with `force`.

    Raises
    ------
    ParameterError
        If the file exists and `force` is not set.
    OSError
        If it cannot be written.
    """
    write_whole(Path(path), lambda opened: save_musicxml(score, opened), force=force)


def save_musicxml(score: Score, opened: BinaryIO) -> None:
    """Write a score as MusicXML into an open binary file; the same score gives the same bytes."""
    from music21.musicxml.m21ToXml import ScoreExporter

    page = engrave(score)
    root = ScoreExporter(_score(page), makeNotation=False).parse()
    proofread(root, [desk.seat.channel for desk in page.desks])
    ElementTree.indent(root)
    opened.write(_DOCTYPE + ElementTree.tostring(root, encoding="utf-8") + b"\n")


def _score(page: Page) -> Any:
    from music21 import layout, metadata, stream

    written = stream.Score(id="score")
    written.metadata = metadata.Metadata()
    written.metadata.title = page.title
    written.metadata.composer = f"ambience, seed {page.seed}"
    written.insert(0, _paper(page))
    families: dict[int, list[Any]] = {}
    for number, desk in enumerate(page.desks, 1):
        parts = [_part(page, desk, number, place) for place in range(len(desk.staves))]
        for part in parts:
            written.insert(0, part)
        if len(parts) == 2:
            written.insert(0, layout.StaffGroup(parts, name=desk.seat.name, symbol="brace", barTogether=True))
        else:
            families.setdefault(desk.seat.family, []).extend(parts)
    for family, parts in families.items():
        if len(parts) > 1 and family != KEYBOARDS:
            written.insert(0, layout.StaffGroup(parts, symbol="bracket", barTogether=True))
    return written


def _paper(page: Page) -> Any:
    from music21 import layout

    tenths = 40 / page.staff_mm  # in a millimeter
    sides = ("left", "right", "top", "bottom")
    margins: dict[str, Any] = {f"{side}Margin": round(MARGIN_MM * tenths) for side in sides}
    width, height = (round(side_mm * tenths) for side_mm in PAPER_MM)
    sheet = layout.PageLayout(pageWidth=width, pageHeight=height, **margins)
    return layout.ScoreLayout(scalingMillimeters=page.staff_mm, scalingTenths=40, pageLayout=sheet)


def _part(page: Page, desk: Desk, number: int, place: int) -> Any:
    from music21 import stream

    kind = stream.PartStaff if len(desk.staves) == 2 else stream.Part
    part = kind(id=f"P{number}" + (f"-{place + 1}" if len(desk.staves) == 2 else ""))
    part.partName, part.partAbbreviation = desk.seat.name, desk.seat.short
    part.atSoundingPitch = False
    part.insert(0, _instrument(desk.seat, number, place))
    staff = desk.staves[place]
    for index, measure in enumerate(page.measures):
        written = stream.Measure(number=index + 1)
        _begin(written, page, staff, index, leads=number == 1 and place == 0)
        _write_voices(written, staff.bars[index], desk.seat, measure)
        if measure.double_bar or index == len(page.measures) - 1:
            written.rightBarline = "double" if measure.double_bar else "final"
        part.insert(measure.start / GRID, written)
    _write_signs(part, staff.signs, page.measures)
    return part


def _instrument(seat: Seat, number: int, place: int) -> Any:
    from music21 import instrument, interval

    played: Any = instrument.UnpitchedPercussion() if seat.unpitched else instrument.Instrument()
    played.partId, played.instrumentId = f"P{number}", f"I{number}" + (f"-{place + 1}" if place else "")
    played.partName = played.instrumentName = seat.name
    played.partAbbreviation = played.instrumentAbbreviation = seat.short
    played.midiProgram = seat.program
    played.midiChannel = 2 * number + place  # music21 wants all to differ; the real ones come last
    if seat.unpitched:
        played.percMapPitch = seat.drum_key
    if seat.shift_semitones:
        played.transposition = interval.Interval(_SOUNDS[seat.shift_semitones])
    return played


def _begin(written: Any, page: Page, staff: Staff, index: int, leads: bool) -> None:
    """Open a bar with what changes there; the top staff also carries what all players read."""
    from music21 import clef, expressions, key, meter, tempo

    measure, before = page.measures[index], page.measures[index - 1] if index else None
    for name in (name for bar, name in staff.clefs if bar == index):
        written.insert(0, getattr(clef, f"{name.title()}Clef")())
    if index == 0 or staff.fifths[index] != staff.fifths[index - 1]:
        written.insert(0, key.KeySignature(staff.fifths[index]))
    if before is None or (before.beats, before.unit) != (measure.beats, measure.unit):
        written.insert(0, meter.TimeSignature(f"{measure.beats}/{measure.unit}"))
    shared: list[Any] = []
    if measure.rehearsal:
        shared.append(expressions.RehearsalMark(measure.rehearsal))
    if measure.tempo_bpm:
        shared.append(tempo.MetronomeMark(number=round(measure.tempo_bpm, 2)))
    if measure.remark:
        shared.append(expressions.TextExpression(measure.remark))
        shared[-1].style.fontStyle = "italic"
    for mark in shared if leads else ():
        mark.placement = "above"  # a reader that is not told puts some of them below the staff
        written.insert(0, mark)


def _write_voices(written: Any, voices: Sequence[Sequence[Event]], seat: Seat, measure: Measure) -> None:
    from music21 import meter, stream

    for number, events in enumerate(voices):
        target = written if len(voices) == 1 else stream.Voice(id=str(number + 1))
        elements = [_element(event, seat, hidden=number > 0) for event in events]
        if len(events) == 1 and not events[0].heads:
            elements[0].fullMeasure = True
        signature = meter.TimeSignature(f"{measure.beats}/{measure.unit}")
        beams = signature.getBeams(elements) if any(event.length < GRID for event in events) else [None] * len(events)
        for event, element, beam in zip(events, elements, beams, strict=True):
            if beam is not None and event.heads:
                element.beams = beam
            target.insert(event.start / GRID, element)
        if target is not written:
            written.insert(0, target)


def _element(event: Event, seat: Seat, hidden: bool) -> Any:
    """Write a chord, a note, a stroke or a rest."""
    from music21 import chord, note

    length = event.length / GRID
    element: Any
    if not event.heads:
        rest = note.Rest(quarterLength=length)
        rest.style.hideObjectOnPrint = hidden
        return rest
    if seat.unpitched:
        element = note.Unpitched(displayName="B4", quarterLength=length)
        element.tie = _tie(event.heads[0])
    else:
        notes = [_note(head, length) for head in event.heads]
        element = notes[0] if len(notes) == 1 else chord.Chord(notes, quarterLength=length)
    for mark in event.marks:
        _mark(element, mark)
    return element


def _note(head: Head, length: float) -> Any:
    from music21 import note, pitch

    written = pitch.Pitch(f"{head.pitch.step}{_ALTERS[head.pitch.alter]}{head.pitch.octave}")
    if head.accidental and not head.pitch.alter:
        written.accidental = pitch.Accidental("natural")
    if written.accidental:
        written.accidental.displayStatus = head.accidental
    element = note.Note(written, quarterLength=length)
    element.tie = _tie(head)
    return element


def _tie(head: Head) -> Any:
    from music21 import tie

    kind = {(True, True): "continue", (True, False): "stop", (False, True): "start"}.get((head.tied_back, head.tied_on))
    return tie.Tie(kind) if kind else None


def _mark(element: Any, mark: str) -> None:
    from music21 import articulations, expressions

    if mark in ("staccato", "marcato"):
        element.articulations.append(articulations.Staccato() if mark == "staccato" else articulations.Accent())
    elif mark in ("tremolo", "roll"):
        element.expressions.append(expressions.Tremolo(numberOfMarks=3))


def _write_signs(part: Any, signs: Sequence[Sign], measures: Sequence[Measure]) -> None:
    from music21 import dynamics, expressions, spanner

    bars = list(part.getElementsByClass("Measure"))
    starts = [measure.start for measure in measures]

    def place(step: int, sign: Any) -> Any:
        bar = bisect_right(starts, step) - 1
        bars[bar].insert((step - starts[bar]) / GRID, sign)
        return sign

    for sign in signs:
        if sign.kind == "dynamic":
            place(sign.start, dynamics.Dynamic(sign.text))
        elif sign.kind == "words":
            place(sign.start, expressions.TextExpression(sign.text)).placement = "above"
        else:
            kind = dynamics.Crescendo if sign.kind == "crescendo" else dynamics.Diminuendo
            ends = [place(step, spanner.SpannerAnchor()) for step in (sign.start, sign.end)]
            part.insert(0, kind(*ends))
