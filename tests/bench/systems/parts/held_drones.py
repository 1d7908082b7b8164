"""A part for the bench: chords of the drone bank, held from the first bar to the end."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.plugins import setting
from systems.notes import CHORD_MIDI, drones

_APART_BEATS = 0.01
_TO_THE_END_BEATS = 24 * 3600.0  # no preset is longer


@dataclass(frozen=True, slots=True)
class HeldDrones:
    """Some chords of the bank."""

    first: int = setting(0, "number of the first chord", low=0, high=1024)
    chords: int = setting(1, "how many chords", low=1, high=64)
    velocity: float = setting(0.5, "0..1", low=0.0, high=1.0)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Begin all of its drones at once, or nearly: a layer strikes a pitch only once at a time."""
        if bar.index:
            return ()
        size = len(CHORD_MIDI)
        mine = drones(size * (self.first + self.chords))[size * self.first :]
        return tuple(
            Note(
                i // size * _APART_BEATS,
                _TO_THE_END_BEATS,
                drone.pitch_midi,
                self.velocity,
                "sustain",
                drone.detune_cents,
            )
            for i, drone in enumerate(mine)
        )
