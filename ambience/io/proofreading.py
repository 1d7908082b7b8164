"""Proofreading MusicXML: what its writer leaves out, counts another way, or says anew every day."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

_DATED = "2000-01-01"  # always, or one score would give another file every day


def proofread(root: Element, channels: Sequence[int]) -> None:
    """Correct a score in place.

    Parameters
    ----------
    root : Element
        Of the file, as music21 made it.
    channels : sequence of int, 0..15
        MIDI channels, one an instrument.
    """
    for dated in root.iter("encoding-date"):
        dated.text = _DATED
    for number, channel in zip(channels, root.iter("midi-channel"), strict=True):
        channel.text = str(number + 1)
    for measure in root.iter("measure"):
        _number_voices(measure)
    for listed, part in zip(root.iter("score-part"), root.iter("part"), strict=True):
        if (played := listed.find("score-instrument")) is not None:
            _name_strokes(part, played.get("id", ""))


def _name_strokes(part: Element, instrument: str) -> None:
    """Say of every stroke which instrument it is for: a stroke has no pitch by which a reader could find its sound."""
    for note in part.iter("note"):
        if note.find("unpitched") is not None:
            place = next(i for i, child in enumerate(note) if child.tag in ("voice", "type"))
            note.insert(place, Element("instrument", id=instrument))


def _number_voices(measure: Element) -> None:
    """Count the voices of an upper staff from 1 and of a lower from 5, so that readers keep them apart."""
    numbers: dict[str, dict[str, int]] = {"1": {}, "2": {}}
    for note in measure.iter("note"):
        voice, staff = note.find("voice"), note.findtext("staff")
        if voice is not None and staff is not None:
            known = numbers[staff]
            first = 1 if staff == "1" else 5
            voice.text = str(known.setdefault(voice.text or "", first + len(known)))
