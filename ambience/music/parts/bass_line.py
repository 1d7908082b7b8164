"""The bass: celli and basses on roots and fifths, in long bows or in a driving pulse."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.music.touch import chances, last_pitches, playable, sounding_until, strength
from ambience.music.voicing import nearest_of, pitches_of, require_register
from ambience.plugins import setting


@dataclass(frozen=True, slots=True)
class BassLine:
    """The lowest moving voice."""

    lowest_midi: int = setting(33, "note number, lower end; 33 = A1", low=16, high=72)
    highest_midi: int = setting(52, "note number, upper end", low=28, high=84)
    velocity: float = setting(0.5, "0..1, dynamics", above=0.0, high=1.0)
    pulse_beats: float = setting(
        0.0, "beats between two strokes, such as 0.5 in a battle; 0 long bows", low=0.0, high=4.0
    )
    pizzicato_tension: float = setting(0.0, "0..1, tension below which the pulse is plucked", low=0.0, high=1.0)
    walk: float = setting(0.4, "0..1, how readily the line steps into the next chord", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        require_register("bass_line", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Set the bass under the bar."""
        chance = chances(rng)
        here = (last_pitches(bar) or (round(0.6 * self.lowest_midi + 0.4 * self.highest_midi),))[0]
        bass = nearest_of((self._bass_pc(bar),), here, self.lowest_midi, self.highest_midi)
        if bar.ending:
            low = pitches_of((bar.scale.tonic_pc,), self.lowest_midi, self.highest_midi)[0]
            return playable([self._bow(bar, 0.0, bar.length_beats, low, chance)], bar)
        if self.pulse_beats > 0.0:
            return playable(self._pulse(bar, bass, chance), bar)
        if any(end >= bar.end_beats - 0.01 for end in sounding_until(bar).values()):
            return ()
        return playable(self._bows(bar, bass, chance), bar)

    @staticmethod
    def _bass_pc(bar: Bar) -> int:
        """Take the chord's own bass; over a foreign pedal, which the drone has, the root."""
        return bar.chord.bass_pc if bar.chord.bass_pc in bar.chord.pcs else bar.chord.root_pc

    def _bows(self, bar: Bar, bass: int, chance: Iterator[float]) -> list[Note]:
        """Hold a bar, two where the harmony stays; else move by the fifth or step toward what comes."""
        steps, opens = next(chance) < self.walk, next(chance) < 0.3 + 0.4 * bar.controls.density
        stays = bar.next_chord == bar.chord and bar.bridge is None
        if stays and (bar.phrase.bar % 2 == 0) and not bar.phrase.last_bar:
            return [self._bow(bar, 0.0, 2.0 * bar.length_beats, bass, chance)]
        goal = nearest_of((bar.next_chord.root_pc,), bass, self.lowest_midi, self.highest_midi)
        passing = bar.scale.step(goal, -1 if bass < goal else 1)
        turn = bar.length_beats - (1.0 if bar.length_beats >= 3.0 else 0.5)
        if not stays and steps and passing != bass and self.lowest_midi <= passing <= self.highest_midi:
            last = self._bow(bar, turn, bar.length_beats, passing, chance)
            return [self._bow(bar, 0.0, turn, bass, chance), last]
        fifth = nearest_of((bass + 7,), bass, self.lowest_midi, self.highest_midi)
        half = 0.5 * round(bar.length_beats)
        if opens and (bass + 7) % 12 in bar.chord.pcs:
            answer = self._bow(bar, half, bar.length_beats, fifth, chance)
            return [self._bow(bar, 0.0, half, bass, chance), answer]
        return [self._bow(bar, 0.0, bar.length_beats, bass, chance)]

    def _pulse(self, bar: Bar, bass: int, chance: Iterator[float]) -> list[Note]:
        """Repeat the bass in short bows; tension throws in the octave and the fifth above."""
        count = max(int(bar.length_beats / self.pulse_beats + 1e-9), 1)
        others = [p for p in (bass + 12, bass + 7, bass - 12) if self.lowest_midi <= p <= self.highest_midi]
        others = [p for p in others if p % 12 in bar.chord.pcs or p % 12 == bass % 12]
        notes = []
        for step in range(count):
            place = step * self.pulse_beats
            jumps = next(chance) < 0.35 * bar.controls.tension and step % 2 == 1 and bool(others)
            rests = next(chance) > 0.55 + bar.controls.density + 0.3 * bar.controls.tension and step > 0
            accent = 1.05 if step == 0 else 0.9 if place % 1.0 == 0.0 else 0.75
            velocity = strength(self.velocity, bar.controls, chance, accent=accent)
            pitch = others[step % len(others)] if jumps else bass
            plucked = bar.controls.tension < self.pizzicato_tension
            bowed = "marcato" if step == 0 and bar.controls.tension > 0.6 else "staccato"
            word = "pizzicato" if plucked else bowed
            if not rests:
                notes.append(Note(bar.start_beats + place, 0.7 * self.pulse_beats, pitch, velocity, word))
        return notes

    def _bow(self, bar: Bar, place: float, end: float, pitch: int, chance: Iterator[float]) -> Note:
        late = 0.03 * next(chance)
        velocity = strength(self.velocity, bar.controls, chance, accent=1.0 if place == 0.0 else 0.85)
        return Note(bar.start_beats + place + late, end - place - late, pitch, velocity)
