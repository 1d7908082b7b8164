"""Samples in the act of sounding: notes become key presses on a synthesizer, dynamics move its controllers."""

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ambience.sound.block import BRIGHTNESS, QUANTUM_FRAMES, TENSION, NoteOn, Player
from ambience.sound.fluid import BLOCK_FRAMES, BREATH, CHANNELS, Fluid
from ambience.units import Audio, FloatArray, db_to_gain, hz_to_midi, s_to_frames, smoothstep

_TAIL_S = 8.0  # a channel rests so long before its turn comes again: the last note may still ring
_HEADROOM_DB = 24.0  # a synthesizer can only be turned down: this much stays for trims and accents
_ACCENT_DB, _ACCENT_S = 3.0, 0.25  # by ear: of a hammered note
_SHORT_DB, _SHORT_S = 5.0, 0.16  # by ear: samples speak late, so what is short is struck harder and lasts this long
_SWELL_FLOOR_DB, _SWELL_PEAK = -14.0, 0.6  # by ear: at both ends of a swell; where in the note it is loudest
_SHAPED = ("marcato", "swell")
_TENSION_DB = 4.0  # by ear: from calm to unbearable, of what is bowed or blown; the notes' velocities carry the rest
_DARKEST_CENTS, _STEP_CENTS = 3600.0, 25.0  # by ear: how far the low-pass closes, and what nobody hears
_OPEN_FROM_MIDI, _SLOPE_SEMITONES = 84, 24.0  # so high it does not close at all: it would take the tone itself


class Trim(NamedTuple):
    """What makes every note of a soundfont as loud as the house wants it: gains over pitch and over force."""

    pitches_midi: tuple[float, ...] = (0.0, 127.0)  # rising
    by_pitch_db: tuple[float, ...] = (0.0, 0.0)
    velocities: tuple[float, ...] = (0.0, 1.0)  # rising, 0..1
    by_velocity_db: tuple[float, ...] = (0.0, 0.0)

    def gain_db(self, pitch_midi: float, velocity: float) -> float:
        """Return the gain of a note."""
        by_pitch_db = np.interp(pitch_midi, self.pitches_midi, self.by_pitch_db)
        return float(by_pitch_db + np.interp(velocity, self.velocities, self.by_velocity_db))


@dataclass(slots=True, eq=False)
class _Held:
    """One note on a channel of its own: so it can be tuned, swelled and let go alone."""

    channel: int
    key: int
    on_frame: int
    off_frame: int
    velocity: float
    bend_cents: float
    gain_db: float
    articulation: str
    settings: tuple[int, int, int] = (-1, -1, -1)  # level, breath and filter as the synthesizer has them


class Sampled:
    """A player of one program of a soundfont.

    Parameters
    ----------
    synth : Fluid
        Nobody else plays it.
    sample_rate_hz : int
        Frames a second.
    trim : Trim
        Level by velocity.
    gain_db : float
        Level on top of that.
    key : int, optional
        What every note presses, as a drum kit has it; by default each its own pitch.
    struck : bool
        Whether it speaks at once, as what is struck or plucked does.
    """

    def __init__(
        self,
        synth: Fluid,
        sample_rate_hz: int,
        *,
        trim: Trim,
        gain_db: float = 0.0,
        key: int | None = None,
        struck: bool = False,
    ) -> None:
        self._synth, self._trim, self._key = synth, trim, key
        self._rate_hz = sample_rate_hz
        self._short_db, self._tension_db = (0.0, 0.0) if struck else (_SHORT_DB, _TENSION_DB)
        self._gain = np.float32(db_to_gain(gain_db + _HEADROOM_DB))
        self._free_from = [0] * CHANNELS
        self._waiting: list[tuple[int, int, _Held]] = []  # by frame, then by when they were written
        self._held: list[_Held] = []
        self._written = 0
        self._frame = 0
        self._color = (-1.0, -1.0)  # tension and brightness, as the held notes have them
        self._buffer: Audio = np.zeros((0, 2), np.float32)
        self._ready_frames = 0  # of the buffer

    def render(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether the synthesizer rested."""
        for note in notes:
            self._expect(note)
        if not (self._waiting or self._held or self._synth.sounding):
            self._frame += len(out)
            return True
        if len(self._buffer) != len(out):
            self._buffer = np.zeros_like(out)
        self._ready_frames, start = 0, self._frame
        for row in controls[:-1]:
            self._steer(row, start)
            while self._waiting and self._waiting[0][0] < self._frame + QUANTUM_FRAMES:
                frame, _, held = heapq.heappop(self._waiting)
                self._sound_until(frame - start)
                self._turn(held, frame, row)
            self._frame += QUANTUM_FRAMES
        self._sound_until(len(out))
        self._buffer *= self._gain
        out += self._buffer
        return False

    def _expect(self, note: NoteOn) -> None:
        """Give a note the channel that has rested longest, and write down when it begins."""
        on = _ceil(self._frame + note.offset_frames)
        shortest = s_to_frames(_SHORT_S, self._rate_hz)
        held_frames = shortest if note.articulation == "staccato" else max(note.duration_frames, shortest)
        off = on + _ceil(held_frames)
        channel = min(range(CHANNELS), key=self._free_from.__getitem__)
        self._free_from[channel] = off + s_to_frames(_TAIL_S, self._rate_hz)
        pitch_midi = hz_to_midi(note.frequency_hz)
        key = min(max(math.floor(pitch_midi + 0.5), 0), 127) if self._key is None else self._key
        bend_cents = 100.0 * (pitch_midi - key) if self._key is None else 0.0
        gain_db = self._trim.gain_db(pitch_midi, note.velocity)
        self._push(on, _Held(channel, key, on, off, note.velocity, bend_cents, gain_db, note.articulation))

    def _push(self, frame: int, held: _Held) -> None:
        heapq.heappush(self._waiting, (frame, self._written, held))
        self._written += 1

    def _turn(self, held: _Held, frame: int, row: FloatArray) -> None:
        """Press the key of a note, or let it go."""
        if frame == held.off_frame:
            self._synth.release(held.channel, held.key)
            self._held.remove(held)
            return
        self._synth.bend(held.channel, held.bend_cents)
        self._adjust(held, self._settings(held, frame, row))
        self._synth.press(held.channel, held.key, to_midi_velocity(held.velocity))
        self._held.append(held)
        self._push(held.off_frame, held)

    def _steer(self, row: FloatArray, start: int) -> None:
        """Let all notes that are held follow the controls of a new quantum."""
        color = float(row[TENSION]), float(row[BRIGHTNESS])
        moved, self._color = color != self._color, color
        for held in self._held:
            if not moved and held.articulation not in _SHAPED:
                continue
            wanted = self._settings(held, self._frame, row)
            if wanted != held.settings:
                self._sound_until(self._frame - start)
                self._adjust(held, wanted)

    def _settings(self, held: _Held, frame: int, row: FloatArray) -> tuple[int, int, int]:
        tension = float(row[TENSION])
        level_db = held.gain_db + self._tension_db * (tension - 0.5) + self._shape_db(held, frame)
        quieter = max(round(10.0 * (_HEADROOM_DB - level_db)), 0)  # tenths of a decibel
        breath = round(127.0 * min(0.8 * held.velocity + 0.2 * tension, 1.0))  # what opens expressive programs
        open_ = min(0.25 + 0.6 * held.velocity + 0.3 * (float(row[BRIGHTNESS]) + tension - 0.5), 1.0)
        low = min(max((_OPEN_FROM_MIDI - held.key) / _SLOPE_SEMITONES, 0.0), 1.0)
        return quieter, breath, round(_DARKEST_CENTS * low * (1.0 - open_) / _STEP_CENTS)

    def _shape_db(self, held: _Held, frame: int) -> float:
        """Return the rise and fall within a note."""
        if held.articulation == "marcato":
            since_s = (frame - held.on_frame) / self._rate_hz
            short = held.off_frame - held.on_frame <= 2 * s_to_frames(_SHORT_S, self._rate_hz)
            return (self._short_db if short else 0.0) + _ACCENT_DB * smoothstep(1.0 - since_s / _ACCENT_S)
        if held.articulation == "swell":
            place = (frame - held.on_frame) / (held.off_frame - held.on_frame)
            height = place / _SWELL_PEAK if place < _SWELL_PEAK else (1.0 - place) / (1.0 - _SWELL_PEAK)
            return _SWELL_FLOOR_DB * (1.0 - smoothstep(height))
        return self._short_db if held.articulation == "staccato" else 0.0

    def _adjust(self, held: _Held, wanted: tuple[int, int, int]) -> None:
        quieter, breath, dark = wanted
        before, held.settings = held.settings, wanted
        if quieter != before[0]:
            self._synth.attenuate(held.channel, 0.1 * quieter)
        if breath != before[1]:
            self._synth.control(held.channel, BREATH, breath)
        if dark != before[2]:
            self._synth.darken(held.channel, dark * _STEP_CENTS)

    def _sound_until(self, frames: int) -> None:
        """Fill the buffer up to a frame of the span."""
        if frames > self._ready_frames:
            self._synth.write(self._buffer[self._ready_frames : frames])
            self._ready_frames = frames


class Desks:
    """A player whose articulations have programs of their own, opened when a note first needs them.

    Parameters
    ----------
    usual : Player
        Plays whatever has no other player.
    others : mapping of str to callable
        What opens the player of an articulation.
    rewrite : callable
        Turns a note into the strokes that are played for it; offsets may lie in later spans.
    """

    def __init__(
        self,
        usual: Player,
        others: Mapping[str, Callable[[], Player]],
        rewrite: Callable[[NoteOn], Sequence[NoteOn]],
    ) -> None:
        self._usual, self._others, self._rewrite = usual, others, rewrite
        self._opened: dict[str, Player] = {}

    def prepare(self) -> None:
        """Open everything beforehand."""
        for articulation in self._others:
            self._player(articulation)

    def render(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether all players rested."""
        strokes = [(self._player(note.articulation), stroke) for note in notes for stroke in self._rewrite(note)]
        players = (self._usual, *self._opened.values())
        return all([player.render(out, [s for own, s in strokes if own is player], controls) for player in players])

    def _player(self, articulation: str) -> Player:
        if articulation not in self._others:
            return self._usual
        if articulation not in self._opened:
            self._opened[articulation] = self._others[articulation]()
        return self._opened[articulation]


def to_midi_velocity(velocity: float) -> int:
    """Turn a velocity, 0..1, into 1..127 so that the standard's curve, 40 dB a decade, spans the house's 30 dB."""
    return max(round(127.0 * math.pow(10.0, 0.75 * (min(velocity, 1.0) - 1.0))), 1)


def _ceil(frame: int) -> int:
    return -(-frame // BLOCK_FRAMES) * BLOCK_FRAMES
