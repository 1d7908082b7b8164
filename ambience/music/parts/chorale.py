"""A chorale of strings or voices: a phrase of chords led from tone to tone, common tones held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.harmony.leading import Step, lead
from ambience.music.harmony.voicing import PURE_BELOW_MIDI, Position, require_register
from ambience.music.playing.breathing import breathes, longest_beats
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

_NARROWEST_SEMITONES = 14
_SHORT_BAR_S = 2.5
_ENTRY_BEATS = 0.5
_BREATH_BEATS = 0.25  # before a new phrase
_ROOM_SEMITONES = 16  # a theme with so much room below it in the register sings above the choir
_TURNS = 8  # phrases until equals are chosen in the same way again


@dataclass(frozen=True, slots=True)
class Chorale:
    """Chords in whole bars; tones that the next chord shares are held through it."""

    lowest_midi: int = setting(48, "note number, lower end of the choir", low=24, high=96)
    highest_midi: int = setting(76, "note number, upper end of the choir", low=36, high=108)
    voices: int = setting(4, "voices of a full chord; fewer sing when density is low", low=2, high=6)
    velocity: float = setting(0.45, "0..1, dynamics", above=0.0, high=1.0)
    suspension: float = setting(0.6, "0..1, how readily a falling voice is late when it is tense", low=0.0, high=1.0)
    tremolo_tension: float = setting(1.0, "0..1, tension above which the bows tremble; 1 never", low=0.0, high=1.0)
    breath_s: float = setting(0.0, "seconds that a player can go without a breath; 0 needs none", low=0.0, high=30.0)
    hairpin: float = setting(0.35, "0..1, how far a phrase grows and fades", low=0.0, high=0.6)

    def __post_init__(self) -> None:
        require_register("chorale", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Write the voices that move or are due to sing again."""
        chance = chances(rng)
        held = tuple(p for p, end in sounding_until(bar).items() if end >= bar.end_beats - 0.01)
        before = last_pitches(bar)
        growth = _growth(bar, bar.phrase.bar)
        # After a silence the voices enter one upon the other; in a battle there is no time for that.
        enters = _ENTRY_BEATS if not before and bar.length_s > _SHORT_BAR_S and not bar.ending else 0.0
        way = lead(self._steps(bar), before=before, last_chord=bar.last_chord, held=held)
        voicing = way[0]
        late = self._late(voicing, before, bar, chance)
        notes: list[Note] = []
        for place, pitch in enumerate(voicing):
            top = place == len(voicing) - 1
            again = 0.85 if pitch in before else 1.0  # what merely goes on is sung again softly
            velocity = strength(self.velocity, bar.controls, chance, accent=(1.0 if top or not place else 0.88) * again)
            # The highest voice leads; the others follow it by a hair.
            stagger = looseness(bar, chance) * (not top) + enters * place
            if pitch not in held:
                end = self._end(pitch, place, 1 if top else self._bars(place, bar), way, bar)
                notes += self._sung(pitch, late.get(pitch), velocity * (0.9 + 0.15 * growth), stagger, end, bar)
        return playable(before_gasp(notes, bar), bar)

    def dynamics(self, bar: Bar) -> Sequence[tuple[float, float]]:
        """Grow toward the climax of the phrase, and within every long chord."""
        return hairpins(bar, self.hairpin, harmony_spans(bar))

    def _steps(self, bar: Bar) -> tuple[Step, ...]:
        """Say what is known of the chords to come, to the end of the phrase, and where they should lie."""
        phrase = bar.phrase
        planned = phrase.chords[phrase.bar + 1 :] if bar.bridge is None and not bar.ending else ()
        if phrase.chords[phrase.bar : phrase.bar + 1] != (bar.chord,):
            planned = ()
        coming = (bar.next_chord,) if not phrase.chords and not bar.ending else planned
        turn = phrase.index % _TURNS / _TURNS
        theme = self._theme_lines(bar, 1 + len(coming))
        spread = round(4.0 * bar.controls.space) / 4.0
        steps = []
        for ahead, chord in enumerate((bar.chord, *coming)):
            growth = _growth(bar, phrase.bar + ahead)
            full = min(0.45 + 0.4 * bar.controls.density + 0.35 * growth, 1.0)
            voices = max(round(self.voices * full), 2)
            position = Position(chord, self.lowest_midi, self.highest_midi, voices, spread)
            steps.append(Step(position, *self._comfort(growth), theme[ahead], turn))
        return tuple(steps)

    def _comfort(self, growth: float) -> tuple[int, int]:
        """Open the register from its lower part to the whole of it."""
        span = self.highest_midi - self.lowest_midi
        reach = max(round(span * (0.62 + 0.38 * growth)), min(span, _NARROWEST_SEMITONES))
        lift = round(0.7 * growth * max(span - _NARROWEST_SEMITONES, 0))
        return self.lowest_midi + lift, self.lowest_midi + reach

    def _theme_lines(self, bar: Bar, count: int) -> list[int]:
        """Find the lowest tone of the theme in each of some bars, in the octave in which it sings above the choir."""
        lines = [127] * count
        for note in bar.theme.statement:
            first = max(int((note.onset_beats - bar.start_beats) // bar.length_beats), 0)
            if first < count and note.end_beats > bar.start_beats:
                lines[first] = min(lines[first], note.pitch_midi)
        lowest = min(lines)
        lift = 12 * max(-(-(self.lowest_midi + _ROOM_SEMITONES - lowest) // 12), 0)
        return [line if line == 127 else line + lift for line in lines]

    def _bars(self, place: int, bar: Bar) -> int:
        """Hold an inner voice for two or more bars, each voice till another bar line than its neighbor."""
        cycle = 2 if bar.length_s < _SHORT_BAR_S or bar.controls.tension > 0.6 else 4
        return cycle - (bar.index + place * cycle // 2) % cycle

    def _late(
        self, voicing: tuple[int, ...], before: tuple[int, ...], bar: Bar, chance: Iterator[float]
    ) -> dict[int, int]:
        """Choose the voice that comes down late, if any: the tone it falls to, and the tone it leans on."""
        wanted = next(chance) < self.suspension * max(bar.controls.tension - 0.25, 0.0) / 0.6
        turn = next(chance)
        moved = [(p, old) for p in voicing for old in before if old - p in (1, 2) and old not in voicing]
        # Low down the tone that is leaned on would rub against the one below it.
        falls = [(p, old) for p, old in moved if not any(p - 24 < q < min(p, PURE_BELOW_MIDI) for q in voicing)]
        falls = [fall for fall in falls if fall[0] == voicing[-1]] or falls  # best heard in the highest voice
        if not falls or not wanted or bar.length_beats < 2.0 or bar.ending:
            return {}
        return dict([falls[min(int(turn * len(falls)), len(falls) - 1)]])

    def _sung(
        self, pitch: int, leaning: int | None, velocity: float, stagger: float, end: float, bar: Bar
    ) -> list[Note]:
        """Write one voice: straight, or late from the tone above."""
        word = "tremolo" if bar.controls.tension > self.tremolo_tension else "sustain"
        onset = bar.start_beats + stagger
        if leaning is None:
            return [Note(onset, end - onset, pitch, velocity, word)]
        middle = bar.start_beats + (1.0 if bar.length_beats < 4.0 else 2.0)
        before = Note(onset, middle - onset, leaning, velocity, word)
        return [before, Note(middle, end - middle, pitch, 0.85 * velocity, word)]

    def _end(self, pitch: int, place: int, bars: int, way: tuple[tuple[int, ...], ...], bar: Bar) -> float:
        """Hold a tone as long as the plan has it and the breath lasts; at the end of a phrase, into a shared chord."""
        planned = next((count for count, voicing in enumerate(way) if pitch not in voicing), len(way))
        last = bar.phrase.last_bar and bar.bridge is None
        shared = last and pitch % 12 in bar.next_chord.pcs
        # Through one change of harmony at most: a bridge may come where the plan has none.
        count = min(bars, max(planned, 1) + shared, bar.chord_bars + (bar.chord_bars == 1))
        if self.breath_s:
            count = next((n for n in range(1, count) if breathes(bar, self.breath_s, place, n - 1)), count)
        breath = _BREATH_BEATS if last and count == 1 and not shared else 0.0
        if self.breath_s and breathes(bar, self.breath_s, place, count - 1):
            breath = _BREATH_BEATS
        end = bar.end_beats + (count - 1) * bar.length_beats - breath
        return min(end, bar.start_beats + longest_beats(bar, self.breath_s))


def _growth(bar: Bar, place: int) -> float:
    """Say how far the choir has opened: with tension, and from phrase to phrase end."""
    share = (place + 1) / bar.phrase.bars
    return min(max(1.1 * bar.controls.tension + 0.35 * share * bar.controls.density - 0.15, 0.0), 1.0)
