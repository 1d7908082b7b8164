"""What is fixed before the first bar is written: theme, layers, scenes, and how long it may last."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from ambience.music.scale import Scale
from ambience.music.score import Bar, Note, Part
from ambience.music.theme.spec import Theme
from ambience.plugins import MidiProfile
from ambience.scene import Scenes, SceneState
from ambience.units import beats_to_s

_FADE_SHARE = 0.6  # by ear: of what is left after the last bar, in which its tones die away; the rest is the room's


@dataclass(frozen=True, slots=True)
class Layer:
    """One way of playing, with all that the composition must know of its instrument."""

    name: str
    part: Part
    profile: MidiProfile
    stem: str
    gain_db: float = 0.0
    pan: float = 0.0

    @property
    def carries_theme(self) -> bool:
        """Whether the theme can be heard in this layer."""
        return bool(getattr(self.part, "carries_theme", False))

    @property
    def sings_theme(self) -> bool:
        """Whether it plays the theme's own notes, every one in its place."""
        return bool(getattr(self.part, "sings_theme", False))


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast: a motif with a name, heard whenever it is called."""

    name: str
    words: str  # the transform of the theme that it is; empty: a motif of its own
    notes: tuple[Note, ...]  # from beat 0
    scale: Scale  # in which they stand
    layers: tuple[str, ...]  # who plays it; empty: whoever sings the theme
    heard: str  # what of the theme it is most like: its head, inverted or backward, or its ending
    likeness: float  # 0..1, to that, measured


@dataclass(frozen=True, slots=True)
class Work:
    """The piece before it is composed."""

    title: str
    seed: int
    scale: Scale
    tempo_bpm: float
    theme: Theme
    layers: tuple[Layer, ...]
    scenes: Scenes
    end_s: float | None  # the last bar ends by then; None: the piece goes on for ever
    tail_s: float  # above 0; from then on nothing begins, and the room rings out
    cast: tuple[Member, ...] = ()  # motifs that can be called
    form_s: float = math.inf  # until which script or form lead; a piece without an end goes on with cycles from there

    def scale_in(self, state: SceneState) -> Scale:
        """Return the scale of a state: its own mode, or that of the theme, on the tonic of the piece."""
        return Scale(self.scale.tonic_pc, state.mode or self.theme.scale.mode)

    def tempo_in(self, state: SceneState) -> float:
        """Return the tempo of a state in beats per minute."""
        return self.tempo_bpm * state.tempo_ratio

    def bar_beats_in(self, state: SceneState) -> float:
        """Return the length of a state's bars in quarters."""
        return meter_beats(state.meter)

    def fade_s(self, bar_end_s: float, state: SceneState) -> float:
        """Tell for how long a bar of a state dies away: 0 if another one ends in time, so that it is not the last."""
        if self.end_s is None or bar_end_s + self.bar_s_in(state) <= self.end_s + 1e-9:
            return 0.0
        return _FADE_SHARE * (self.end_s + self.tail_s - bar_end_s)

    def bar_s_in(self, state: SceneState) -> float:
        """Return the length of a state's bars in seconds."""
        return beats_to_s(self.bar_beats_in(state), self.tempo_in(state))


class TimedNote(NamedTuple):
    """A note with the clock time at which it sounds."""

    note: Note
    onset_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """A bar and what every layer plays in it."""

    bar: Bar
    notes: tuple[tuple[TimedNote, ...], ...]  # one tuple a layer
    expression: tuple[tuple[tuple[float, float], ...], ...]  # (beat, 0..1) points, one tuple a layer; empty: 1
    realized_tension: float = 0.0  # 0..1, measured on the notes

    def until(self, length_beats: float) -> "WrittenBar":
        """Shorten the bar: what has not begun by then is not played."""
        bar = replace(self.bar, length_beats=length_beats)
        kept = tuple(tuple(n for n in notes if n.note.onset_beats < bar.end_beats - 1e-9) for notes in self.notes)
        return replace(self, bar=bar, notes=kept)


def meter_beats(meter: str) -> float:
    """Turn a time signature such as "7/8" into the quarters of one bar."""
    count, unit = meter.split("/")
    return int(count) * 4.0 / int(unit)
