"""A motif from a score: the top line of the first part of a MusicXML file, plain (.musicxml, .xml) or packed (.mxl)."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ambience.errors import ParameterError, explain
from ambience.music.motif import motif_text
from ambience.music.score import Note

_LARGEST_BYTES = 20_000_000  # unpacked; an opera has less
_MOST_NOTES = 64
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_CONTAINER = "META-INF/container.xml"


class _Tone(NamedTuple):
    """One written note, at its sounding pitch."""

    onset: Fraction  # beats from the start of the part
    length: Fraction  # beats
    pitch_midi: int
    tied: bool  # it goes on with the one before


def read_score_motif(path: str | Path) -> str:
    """Read the top line of a MusicXML file's first part with notes, as motif text such as ``"C4:1 G4:0.5"``.

    Raises
    ------
    ParameterError
        If the file cannot be read, is no MusicXML in parts, is too large or has no notes.

    Notes
    -----
    MusicXML 4.0, W3C Community Group, 2021: durations count in divisions of a quarter, `backup` and `forward` move
    in the measure, a `chord` note begins with the one before it.
    """
    path = Path(path)
    if path.exists() and not path.is_file():  # a pipe would wait for ever
        raise _refused(path, "is not an ordinary file")
    try:
        line = _first_line(ElementTree.fromstring(_content(path)), path)
    except ParameterError:
        raise
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or error}") from None
    except Exception:  # a damaged file makes the readers of archives, XML and numbers stumble in a dozen ways
        raise _refused(path, "is not a MusicXML file that can be read") from None
    return motif_text([Note(float(tone.onset), float(tone.length), tone.pitch_midi, 1.0) for tone in line])


def _first_line(root: Element, path: Path) -> list[_Tone]:
    if _name(root) != "score-partwise":
        raise _refused(path, "is not MusicXML in parts", "Export it as MusicXML (score-partwise).")
    for part in root:
        if _name(part) == "part" and (line := _joined(_top(_tones(part)))):
            return line[:_MOST_NOTES]
    raise _refused(path, "has no notes", "A theme needs a melody of three or more.")


def _content(path: Path) -> bytes:
    """Read a file, out of its archive if it is packed."""
    if path.stat().st_size > _LARGEST_BYTES:
        raise _refused(path, f"is larger than {_LARGEST_BYTES} bytes")
    content = path.read_bytes()
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_BYTES:
            raise _refused(path, f"holds more than {_LARGEST_BYTES} bytes")
        container = ElementTree.fromstring(archive.read(_CONTAINER))
        return archive.read(next(file.attrib["full-path"] for file in container.iter() if _name(file) == "rootfile"))


def _tones(part: Element) -> Iterator[_Tone]:
    """Walk through a part and yield every note that takes time, in the order of writing."""
    divisions, shift, start = Fraction(1), 0, Fraction(0)
    for measure in part:
        at, longest, onset = start, start, start
        for item in measure:
            kind, length = _name(item), _number(item, "duration") / divisions
            if kind == "attributes":
                divisions = _number(item, "divisions") or divisions
                shift = _transposition(item, shift)
            elif kind == "backup":
                at -= length
            elif kind == "forward":
                at += length
            elif kind == "note" and item.find("{*}grace") is None:
                if item.find("{*}chord") is None:
                    onset, at = at, at + length
                if (pitch := item.find("{*}pitch")) is not None and length > 0:
                    tied = any(tie.get("type") == "stop" for tie in item.findall("{*}tie"))
                    yield _Tone(onset, length, _pitch_midi(pitch) + shift, tied)
            longest = max(longest, at)
        start = longest


def _transposition(attributes: Element, before: int) -> int:
    """Read how far a transposing instrument sounds from what is written."""
    found = attributes.find("{*}transpose")
    if found is None:
        return before
    return int(_number(found, "chromatic")) + 12 * int(_number(found, "octave-change"))


def _top(tones: Iterable[_Tone]) -> Iterator[_Tone]:
    """Follow the top line: what begins under a higher note that still sounds is accompaniment."""
    last: _Tone | None = None
    for tone in sorted(tones, key=lambda tone: (tone.onset, -tone.pitch_midi)):
        covered = last and (
            tone.onset == last.onset or (tone.pitch_midi < last.pitch_midi and tone.onset < last.onset + last.length)
        )
        if not covered:
            last = tone
            yield tone


def _joined(tones: Iterable[_Tone]) -> list[_Tone]:
    """Make one note of those that are tied."""
    line: list[_Tone] = []
    for tone in tones:
        before = line[-1] if line else None
        if before and tone.tied and tone.pitch_midi == before.pitch_midi and tone.onset == before.onset + before.length:
            line[-1] = before._replace(length=before.length + tone.length)
        else:
            line.append(tone)
    return line


def _pitch_midi(pitch: Element) -> int:
    octave, alter = int(_number(pitch, "octave")), round(_number(pitch, "alter"))
    return 12 * (octave + 1) + _STEPS[(pitch.findtext("{*}step") or "").strip()] + alter


def _number(element: Element, name: str) -> Fraction:
    return Fraction((element.findtext(f"{{*}}{name}") or "0").strip())


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _refused(path: Path, rule: str, hint: str = "") -> ParameterError:
    return ParameterError(explain(str(path), "", None, rule, hint))
