"""What stays when the theme has passed: some of its tones, caught as they were sung and held over each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.passing import quote
from ambience.music.harmony.voicing import nearest_of, require_register
from ambience.music.playing.supply import carried
from ambience.music.playing.touch import chances, pick, playable, sounding_until, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_CAUGHT_BEATS = 0.5  # after a tone has begun; no later, so that the memory follows the singer
_MOST_AT_ONCE = 2  # tones caught in one bar
_CLUSTER_TENSION = 0.5  # below it nothing is caught a semitone from what is held
_FOREIGN = 1.5  # beats by which a tone must be longer than another to be caught though the harmony has it not


@dataclass(frozen=True, slots=True)
class Afterglow:
    """Tones of the theme in its present form, or of its head while it rests, held for bars."""

    lowest_midi: int = setting(52, "note number, lower end", low=24, high=96)
    highest_midi: int = setting(84, "note number, upper end", low=36, high=108)
    velocity: float = setting(0.4, "0..1, how much is remembered", above=0.0, high=1.0)
    voices: int = setting(4, "tones at once when density is full", low=1, high=8)
    hold_bars: int = setting(4, "bars a tone is held, as long as it belongs to the harmony", low=1, high=16)

    def __post_init__(self) -> None:
        require_register("afterglow", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Catch what the theme sings in this bar, the longest tones first, until enough is held."""
        chance = chances(rng)
        lift = 12.0 * (next(chance) - 0.5) + 8.0 * (bar.controls.brightness - 0.5)
        sung = self._home(bar) if bar.ending else self._sung(bar) or self._remembered(bar, chance)
        held = {pitch for pitch, end in sounding_until(bar).items() if end > bar.end_beats}
        wished = max(round(self.voices * (0.4 + 0.6 * bar.controls.density)), 1)
        notes: list[Note] = []
        for onset, pc in sung:
            if len(notes) == min(_MOST_AT_ONCE, max(wished - len(held), 0)):
                break
            pitch = nearest_of((pc,), self._center() + lift, self.lowest_midi, self.highest_midi)
            velocity = strength(self.velocity, bar.controls, chance)
            if not self._rubs(pitch, held | {n.pitch_midi for n in notes}, bar):
                notes.append(Note(onset, self._end(pc, bar) - onset, pitch, velocity))
        return playable(notes, bar)

    def _center(self) -> float:
        return 0.5 * (self.lowest_midi + self.highest_midi)

    @staticmethod
    def _sung(bar: Bar) -> list[tuple[float, int]]:
        """List where, and which, the tones of the theme are caught: the longest first, rather those of the chord."""
        notes = carried(bar.theme.notes, bar)
        wanted = sorted(notes, key=lambda n: -n.duration_beats + _FOREIGN * (n.pitch_midi % 12 not in bar.chord.pcs))
        last = bar.end_beats - 0.01
        return [
            (min(n.onset_beats + min(_CAUGHT_BEATS, 0.5 * n.duration_beats), last), n.pitch_midi % 12) for n in wanted
        ]

    def _remembered(self, bar: Bar, chance: Iterator[float]) -> list[tuple[float, int]]:
        """While the theme rests, its head comes back, a tone a bar."""
        late = 0.5 * pick(chance, max(int(bar.length_beats), 1))
        head = quote(
            bar.theme.head_semitones, bar.chord, bar.scale,
            near_midi=self._center(), lowest_midi=0, highest_midi=127,
        )  # fmt: skip
        if bar.theme.notes or not head or bar.controls.level <= 0.0:
            return []
        return [(bar.start_beats + late, head[bar.index % len(head)] % 12)]

    @staticmethod
    def _home(bar: Bar) -> list[tuple[float, int]]:
        return [(bar.start_beats, bar.scale.tonic_pc)]

    @staticmethod
    def _rubs(pitch: int, held: set[int], bar: Bar) -> bool:
        """Tell whether a tone is held already, or lies too near to one that is."""
        nearest = 0 if bar.controls.tension > _CLUSTER_TENSION else 1
        return any(abs(pitch - other) <= nearest for other in held)

    def _end(self, pc: int, bar: Bar) -> float:
        """Hold a tone that the coming chord has; let go of another where the bar ends."""
        stays = pc in bar.next_chord.pcs or (bar.chord_bars > 1 and pc in bar.chord.pcs)
        return bar.end_beats + (self.hold_bars - 1 if stays else 0) * bar.length_beats
