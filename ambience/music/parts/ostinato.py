"""The engine of a battle: a cell of sixteenths in threes and twos, drawn from the theme, that builds as it goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from numpy.random import Generator

from ambience.music.clock import sixteenth_groups
from ambience.music.passing import quote, step_on, walking_pcs
from ambience.music.score import Bar, Note
from ambience.music.touch import before_gasp, chances, playable, strength
from ambience.music.voicing import nearest_of, pitches_of, require_register
from ambience.plugins import setting

_CALLED_BAR = 2
_ENTRY_BARS = 4  # a battle is built up: the second ostinato waits so long


@dataclass(frozen=True, slots=True)
class Ostinato:
    """One cell a phrase; only its harmony and its fullness change within the phrase."""

    carries_theme: ClassVar[bool] = True
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
        if bar.state_bars < _ENTRY_BARS * (self.turn > 0) and bar.bridge is None:
            return ()
        wave, called = self._wave(bar, turn), self._call(bar)
        pcs = walking_pcs(bar.chord, bar.scale)
        fullness = self._fullness(bar)
        notes: list[Note] = []
        step = 0
        for number, group in enumerate(sixteenth_groups(bar.length_beats, turn)):
            accented = called[min(number, len(called) - 1)] if called else wave[number % len(wave)]
            neighbor = step_on(accented, 1 if number % 2 else -1, pcs)
            inside = self.lowest_midi <= neighbor <= self.highest_midi
            for inner in range(1 if called and number < len(called) else group):
                # A tone, its neighbor, the tone: what moves is the line of the accents.
                pitch = neighbor if inner == 1 and group == 3 and inside else accented
                notes += self._strike(bar, step + inner, inner, pitch, fullness, chance)
            step += group
        return playable(before_gasp(notes, bar), bar)

    def _call(self, bar: Bar) -> tuple[int, ...]:
        """Let the accents of every fourth bar spell the head of the theme, with air between them."""
        if bar.phrase.bar % 4 != _CALLED_BAR or bar.bridge is not None:
            return ()
        middle = 0.5 * (self.lowest_midi + self.highest_midi)
        return quote(
            bar.theme.head_semitones,
            bar.chord,
            bar.scale,
            near_midi=middle,
            lowest_midi=self.lowest_midi,
            highest_midi=self.highest_midi,
        )

    def _strike(
        self, bar: Bar, step: int, inner: int, pitch: int, fullness: float, chance: Iterator[float]
    ) -> list[Note]:
        """Strike one sixteenth if the cell is full enough; at great tension the accents get a second tone."""
        accent = 1.0 if step == 0 else 0.92 if inner == 0 else 0.62
        velocity = strength(self.velocity, bar.controls, chance, accent=accent * (0.85 + 0.2 * bar.phrase.bar / 8.0))
        if inner and (0.55 * inner + 0.23 * (step % 3)) % 1.0 >= fullness:  # the same sixteenths stay out all phrase
            return []
        onset, length = bar.start_beats + 0.25 * step, 0.25 * self.length * (1.4 if inner == 0 else 1.0)
        word = "marcato" if inner == 0 and bar.controls.tension > 0.6 else "staccato"
        notes = [Note(onset, length, pitch, velocity, word)]
        below = (
            [p for p in pitches_of(bar.chord.pcs, self.lowest_midi, pitch - 3)] if pitch - 3 > self.lowest_midi else []
        )
        if inner == 0 and bar.controls.tension > 0.7 and 2 * bar.phrase.bar >= bar.phrase.bars and below:
            notes.append(Note(onset, length, below[-1], 0.8 * velocity, word))
        return notes

    def _fullness(self, bar: Bar) -> float:
        """Say how much of the cell sounds: more with tension, density, and every second bar of the phrase."""
        growth = (bar.phrase.bar // 2 * 2) / max(bar.phrase.bars, 1)
        controls = bar.controls
        return min(self.fill * (0.3 + 0.6 * controls.tension + 0.5 * controls.density + 0.6 * growth), 1.0)

    def _wave(self, bar: Bar, turn: int) -> tuple[int, ...]:
        """Read the accents off the theme's head, drawn to the chord, and lay them out as a wave up and down.

        The lower the ostinato lies, the longer it stays on the root before it moves.
        """
        head = bar.theme.head_semitones or (7, -2, -2)
        shift = turn % len(head)
        climb = (0, *accumulate(abs(semitones) for semitones in head[shift:] + head[:shift]))
        center = self.lowest_midi + (2.0 + 4.0 * bar.controls.tension)
        root = nearest_of((bar.chord.root_pc,), center, self.lowest_midi, self.highest_midi)
        tones = pitches_of(bar.chord.pcs, self.lowest_midi, self.highest_midi)
        chosen = {root}
        for semitones in (*climb[1:], 3, 7, 12, 5):
            if len(chosen) < self.pitches:
                chosen.add(min(tones, key=lambda p: (abs(p - root - semitones % 13), p)))
        rising = sorted(chosen)
        wave = (*rising, *rising[-2:0:-1])
        return wave[turn % 2 :] + wave[: turn % 2] if len(wave) > 2 else wave

    def _close(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        root = pitches_of((bar.chord.root_pc,), self.lowest_midi, self.highest_midi)[0]
        return [Note(bar.start_beats, 0.5, root, strength(self.velocity, bar.controls, chance), "marcato")]
