"""The engine of a battle: a cell in threes and twos, its tones drawn from the theme, that builds as it goes."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from numpy.random import Generator

from ambience.music.harmony.passing import quote, step_on, walking_pcs
from ambience.music.harmony.voicing import nearest_of, pitches_of, require_register
from ambience.music.playing.meter_cells import ACCENTS, EIGHTHS, RUN, Cell, cell_of
from ambience.music.playing.touch import before_gasp, chances, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_CALLED_BAR = 2
_ENTRY_BARS, _LAST_ENTRY = 4, 2  # a battle is built up: every turn waits so long, none longer than two of them
_LITERAL_BARS = 4  # the rhythm stays the same for so long
_FULLNESS_OF_RUNG = (0.5, 0.8)  # by ear: below the first, accents only; above the second, a run of sixteenths


@dataclass(frozen=True, slots=True)
class Ostinato:
    """One cell a phrase, the same rhythm four bars long; the harmony moves its tones."""

    carries_theme: ClassVar[bool] = True
    lowest_midi: int = setting(48, "note number, lower end", low=24, high=96)
    highest_midi: int = setting(72, "note number, upper end", low=36, high=108)
    velocity: float = setting(0.55, "0..1, dynamics of an accent", above=0.0, high=1.0)
    pitches: int = setting(5, "different tones of the cell", low=3, high=5)
    fill: float = setting(
        0.5, "0..1, how soon eighths and sixteenths fill the space between the accents", low=0.0, high=1.0
    )
    length: float = setting(0.6, "part of a sixteenth that a tone lasts; short bites, long sings", above=0.0, high=1.0)
    turn: int = setting(
        0, "another number, another cell: 0 plays at once, 1 joins after four bars, others after eight", low=0, high=99
    )

    def __post_init__(self) -> None:
        require_register("ostinato", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Play the cell on the rhythm that this bar is full enough for."""
        chance = chances(rng)
        if bar.ending:
            return playable(self._close(bar, chance), bar)
        if bar.state_bars < _ENTRY_BARS * min(self.turn, _LAST_ENTRY) and bar.bridge is None:
            return ()
        cell, called, wave = cell_of(bar), self._call(bar), self._wave(bar)
        leans = self._leans(bar, wave)
        steps = cell.rhythms[self._call_rung(cell, len(called)) if called else self._rung(bar)]
        notes: list[Note] = []
        for number, step in enumerate(steps):
            group = bisect_right(cell.heads, step) - 1
            pitch = called[min(number, len(called) - 1)] if called else self._tone(cell, group, step, wave, leans)
            notes += self._strike(bar, step, step == cell.heads[group], pitch, wave, chance)
        return playable(before_gasp(notes, bar), bar)

    def _call(self, bar: Bar) -> tuple[int, ...]:
        """Let every fourth bar spell the head of the theme, with air between its tones."""
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

    @staticmethod
    def _call_rung(cell: Cell, tones: int) -> int:
        """Choose the slowest rhythm on which so many tones fit into the bar."""
        return next((rung for rung in (ACCENTS, EIGHTHS) if len(cell.rhythms[rung]) >= tones), RUN)

    def _rung(self, bar: Bar) -> int:
        """Choose the rhythm: faster with tension, density, and in the second half of a phrase."""
        growth = bar.phrase.bar // _LITERAL_BARS * _LITERAL_BARS / bar.phrase.bars
        controls = bar.controls
        fullness = self.fill * (0.3 + 0.6 * controls.tension + 0.5 * controls.density + 0.6 * growth)
        return bisect_right(_FULLNESS_OF_RUNG, fullness)

    @staticmethod
    def _tone(cell: Cell, group: int, step: int, wave: tuple[int, ...], leans: dict[int, int]) -> int:
        """Take a group's tone from the wave; the second count of a three leans on the step beside it."""
        tone = wave[group % len(wave)]
        inner = (step - cell.heads[group]) // cell.unit
        return leans.get(tone, tone) if inner == 1 and cell.groups[group] == 3 * cell.unit else tone

    def _strike(
        self, bar: Bar, step: int, is_head: bool, pitch: int, wave: tuple[int, ...], chance: Iterator[float]
    ) -> list[Note]:
        """Strike one sixteenth; at great tension the accents get a second tone of the cell."""
        accent = 1.0 if step == 0 else 0.92 if is_head else 0.62
        swelling = 0.85 + 0.2 * min(bar.phrase.bar / 8.0, 1.0)
        velocity = strength(self.velocity, bar.controls, chance, accent=accent * swelling)
        onset, length = bar.start_beats + 0.25 * step, 0.25 * self.length * (1.4 if is_head else 1.0)
        word = "marcato" if is_head and bar.controls.tension > 0.6 else "staccato"
        notes = [Note(onset, length, pitch, velocity, word)]
        below = max((p for p in wave if p <= pitch - 3), default=None)
        doubled = is_head and bar.controls.tension > 0.7 and 2 * bar.phrase.bar >= bar.phrase.bars
        if doubled and below is not None:
            notes.append(Note(onset, length, below, 0.8 * velocity, word))
        return notes

    def _wave(self, bar: Bar) -> tuple[int, ...]:
        """Read the accents off the theme's head, drawn to the chord, and lay them out as a wave up and down.

        The lower the ostinato lies, the longer it stays on the root before it moves.
        """
        turn = bar.phrase.index + self.turn
        head = bar.theme.head_semitones or (7, -2, -2)
        shift = turn % len(head)
        climb = accumulate(abs(semitones) for semitones in head[shift:] + head[:shift])
        center = self.lowest_midi + (2.0 + 4.0 * bar.controls.tension)
        root = nearest_of((bar.chord.root_pc,), center, self.lowest_midi, self.highest_midi)
        tones = pitches_of(bar.chord.pcs, self.lowest_midi, self.highest_midi)
        chosen = {root}
        for semitones in (*climb, 3, 7, 12, 5):
            if len(chosen) < (self.pitches + 1) // 2:
                chosen.add(min(tones, key=lambda p: (abs(p - root - semitones % 13), p)))
        rising = sorted(chosen)
        wave = (*rising, *rising[-2:0:-1])
        return wave[turn % 2 :] + wave[: turn % 2] if len(wave) > 2 else wave

    def _leans(self, bar: Bar, wave: tuple[int, ...]) -> dict[int, int]:
        """Give as many tones of the wave as the cell has room for a step beside them, the way the theme steps."""
        way = 1 if min(bar.theme.head_semitones or (1,), key=abs) > 0 else -1
        pcs = walking_pcs(bar.chord, bar.scale)
        tones = sorted(set(wave))
        beside = ((tone, step_on(tone, way, pcs)) for tone in tones[: self.pitches - len(tones)])
        return {tone: step for tone, step in beside if self.lowest_midi <= step <= self.highest_midi}

    def _close(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        root = pitches_of((bar.chord.root_pc,), self.lowest_midi, self.highest_midi)[0]
        return [Note(bar.start_beats, 0.5, root, strength(self.velocity, bar.controls, chance), "marcato")]
