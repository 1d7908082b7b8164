"""The bass: celli and basses walking in steps, in long bows or in a driving pulse."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.passing import line_to, step_on, walking_pcs
from ambience.music.harmony.voicing import bass_pc, nearest_of, pitches_of, require_register
from ambience.music.playing.hairpin import hairpins, harmony_spans
from ambience.music.playing.touch import (
    before_gasp,
    chances,
    last_pitches,
    looseness,
    playable,
    sounding_until,
    strength,
)
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_STEP_SEMITONES, _WALK_SEMITONES = 2, 5
_CADENCE_SEMITONES = 5  # from the dominant home the bass leaps


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
    hairpin: float = setting(0.25, "0..1, how far a phrase grows and fades", low=0.0, high=0.6)

    def __post_init__(self) -> None:
        require_register("bass_line", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Set the bass under the bar."""
        chance = chances(rng)
        here = (last_pitches(bar) or (round(0.6 * self.lowest_midi + 0.4 * self.highest_midi),))[0]
        bass = nearest_of((bass_pc(bar.chord),), here, self.lowest_midi, self.highest_midi)
        if bar.ending:
            low = pitches_of((bar.scale.tonic_pc,), self.lowest_midi, self.highest_midi)[0]
            return playable([self._bow(bar, 0.0, bar.length_beats, low, chance)], bar)
        if self.pulse_beats > 0.0:
            return playable(self._pulse(bar, bass, chance), bar)
        if any(end >= bar.end_beats - 0.01 for end in sounding_until(bar).values()):
            return ()
        return playable(before_gasp(self._bows(bar, bass, chance), bar), bar)

    def dynamics(self, bar: Bar) -> Sequence[tuple[float, float]]:
        """Grow with the phrase, and in long bows with every chord."""
        return hairpins(bar, self.hairpin, () if self.pulse_beats else harmony_spans(bar))

    def _bows(self, bar: Bar, bass: int, chance: Iterator[float]) -> list[Note]:
        """Hold a bar, two where the harmony stays; else walk by step toward what comes."""
        steps, opens = next(chance) < 0.35 + self.walk, next(chance) < 0.15 + 0.2 * bar.controls.density
        stays = bar.next_chord == bar.chord and bar.bridge is None
        if stays and (bar.phrase.bar % 2 == 0) and not bar.phrase.last_bar:
            return [self._bow(bar, 0.0, 2.0 * bar.length_beats, bass, chance)]
        way = self._way(bar, bass)
        half = 0.5 * round(bar.length_beats)
        if not stays and steps and way:
            # A fourth is filled by two tones, a third by one; a step needs none.
            tones = [bass, *way[-2:]]
            turn = half if len(tones) == 3 else bar.length_beats - (1.0 if bar.length_beats >= 3.0 else 0.5)
            places = (0.0, turn, turn + 0.5 * (bar.length_beats - turn))[: len(tones)]
            ends = (*places[1:], bar.length_beats)
            return [self._bow(bar, at, to, p, chance) for at, to, p in zip(places, ends, tones, strict=True)]
        third = step_on(bass, 1, bar.chord.pcs)
        if opens and stays and third <= self.highest_midi and third - bass <= 5:
            answer = self._bow(bar, half, bar.length_beats, third, chance)
            return [self._bow(bar, 0.0, half, bass, chance), answer]
        return [self._bow(bar, 0.0, bar.length_beats, bass, chance)]

    def _way(self, bar: Bar, bass: int) -> tuple[int, ...]:
        """List the steps between the bass and the next one, both left out, if they are near enough to walk."""
        goal = nearest_of((bass_pc(bar.next_chord),), bass, self.lowest_midi, self.highest_midi)
        if not _STEP_SEMITONES < abs(goal - bass) <= _WALK_SEMITONES or goal - bass == _CADENCE_SEMITONES:
            return ()
        return line_to(bass, goal, walking_pcs(bar.chord, bar.scale))[1:-1]

    def _pulse(self, bar: Bar, bass: int, chance: Iterator[float]) -> list[Note]:
        """Repeat the bass in short bows; the last of them walk into the next chord, tension adds a neighbor."""
        count = max(int(bar.length_beats / self.pulse_beats + 1e-9), 1)
        pcs = walking_pcs(bar.chord, bar.scale)
        neighbors = [p for p in (step_on(bass, 1, pcs), step_on(bass, -1, pcs)) if p >= self.lowest_midi]
        way = self._way(bar, bass)[-2:] if not bar.phrase.last_bar else ()
        plucked = bar.controls.tension < self.pizzicato_tension
        full = 0.9 * bar.controls.density if plucked else 0.55 + bar.controls.density + 0.3 * bar.controls.tension
        notes = []
        for step in range(count):
            place = step * self.pulse_beats
            turns = next(chance) < 0.35 * bar.controls.tension and step % 4 == 3 and bool(neighbors)
            rests = next(chance) > full and step > 0
            accent = 1.05 if step == 0 else 0.9 if place % 1.0 == 0.0 else 0.75
            velocity = strength(self.velocity, bar.controls, chance, accent=accent)
            left = count - step
            pitch = way[-left] if left <= len(way) else neighbors[step // 4 % len(neighbors)] if turns else bass
            bowed = "marcato" if step == 0 and bar.controls.tension > 0.6 else "staccato"
            word = "pizzicato" if plucked else bowed
            if not rests:
                notes.append(Note(bar.start_beats + place, 0.7 * self.pulse_beats, pitch, velocity, word))
        return before_gasp(notes, bar)

    def _bow(self, bar: Bar, place: float, end: float, pitch: int, chance: Iterator[float]) -> Note:
        late = looseness(bar, chance)
        velocity = strength(self.velocity, bar.controls, chance, accent=1.0 if place == 0.0 else 0.85)
        return Note(bar.start_beats + place + late, end - place - late, pitch, velocity)
