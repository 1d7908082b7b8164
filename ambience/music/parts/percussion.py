"""Drums in one of four roles: they carry the pulse, place accents across it, fill phrase ends, or roll into them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from numpy.random import Generator

from ambience.music.playing.meter_cells import ACCENTS, EIGHTHS, cell_of
from ambience.music.playing.touch import (
    after_gasp,
    before_gasp,
    chances,
    gasp_at,
    pick,
    playable,
    sounding_until,
    strength,
)
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_BLOCK_BARS = 4  # the pulse stays the same for so long
_GROUPS_DRIVE, _EIGHTHS_DRIVE = 0.3, 0.8  # by ear: below the first, half bars only; above the second, eighths too


@dataclass(frozen=True, slots=True)
class Percussion:
    """One drummer with a low and a high drum."""

    role: Literal["pulse", "accents", "fills", "rolls"] = setting("pulse", "what the drummer is there for")
    pitch_midi: int = setting(38, "note number of the low drum: its size", low=12, high=108)
    high_semitones: int = setting(7, "semitones from the low to the high drum", low=0, high=24)
    velocity: float = setting(0.6, "0..1, force of a full stroke", above=0.0, high=1.0)
    ring_beats: float = setting(1.0, "beats a stroke is left to ring", above=0.0, high=8.0)
    turn: int = setting(0, "another number, other places for the accents", low=0, high=99)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Play the role; a prepared hit and the end of the piece are struck in every role."""
        chance = chances(rng)
        if bar.ending:
            return playable([self._stroke(bar, 0.0, 0.9, chance, low=True)], bar)
        notes = {"pulse": self._pulse, "accents": self._accents, "fills": self._fills, "rolls": self._rolls}[self.role](
            bar, chance
        )
        if bar.impact or after_gasp(bar):
            notes = [n for n in notes if n.onset_beats > bar.start_beats + 0.01]
            hit = self._stroke(bar, 0.0, 1.35, chance, low=True)
            # A bar that was cut short may leave the drum ringing; then the hit is a bigger drum's.
            notes.append(hit._replace(pitch_midi=hit.pitch_midi - 2 * (hit.pitch_midi in sounding_until(bar))))
        return playable(before_gasp(notes, bar), bar)

    def _pulse(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Mark the half bars, then every group, then the eighths between: the pulse thickens in blocks of four bars."""
        cell, growth = cell_of(bar), bar.phrase.bar // _BLOCK_BARS * _BLOCK_BARS / bar.phrase.bars
        building = max(1.0 - bar.state_bars // _BLOCK_BARS / 2.0, 0.0)  # a battle is built up
        drive = 0.6 * bar.controls.tension + 0.4 * bar.controls.density + 0.2 * growth - 0.4 * building
        sparse = (0, cell.middle) if drive < _GROUPS_DRIVE else cell.heads
        notes = []
        for step in cell.rhythms[EIGHTHS if drive > _EIGHTHS_DRIVE else ACCENTS]:
            number = cell.heads.index(step) if step in cell.heads else -1
            weight = 0.5 if number < 0 else 0.86 if step else 1.0
            stroke = self._stroke(bar, 0.25 * step, weight, chance, low=number >= 0 and number % 3 != 2)
            notes += [stroke] if number < 0 or step in sparse else []
        return notes

    def _accents(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Strike accents beside the beat: each phrase has its own, tension says how many of them are used."""
        places = cell_of(bar).displaced
        shift = (bar.phrase.index + self.turn) % len(places)
        count = min(round(0.7 + 2.6 * bar.controls.tension), 3)
        # Every fourth bar belongs to the others.
        if bar.phrase.bar % 4 == 3 and not bar.phrase.last_bar:
            count = 0
        return [
            self._stroke(bar, 0.25 * place, 1.0 - 0.1 * order, chance, low=order != 1)
            for order, place in enumerate((places[shift:] + places[:shift])[:count])
        ]

    def _fills(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Run into the next phrase or its silence, growing; a shorter run in the middle when it is tense."""
        middle = 2 * (bar.phrase.bar + 1) == bar.phrase.bars and bar.controls.tension > 0.5
        tense = bar.controls.tension > 0.5
        if not (bar.phrase.last_bar or middle or bar.bridge is not None):
            return []
        end = round(4.0 * (gasp_at(bar) - bar.start_beats)) / 4.0
        beats = min((2.0 if tense else 1.0) * (0.5 if middle and not bar.phrase.last_bar else 1.0), end)
        grid = 0.25 if tense else 0.5
        count = round(beats / grid)
        shape = pick(chance, 3)  # falling onto the low drum, rocking, or all high
        notes = []
        for step in range(count):
            low = (step > count // 2, step % 2 == 0, False)[shape]
            weight = 0.55 + 0.5 * (step + 1) / count
            notes.append(self._stroke(bar, end - beats + step * grid, weight, chance, low=low))
        return notes

    def _rolls(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Roll up to the next phrase or the new state; land on the downbeat after it."""
        notes = []
        lands = bar.arrival or (bar.phrase.bar == 0 and bar.index > 0)
        stroke = self._stroke(bar, 0.0, 0.95, chance, low=True)
        notes += [stroke] if lands else []
        rolls = bar.phrase.last_bar or (bar.bridge is not None and bar.bridge.last_bar)
        length = bar.length_beats if bar.controls.tension > 0.6 else 0.5 * bar.length_beats
        length = min(length, bar.length_beats - 0.5) if lands else length
        silence = bar.bridge.silence_beats if bar.bridge is not None and bar.bridge.last_bar else 0.0
        length = max(length - silence, 0.25)
        velocity = strength(0.8 * self.velocity, bar.controls, chance)
        onset = max(bar.end_beats - silence - length, bar.start_beats)
        return notes + ([Note(onset, length, self.pitch_midi, velocity, "roll")] if rolls else [])

    def _stroke(self, bar: Bar, place: float, weight: float, chance: Iterator[float], *, low: bool) -> Note:
        pitch = self.pitch_midi if low else self.pitch_midi + self.high_semitones
        velocity = strength(self.velocity, bar.controls, chance, accent=weight)
        word = "marcato" if weight >= 0.95 and bar.controls.tension > 0.5 else "sustain"
        late = 0.012 * next(chance) if place else 0.0
        onset = bar.start_beats + place + late
        # A stroke gives way at the bar line, so that the next downbeat is never lost.
        return Note(onset, min(self.ring_beats, max(bar.end_beats - onset, 0.05)), pitch, velocity, word)
