"""Drums in one of four roles: they carry the pulse, place accents across it, fill phrase ends, or roll into them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from numpy.random import Generator

from ambience.music.clock import sixteenth_groups
from ambience.music.score import Bar, Note
from ambience.music.touch import before_gasp, chances, pick, playable, sounding_until, strength
from ambience.plugins import setting

_BUILD_BARS = 8.0
_SILENT_BARS = 2


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
        if bar.impact:
            notes = [n for n in notes if n.onset_beats > bar.start_beats + 0.01]
            hit = self._stroke(bar, 0.0, 1.35, chance, low=True)
            # A bar that was cut short may leave the drum ringing; then the hit is a bigger drum's.
            notes.append(replace(hit, pitch_midi=hit.pitch_midi - 2 * (hit.pitch_midi in sounding_until(bar))))
        return playable(before_gasp(notes, bar), bar)

    def _pulse(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Mark the groups of the bar with the low drum, and between them, when it fills up, with the high one."""
        groups = sixteenth_groups(bar.length_beats, bar.phrase.index + self.turn)
        heads = (0, *accumulate(groups[:-1]))
        drive = 0.6 * bar.controls.tension + 0.4 * bar.controls.density + 0.2 * bar.phrase.bar / bar.phrase.bars
        drive -= 0.5 * max(1.0 - bar.state_bars / _BUILD_BARS, 0.0)  # a battle is built up
        notes = []
        for place, head in enumerate(heads):
            weight = 1.0 if place == 0 else 0.86
            wanted = place % 3 == 0 or drive > 0.35 + 0.1 * (place % 3)
            stroke = self._stroke(bar, 0.25 * head, weight, chance, low=place % 3 != 2)
            notes += [stroke] if wanted else []
            ghost = self._stroke(bar, 0.25 * (head + groups[place] - 1), 0.5, chance, low=False)
            notes += [ghost] if next(chance) < drive - 0.45 else []
        return notes

    def _accents(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Strike beside the beat: each phrase has its own places, tension says how many of them are used."""
        steps = max(round(4.0 * bar.length_beats), 2)
        turn = bar.phrase.index + self.turn
        places = [(3 + 5 * turn) % steps, (10 + 3 * turn) % steps, (6 + 7 * turn) % steps]
        count = min(round(0.4 + 2.6 * bar.controls.tension + 0.6 * next(chance)), 3)
        # Two bars of waiting at first, and every fourth bar belongs to the others.
        if bar.state_bars < _SILENT_BARS or (bar.phrase.bar % 4 == 3 and not bar.phrase.last_bar):
            count = 0
        places = [place + (place % 4 == 0) for place in places[:count] if place + 1 < steps]
        return [
            self._stroke(bar, 0.25 * place, 1.0 - 0.1 * order, chance, low=order != 1)
            for order, place in enumerate(places)
        ]

    def _fills(self, bar: Bar, chance: Iterator[float]) -> list[Note]:
        """Run into the next phrase, growing; a shorter run in its middle when it is tense."""
        middle = 2 * (bar.phrase.bar + 1) == bar.phrase.bars and bar.controls.tension > 0.5
        tense = bar.controls.tension > 0.5
        if not (bar.phrase.last_bar or middle or bar.bridge is not None):
            return []
        beats = min((2.0 if tense else 1.0) * (0.5 if middle and not bar.phrase.last_bar else 1.0), bar.length_beats)
        grid = 0.25 if tense else 0.5
        count = round(beats / grid)
        shape = pick(chance, 3)  # falling onto the low drum, rocking, or all high
        notes = []
        for step in range(count):
            low = (step > count // 2, step % 2 == 0, False)[shape]
            weight = 0.55 + 0.5 * (step + 1) / count
            left_out = next(chance) < 0.2 and 0 < step < count - 1
            stroke = self._stroke(bar, bar.length_beats - beats + step * grid, weight, chance, low=low)
            notes += [] if left_out else [stroke]
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
