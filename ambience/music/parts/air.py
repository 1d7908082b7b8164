"""The ship's dark: a chord of wind whose tones come and go over each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.voicing import pitches_of, require_register
from ambience.music.playing.touch import chances, pick, playable, sounding_until, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting


@dataclass(frozen=True, slots=True)
class Air:
    """Long tones of the chord, two to four bars each, overlapping."""

    lowest_midi: int = setting(55, "note number, lower end", low=24, high=108)
    highest_midi: int = setting(86, "note number, upper end", low=36, high=120)
    velocity: float = setting(0.4, "0..1, how much wind", above=0.0, high=1.0)
    voices: int = setting(3, "tones at once when density is full", low=1, high=6)
    shortest_bars: int = setting(2, "bars, shortest tone", low=1, high=8)
    longest_bars: int = setting(4, "bars, longest tone", low=1, high=8)

    def __post_init__(self) -> None:
        require_register("air", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Begin a tone when fewer sound than wished; what the chord left behind dies away by itself."""
        chance = chances(rng)
        # A tone that ends within the next bar no longer counts: its successor begins while it fades.
        lasting = bar.end_beats + 0.6 * bar.length_beats
        sounding = [p for p, end in sounding_until(bar).items() if end > lasting]
        wished = max(round(self.voices * (0.35 + 0.65 * bar.controls.density)), 1)
        if bar.ending:
            wished = 0 if sounding else 1
        missing = wished - len(sounding)
        notes: list[Note] = []
        for number in range(min(max(missing, 0), 2)):  # never a whole chord at once
            notes += self._tone(number, [*sounding, *(n.pitch_midi for n in notes)], bar, chance)
        return playable(notes, bar)

    def _tone(self, number: int, sounding: list[int], bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Choose a tone that both this chord and the next contain if there is one, away from those that sound."""
        span = max(self.longest_bars - self.shortest_bars, 0) + 1
        bars = self.shortest_bars + (pick(chance, span) + number) % span  # two that begin together end apart
        height = 0.2 + 0.5 * bar.controls.brightness + 0.3 * next(chance)
        wished = self.lowest_midi + height * (self.highest_midi - self.lowest_midi)
        late = min(number + 0.5 * next(chance), 0.4 * bar.length_beats)
        velocity = strength(self.velocity, bar.controls, chance)
        known = sounding_until(bar)
        shared = [pc for pc in bar.chord.pcs if pc in bar.next_chord.pcs]
        tones = [
            pitch
            for pcs in (shared, bar.chord.pcs)
            for pitch in pitches_of(pcs, self.lowest_midi, self.highest_midi)
            if pitch not in known and all(abs(pitch - other) > 2 for other in sounding)
        ]
        if not tones:
            return []
        # Where a tone is dying away, its neighbor takes over: the chord of wind moves like a line.
        fading = [pitch for pitch in known if pitch not in sounding]
        if fading:
            wished = 0.75 * min(fading, key=lambda p: abs(p - wished)) + 0.25 * wished
        pitch = min(tones, key=lambda p: abs(p - wished) + 5.0 * any(p % 12 == other % 12 for other in sounding))
        onset = bar.start_beats + late
        return [Note(onset, bars * bar.length_beats - late, pitch, velocity)]
