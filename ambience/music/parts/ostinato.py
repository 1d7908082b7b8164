"""The engine of a battle: a cell of sixteenths in threes and twos, drawn from the theme, that builds as it goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from numpy.random import Generator

from ambience.music.clock import sixteenth_groups
from ambience.music.score import Bar, Note
from ambience.music.touch import chances, playable, strength
from ambience.music.voicing import nearest_of, pitches_of, require_register
from ambience.plugins import setting


@dataclass(frozen=True, slots=True)
class Ostinato:
    """One cell a phrase; only its harmony and its fullness change within the phrase."""

    lowest_midi: int = setting(48, "note number, lower end", low=24, high=96)
    highest_midi: int = setting(72, "note number, upper end", low=36, high=108)
    velocity: float = setting(0.55, "0..1, dynamics of an accent", above=0.0, high=1.0)
    pitches: int = setting(4, "different tones of the cell", low=3, high=5)
    fill: float = setting(0.5, "0..1, how many sixteenths sound between the accents", low=0.0, high=1.0)
    length: float = setting(0.6, "part of a sixteenth that a tone lasts; short bites, long sings", above=0.0, high=1.0)
    turn: int = setting(0, "another number, another cell: give every ostinato of a preset its own", low=0, high=99)

    def __post_init__(self) -> None:
        require_register("ostinato", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Play the phrase's cell at the fullness of this bar."""
        chance = chances(rng)
        if bar.ending:
            return playable(self._close(bar, chance), bar)
        turn = bar.phrase.index + self.turn
        contour = self._contour(bar, turn)
        fullness = self._fullness(bar)
        notes: list[Note] = []
        step = 0
        for number, group in enumerate(sixteenth_groups(bar.length_beats, turn)):
            for inner in range(group):
                pitch = contour[(number + turn) % len(contour)] if inner == 0 else contour[(inner * 2) % len(contour)]
                notes += self._strike(bar, step, inner, pitch, fullness, chance)
                step += 1
        return playable(notes, bar)

    def _strike(
        self, bar: Bar, step: int, inner: int, pitch: int, fullness: float, chance: Iterator[float]
    ) -> list[Note]:
        """Strike one sixteenth if the cell is full enough; at great tension the accents ring in octaves."""
        accent = 1.0 if step == 0 else 0.92 if inner == 0 else 0.62
        velocity = strength(self.velocity, bar.controls, chance, accent=accent * (0.85 + 0.2 * bar.phrase.bar / 8.0))
        if inner and (0.55 * inner + 0.23 * (step % 3)) % 1.0 >= fullness:  # the same sixteenths stay out all phrase
            return []
        onset, length = bar.start_beats + 0.25 * step, 0.25 * self.length * (1.4 if inner == 0 else 1.0)
        word = "marcato" if inner == 0 and bar.controls.tension > 0.6 else "staccato"
        notes = [Note(onset, length, pitch, velocity, word)]
        octave = pitch + 12 if pitch + 12 <= self.highest_midi else pitch - 12
        if inner == 0 and bar.controls.tension > 0.7 and 2 * bar.phrase.bar >= bar.phrase.bars:
            notes += [Note(onset, length, octave, 0.8 * velocity, word)] if octave >= self.lowest_midi else []
        return notes

    def _fullness(self, bar: Bar) -> float:
        """Say how much of the cell sounds: more with tension, density, and every second bar of the phrase."""
        growth = (bar.phrase.bar // 2 * 2) / max(bar.phrase.bars, 1)
        controls = bar.controls
        return min(self.fill * (0.3 + 0.6 * controls.tension + 0.5 * controls.density + 0.6 * growth), 1.0)

    def _contour(self, bar: Bar, turn: int) -> tuple[int, ...]:
        """Read the cell's tones off the theme's head, on the root of the chord; the shape is the phrase's own."""
        head = bar.theme.head_semitones or (7, -2, -2)
        shift = turn % len(head)
        climb = [0, *accumulate(abs(semitones) for semitones in head[shift:] + head[:shift])]
        center = self.lowest_midi + (2.0 + 4.0 * bar.controls.tension)
        root = nearest_of((bar.chord.root_pc,), center, self.lowest_midi, self.highest_midi)
        tones = set(bar.chord.pcs) | ({pc for pc in bar.scale.pcs if not self._rubs(pc, bar)})
        open_tones = pitches_of(tones, self.lowest_midi, self.highest_midi)
        chosen = [root]
        for semitones in (*climb[1:], 7, 12, 3, 5, 10, 2):
            wished = root + semitones % 13
            tone = min(open_tones, key=lambda p: (abs(p - wished), p))
            if tone not in chosen:
                chosen.append(tone)
        return tuple(chosen[: self.pitches])

    @staticmethod
    def _rubs(pc: int, bar: Bar) -> bool:
        """Tell whether a scale tone lies a semitone over a chord tone; only tension lets it in."""
        return bar.controls.tension < 0.6 and (pc - 1) % 12 in bar.chord.pcs

    def _close(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        root = pitches_of((bar.chord.root_pc,), self.lowest_midi, self.highest_midi)[0]
        return [Note(bar.start_beats, 0.5, root, strength(self.velocity, bar.controls, chance), "marcato")]
