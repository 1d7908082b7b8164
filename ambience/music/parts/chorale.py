"""A chorale of strings or voices: the chords led from tone to tone, common tones held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.music.touch import chances, last_pitches, playable, sounding_until, strength
from ambience.music.voicing import require_register, voice_chord
from ambience.plugins import setting

_STAGGER_BEATS = 0.05  # singers do not start as one machine
_NARROWEST_SEMITONES = 14
_SHORT_BAR_S = 2.5
_ENTRY_BEATS = 0.5
_BREATH_BEATS = 0.25  # before a new phrase


@dataclass(frozen=True, slots=True)
class Chorale:
    """Chords in whole bars; tones that the next chord shares are held through it."""

    lowest_midi: int = setting(48, "note number, lower end of the choir", low=24, high=96)
    highest_midi: int = setting(76, "note number, upper end of the choir", low=36, high=108)
    voices: int = setting(4, "voices of a full chord; fewer sing when density is low", low=2, high=6)
    velocity: float = setting(0.45, "0..1, dynamics", above=0.0, high=1.0)
    suspension: float = setting(0.6, "0..1, how readily a falling voice is late when it is tense", low=0.0, high=1.0)
    tremolo_tension: float = setting(1.0, "0..1, tension above which the bows tremble; 1 never", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        require_register("chorale", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Write the voices that move or are due to sing again."""
        chance = chances(rng)
        held = tuple(p for p, end in sounding_until(bar).items() if end >= bar.end_beats - 0.01)
        before = last_pitches(bar)
        growth = self._growth(bar)
        # After a silence the voices enter one upon the other; in a battle there is no time for that.
        enters = _ENTRY_BEATS if not before and bar.length_s > _SHORT_BAR_S and not bar.ending else 0.0
        lowest, highest = self._register(growth)
        voicing = voice_chord(
            bar.chord,
            lowest_midi=lowest,
            highest_midi=highest,
            voices=max(round(self.voices * min(0.45 + 0.4 * bar.controls.density + 0.35 * growth, 1.0)), 2),
            previous=before,
            spread=bar.controls.space,
            rng=rng,
            held=held,
            bass_pcs=(bar.last_chord.bass_pc, bar.chord.bass_pc) if bar.last_chord else None,
        )
        late = self._late(voicing, before, bar, chance)
        notes: list[Note] = []
        for place, pitch in enumerate(voicing):
            top = place == len(voicing) - 1
            again = 0.85 if pitch in before else 1.0  # what merely goes on is sung again softly
            velocity = strength(self.velocity, bar.controls, chance, accent=(1.0 if top or not place else 0.88) * again)
            # The highest voice leads; the others follow it by a hair.
            stagger = _STAGGER_BEATS * next(chance) * (not top) + enters * place
            if pitch not in held:
                bars = 1 if top else self._bars(place, bar)
                notes += self._sung(pitch, late.get(pitch), velocity * (0.9 + 0.15 * growth), stagger, bars, bar)
        return playable(notes, bar)

    @staticmethod
    def _growth(bar: Bar) -> float:
        """Say how far the choir has opened: with tension, and from phrase to phrase end."""
        place = (bar.phrase.bar + 1) / bar.phrase.bars
        return min(max(1.1 * bar.controls.tension + 0.35 * place * bar.controls.density - 0.15, 0.0), 1.0)

    def _register(self, growth: float) -> tuple[int, int]:
        """Open the register from its lower part to the whole of it."""
        span = self.highest_midi - self.lowest_midi
        reach = max(round(span * (0.62 + 0.38 * growth)), min(span, _NARROWEST_SEMITONES))
        lowest = self.lowest_midi + round(0.7 * growth * max(span - _NARROWEST_SEMITONES, 0))
        return min(lowest, self.highest_midi - 11), max(
            self.lowest_midi + reach, min(lowest, self.highest_midi - 11) + 11
        )

    @staticmethod
    def _bars(place: int, bar: Bar) -> int:
        """Hold an inner voice for two or more bars, each voice till another bar line than its neighbor."""
        cycle = 2 if bar.length_s < _SHORT_BAR_S or bar.controls.tension > 0.6 else 4
        return cycle - (bar.index + place * cycle // 2) % cycle

    def _late(
        self, voicing: tuple[int, ...], before: tuple[int, ...], bar: Bar, chance: Iterator[float]
    ) -> dict[int, int]:
        """Choose the voice that comes down late, if any: the tone it falls to, and the tone it leans on."""
        wanted = next(chance) < self.suspension * max(bar.controls.tension - 0.25, 0.0) / 0.6
        turn = next(chance)
        falls = [(p, old) for p in voicing for old in before if old - p in (1, 2) and old not in voicing]
        falls = [fall for fall in falls if fall[0] == voicing[-1]] or falls  # best heard in the highest voice
        if not falls or not wanted or bar.length_beats < 2.0 or bar.ending:
            return {}
        return dict([falls[min(int(turn * len(falls)), len(falls) - 1)]])

    def _sung(
        self, pitch: int, leaning: int | None, velocity: float, stagger: float, bars: int, bar: Bar
    ) -> list[Note]:
        """Write one voice: straight, or late from the tone above."""
        word = "tremolo" if bar.controls.tension > self.tremolo_tension else "sustain"
        onset, end = bar.start_beats + stagger, self._end(pitch, bars, bar)
        if leaning is None:
            return [Note(onset, end - onset, pitch, velocity, word)]
        middle = bar.start_beats + (1.0 if bar.length_beats < 4.0 else 2.0)
        before = Note(onset, middle - onset, leaning, velocity, word)
        return [before, Note(middle, end - middle, pitch, 0.85 * velocity, word)]

    @staticmethod
    def _end(pitch: int, bars: int, bar: Bar) -> float:
        """Hold a tone as long as its chord lasts, and a bar beyond if the next one shares it."""
        shared = pitch % 12 in bar.next_chord.pcs and bar.bridge is None and bar.chord_bars == 1
        breath = _BREATH_BEATS if bar.phrase.last_bar and not shared and bar.bridge is None else 0.0
        return bar.end_beats + (min(bars, bar.chord_bars + shared) - 1) * bar.length_beats - breath
