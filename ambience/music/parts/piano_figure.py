"""A few felt-piano tones: the head of the theme broken into an arpeggio, pedal down, then its echo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.music.touch import chances, pick, playable, sounding_until, strength
from ambience.music.voicing import nearest_of, pitches_of, require_register
from ambience.plugins import setting

_PACES_BEATS = (1.0, 0.75, 0.5)  # wide, limping, flowing


@dataclass(frozen=True, slots=True)
class PianoFigure:
    """Sparse figures that ring into each other."""

    lowest_midi: int = setting(50, "note number, lower end of the figures", low=21, high=96)
    highest_midi: int = setting(88, "note number, upper end of the figures", low=33, high=108)
    velocity: float = setting(0.42, "0..1, touch", above=0.0, high=1.0)
    pedal_bars: float = setting(1.5, "bars a tone rings under the pedal", low=0.25, high=4.0)
    echo: float = setting(0.5, "0..1, how often the last tones come back from afar", low=0.0, high=1.0)
    bass: bool = setting(True, "whether a phrase may begin on a low octave")

    def __post_init__(self) -> None:
        require_register("piano_figure", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Play a figure, or nothing: density says how often and how many tones."""
        chance = chances(rng)
        plays = next(chance) < 0.15 + 0.8 * bar.controls.density or bar.arrival
        echoes = next(chance) < self.echo
        if bar.ending:
            return playable(self._close(bar, chance), bar)
        notes = self._bass(bar, chance) if bar.phrase.bar == 0 else []
        if plays:
            figure = self._figure(bar, chance)
            notes += figure + (self._echo(figure, bar, chance) if echoes else [])
        return playable(notes, bar)

    def _figure(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Climb or fall through the theme's intervals, each tone drawn to the chord, some an octave away."""
        pace = _PACES_BEATS[min(int(3.0 * (0.6 * bar.controls.density + 0.5 * next(chance))), 2)]
        starts = [step for step in (0.0, 1.0, 1.5) if step + 1.0 < bar.length_beats]
        place = starts[pick(chance, len(starts))]
        room = max(int((bar.length_beats - place) / pace), 1)
        count = min(2 + round(1.0 + 4.0 * bar.controls.density * next(chance)), room)
        center = 0.5 * (self.lowest_midi + self.highest_midi) + 6.0 * (bar.controls.brightness - 0.5)
        first = nearest_of(bar.chord.pcs, center - 5.0 + 10.0 * next(chance), self.lowest_midi, self.highest_midi)
        notes = []
        for step, pitch in enumerate(self._contour(first, count, bar, chance)):
            onset = bar.start_beats + place + step * pace + 0.03 * next(chance)
            velocity = strength(self.velocity, bar.controls, chance, accent=1.05 - 0.06 * step)
            notes.append(Note(onset, self.pedal_bars * bar.length_beats, pitch, velocity))
        return notes

    def _contour(self, first: int, count: int, bar: Bar, chance: Iterator[float]) -> list[int]:
        head = bar.theme.head_semitones or (7, -2, -3)
        way = 1 if next(chance) < 0.7 else -1
        steps = [0, *accumulate(way * semitones for semitones in head)]
        pcs = tuple(dict.fromkeys((*bar.chord.pcs, *bar.scale.pcs))) if bar.controls.tension > 0.5 else bar.chord.pcs
        ringing = sounding_until(bar)
        pitches: list[int] = []
        for step in range(count):
            leap = 12 * (next(chance) < 0.25) * (1 if next(chance) < 0.6 else -1)
            wished = first + steps[step % len(steps)] + leap
            # A tone just played gives way to its neighbor: a figure that stammers is a fault, not a style.
            tones = pitches_of(pcs, self.lowest_midi, self.highest_midi)
            fresh = [p for p in tones if p not in pitches[-2:] and p not in ringing] or tones
            pitches.append(min(fresh, key=lambda p: (abs(p - wished), p)))
        return pitches

    def _echo(self, figure: list[Note], bar: Bar, chance: Iterator[float]) -> list[Note]:
        octave = 12 if next(chance) < 0.65 else -12
        notes = []
        for note in figure[-2:]:
            pitch = note.pitch_midi + octave
            velocity = strength(0.5 * self.velocity, bar.controls, chance)
            if self.lowest_midi <= pitch <= self.highest_midi:
                onset = note.onset_beats + 1.5
                notes.append(Note(onset, note.duration_beats, pitch, velocity))
        return notes

    def _bass(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        root = pitches_of((bar.chord.root_pc,), self.lowest_midi, self.highest_midi)[0]
        wanted = self.bass and next(chance) < 0.4 + 0.5 * bar.controls.density
        velocity = strength(0.8 * self.velocity, bar.controls, chance)
        return [Note(bar.start_beats, 2.0 * bar.length_beats, root, velocity)] if wanted else []

    def _close(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """End on open tones of the tonic, one after the other."""
        pitches = pitches_of((bar.scale.tonic_pc, bar.scale.tonic_pc + 7), self.lowest_midi, self.highest_midi)[:3]
        return [
            Note(
                bar.start_beats + 0.5 * i, bar.length_beats, pitch, strength(0.8 * self.velocity, bar.controls, chance)
            )
            for i, pitch in enumerate(pitches)
        ]
