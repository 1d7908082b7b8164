"""The contract of everything that sounds: spans of whole quanta on one absolute grid."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from numpy.random import Generator

from ambience.plugins import MidiProfile
from ambience.units import Audio, FloatArray

QUANTUM_FRAMES = 256
"""Frames between two rows of controls, and the least that a player is ever asked for."""

TENSION, BRIGHTNESS, DENSITY, SPACE, LEVEL = range(5)
"""Columns of a control row, each 0..1 (the fields of `ambience.scene.Controls`, in order)."""


def sounds(audio: Audio) -> bool:
    """Tell whether anything sounds in a span; nearly always its first frame tells already."""
    return bool(audio[:1].any() or audio.any())


class NoteOn(NamedTuple):
    """One note, ready to sound."""

    offset_frames: int  # from the start of the span, 0..span - 1
    duration_frames: int  # from key down to key up; the release follows
    frequency_hz: float  # fundamental
    velocity: float  # 0..1: how hard; changes the spectrum, not only the level
    articulation: str = "sustain"  # sustain, marcato, staccato, tremolo, pizzicato, swell …


class Player(Protocol):
    """A timbre in the act of sounding: it owns voices, phases and filter memories.

    The samples must not depend on how a stretch of time is cut into spans: a voice's first and last frame are
    known when it begins, voices are summed in the order in which they began, controls are read at quantum
    boundaries of the absolute grid and ramped between them.
    """

    def render(self, out: Audio, notes: Sequence[NoteOn], controls: FloatArray) -> bool:
        """Add one span to `out`; tell whether the player rested, and left `out` as it was.

        Parameters
        ----------
        out : Audio, shape (k * QUANTUM_FRAMES, 2)
            The layer's buffer; the player adds to what is there.
        notes : sequence of NoteOn
            Notes that begin within this span, by rising offset.
        controls : array, shape (k + 1, 5)
            One row per quantum boundary, columns `TENSION` … `LEVEL`.

        Returns
        -------
        rested : bool
            Whether `out` is as it was. It may be left unsaid: then the layer is looked through.
        """
        ...


@runtime_checkable
class Restful(Protocol):
    """A player that knows beforehand that it will rest, so that nothing need be made ready for it; not all do."""

    def rest(self, n_frames: int) -> bool:
        """Let a span without notes pass, unless something sounds or is to come; tell whether it did.

        If not, the span is still to be rendered; if so, it would have left `out` as it was.
        """
        ...


@runtime_checkable
class Studious(Protocol):
    """A player that does dear work when a note of some pitch first needs it, unless it is told of the note before.

    It may be told by another thread, while it plays.
    """

    def study(self, frequencies_hz: Iterable[float]) -> None:
        """Do what notes of these pitches will need."""
        ...


class Instrument(Protocol):
    """A timbre as the preset sets it: a frozen dataclass of settings."""

    midi: ClassVar[MidiProfile]

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Make a player; every random choice it will ever make comes from `rng`."""
        ...


class Processor(Protocol):
    """An effect in the act of sounding."""

    def process(self, send: Audio, out: Audio, controls: FloatArray) -> None:
        """Add the wet sound of one span of `send` to `out` (same shapes as `Player.render`)."""
        ...


class Effect(Protocol):
    """A send effect as the preset sets it: a frozen dataclass of settings."""

    def processor(self, sample_rate_hz: int, rng: Generator) -> Processor:
        """Make a processor; every random choice it will ever make comes from `rng`."""
        ...
