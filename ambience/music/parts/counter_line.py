"""A second voice that goes where the theme does not: against its direction, in its pauses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.voicing import nearest_of, pitches_of, require_register
from ambience.music.playing.breathing import breathes, longest_beats
from ambience.music.playing.hairpin import hairpins
from ambience.music.playing.touch import chances, last_pitches, looseness, playable, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting


@dataclass(frozen=True, slots=True)
class CounterLine:
    """Slow contrary motion in chord tones, joined by steps while the theme rests."""

    lowest_midi: int = setting(48, "note number, lower end", low=24, high=96)
    highest_midi: int = setting(67, "note number, upper end", low=36, high=108)
    velocity: float = setting(0.45, "0..1, dynamics; below the melody's", above=0.0, high=1.0)
    leap_semitones: int = setting(5, "semitones, widest ordinary move", low=2, high=12)
    busy_notes: int = setting(3, "theme notes in a bar from which the line holds still", low=1, high=16)
    breath_s: float = setting(0.0, "seconds that a player can go without a breath; 0 needs none", low=0.0, high=30.0)
    hairpin: float = setting(0.3, "0..1, how far a phrase grows and fades", low=0.0, high=0.6)

    def __post_init__(self) -> None:
        require_register("counter_line", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Move when the theme rests, hold when it moves, breathe where the phrase ends."""
        chance = chances(rng)
        here = (last_pitches(bar) or (round(0.5 * (self.lowest_midi + self.highest_midi)),))[-1]
        here = min(max(here, self.lowest_midi), self.highest_midi)
        heading = -_direction(bar, chance)
        arrival = self._toward(here, heading, bar.chord.pcs, chance)
        rests = next(chance) > 0.5 + bar.controls.density and not bar.arrival
        if rests and not bar.ending and bar.phrase.bar:
            return ()
        if bar.ending:
            home = nearest_of((bar.scale.tonic_pc,), here, self.lowest_midi, self.highest_midi)
            return playable([self._note(bar, 0.0, bar.length_beats, home, chance)], bar)
        if len(bar.theme.notes) >= self.busy_notes:
            return playable(self._hold(bar, arrival, chance), bar)
        return playable(self._walk(bar, arrival, heading, chance), bar)

    def dynamics(self, bar: Bar) -> Sequence[tuple[float, float]]:
        """Grow with the phrase, and while the line holds still."""
        holds = len(bar.theme.notes) >= self.busy_notes and not bar.ending
        return hairpins(bar, self.hairpin, [(bar.start_beats, bar.end_beats)] if holds else ())

    def _hold(self, bar: Bar, pitch: int, chance: Iterator[float]) -> list[Note]:
        """Enter where the theme holds a tone, and stay."""
        return [self._note(bar, _free_beat(bar), self._breath_at(bar), pitch, chance)]

    def _breath_at(self, bar: Bar) -> float:
        """Tell where in the bar the line ends: before a new phrase, and where breath must be taken."""
        rests = bar.phrase.last_bar or breathes(bar, self.breath_s, 0)
        return bar.length_beats - (0.5 if rests else 0.0)

    def _walk(self, bar: Bar, pitch: int, heading: int, chance: Iterator[float]) -> list[Note]:
        """Arrive on a chord tone, then step toward the next chord; livelier when dense or tense."""
        goal = self._toward(pitch, heading, bar.next_chord.pcs, chance)
        turn = 0.5 * round(bar.length_beats)
        way = 1 if goal > pitch else -1
        steps = [pitch]
        lively = bar.controls.density + bar.controls.tension > 0.9
        for _ in range(2 if lively else 1):
            passing = bar.scale.step(steps[-1], way)
            inside = self.lowest_midi <= passing <= self.highest_midi
            if goal != pitch and inside and (goal - passing) * way >= 0 and passing != steps[-1]:
                steps.append(passing)
        places = (0.0, turn, turn + 0.5 * (bar.length_beats - turn))[: len(steps)]
        ends = (*places[1 : len(steps)], self._breath_at(bar))
        return [self._note(bar, at, to, tone, chance) for at, to, tone in zip(places, ends, steps, strict=True)]

    def _toward(self, here: int, heading: int, pcs: Sequence[int], chance: Iterator[float]) -> int:
        """Choose a tone in a direction, at most a leap away; turn round at the end of the register."""
        turn = next(chance)
        tones = pitches_of(pcs, self.lowest_midi, self.highest_midi)
        ahead = [p for p in tones if 0 < (p - here) * heading <= self.leap_semitones]
        back = [p for p in tones if 0 < (here - p) * heading <= self.leap_semitones]
        near = sorted(ahead or back or [nearest_of(pcs, here, self.lowest_midi, self.highest_midi)])
        near.sort(key=lambda p: abs(p - here))
        return near[0] if turn < 0.7 else near[-1]

    def _note(self, bar: Bar, place: float, end: float, pitch: int, chance: Iterator[float]) -> Note:
        late = looseness(bar, chance)
        accent = 0.9 + 0.2 * (pitch - self.lowest_midi) / (self.highest_midi - self.lowest_midi)
        velocity = strength(self.velocity, bar.controls, chance, accent=accent)
        length = min(end - place - late, longest_beats(bar, self.breath_s))
        return Note(bar.start_beats + place + late, max(length, 0.1), pitch, velocity)


def _direction(bar: Bar, chance: Iterator[float]) -> int:
    """Tell whether the theme rises (1) or falls (-1) in this bar; where it does neither, either will do."""
    turn = next(chance)
    before = [note for note in bar.theme.statement if note.onset_beats < bar.start_beats][-1:]
    pitches = [note.pitch_midi for note in (*before, *bar.theme.notes)]
    motion = pitches[-1] - pitches[0] if len(pitches) > 1 else 0
    if motion == 0:
        return 1 if turn < 0.5 else -1
    return 1 if motion > 0 else -1


def _free_beat(bar: Bar) -> float:
    """Find the first beat after the downbeat, within the first half of the bar, at which the theme begins no note."""
    taken = {round(2.0 * (note.onset_beats - bar.start_beats)) for note in bar.theme.notes}
    eighths = range(2 if bar.length_beats >= 3.0 else 1, max(int(bar.length_beats) + 1, 3))
    on_beat = [n for n in eighths if n % 2 == 0 and n not in taken]
    free = on_beat or [n for n in eighths if n not in taken] or [eighths[0]]
    return 0.5 * free[0]
