"""One MIDI channel in the act of playing: its program, and the controllers that follow the music."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from ambience.io.midi_terms import (
    BREATH,
    EXPRESSION,
    TIMBRE,
    Chair,
    opening,
    swell_gain,
    to_controller,
    to_expression,
    to_reverb,
    to_timbre,
)
from ambience.live.midi.messages import CONTROL, PROGRAM
from ambience.music.score import Bar
from ambience.music.work import TimedNote
from ambience.plugins import MidiProfile
from ambience.scene import Controls
from ambience.units import FloatArray, beats_to_s

_EVERY_S = 0.05  # between two values of a controller: as many as a DAW draws well
_HAIRPINS = 4  # bars of which they are kept


class Channel:
    """Plays one layer, or all percussion."""

    def __init__(self, chair: Chair, profile: MidiProfile, gain_db: float, pan: float) -> None:
        self._chair, self._program = chair, profile.program
        self._gain_db, self._pan = (0.0, 0.0) if chair.drums else (gain_db, pan)
        self._controls = Controls()
        self._at_s, self._due_s = 0.0, 0.0
        self._notes: list[TimedNote] = []  # that sound
        self._hairpins: deque[tuple[float, FloatArray, FloatArray]] = deque(maxlen=_HAIRPINS)
        self._sent: dict[int, int] = {}

    def opening(self) -> Iterator[tuple[int, bytes]]:
        """Set the program and all controllers."""
        port, channel = self._chair
        if not self._chair.drums:
            yield port, bytes((PROGRAM | channel, self._program))
        expression, timbre = self._values()
        for change in opening(self._gain_db, self._pan, to_reverb(self._controls.space), expression, timbre):
            yield port, bytes((CONTROL | channel, change.controller, change.value))
        self._sent = {EXPRESSION: expression, TIMBRE: timbre, BREATH: timbre}

    def read_hairpin(self, bar: Bar, points: Sequence[tuple[float, float]]) -> None:
        """Take the hairpins of a bar: (beat, expression) points; a kit has none."""
        if not self._chair.drums and not (self._hairpins and self._hairpins[-1][0] == bar.start_s):
            at_s = [bar.start_s + beats_to_s(beat - bar.start_beats, bar.tempo_bpm) for beat, _ in points]
            self._hairpins.append((bar.start_s, np.array(at_s), np.array([height for _, height in points])))

    def follow(self, at_s: float, controls: FloatArray) -> Iterator[tuple[int, bytes]]:
        """Go with the controls, while something sounds."""
        self._controls, self._at_s = Controls(*map(float, controls)), at_s
        if self._notes and at_s >= self._due_s:
            self._due_s = at_s + _EVERY_S
            yield from self._move()

    def begin(self, timed: TimedNote) -> Iterator[tuple[int, bytes]]:
        """Begin a note; the first after a silence begins as loud as it should be."""
        silent = not self._notes
        self._notes.append(timed)
        self._at_s = max(self._at_s, timed.onset_s)
        if silent:
            yield from self._move()

    def end(self, timed: TimedNote) -> None:
        """End a note."""
        self._notes = [note for note in self._notes if note is not timed]

    def _move(self) -> Iterator[tuple[int, bytes]]:
        expression, timbre = self._values()
        for controller, value in ((EXPRESSION, expression), (TIMBRE, timbre), (BREATH, timbre)):
            if self._sent.get(controller) != value:
                self._sent[controller] = value
                yield self._chair.port, bytes((CONTROL | self._chair.channel, controller, value))

    def _values(self) -> tuple[int, int]:
        """Tell expression and timbre as they should be."""
        controls, hairpin = self._controls, self._hairpin()
        expression = to_expression(controls.tension, controls.level) * hairpin
        for note in reversed(self._notes if not self._chair.drums else ()):
            if note.note.articulation == "swell":
                expression *= swell_gain(min(max((self._at_s - note.onset_s) / (note.end_s - note.onset_s), 0.0), 1.0))
                break
        return to_controller(expression), to_controller(to_timbre(controls.brightness, controls.tension) * hairpin)

    def _hairpin(self) -> float:
        index = bisect_right(self._hairpins, self._at_s, key=lambda bar: bar[0]) - 1
        if index < 0 or not len(self._hairpins[index][1]):
            return 1.0
        return float(np.interp(self._at_s, self._hairpins[index][1], self._hairpins[index][2]))
