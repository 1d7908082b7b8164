"""MIDI files, and the one door to mido: a score goes out for any DAW, a motif comes in from one."""

import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ambience.errors import ParameterError, explain
from ambience.io.atomic import write_whole
from ambience.io.midi_terms import TICKS_PER_BEAT, to_tick
from ambience.io.performance import Performance, perform
from ambience.music.motif import motif_text
from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.music.sheet import Score

_RELEASE, _SETTING, _STRIKE, _LAST = range(4)  # order within one tick: a note ends before its pitch begins again

_CHANNEL_KINDS = {"program_change", "control_change", "note_on", "note_off"}

_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")

_MOTIF_FILE_BYTES = 1_000_000  # a motif has a dozen notes; this holds a symphony
_MOTIF_NOTES = 64
_MOTIF_GRID = 48  # steps per beat: sixteenths and triplets survive, a player's unevenness does not


class _Event(NamedTuple):
    """One message of a track."""

    tick: int
    rank: int  # order within the tick
    kind: str  # mido's name for it
    values: dict[str, Any]


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
    import mido

    played = perform(score)
    last_tick = _last_tick(score, played)
    song = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT)
    song.tracks.append(_track(_conductor(score, last_tick), last_tick))
    song.tracks.extend(_track(_player(one, last_tick), last_tick) for one in played)
    song.save(file=opened)


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
    ends = [key.end for one in played for key in one.keys]
    return max([to_tick(score.length_beats), *ends, *(to_tick(beat) for beat in at_beats)])


def _conductor(score: Score, last_tick: int) -> Iterator[_Event]:
    """Write track 0: what belongs to all tracks, with text at both ends so that no DAW shortens the file."""
    yield _Event(0, _SETTING, "track_name", {"name": _ascii(score.title) or "ambience"})
    for tempo in score.tempos:
        yield _Event(to_tick(tempo.at_beats), _SETTING, "set_tempo", {"tempo": round(60e6 / tempo.tempo_bpm)})
    for meter in score.meters:
        signature = {"numerator": meter.beats, "denominator": meter.unit, "clocks_per_click": 96 // meter.unit}
        yield _Event(to_tick(meter.at_beats), _SETTING, "time_signature", signature)
    for key in score.keys:
        yield _Event(to_tick(key.at_beats), _SETTING, "key_signature", {"key": key_signature(key.scale)})
    for marker in score.markers:
        yield _Event(to_tick(marker.at_beats), _SETTING, "marker", {"text": _ascii(marker.text)})
    yield _Event(0, _SETTING, "text", {"text": f"seed {score.seed}"})
    yield _Event(last_tick, _LAST, "text", {"text": "end"})


def _player(played: Performance, last_tick: int) -> Iterator[_Event]:
    channel = played.channel
    yield _Event(0, _SETTING, "track_name", {"name": _ascii(played.name) or "layer"})
    if played.port:
        yield _Event(0, _SETTING, "midi_port", {"port": played.port})
    if played.program is not None:
        yield _Event(0, _SETTING, "program_change", {"channel": channel, "program": played.program})
    for tick, controller, value in played.changes:
        yield _Event(tick, _SETTING, "control_change", {"channel": channel, "control": controller, "value": value})
    for start, end, pitch, velocity in played.keys:
        yield _Event(start, _STRIKE, "note_on", {"channel": channel, "note": pitch, "velocity": velocity})
        yield _Event(end, _RELEASE, "note_off", {"channel": channel, "note": pitch, "velocity": 64})
    yield _Event(last_tick, _LAST, "text", {"text": "end"})


def _track(events: Iterable[_Event], last_tick: int) -> Any:
    """Turn absolute ticks into the deltas of a file; every track ends at the same tick."""
    import mido

    ordered = sorted(events, key=lambda event: event[:2])  # stable: equal ranks keep the order they were written in
    track = mido.MidiTrack()
    before = 0
    for tick, _, kind, values in ordered:
        if kind in _CHANNEL_KINDS:  # checked by `perform`; checking each again takes longer than all the rest
            track.append(mido.Message(kind, skip_checks=True, time=tick - before, **values))
        else:
            track.append(mido.MetaMessage(kind, time=tick - before, **values))
        before = tick
    track.append(mido.MetaMessage("end_of_track", time=last_tick - before))
    return track


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
