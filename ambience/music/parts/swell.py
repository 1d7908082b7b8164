"""A chord that grows out of nothing to the next bar line: choir, brass or tam-tam."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.leading import Step, lead
from ambience.music.harmony.voicing import Position, require_register
from ambience.music.playing.breathing import longest_beats
from ambience.music.playing.hairpin import hairpins
from ambience.music.playing.touch import chances, last_pitches, looseness, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_COMFORT_SEMITONES = 5  # a fourth inside the top


@dataclass(frozen=True, slots=True)
class Swell:
    """Swells into phrase ends and new states; more of them when it is dense and tense."""

    lowest_midi: int = setting(48, "note number, lower end", low=24, high=96)
    highest_midi: int = setting(74, "note number, upper end", low=36, high=120)
    voices: int = setting(3, "tones of the chord", low=1, high=6)
    velocity: float = setting(0.55, "0..1, height of the wave", above=0.0, high=1.0)
    every_bars: int = setting(4, "bars between two swells; phrase ends and bridges always have one", low=1, high=64)
    breath_s: float = setting(0.0, "seconds that a player can go without a breath; 0 needs none", low=0.0, high=30.0)
    hairpin: float = setting(0.25, "0..1, how much larger the wave at the end of a phrase is", low=0.0, high=0.6)

    def __post_init__(self) -> None:
        require_register("swell", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Grow through the bar, or through its second half when there is room to wait."""
        chance = chances(rng)
        bridged = bar.bridge is not None and bar.bridge.last_bar
        between = (bar.phrase.bar + 1) % self.every_bars == 0 and next(chance) < 0.3 + bar.controls.density
        if bar.ending or not (bar.phrase.last_bar or bridged or between):
            return ()
        # A long bar is entered in the middle when it is calm: four seconds of growing are enough.
        waits = bar.length_s > 4.0 and bar.controls.tension < 0.4 and not bar.phrase.last_bar
        onset = bar.start_beats + (0.5 * round(bar.length_beats) if waits else 0.0)
        silence = bar.bridge.silence_beats if bar.bridge is not None and bridged else 0.0
        end = max(bar.end_beats - silence, onset + 0.5)
        breath = longest_beats(bar, self.breath_s)
        if end - onset > breath:
            onset = end - max(0.5 * int(2.0 * breath), 0.5)
        voicing = self._voicing(bar)
        notes = []
        for pitch in voicing:
            late = (pitch != voicing[-1]) * looseness(bar, chance)  # one breath, not a broken chord
            velocity = strength(self.velocity, bar.controls, chance)
            notes.append(Note(onset + late, end - onset - late, pitch, velocity, "swell"))
        return playable(notes, bar)

    def dynamics(self, bar: Bar) -> Sequence[tuple[float, float]]:
        """Make the wave at the end of a phrase the largest; each has its own shape besides."""
        return hairpins(bar, self.hairpin, into_end=True)

    def _voicing(self, bar: Bar) -> tuple[int, ...]:
        """Lay out the chord, not far from the wave before."""
        voices = max(round(self.voices * (0.5 + 0.5 * bar.controls.density + 0.25 * bar.controls.tension)), 1)
        spread = round(4.0 * bar.controls.space) / 4.0
        position = Position(bar.chord, self.lowest_midi, self.highest_midi, voices, spread)
        step = Step(position, self.lowest_midi, self.highest_midi - _COMFORT_SEMITONES)
        return lead((step,), before=last_pitches(bar), last_chord=bar.last_chord)[0]
