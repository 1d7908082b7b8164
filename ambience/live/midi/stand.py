"""The notes, controllers and clock of a piece as MIDI messages, each at its frame: what a MIDI port is still to get."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from ambience import plugins
from ambience.io.midi_terms import Chair, chairs, to_tick, to_velocity
from ambience.live.midi.channel import Channel
from ambience.live.midi.messages import (
    ALL_NOTES_OFF,
    CLOCK,
    CONTINUE,
    CONTROL,
    NOTE_OFF,
    NOTE_ON,
    START,
    STOP,
    song_position,
)
from ambience.music.work import TimedNote, WrittenBar
from ambience.plugins import MidiProfile
from ambience.preset import Preset
from ambience.units import FloatArray, beats_to_s, s_to_frames

CLOCKS_PER_BEAT = 24
_CLOCKS_PER_STEP = 6  # a song position counts sixteenths
_EVERYWHERE = -1  # port of what all of them get
_RELEASE, _CLOCK, _CONTROLS, _STRIKE = range(4)  # order within one frame
_LATE_S = 0.5  # whoever comes later hears no note that is over, and no start that has been

Sent = tuple[int, bytes]
"""Port, counted from 0, and message."""


class _Entry(NamedTuple):
    """Something that is due; of two notes of one pitch the longer stands first, as in a MIDI file."""

    frame: int
    rank: int
    tick: int
    pitch_midi: int
    less_frames: int  # minus the length
    number: int
    content: "_Strike | FloatArray | None"  # None: a tick of the clock


@dataclass(frozen=True, slots=True)
class _Strike:
    """A note that a layer plays."""

    layer: int
    timed: TimedNote
    tick: int
    pitch_midi: int
    end_frame: int


class Stand:
    """Keeps what is to be sent, and hands it out when it is due.

    Parameters
    ----------
    preset : Preset
        Whose layers play.
    sample_rate_hz : int
        Frames a second.
    joined_frame : int
        From which on somebody listens.
    """

    def __init__(self, preset: Preset, sample_rate_hz: int, joined_frame: int = 0) -> None:
        self._rate_hz, self._joined_frame = sample_rate_hz, joined_frame
        self._profiles = tuple(_profile(layer.instrument) for layer in preset.layers.values())
        self._chairs = chairs(self._profiles)
        layers = zip(self._chairs, self._profiles, preset.layers.values(), strict=True)
        self._channels = {chair: Channel(chair, profile, y.gain_db, y.pan) for chair, profile, y in layers}
        self._waiting: list[_Entry] = []
        self._numbers = count()
        self._sounding: dict[tuple[Chair, int], _Strike] = {}
        self._rolling = self._silent = False

    @property
    def ports(self) -> int:
        """How many ports it takes for all layers."""
        return max(chair.port for chair in self._chairs) + 1

    @property
    def port_of_layers(self) -> tuple[int, ...]:
        """The port of every layer."""
        return tuple(chair.port for chair in self._chairs)

    @property
    def next_frame(self) -> int | None:
        """When something is due next."""
        return self._waiting[0].frame if self._waiting else None

    def read_bar(self, written: WrittenBar, from_frame: int) -> None:
        """Take a bar: a new one, or what the last one has become from a frame on."""
        if from_frame:
            kept = (e for e in self._waiting if e.frame < from_frame or e.rank not in (_STRIKE, _CLOCK))
            self._waiting = list(kept)
            heapq.heapify(self._waiting)
        over_frame = self._joined_frame - _LATE_S * self._rate_hz
        for layer, notes in enumerate(written.notes):
            self._channels[self._chairs[layer]].read_hairpin(written.bar, written.expression[layer])
            for timed in notes:
                if (frame := s_to_frames(timed.onset_s, self._rate_hz)) >= from_frame:
                    self._expect_note(layer, timed, frame, over_frame)
        self._expect_clock(written, from_frame, over_frame)

    def read_controls(self, frame: int, controls: FloatArray) -> None:
        """Take the controls at a frame."""
        self._push(frame, _CONTROLS, 0, controls)

    def due(self, frame: float) -> Iterator[Sent]:
        """Hand out what is due by a frame, in its order."""
        while self._waiting and self._waiting[0].frame <= frame:
            entry = heapq.heappop(self._waiting)
            if isinstance(entry.content, _Strike):
                yield from self._strike(entry.content) if entry.rank == _STRIKE else self._release(entry.content)
            elif entry.content is None:
                yield from self._tick(entry.tick)
            else:
                for channel in self._channels.values():
                    yield from channel.follow(entry.frame / self._rate_hz, entry.content)

    def opening(self) -> Iterator[Sent]:
        """Set programs and controllers, on every port."""
        for channel in self._channels.values():
            yield from channel.opening()

    def silence(self) -> Iterator[Sent]:
        """End all notes and the clock, because nothing is heard any more."""
        for chair, pitch in self._sounding if not self._silent else ():
            yield chair.port, _release(chair, pitch)
        for chair in self._channels:
            yield chair.port, bytes((CONTROL | chair.channel, ALL_NOTES_OFF, 0))
        if self._rolling:
            yield _EVERYWHERE, bytes((STOP,))
        self._rolling, self._silent = False, True

    def resume(self) -> Iterator[Sent]:
        """Strike again what should sound; the clock goes on by itself at the next sixteenth."""
        if self._silent:
            self._silent = False
            yield from self.opening()
            for (chair, pitch), strike in self._sounding.items():
                yield chair.port, _struck(chair, pitch, strike)

    def _expect_note(self, layer: int, timed: TimedNote, frame: int, over_frame: float) -> None:
        end_frame = max(s_to_frames(timed.end_s, self._rate_hz), frame + 1)
        if end_frame >= over_frame:
            drum_key = self._profiles[layer].drum_key
            pitch, tick = drum_key if drum_key is not None else timed.note.pitch_midi, to_tick(timed.note.onset_beats)
            strike = _Strike(layer, timed, tick, pitch, end_frame)
            self._push(frame, _STRIKE, tick, strike, pitch, frame - end_frame)

    def _expect_clock(self, written: WrittenBar, from_frame: int, over_frame: float) -> None:
        bar = written.bar
        first = round(bar.start_beats * CLOCKS_PER_BEAT)
        for number in range(first, round(bar.end_beats * CLOCKS_PER_BEAT)):
            at_s = bar.start_s + beats_to_s(number / CLOCKS_PER_BEAT - bar.start_beats, bar.tempo_bpm)
            if (frame := s_to_frames(at_s, self._rate_hz)) >= max(from_frame, over_frame):
                self._push(frame, _CLOCK, number, None)

    def _push(
        self,
        frame: int,
        rank: int,
        tick: int,
        content: "_Strike | FloatArray | None",
        pitch: int = 0,
        less_frames: int = 0,
    ) -> None:
        heapq.heappush(self._waiting, _Entry(frame, rank, tick, pitch, less_frames, next(self._numbers), content))

    def _strike(self, strike: _Strike) -> Iterator[Sent]:
        chair = self._chairs[strike.layer]
        before = self._sounding.get((chair, strike.pitch_midi))
        if before is not None:
            if before.tick == strike.tick:
                return
            yield chair.port, _release(chair, strike.pitch_midi)
        self._sounding[chair, strike.pitch_midi] = strike
        yield from self._channels[chair].begin(strike.timed)
        yield chair.port, _struck(chair, strike.pitch_midi, strike)
        self._push(strike.end_frame, _RELEASE, strike.tick, strike)

    def _release(self, strike: _Strike) -> Iterator[Sent]:
        chair = self._chairs[strike.layer]
        if self._sounding.get((chair, strike.pitch_midi)) is strike:  # else it was struck again
            del self._sounding[chair, strike.pitch_midi]
            self._channels[chair].end(strike.timed)
            yield chair.port, _release(chair, strike.pitch_midi)

    def _tick(self, number: int) -> Iterator[Sent]:
        if not self._rolling:
            step, rest = divmod(number, _CLOCKS_PER_STEP)
            if rest:
                return
            self._rolling = True
            if number == 0:
                yield _EVERYWHERE, bytes((START,))
            else:
                yield _EVERYWHERE, song_position(step)
                yield _EVERYWHERE, bytes((CONTINUE,))
        yield _EVERYWHERE, bytes((CLOCK,))


def _struck(chair: Chair, pitch_midi: int, strike: _Strike) -> bytes:
    return bytes((NOTE_ON | chair.channel, pitch_midi, to_velocity(strike.timed.note.velocity)))


def _release(chair: Chair, pitch_midi: int) -> bytes:
    return bytes((NOTE_OFF | chair.channel, pitch_midi, 64))


def _profile(instrument: dict[str, object]) -> MidiProfile:
    profile: MidiProfile = plugins.build("instruments", instrument).midi
    return profile
