"""The drone that never stops: root, fifth and octave of the pedal, each drawing a new bow at its own time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from numpy.random import Generator

from ambience.music.harmony.voicing import pitches_of, require_register
from ambience.music.playing.touch import EPSILON_BEATS, chances, playable, sounding_until, strength
from ambience.music.score import Bar, Note
from ambience.plugins import setting

_VOICES = 3
_SHORTEST_BARS = 2
_BOW_BARS = 6  # a voice changes every sixth bar, two bars after another one


@dataclass(frozen=True, slots=True)
class DroneBed:
    """Three voices on the pedal; at every moment at least one of them sounds."""

    lowest_midi: int = setting(33, "note number, lower end of the drone; 33 = A1", low=12, high=96)
    highest_midi: int = setting(57, "note number, upper end of the drone", low=24, high=120)
    velocity: float = setting(0.55, "0..1, depth of the bed", above=0.0, high=1.0)
    pedal: Literal["tonic", "bass"] = setting("tonic", "what the drone stays on: the tonic, or the bass of the chord")
    drift_cents: float = setting(
        4.0, "cents, how far a voice may start from the pitch; tension doubles it", low=0.0, high=50.0
    )

    def __post_init__(self) -> None:
        require_register("drone_bed", self.lowest_midi, self.highest_midi)

    def compose(self, bar: Bar, rng: Generator) -> Sequence[Note]:
        """Let every voice that ends in this bar go on, and every silent voice begin."""
        chance = chances(rng)
        families, sounding = self._families(bar), sounding_until(bar)
        notes = [
            note for voice in range(_VOICES) for note in self._voice(voice, families[voice], sounding, bar, chance)
        ]
        return playable(notes + self._bridge_over_a_hole(notes, sounding, bar, chance), bar)

    def _voice(
        self, voice: int, family: tuple[int, ...], sounding: dict[int, float], bar: Bar, chance: Iterator[float]
    ) -> list[Note]:
        """Write what one voice does, which plays the pitches of a family."""
        until = {p: end for p, end in sounding.items() if p in family}
        turn, drift, uneven = next(chance), next(chance), strength(self.velocity, bar.controls, chance)
        if not family or (bar.ending and voice and not until) or any(e >= bar.end_beats for e in until.values()):
            return []
        # Voices that begin together enter a beat apart; one that goes on begins where it ends.
        onset = max(until.values(), default=bar.start_beats + min(float(voice), 0.5 * bar.length_beats))
        bars = 2 + (2 * voice - bar.index - 2) % _BOW_BARS
        if voice and bar.chord.bass_pc != family[0] % 12 and not self._lies_still(bar):
            # Only the root lies still whatever comes; the others end with the chord to which they belong.
            bars = min(bars, bar.chord_bars + (family[0] % 12 in bar.next_chord.pcs and bar.chord_bars == 1))
            if bars < _SHORTEST_BARS and not bar.ending:
                return []
        if voice and not until and (bar.index - 2 * voice) % _BOW_BARS and not (bar.arrival or bar.index == 0):
            return []  # a voice that was silent waits for its own turn
        end = bar.end_beats + (bars - 1) * bar.length_beats
        reach = self.drift_cents * (1.0 + bar.controls.tension)
        # Each voice keeps to its own pitch: the light of the state alone decides which octave that is.
        pitch = family[min(int((0.1 * turn + 0.8 * bar.controls.brightness) * len(family)), len(family) - 1)]
        softer = (1.0, 0.8, 0.85)[voice] * (0.75 + 0.25 * bar.controls.density if voice else 1.0)
        return [Note(onset, end - onset, pitch, uneven * softer, "sustain", reach * (2.0 * drift - 1.0))]

    def _families(self, bar: Bar) -> tuple[tuple[int, ...], ...]:
        """List the pitches open to each voice: they share none, so a voice is known by its pitch."""
        root_pc = bar.drone_pc if self.pedal == "tonic" else bar.chord.bass_pc
        roots = pitches_of((root_pc,), self.lowest_midi, self.highest_midi)
        fifths = pitches_of((root_pc + 7,), self.lowest_midi, self.highest_midi)
        pcs = (*bar.chord.pcs, bar.chord.bass_pc)
        still = self._lies_still(bar)
        rubbed = {(root_pc + 6) % 12, (root_pc + 8) % 12} & {*pcs, *bar.next_chord.pcs}
        fits = (root_pc + 7) % 12 in pcs or (still and not rubbed)
        return roots[:1], fifths if fits else (), roots[1:] if root_pc in pcs else ()

    def _lies_still(self, bar: Bar) -> bool:
        """Tell whether the harmony rests on the drone, now and in the next bar."""
        root_pc = bar.drone_pc if self.pedal == "tonic" else bar.chord.bass_pc
        return bar.chord.bass_pc == root_pc == bar.next_chord.bass_pc

    def _bridge_over_a_hole(
        self, notes: list[Note], sounding: dict[int, float], bar: Bar, chance: Iterator[float]
    ) -> list[Note]:
        """Add a note where nothing is known to sound all through the bar."""
        uneven, turn = strength(0.8 * self.velocity, bar.controls, chance), next(chance)
        spans = sorted(
            [(n.onset_beats, n.end_beats) for n in notes] + [(0.0, end) for end in sounding.values() if end != inf]
        )
        covered = bar.start_beats
        for onset, end in spans:
            if onset <= covered + EPSILON_BEATS:
                covered = max(covered, end)
        if covered >= bar.end_beats - EPSILON_BEATS:
            return []
        busy = sounding.keys() | {n.pitch_midi for n in notes}
        root_pc = bar.drone_pc if self.pedal == "tonic" else bar.chord.bass_pc
        free = [p for p in pitches_of((root_pc, root_pc + 7), self.lowest_midi, self.highest_midi) if p not in busy]
        place = min(int(turn * len(free)), len(free) - 1)
        return [Note(bar.start_beats, 2.0 * bar.length_beats, free[place], uneven)] if free else []
