"""MIDI files, and the one door to mido: a score goes out for any DAW, a motif comes in from one."""

import io
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ambience.errors import ParameterError, explain
from ambience.io.atomic import write_whole
from ambience.io.midi_bytes import channel_bytes, meta_bytes
from ambience.io.midi_terms import TICKS_PER_BEAT, to_tick
from ambience.io.performance import Performance, perform
from ambience.music.motif import motif_text
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.music.sheet import Score
from ambience.units import AnyArray, IntArray

_RELEASE, _SETTING, _STRIKE = range(3)  # order within one tick: a note ends before its pitch begins again
_KINDS = np.array([0x80, 0xB0, 0x90], dtype=np.uint8)  # first bytes of these, on channel 0
_RELEASE_VELOCITY = 64

_HEADER = struct.Struct(">4sIHHH")  # kind of chunk, its length, type of file, tracks, ticks a beat
_CHUNK = struct.Struct(">4sI")
_PROGRAM = 0xC0  # first byte, on channel 0

_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")

_MOTIF_FILE_BYTES = 1_000_000  # a motif has a dozen notes; this holds a symphony
_MOTIF_NOTES = 64
_MOTIF_GRID = 48  # steps per beat: sixteenths and triplets survive, a player's unevenness does not


def write_midi(score: Score, path: str | Path, force: bool = False) -> None:
    """Write a score as a type 1 MIDI file, whole or not at all.

    Parameters
    ----------
    score : Score
        What to write; cents of detuning are left out.
    path : str or Path
        File to make.
    force : bool
        Replace a file that exists.

    Raises
    ------
    ParameterError
        If the file exists and `force` is not set.
    OSError
        If it cannot be written.
    """
    write_whole(Path(path), lambda opened: save_midi(score, opened), force=force)


def save_midi(score: Score, opened: BinaryIO) -> None:
    """Write a score as MIDI into an open binary file; the same score gives the same bytes."""
    played = perform(score)
    last_tick = _last_tick(score, played)
    opened.write(_HEADER.pack(b"MThd", 6, 1, 1 + len(played), TICKS_PER_BEAT))
    for track in chain([_conductor(score, last_tick)], (_player(one, last_tick) for one in played)):
        opened.write(_CHUNK.pack(b"MTrk", len(track)) + track)


def read_motif(path: str | Path) -> str:
    """Read the highest voice of a MIDI file's first track with notes, as motif text such as ``"C4:1 G4:0.5"``.

    Raises
    ------
    ParameterError
        If the file cannot be read, is no MIDI file, is too large or has no notes.
    """
    line = _highest_voice(_first_notes(Path(path)))
    steps = [Note(on / _MOTIF_GRID, (off - on) / _MOTIF_GRID, pitch, 1.0) for on, off, pitch in line]
    return motif_text(steps)


def _last_tick(score: Score, played: Iterable[Performance]) -> int:
    maps = (score.tempos, score.meters, score.keys, score.markers)
    at_beats = [entries[-1].at_beats for entries in maps if entries]
    ends = [int(one.keys.table[:, 1].max(initial=0)) for one in played]
    return max([to_tick(score.length_beats), *ends, *(to_tick(beat) for beat in at_beats)])


def _conductor(score: Score, last_tick: int) -> bytes:
    """Write track 0: what belongs to all tracks, with text at both ends so that no DAW shortens the file."""
    signs = sorted(_signs(score), key=itemgetter(0))
    return meta_bytes([*signs, *_ending(last_tick)])


def _signs(score: Score) -> Iterator[tuple[int, bytes]]:
    yield 0, _meta("track_name", name=_ascii(score.title) or "ambience")
    for tempo in score.tempos:
        yield to_tick(tempo.at_beats), _meta("set_tempo", tempo=round(60e6 / tempo.tempo_bpm))
    for meter in score.meters:
        signature = {"numerator": meter.beats, "denominator": meter.unit, "clocks_per_click": 96 // meter.unit}
        yield to_tick(meter.at_beats), _meta("time_signature", **signature)
    for key in score.keys:
        yield to_tick(key.at_beats), _meta("key_signature", key=key_signature(key.scale))
    for marker in score.markers:
        yield to_tick(marker.at_beats), _meta("marker", text=_ascii(marker.text))
    yield 0, _meta("text", text=f"seed {score.seed}")


def _player(played: Performance, last_tick: int) -> bytes:
    """Write what one layer plays."""
    opening = [(0, _meta("track_name", name=_ascii(played.name) or "layer"))]
    if played.port:
        opening.append((0, _meta("midi_port", port=played.port)))
    if played.program is not None:
        opening.append((0, bytes((_PROGRAM | played.channel, played.program))))
    ticks, messages = _messages(played)
    return meta_bytes(opening) + channel_bytes(ticks, messages) + meta_bytes(_ending(last_tick), int(ticks[-1]))


def _messages(played: Performance) -> tuple[IntArray, AnyArray]:
    """Put in order what an instrument is sent: the ticks, and the three bytes of each message."""
    changes, keys = played.changes.table, played.keys.table
    ticks = np.concatenate((changes[:, 0], keys[:, 0], keys[:, 1]))
    ranks = np.repeat((_SETTING, _STRIKE, _RELEASE), (len(changes), len(keys), len(keys)))
    numbers = np.concatenate((changes[:, 1:], keys[:, 2:], keys[:, 2:])).astype(np.uint8)
    numbers[ranks == _RELEASE, 1] = _RELEASE_VELOCITY
    order = np.lexsort((ranks, ticks))
    return ticks[order], np.column_stack((_KINDS[ranks] | played.channel, numbers))[order]


def _ending(last_tick: int) -> list[tuple[int, bytes]]:
    """End a track where all of them end."""
    return [(last_tick, _meta("text", text="end")), (last_tick, _meta("end_of_track"))]


def _meta(kind: str, **values: Any) -> bytes:
    """Write a message that no instrument plays, by mido's name for it."""
    import mido

    return bytes(mido.MetaMessage(kind, **values).bytes())


def key_signature(scale: Scale) -> str:
    """Name the major or minor key nearest to a mode: the same tonic, and the mode's own third."""
    return (_MINOR if scale.minor else _MAJOR)[scale.tonic_pc]


def _ascii(text: str) -> str:
    """Write a name so that every DAW shows it: accents go, what is left over becomes a question mark."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter.isprintable())
    return kept.encode("ascii", "replace").decode().strip()


def _first_notes(path: Path) -> list[tuple[int, int, int]]:
    """Return (start, end, pitch), in steps of the motif grid, of the first track that has notes."""
    song = _open_song(path)
    for track in song.tracks:
        if notes := _pair(track, song.ticks_per_beat):
            return notes
    raise ParameterError(explain(str(path), "", None, "has no notes", "A theme needs a melody of three or more."))


def _open_song(path: Path) -> Any:
    """Parse a MIDI file of unknown origin."""
    import mido

    unreadable = "is not a MIDI file that can be read"
    if path.exists() and not path.is_file():  # a pipe would wait for ever
        raise ParameterError(explain(str(path), "", None, "is not an ordinary file"))
    try:
        if path.stat().st_size > _MOTIF_FILE_BYTES:
            raise ParameterError(explain(str(path), "", None, f"is larger than {_MOTIF_FILE_BYTES} bytes"))
        song = mido.MidiFile(file=io.BytesIO(path.read_bytes()), clip=True)
    except OSError as error:
        reason = error.strerror or unreadable  # mido's own OSErrors have no strerror
        raise ParameterError(
            explain(str(path), "", None, f"cannot be read: {reason}" if error.strerror else reason)
        ) from None
    except Exception:  # a damaged file makes mido stumble in a dozen ways, each with an exception of its own
        raise ParameterError(explain(str(path), "", None, unreadable)) from None
    if song.ticks_per_beat <= 0:
        raise ParameterError(explain(str(path), "", None, "counts film frames, not beats", "Export it with a tempo."))
    return song


def _pair(track: Iterable[Any], ticks_per_beat: int) -> list[tuple[int, int, int]]:
    sounding: dict[tuple[int, int], int] = {}
    notes: list[tuple[int, int, int]] = []
    tick = 0

    def release(voice: tuple[int, int]) -> None:
        if (start := sounding.pop(voice, None)) is not None:
            first, last = (round(at * _MOTIF_GRID / ticks_per_beat) for at in (start, tick))
            notes.append((first, max(last, first + 1), voice[1]))

    for message in track:
        tick += message.time
        if message.type in ("note_on", "note_off"):
            voice = (message.channel, message.note)
            release(voice)
            if message.type == "note_on" and message.velocity > 0:
                sounding[voice] = tick
    for voice in tuple(sounding):
        release(voice)
    return notes


def _highest_voice(notes: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Follow the top line: what begins under a higher note that still sounds is accompaniment."""
    line: list[tuple[int, int, int]] = []
    for onset, end, pitch in sorted(notes, key=lambda note: (note[0], -note[2])):
        if line and (onset == line[-1][0] or (pitch < line[-1][2] and onset < line[-1][1])):
            continue
        line.append((onset, end, pitch))
        if len(line) == _MOTIF_NOTES:
            break
    return line
