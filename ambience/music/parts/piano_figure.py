"""A few felt-piano tones: the head of the theme, or a line in its steps, pedal down, then its echo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from numpy.random import Generator

from ambience.music.harmony.passing import line_to, quote, walking_pcs
from ambience.music.harmony.voicing import nearest_of, pitches_of, require_register
from ambience.music.playing.touch import chances, pick, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_PACES_BEATS = (1.0, 0.75, 0.5)  # wide, limping, flowing
_LIFT_BEATS = 0.25
_ECHO_BEATS = 0.5  # a memory comes after the downbeat, not on it
_QUOTED_INTERVALS = 5
_QUOTED_BAR = 2  # of a phrase: the theme has begun, and its head comes back as an echo


@dataclass(frozen=True, slots=True)
class PianoFigure:
    """Sparse figures that ring into each other."""

    carries_theme: ClassVar[bool] = True
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
        plays = next(chance) < (0.15 + 0.8 * bar.controls.density) * bar.controls.level or bar.arrival
        echoes = next(chance) < self.echo
        if bar.ending:
            return playable(self._close(bar, chance), bar)
        low = self._bass(bar, chance) if bar.phrase.bar == 0 else []
        notes: list[Note] = []
        if plays or self._remembers(bar):
            figure = self._figure(bar, chance, place=_ECHO_BEATS if low else None)
            notes = figure + (self._echo(figure, bar, chance) if echoes else [])
        return playable(low + notes, bar)

    @staticmethod
    def _remembers(bar: Bar) -> bool:
        """Tell whether this is the bar of the phrase in which the theme's head is quoted."""
        return bar.phrase.bar == min(_QUOTED_BAR, bar.phrase.bars - 1) and bool(bar.theme.head_semitones)

    def _figure(self, bar: Bar, chance: Iterator[float], *, place: float | None) -> list[Note]:
        """Set a line of tones into the bar; those of the chord ring on, those between them give way."""
        pace = _PACES_BEATS[min(int(3.0 * (0.6 * bar.controls.density + 0.5 * next(chance))), 2)]
        starts = [step for step in (0.0, 1.0, 1.5) if step + 1.0 < bar.length_beats] or [0.0]
        start = starts[pick(chance, len(starts))]
        line = self._line(bar, chance)
        if self._remembers(bar):
            start = _ECHO_BEATS
            pace = min(pace, (bar.length_beats - start) / (len(line) + 1))
        elif place is not None:
            start = place
        line = line[: max(int((bar.length_beats - start) / pace + 1e-9), 1)]
        lifted = bar.end_beats - (_LIFT_BEATS if bar.chord_bars == 1 else 0.0)  # the pedal, before the harmony changes
        rings = bar.end_beats + max(self.pedal_bars - 1.0, 0.0) * bar.length_beats
        notes = []
        for step, pitch in enumerate(line):
            onset = bar.start_beats + start + step * pace + (0.03 if step else 0.0) * next(chance)
            velocity = strength(self.velocity, bar.controls, chance, accent=1.05 - 0.06 * step)
            stays = pitch % 12 in bar.chord.pcs
            end = rings if stays and pitch % 12 in bar.next_chord.pcs else lifted if stays else onset + 1.1 * pace
            notes.append(
                Note(onset, max(min(end, onset + self.pedal_bars * bar.length_beats) - onset, 0.3), pitch, velocity)
            )
        return notes

    def _line(self, bar: Bar, chance: Iterator[float]) -> tuple[int, ...]:
        """Choose the tones: the head of the theme, or steps from chord tone to chord tone along its curve."""
        center = 0.5 * (self.lowest_midi + self.highest_midi) + 6.0 * (bar.controls.brightness - 0.5)
        wished, reach, way = center - 5.0 + 10.0 * next(chance), next(chance), 1 if next(chance) < 0.6 else -1
        if self._remembers(bar):
            head = bar.theme.head_semitones
            quoted = quote(
                (*head, *head[: max(_QUOTED_INTERVALS - len(head), 0)]),  # it begins again, and is left open
                bar.chord,
                bar.scale,
                near_midi=center,
                lowest_midi=self.lowest_midi,
                highest_midi=self.highest_midi,
            )
            if quoted:
                return quoted
        first = nearest_of(bar.chord.pcs, wished, self.lowest_midi, self.highest_midi)
        count = 2 + round(1.0 + 4.0 * bar.controls.density * reach)
        pcs = walking_pcs(bar.chord, bar.scale)
        goal = nearest_of(bar.chord.pcs, first + way * 1.7 * count, self.lowest_midi, self.highest_midi)
        line = line_to(first, goal, pcs)
        back = line_to(goal, nearest_of(bar.chord.pcs, goal - way * 3, self.lowest_midi, self.highest_midi), pcs)[1:]
        return (line + back)[:count]

    def _echo(self, figure: list[Note], bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Let the last tones come back once the figure has ended, softer, now and then an octave higher."""
        octave = 12 if next(chance) < 0.25 else 0
        late = figure[-1].onset_beats - figure[-2].onset_beats + 1.0 if len(figure) > 1 else 1.5
        notes = []
        for note in figure[-2:]:
            pitch = note.pitch_midi + octave
            velocity = strength(0.5 * self.velocity, bar.controls, chance)
            if self.lowest_midi <= pitch <= self.highest_midi and pitch % 12 in bar.chord.pcs:
                onset = note.onset_beats + late
                notes.append(Note(onset, max(bar.end_beats - onset, 0.5), pitch, velocity))
        return notes

    def _bass(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        root = pitches_of((bar.chord.root_pc,), self.lowest_midi, self.highest_midi)[0]
        wanted = self.bass and next(chance) < 0.4 + 0.5 * bar.controls.density
        velocity = strength(0.8 * self.velocity, bar.controls, chance)
        return [Note(bar.start_beats, min(2, bar.chord_bars) * bar.length_beats, root, velocity)] if wanted else []

    def _close(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """End on open tones of the tonic, from the lowest to the highest, which are left to ring."""
        open_tones = pitches_of((bar.scale.tonic_pc, bar.scale.tonic_pc + 7), self.lowest_midi, self.highest_midi)
        pitches = (open_tones[0], open_tones[len(open_tones) // 2], open_tones[-1])
        return [
            Note(
                bar.start_beats + 0.5 * i, bar.length_beats, pitch, strength(0.8 * self.velocity, bar.controls, chance)
            )
            for i, pitch in enumerate(pitches)
        ]
