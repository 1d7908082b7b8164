"""A chord that grows out of nothing to the next bar line: choir, brass or tam-tam."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.music.touch import chances, last_pitches, playable, strength
from ambience.music.voicing import require_register, voice_chord
from ambience.plugins import setting


@dataclass(frozen=True, slots=True)
class Swell:
    """Swells into phrase ends and new states; more of them when it is dense and tense."""

    lowest_midi: int = setting(48, "note number, lower end", low=24, high=96)
    highest_midi: int = setting(74, "note number, upper end", low=36, high=120)
    voices: int = setting(3, "tones of the chord", low=1, high=6)
    velocity: float = setting(0.55, "0..1, height of the wave", above=0.0, high=1.0)
    every_bars: int = setting(4, "bars between two swells; phrase ends and bridges always have one", low=1, high=64)

    def __post_init__(self) -> None:
        require_register("swell", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Grow through the bar, or through its second half when there is room to wait."""
        chance = chances(rng)
        bridged = bar.bridge is not None and bar.bridge.last_bar
        between = (bar.phrase.bar + 1) % self.every_bars == 0 and next(chance) < 0.3 + bar.controls.density
        if bar.ending or not (bar.phrase.last_bar or bridged or between):
            rng.random()  # the voicing's draw
            return ()
        voicing = voice_chord(
            bar.chord,
            lowest_midi=self.lowest_midi,
            highest_midi=self.highest_midi,
            voices=max(round(self.voices * (0.5 + 0.5 * bar.controls.density + 0.25 * bar.controls.tension)), 1),
            previous=last_pitches(bar),
            spread=bar.controls.space,
            rng=rng,
            bass_pcs=(bar.last_chord.bass_pc, bar.chord.bass_pc) if bar.last_chord else None,
        )
        # A long bar is entered in the middle when it is calm: four seconds of growing are enough.
        waits = bar.length_s > 4.0 and bar.controls.tension < 0.4 and not bar.phrase.last_bar
        onset = bar.start_beats + (0.5 * round(bar.length_beats) if waits else 0.0)
        silence = bar.bridge.silence_beats if bar.bridge is not None and bridged else 0.0
        end = max(bar.end_beats - silence, onset + 0.5)
        notes = []
        for pitch in voicing:
            late = (pitch != voicing[-1]) * min(
                0.05 * next(chance), 0.1 * (end - onset)
            )  # one breath, not a broken chord
            velocity = strength(self.velocity, bar.controls, chance)
            notes.append(Note(onset + late, end - onset - late, pitch, velocity, "swell"))
        return playable(notes, bar)
