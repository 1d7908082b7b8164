"""A small conductor for tests: it leads one part through states, meters, tempi, a bridge and an ending."""

from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate

from ambience import rng
from ambience.music.harmony.chords import Chord
from ambience.music.scale import Scale
from ambience.music.score import Bar, Bridge, Line, Note, Part, Phrase, ThemeSlice
from ambience.scene import Controls, SceneState
from ambience.units import beats_to_s

HEAD = (7, -2, -1, 3)
_CHORDS = (
    Chord(2, "minor", 2),
    Chord(2, "minor", 2),
    Chord(10, "major", 2),
    Chord(5, "major7", 5),
    Chord(8, "major", 8),
    Chord(2, "minor_add9", 2),
    Chord(4, "diminished", 2),
    Chord(9, "sus4", 9),
)


def _state(name: str, phrase_bars: int, **controls: float) -> SceneState:
    return SceneState(name, Controls(**controls), (), phrase_bars=phrase_bars)


DRIFT = _state("drift", 4, tension=0.2, density=0.5)
TENSE = _state("tense", 4, tension=0.75, density=0.9, brightness=0.9)
BATTLE = _state("battle", 8, tension=0.92, density=0.8, brightness=0.8)
OXYGEN = _state("oxygen", 4, tension=0.4, density=0.3, level=0.5, space=0.9)
CALM = _state("calm", 4, tension=0.0, density=0.1, level=0.9)

# state, bars, beats a bar, tempo, bars of bridge at the end
_SECTIONS = (
    (DRIFT, 7, 4.0, 56.0, 0),
    (TENSE, 5, 4.0, 56.0, 1),
    (BATTLE, 9, 3.5, 112.0, 0),
    (OXYGEN, 6, 5.0, 56.0, 0),
    (CALM, 3, 4.0, 72.0, 0),
)


@cache
def plan() -> tuple[Bar, ...]:
    """Lay out the bars, without what depends on the part; one of them is cut short."""
    bars: list[Bar] = []
    at_beats, at_s, phrase_index = 0.0, 0.0, -1
    for number, (state, count, length_beats, tempo_bpm, bridged) in enumerate(_SECTIONS):
        phrase_start, statement = at_beats, Line()
        for place in range(count):
            in_phrase = place % state.phrase_bars
            if in_phrase == 0:
                phrase_index, phrase_start = phrase_index + 1, at_beats
                statement = _statement(at_beats, length_beats)
            length = 2.5 if number == 2 and place == count - 1 else length_beats
            bridge = None
            if place >= count - bridged:
                arriving = _SECTIONS[number + 1][0]
                bridge = Bridge(state, arriving, place - count + bridged, bridged, riser=True, silence_beats=1.0)
            bars.append(
                Bar(
                    index=len(bars),
                    start_beats=at_beats,
                    length_beats=length,
                    start_s=at_s,
                    tempo_bpm=tempo_bpm,
                    scale=Scale(2, "dorian"),
                    drone_pc=2,
                    chord=_CHORDS[len(bars) % len(_CHORDS)],
                    next_chord=_CHORDS[(len(bars) + 1) % len(_CHORDS)],
                    phrase=Phrase(phrase_index, in_phrase, state.phrase_bars, phrase_start),
                    theme=ThemeSlice("statement", statement, _begin_in(statement, at_beats, length), HEAD),
                    controls=state.controls,
                    state=state,
                    bridge=bridge,
                    arrival=place == 0,
                    impact=place == 0 and number > 0,
                    fade_s=4.0 * (number == len(_SECTIONS) - 1 and place == count - 1),
                    last_chord=_CHORDS[(len(bars) - 1) % len(_CHORDS)] if bars else None,
                )
            )
            at_beats, at_s = at_beats + length, at_s + beats_to_s(length, tempo_bpm)
    return tuple(bars)


def _statement(at_beats: float, length_beats: float) -> Line:
    pitches = (50, *(50 + step for step in accumulate((*HEAD, 2, 2, -4, -3))))
    onsets = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.5, 6.0, 7.0)
    ends = (*onsets[1:], 10.0)
    scale = length_beats / 4.0
    return Line(
        Note(at_beats + onset * scale, (end - onset) * scale, pitch, 0.7)
        for onset, end, pitch in zip(onsets, ends, pitches, strict=True)
    )


def _begin_in(statement: tuple[Note, ...], at_beats: float, length: float) -> tuple[Note, ...]:
    return tuple(note for note in statement if at_beats <= note.onset_beats < at_beats + length)


@dataclass
class Performance:
    """What a part wrote, bar by bar."""

    bars: list[Bar] = field(default_factory=list)
    written: list[tuple[Note, ...]] = field(default_factory=list)

    @property
    def notes(self) -> list[Note]:
        return [note for notes in self.written for note in notes]


def perform(part: Part, *, seed: int = 1, blind: bool = False, bars: tuple[Bar, ...] | None = None) -> Performance:
    """Lead a part through the plan; `blind` hides from it older notes that still sound, all but their pitch."""
    performance, held, last = Performance(), (), ()
    for bare in plan() if bars is None else bars:
        sounding = tuple(n for n in held if n.end_beats > bare.start_beats + 1e-6)
        bar = replace(
            bare,
            previous=last if blind else held,
            voices=tuple(sorted(n.pitch_midi for n in sounding)),
        )
        last = tuple(part.compose(bar, rng.stream(seed, "layer", "x", bar.index)))
        held = sounding + last
        performance.bars.append(bar)
        performance.written.append(last)
    return performance
