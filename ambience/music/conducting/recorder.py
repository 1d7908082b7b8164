"""The score as it is being written: every bar that was composed, kept until somebody asks for the whole."""

from copy import copy
from dataclasses import replace

import numpy as np

from ambience.music.conducting.roll import Roll
from ambience.music.form.thread import Statement
from ambience.music.harmony.chords import Chord
from ambience.music.ledger.ledger import Ledger
from ambience.music.pitch import tonic_name
from ambience.music.playing.hairpin import cut_short
from ambience.music.score import Bar
from ambience.music.sheet import ControlPoint, Key, Marker, Meter, Score, Section, Tempo, Track
from ambience.music.work import Work, WrittenBar, meter_beats
from ambience.packed import Packed
from ambience.scene import Controls, Passage
from ambience.timeline import SceneTimeline

_AS_THE_STATE = Passage()


class Recorder:
    """Collects composed bars and turns them into a `Score`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rolls = [Roll() for _ in work.layers]
        self._tempos: list[Tempo] = []
        self._meters: list[Meter] = []
        self._keys: list[Key] = []
        self._markers: list[Marker] = []
        self._sections: list[Section] = []
        self._ledger = Ledger(work)
        self._chords: list[tuple[float, Chord]] = []
        self._passage = _AS_THE_STATE
        self._aim = ""  # where the bridge that was marked last leads; empty: none is being crossed
        self._realized_tension: list[float] = []

    def add(self, written: WrittenBar, statement: Statement) -> None:
        """Keep one finished bar."""
        bar = written.bar
        if not self._tempos or self._tempos[-1].tempo_bpm != bar.tempo_bpm:
            self._tempos.append(Tempo(bar.start_beats, bar.start_s, bar.tempo_bpm))
        beats, unit = _signature(bar)
        if not self._meters or (self._meters[-1].beats, self._meters[-1].unit) != (beats, unit):
            self._meters.append(Meter(bar.start_beats, beats, unit))
        if not self._keys or self._keys[-1].scale != bar.scale:
            self._keys.append(Key(bar.start_beats, bar.scale))
        self._chords.append((bar.start_beats, bar.chord))
        self._realized_tension.append(written.realized_tension)
        self._mark_form(bar)
        self._ledger.hear(written, statement)
        for roll, played, drawn in zip(self._rolls, written.notes, written.expression, strict=True):
            if played or drawn:
                roll.punch(played, cut_short(drawn, bar.end_beats))

    def copied(self) -> "Recorder":
        """Return a recorder that has kept the same bars and goes on by itself."""
        twin = copy(self)
        for name in ("_tempos", "_meters", "_keys", "_markers", "_sections", "_chords", "_realized_tension"):
            setattr(twin, name, list(getattr(self, name)))
        twin._rolls, twin._ledger = [roll.copied() for roll in self._rolls], self._ledger.copied()
        return twin

    def score(self, timeline: SceneTimeline, length_s: float) -> Score:
        """Return everything that was kept, as a piece that sounds for `length_s`."""
        tempo = self._tempos[-1]
        length_beats = tempo.at_beats + (length_s - tempo.at_s) * tempo.tempo_bpm / 60.0
        draft = Score(
            self._work.title, self._work.seed, (), tuple(self._tempos), tuple(self._meters), tuple(self._keys),
            tuple(self._markers), tuple(self._sections), self._ledger.entries(), (), self._work.theme.notes,
            tuple(self._chords), tuple(self._realized_tension), length_beats, length_s,
        )  # fmt: skip
        return replace(draft, tracks=self._tracks(draft), controls=_control_points(draft, timeline))

    def _tracks(self, score: Score) -> tuple[Track, ...]:
        return tuple(
            Track(v.name, v.stem, v.profile, v.gain_db, v.pan, roll.notes(score), roll.hairpins())
            for v, roll in zip(self._work.layers, self._rolls, strict=True)
        )

    def _mark_form(self, bar: Bar) -> None:
        aim, before = (bar.bridge.arriving.name if bar.bridge else ""), self._aim
        self._aim = aim
        if bar.arrival or bar.passage != self._passage:
            self._passage = bar.passage
            self._open_section(bar)
        elif bar.bridge and aim != before:  # it begins, or is led elsewhere
            text = f"bridge: {bar.bridge.leaving.name} > {aim}"
            self._markers.append(Marker(bar.start_beats, bar.start_s, text))
        last = self._sections[-1]
        self._sections[-1] = replace(last, bars=last.bars + 1, length_s=last.length_s + bar.length_s)

    def _open_section(self, bar: Bar) -> None:
        letter, state, tonic = _letter(len(self._sections)), bar.state.name, tonic_name(bar.scale.tonic_pc, bar.scale)
        role = "" if bar.passage == _AS_THE_STATE else bar.passage.role
        place = f"{letter}: {state} ({role}, {tonic})" if role else f"{letter}: {state}"
        key = f"{tonic} {bar.scale.mode.replace('_', ' ')}"
        self._sections.append(Section(letter, state, role, bar.start_beats, bar.start_s, 0, 0.0, key))
        self._markers.append(Marker(bar.start_beats, bar.start_s, place))


def _control_points(score: Score, timeline: SceneTimeline) -> Packed[ControlPoint]:
    beats = np.arange(0.0, score.length_beats, 1.0)
    times_s = score.seconds_at(beats)
    return Packed(_control_point, np.column_stack((beats, times_s, timeline.controls(times_s))))


def _control_point(at_beats: float, at_s: float, *controls: float) -> ControlPoint:
    return ControlPoint(at_beats, at_s, Controls(*controls))


def _signature(bar: Bar) -> tuple[int, int]:
    """Return the state's time signature; a bar of another length has one of its own."""
    length_beats = bar.length_beats
    if abs(length_beats - meter_beats(bar.state.meter)) < 1e-6:
        beats, unit = map(int, bar.state.meter.split("/"))
        return beats, unit
    for unit in (4, 8, 16):
        count = length_beats * unit / 4
        if abs(count - round(count)) < 1e-6:
            return round(count), unit
    raise ValueError(f"a bar of {length_beats} beats has no time signature")


def _letter(index: int) -> str:
    """Count A … Z, AA, AB and so on."""
    letters = ""
    while index >= 0:
        letters, index = chr(ord("A") + index % 26) + letters, index // 26 - 1
    return letters
