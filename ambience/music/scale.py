"""A scale: a tonic and a mode, and walking up and down its steps."""

from typing import NamedTuple

MODES: dict[str, tuple[int, ...]] = {
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic_minor": (0, 2, 3, 5, 7, 8, 11),
    "phrygian_dominant": (0, 1, 4, 5, 7, 8, 10),
    "lydian_minor": (0, 2, 3, 6, 7, 9, 11),
    "octatonic": (0, 1, 3, 4, 6, 7, 9, 10),
}
"""Semitones above the tonic."""


class Scale(NamedTuple):
    """A mode on a tonic."""

    tonic_pc: int  # 0..11, C = 0
    mode: str  # a name in `MODES`

    @property
    def pcs(self) -> tuple[int, ...]:
        """Pitch classes from the tonic upward."""
        return tuple((self.tonic_pc + step) % 12 for step in MODES[self.mode])

    @property
    def minor(self) -> bool:
        """Whether the third above the tonic is minor."""
        return 3 in MODES[self.mode] and 4 not in MODES[self.mode]

    def contains(self, pc: int) -> bool:
        """Tell whether a pitch class (or a note number) belongs to the scale."""
        return (pc - self.tonic_pc) % 12 in MODES[self.mode]

    def nearest(self, pitch_midi: int) -> int:
        """Snap a note number to the nearest one in the scale; halfway, to the lower."""
        return self.tonic_pc + self._at(self._position(pitch_midi))

    def step(self, pitch_midi: int, steps: int) -> int:
        """Walk along the scale, up or down; a note outside the scale snaps to it first."""
        return self.tonic_pc + self._at(self._position(pitch_midi) + steps)

    def degree(self, pitch_midi: int) -> int:
        """Return the degree, 0 = tonic, of the scale's note nearest to a note number."""
        return self._position(pitch_midi) % len(MODES[self.mode])

    def from_degree(self, degree: int, near_midi: int) -> int:
        """Return the note number of a degree (0 = tonic, any integer) nearest to `near_midi`; halfway, the lower."""
        steps = MODES[self.mode]
        pc = self.tonic_pc + steps[degree % len(steps)]
        return near_midi - 6 + (pc - near_midi + 6) % 12

    def between(self, low_midi: int, high_midi: int) -> int:
        """Count the scale steps from one note number up (positive) or down (negative) to another."""
        return self._position(high_midi) - self._position(low_midi)

    def _position(self, pitch_midi: int) -> int:
        """Count steps from the tonic below C-1 to the note nearest to `pitch_midi`."""
        steps = MODES[self.mode]
        octave, above = divmod(pitch_midi - self.tonic_pc, 12)
        nearby = (*enumerate(steps), (len(steps), 12))
        index, _ = min(nearby, key=lambda pair: (abs(pair[1] - above), pair[1]))
        return octave * len(steps) + index

    def _at(self, position: int) -> int:
        """Turn a count of steps into semitones above the lowest tonic."""
        steps = MODES[self.mode]
        octave, index = divmod(position, len(steps))
        return 12 * octave + steps[index]
