"""The theme itself: a statement in its singer's register, shaped toward its climax, played by a hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import ClassVar, Literal

from numpy.random import Generator

from ambience.music.harmony.voicing import require_register
from ambience.music.playing.breathing import longest_beats, phrased
from ambience.music.playing.hairpin import hairpins
from ambience.music.playing.octaves import octave_shifts
from ambience.music.playing.supply import carried
from ambience.music.playing.touch import before_gasp, chances, looseness, playable, sounding_until, strength
from ambience.music.score import Bar, Line, Note
from ambience.plugins import setting
from ambience.units import smoothstep

_BREATH_BEATS = 0.25
_DOUBLINGS = {"none": 0, "octave_below": -12, "octave_above": 12, "climax_below": -12, "climax_above": 12}
_CLIMAX_TENSION = 0.7


@dataclass(frozen=True, slots=True)
class Melody:
    """The melody of a bar, as the theme hands it over."""

    carries_theme: ClassVar[bool] = True
    sings_theme: ClassVar[bool] = True
    lowest_midi: int = setting(60, "note number, lower end of the singer's register", low=24, high=96)
    highest_midi: int = setting(
        84, "note number, upper end; a statement that is wider changes octave between its gestures", low=36, high=120
    )
    velocity: float = setting(0.6, "0..1, dynamics at the climax", above=0.0, high=1.0)
    shape: float = setting(0.35, "0..1, how much softer beginning and end are than the climax", low=0.0, high=0.9)
    rubato_beats: float = setting(0.05, "beats, how late a note may come", low=0.0, high=0.25)
    doubling: Literal["none", "octave_below", "octave_above", "climax_below", "climax_above"] = setting(
        "none", "second desk an octave away: always, or only where the piece peaks"
    )
    doubling_gain: float = setting(0.8, "0..1, loudness of the doubling against the melody", above=0.0, high=1.0)
    marcato_tension: float = setting(0.8, "0..1, tension above which short notes are hammered", low=0.0, high=1.0)
    breath_s: float = setting(0.0, "seconds that a player can go without a breath; 0 needs none", low=0.0, high=30.0)
    hairpin: float = setting(0.35, "0..1, how far a phrase grows and fades", low=0.0, high=0.6)

    def __post_init__(self) -> None:
        require_register("melody", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Play the notes of the theme that begin in this bar."""
        chance = chances(rng)
        sung = [self._sing(note, bar, chance) for note in carried(self._line(bar), bar)]
        octave = self._doubled(bar)
        if not octave:
            return playable(before_gasp(sung, bar), bar)
        second = [self._double(note, octave, bar, chance) for note in sung]
        return playable(before_gasp(sung + [note for note in second if self._reaches(note)], bar), bar)

    def dynamics(self, bar: Bar) -> Sequence[tuple[float, float]]:
        """Grow toward the highest note of the theme, and within every long one."""
        return hairpins(bar, self.hairpin, bar.theme.statement.spans)

    def _line(self, bar: Bar) -> tuple[Note, ...]:
        """Bring the notes of the bar into the register, shortened where the singer must breathe after them."""
        notes = bar.theme.notes
        if not notes:
            return ()
        line = bar.theme.statement or Line(notes)
        place = line.index(notes[0])
        shifts = octave_shifts(
            line,
            self.lowest_midi,
            self.highest_midi,
            center_midi=0.5 * (self.lowest_midi + self.highest_midi) + bar.passage.register_semitones,
            head_semitones=bar.theme.head_semitones,
        )
        if self.breath_s:
            notes = phrased(line, longest_beats(bar, self.breath_s))[place : place + len(notes)]
        moved = zip(notes, shifts[place : place + len(notes)], strict=True)
        return tuple(note.at(note.pitch_midi + shift) for note, shift in moved)

    def _doubled(self, bar: Bar) -> int:
        """Tell at which distance a second desk plays now; 0: none does."""
        peaks = bar.passage.role == "climax" or bar.controls.tension >= _CLIMAX_TENSION
        return 0 if self.doubling.startswith("climax") and not peaks else _DOUBLINGS[self.doubling]

    def _reaches(self, note: Note) -> bool:
        """Tell whether the second desk has a note; it plays an octave beyond the register, not two."""
        return self.lowest_midi - 12 <= note.pitch_midi <= self.highest_midi + 12

    def _sing(self, note: Note, bar: Bar, chance: Iterator[float]) -> Note:
        pitch = note.pitch_midi
        # Downbeats stay put: rubato breathes between them, and never over the bar line.
        free = 0.0 if note.onset_beats == bar.start_beats else 1.0
        room = max(min(self.rubato_beats, 0.25 * note.duration_beats, bar.end_beats - note.onset_beats - 0.01), 0.0)
        late = max(free * room * next(chance), self._wait(pitch, note, bar))
        length = min(note.duration_beats, self._breath_at(bar) - note.onset_beats)
        accent = self._dynamic(note, bar) * (0.6 + 0.4 * note.velocity)
        velocity = strength(self.velocity, bar.controls, chance, accent=1.25 * accent)
        hammered = bar.controls.tension > self.marcato_tension and note.duration_beats <= 1.0
        word = "marcato" if hammered and note.articulation == "sustain" else note.articulation
        return Note(note.onset_beats + late, max(length - late, 0.1), pitch, velocity, word, note.detune_cents)

    @staticmethod
    def _breath_at(bar: Bar) -> float:
        """Tell where a singer must have ended: before a new state, in which another statement begins."""
        if bar.bridge is None:
            return inf
        return bar.start_beats + (bar.bridge.bars - bar.bridge.bar) * bar.length_beats - _BREATH_BEATS

    @staticmethod
    def _wait(pitch: int, note: Note, bar: Bar) -> float:
        """Tell how long a tone of the statement before, cut off by a new state, still holds this pitch."""
        left = sounding_until(bar).get(pitch, 0.0) - note.onset_beats
        fits = left <= 0.6 * note.duration_beats and note.onset_beats + left < bar.end_beats - 0.01
        return max(left, 0.0) if fits else 0.0

    def _dynamic(self, note: Note, bar: Bar) -> float:
        """Grow toward the highest note of the statement and recede from it."""
        statement = bar.theme.statement or Line((note,))
        climax, first, last = statement.climax_beats, statement[0].onset_beats, statement.end_beats
        reach = (climax - first) if note.onset_beats <= climax else (last - climax)
        away = abs(note.onset_beats - climax) / reach if reach > 0.0 else 0.0
        return 1.0 - self.shape * smoothstep(away)

    def _double(self, note: Note, octave: int, bar: Bar, chance: Iterator[float]) -> Note:
        late = min(looseness(bar, chance), 0.2 * note.duration_beats, max(bar.end_beats - note.onset_beats - 0.01, 0.0))
        return note._replace(
            onset_beats=note.onset_beats + late,
            duration_beats=note.duration_beats - late,
            pitch_midi=note.pitch_midi + octave,
            velocity=self.doubling_gain * note.velocity,
        )
