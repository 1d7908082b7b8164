"""A chorale of strings or voices: the chords led from tone to tone, common tones held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from ambience.music.score import Bar, Note
from ambience.music.touch import chances, last_pitches, playable, sounding_until, strength
from ambience.music.voicing import require_register, voice_chord
from ambience.plugins import setting

_STAGGER_BEATS = 0.06  # singers do not start as one machine


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
        voicing = voice_chord(
            bar.chord,
            lowest_midi=self.lowest_midi,
            highest_midi=self.highest_midi,
            voices=max(round(self.voices * (0.5 + 0.6 * min(bar.controls.density, 0.85))), 2),
            previous=before,
            spread=bar.controls.space,
            rng=rng,
            held=held,
        )
        late = self._late(voicing, before, bar, chance)
        notes: list[Note] = []
        for place, pitch in enumerate(voicing):
            outer = place in (0, len(voicing) - 1)
            again = 0.85 if pitch in before else 1.0  # what merely goes on is sung again softly
            velocity = strength(self.velocity, bar.controls, chance, accent=(1.0 if outer else 0.88) * again)
            stagger = _STAGGER_BEATS * next(chance)
            if pitch not in held:
                notes += self._sung(pitch, late.get(pitch), velocity, stagger, bar)
        return playable(notes, bar)

    def _late(
        self, voicing: tuple[int, ...], before: tuple[int, ...], bar: Bar, chance: Iterator[float]
    ) -> dict[int, int]:
        """Choose the voice that comes down late, if any: the tone it falls to, and the tone it leans on."""
        wanted = next(chance) < self.suspension * max(bar.controls.tension - 0.25, 0.0) / 0.6
        turn = next(chance)
        falls = [(p, old) for p in voicing for old in before if old - p in (1, 2) and old not in voicing]
        if not falls or not wanted or bar.length_beats < 2.0 or bar.ending:
            return {}
        return dict([falls[min(int(turn * len(falls)), len(falls) - 1)]])

    def _sung(self, pitch: int, leaning: int | None, velocity: float, stagger: float, bar: Bar) -> list[Note]:
        """Write one voice: straight, or late from the tone above."""
        word = "tremolo" if bar.controls.tension > self.tremolo_tension else "sustain"
        onset, end = bar.start_beats + stagger, self._end(pitch, bar)
        if leaning is None:
            return [Note(onset, end - onset, pitch, velocity, word)]
        middle = bar.start_beats + (1.0 if bar.length_beats < 4.0 else 2.0)
        before = Note(onset, middle - onset, leaning, velocity, word)
        return [before, Note(middle, end - middle, pitch, 0.85 * velocity, word)]

    @staticmethod
    def _end(pitch: int, bar: Bar) -> float:
        """Hold a tone that the next chord shares for a second bar, unless the state is about to change."""
        shared = pitch % 12 in bar.next_chord.pcs and bar.bridge is None
        return bar.end_beats + (bar.length_beats if shared else 0.0)
