"""One layer in the act of sounding: its player, the notes on its stand, and its buffers."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Protocol, runtime_checkable

import numpy as np

from ambience import plugins, rng
from ambience.engine_crew import Crew
from ambience.engine_shelf import Shelf
from ambience.music.score import Bar
from ambience.music.work import TimedNote
from ambience.preset import Preset
from ambience.sound.block import BRIGHTNESS, QUANTUM_FRAMES, NoteOn, Player, Restful, Studious
from ambience.sound.channel import Channels, Strip
from ambience.sound.mixer import Mixer, Played
from ambience.sound.orchestra import seats
from ambience.units import Audio, FloatArray, beats_to_s, cents_to_ratio, midi_to_hz, s_to_frames

Awaited = tuple[int, int, float, float, str]
"""First frame of a note, counted from the beginning of the piece, and the other fields of a `NoteOn`."""


@dataclass(frozen=True, slots=True)
class Hairpins:
    """How loud a layer is in a bar, at the quantum boundaries from the one at or before its beginning on."""

    first_frame: int  # of the bar
    gains: FloatArray  # the last one goes on; none for 1 throughout

    @property
    def first_quantum(self) -> int:
        """The quantum in which the bar begins."""
        return self.first_frame // QUANTUM_FRAMES

    def between(self, first: int, stop: int) -> FloatArray:
        """Return the gains at the boundaries `first` to `stop`, which is left out."""
        if not len(self.gains):
            return np.ones(stop - first)
        known = self.gains[first - self.first_quantum : stop - self.first_quantum]
        missing = stop - first - len(known)
        return np.concatenate((known, np.full(missing, self.gains[-1]))) if missing else known


@dataclass(slots=True)
class Desk:
    """A player, what it still has to play, and its buffers: one is mixed while the other is played."""

    name: str
    player: Player
    channels: Channels
    number: int  # of its own among them
    shelf: Shelf  # where it takes them, and leaves them to others
    waiting: deque[Awaited] = field(default_factory=deque)
    hairpins: deque[Hairpins] = field(default_factory=deque)  # of the bar that sounds and of those to come
    drawn: int = 0  # how many of them are not empty
    forgiving: bool = False  # a player that raises an error is silent, and the others go on
    failures: int = 0  # spans that it cost
    busy_s: float = 0.0  # what the last span took: the dearest layers are begun first
    _heard: deque[Audio | None] = field(default_factory=lambda: deque([None, None]))  # in the last spans; None: silence
    study: Callable[[Iterable[float]], None] | None = field(init=False)  # of the player, if it is studious
    _rest: Callable[[int], bool] = field(init=False)  # of the player, if it can tell that it rests

    def __post_init__(self) -> None:
        self.study = self.player.study if isinstance(self.player, Studious) else None
        self._rest = self.player.rest if isinstance(self.player, Restful) else _never

    def expect(self, notes: Iterable[Awaited]) -> None:
        """Put the notes of another bar on the stand."""
        self.waiting.extend(notes)

    def swell(self, hairpins: Hairpins) -> None:
        """Put the hairpins of another bar on the stand."""
        self.hairpins.append(hairpins)
        self.drawn += hairpins.gains.size > 0

    def drop_from(self, frame: int) -> None:
        """Take the notes away that begin at `frame` or later."""
        self.waiting = deque(entry for entry in self.waiting if entry[0] < frame)

    def play(self, start_frame: int, controls: FloatArray, gains: FloatArray) -> Played | None:
        """Play the next span, for its channel to shape; None is silence. The buffer is good until the span after next.

        Parameters
        ----------
        start_frame : int
            Where the span begins.
        controls : array, shape (k + 1, 5)
            How the scene stands at each of its quantum boundaries.
        gains : array, shape (k + 1,)
            How loud the layer is at each, but for its hairpins.
        """
        began_s = time.perf_counter()
        if (spent := self._heard.popleft()) is not None:
            self.shelf.bring_back(spent)
        n_frames = QUANTUM_FRAMES * (len(controls) - 1)
        notes = self._take(start_frame, start_frame + n_frames)
        self._turn_pages(start_frame)
        rests = not notes and self.channels.is_still(self.number) and self._rest(n_frames)
        played = None if rests else self._play(start_frame, notes, controls, gains)
        self._heard.append(played[0] if played else None)
        self.busy_s = time.perf_counter() - began_s
        return played

    def _play(
        self, start_frame: int, notes: Sequence[NoteOn], controls: FloatArray, gains: FloatArray
    ) -> Played | None:
        """Play a span, if anything sounds or rings on."""
        if self.drawn:
            expression = self._expression(start_frame // QUANTUM_FRAMES, len(controls))
            controls, gains = _opened(controls, expression), gains * expression
        out = self.shelf.take(QUANTUM_FRAMES * (len(controls) - 1))
        silent = self._sound(out, notes, controls) or not self.channels.sounds(self.number, out)
        if silent and self.channels.is_still(self.number):
            self.shelf.leave(out)
            return None
        return out, gains

    def _sound(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Let the player play; tell whether it rested."""
        try:
            return self.player.render(out, notes, controls)
        except Exception:
            if not self.forgiving:
                raise
            self.failures += 1
            out.fill(0.0)
            return True

    def _turn_pages(self, start_frame: int) -> None:
        """Forget the hairpins of bars that are over."""
        while len(self.hairpins) > 1 and self.hairpins[1].first_frame < start_frame:
            self.drawn -= self.hairpins.popleft().gains.size > 0

    def _expression(self, first: int, count: int) -> FloatArray:
        """Read the hairpins at some quantum boundaries.

        A boundary belongs to the last bar that began before it: a bar that begins on it may not be written yet.
        """
        parts, begin, stop = [], first, first + count
        for hairpins, following in zip_longest(self.hairpins, islice(self.hairpins, 1, None)):
            end = min(following.first_quantum + 1, stop) if following else stop
            parts.append(hairpins.between(begin, end))
            if end == stop:
                break
            begin = end
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _take(self, start_frame: int, stop_frame: int) -> list[NoteOn]:
        """Take the notes that begin within a span."""
        notes = []
        while self.waiting and self.waiting[0][0] < stop_frame:
            onset_frame, duration_frames, frequency_hz, velocity, articulation = self.waiting.popleft()
            notes.append(NoteOn(onset_frame - start_frame, duration_frames, frequency_hz, velocity, articulation))
        return notes


def awaited(notes: Iterable[TimedNote], sample_rate_hz: int) -> list[Awaited]:
    """Turn notes into sounds to come, in their order."""
    sounds = []
    for note, onset_s, end_s in sorted(notes, key=lambda timed: timed.onset_s):
        onset_frame = s_to_frames(onset_s, sample_rate_hz)
        duration_frames = max(s_to_frames(end_s, sample_rate_hz) - onset_frame, 1)
        frequency_hz = midi_to_hz(note.pitch_midi) * cents_to_ratio(note.detune_cents)
        sounds.append((onset_frame, duration_frames, frequency_hz, note.velocity, note.articulation))
    return sounds


def swelling(bar: Bar, points: Sequence[tuple[float, float]], sample_rate_hz: int) -> Hairpins:
    """Turn (beat, expression) points into the hairpins of a bar."""
    first_frame = s_to_frames(bar.start_s, sample_rate_hz)
    if not points:
        return Hairpins(first_frame, np.zeros(0))
    times_s = [bar.start_s + beats_to_s(beat - bar.start_beats, bar.tempo_bpm) for beat, _ in points]
    quanta = np.arange(first_frame // QUANTUM_FRAMES, s_to_frames(times_s[-1], sample_rate_hz) // QUANTUM_FRAMES + 2)
    gains = np.interp(quanta * QUANTUM_FRAMES / sample_rate_hz, times_s, [expression for _, expression in points])
    return Hairpins(first_frame, gains)


def _never(n_frames: int) -> bool:
    return False


def _opened(controls: FloatArray, expression: FloatArray) -> FloatArray:
    """Let the color follow the hairpins: who plays softer plays darker, as in the MIDI file."""
    opened = controls.copy()
    opened[:, BRIGHTNESS] *= expression
    return opened


@runtime_checkable
class _Thorough(Protocol):
    """A player that does dear work when a note first needs it, unless it is told to do it all beforehand."""

    def prepare(self) -> None: ...


def prepare(desks: Sequence[Desk], crew: Crew) -> None:
    """Do everything beforehand that would hold up a live session, and let no layer end it."""
    for desk in desks:
        desk.forgiving = True
    crew.begin([desk.player.prepare for desk in desks if isinstance(desk.player, _Thorough)], spread=True)()


def make_desks(preset: Preset, sample_rate_hz: int, mixer: Mixer) -> list[Desk]:
    """Seat a player for every layer."""
    desks, shelf = [], Shelf()
    for number, (name, instrument) in enumerate(seats(preset, sample_rate_hz).items()):
        player = instrument.player(sample_rate_hz, rng.stream(preset.seed, "player", name))
        desks.append(Desk(name, player, mixer.channels, number, shelf))
    return desks


def make_mixer(preset: Preset, sample_rate_hz: int, stems: bool, layer_stems: bool = False) -> Mixer:
    """Connect every layer to the rooms that the preset names."""
    strips = [
        Strip(name, y.gain_db, y.pan, y.width, y.low_cut_hz, y.stem, tuple(y.sends_db.items()), y.distance, y.duck_db)
        for name, y in preset.layers.items()
    ]
    effects = {name: plugins.build("effects", table) for name, table in preset.effects.items()}
    return Mixer(
        strips, effects, sample_rate_hz, streams=lambda name: rng.stream(preset.seed, "effect", name),
        stems=stems, layer_stems=layer_stems, glue=preset.master.glue,
    )  # fmt: skip
