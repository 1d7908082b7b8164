"""The composer at work: one bar at a time, for as long as somebody listens."""

import math
from dataclasses import replace

from ambience.music.bridge import bridge_chords
from ambience.music.deadline import climb, is_deadline
from ambience.music.departure import has_dwelt, may_leave
from ambience.music.ensemble import Ensemble
from ambience.music.form import Statement
from ambience.music.harmony import Chord
from ambience.music.phrase_plan import PhrasePlan, plan_phrase
from ambience.music.recorder import Recorder
from ambience.music.score import Bar, Bridge, Score
from ambience.music.work import Work, WrittenBar
from ambience.scene import Controls, SceneChange, SceneState, choose_transition
from ambience.timeline import SceneTimeline
from ambience.units import s_to_beats

_CUT_GRID_BEATS = {"now": 0.5, "beat": 1.0}


class Conductor:
    """Composes bar after bar and answers the wishes on the timeline at their musical moments."""

    def __init__(self, work: Work, timeline: SceneTimeline) -> None:
        self._work, self._timeline = work, timeline
        self._ensemble = Ensemble(work)
        self._recorder = Recorder(work)
        self._state, self._entered_s = timeline.opening, 0.0
        self._turns: dict[str, int] = {}  # phrases that every state has had
        self._bridge: Bridge | None = None
        self._arrival, self._impact = True, False
        self._written: WrittenBar | None = None  # the last bar, until nothing can shorten it
        self._last_chord: Chord | None = None
        self._controls: tuple[float, Controls] | None = None  # asked for once a bar
        self._index = self._entered_index = 0  # of the next bar, of the state's first one
        self._bars_done = 0  # of the phrase
        self.end_beats = self.end_s = 0.0  # where the next bar begins
        self.finished = False
        self._plan = self._plan_for(self._state, 0, 0.0, running=None)
        self._following: PhrasePlan | None = None  # the next phrase, or the first of the arriving state

    def next_bar(self) -> WrittenBar | None:
        """Compose the next bar; None when the piece is over."""
        self._settle()
        self._controls = None
        if self.finished:
            return None
        self._move_on()
        bar = self._bar()
        self._written = self._ensemble.write(bar)
        self._last_chord = bar.chord
        self._index, self._bars_done = self._index + 1, self._bars_done + 1
        self._arrival, self.finished = False, bar.ending
        self.end_beats, self.end_s = bar.end_beats, bar.start_s + bar.length_s
        for wish in self._timeline.waiting:  # a session log knows what will cut this bar
            if bar.start_s < wish.at_s < self.end_s and not wish.ahead:
                self.cut(wish)
        return self._written

    def cut(self, wish: SceneChange) -> WrittenBar | None:
        """End the current bar early for a wish that will not wait for the bar line.

        Returns
        -------
        bar : WrittenBar or None
            The bar, shortened to the next beat or eighth; None if it stays whole.
        """
        grid = _CUT_GRID_BEATS.get(wish.when)
        if grid is None or self._written is None or self._bridge is not None:
            return None
        if not has_dwelt(self._state, self._entered_s, wish.at_s):
            return None
        bar = self._written.bar
        passed_beats = s_to_beats(wish.at_s - bar.start_s, bar.tempo_bpm)
        length_beats = max(math.ceil(passed_beats / grid - 1e-9), 1) * grid
        if length_beats >= bar.length_beats:
            return None
        self._written = self._written.until(length_beats)
        bar = self._written.bar
        self._ensemble.cut(bar.end_beats)
        self.end_beats, self.end_s, self.finished = bar.end_beats, bar.start_s + bar.length_s, False
        return self._written

    def moment_of(self, wish: SceneChange) -> tuple[float, int]:
        """Foretell when a wish will be met, if nothing comes between: (second, bar index)."""
        state, entered_s, bars_done = self._state, self._entered_s, self._bars_done
        time_s, index, phrase_bars = self.end_s, self._index, self._plan.phrase.bars
        if (bridge := self._bridge) is not None:
            left = bridge.bars - bridge.bar - 1
            time_s, index = time_s + left * self._work.bar_s_in(state), index + left + 1
            state, entered_s, bars_done, phrase_bars = bridge.arriving, time_s, 1, bridge.arriving.phrase_bars
            time_s += self._work.bar_s_in(state)
        while not may_leave(self._work, wish, state, time_s, entered_s, phrase_over=bars_done % phrase_bars == 0):
            time_s, index, bars_done = time_s + self._work.bar_s_in(state), index + 1, bars_done + 1
        return time_s, index

    def score(self, length_s: float) -> Score:
        """Return the score of everything composed so far, as a piece that sounds for `length_s`."""
        self._settle()
        return self._recorder.score(self._timeline, length_s)

    # What comes next ---------------------------------------------------------------------------------------------

    def _move_on(self) -> None:
        """Decide what the next bar is: bridge, first bar of a state, new phrase, or simply the next bar."""
        if self._bridge is not None and self._bridge.last_bar:
            self._enter(self._bridge.arriving)
        elif self._bridge is not None:
            self._bridge = replace(self._bridge, bar=self._bridge.bar + 1)
        elif (wish := self._due_wish()) is not None:
            self._leave_for(wish)
        if self._bridge is None and self._bars_done >= self._plan.phrase.bars:
            self._begin_phrase()

    def _due_wish(self) -> SceneChange | None:
        over = self._bars_done >= self._plan.phrase.bars
        now = (self._state, self.end_s, self._entered_s)
        due = [wish for wish in self._timeline.waiting if may_leave(self._work, wish, *now, phrase_over=over)]
        return due[-1] if due else None

    def _leave_for(self, wish: SceneChange) -> None:
        self._timeline.begin(wish)
        arriving = self._work.scenes.state(wish.state) if wish.state else self._state
        if arriving.name == self._state.name:
            return
        rule = choose_transition(self._work.scenes.transitions, self._state.name, arriving.name)
        self._impact = rule.impact
        if rule.bars:
            self._bridge = Bridge(self._state, arriving, 0, rule.bars, rule.riser, rule.silence_beats)
        else:
            self._enter(arriving)

    def _enter(self, state: SceneState) -> None:
        ratio = self._work.tempo_in(state) / self._work.tempo_in(self._state)
        self._ensemble.count_anew(self.end_beats, ratio)
        self._turns[self._state.name] = self._turns.get(self._state.name, 0) + 1
        self._plan = self._arriving_plan(state, self.end_beats)
        self._state, self._entered_s, self._arrival = state, self.end_s, True
        self._entered_index = self._index
        self._bridge, self._following, self._bars_done = None, None, 0

    def _begin_phrase(self) -> None:
        self._plan = self._following_plan(self.end_beats)
        self._turns[self._state.name] = self._turns.get(self._state.name, 0) + 1
        self._following, self._bars_done = None, 0

    def _following_plan(self, start_beats: float) -> PhrasePlan:
        if self._following is None or self._following.phrase.start_beats != start_beats:
            index, running = self._plan.phrase.index + 1, self._plan.statement
            last = self._plan.chords[-1]
            self._following = self._plan_for(self._state, index, start_beats, running=running, ahead=1, last=last)
        return self._following

    def _arriving_plan(self, state: SceneState, start_beats: float) -> PhrasePlan:
        """Plan the first phrase of a state once, so that the bridge leads to the chord that will come."""
        plan = self._following
        if self._bridge is None or plan is None or plan.phrase.start_beats != start_beats:
            index = self._plan.phrase.index + 1
            self._following = self._plan_for(state, index, start_beats, running=None, last=self._last_chord)
        assert self._following is not None
        return self._following

    def _plan_for(
        self,
        state: SceneState,
        index: int,
        start_beats: float,
        *,
        running: Statement | None,
        ahead: int = 0,
        last: Chord | None = None,
    ) -> PhrasePlan:
        return plan_phrase(
            self._work,
            state,
            index=index,
            start_beats=start_beats,
            turn=self._turns.get(state.name, 0) + ahead,
            tension=self._controls_now().tension,
            last_chord=last,
            running=running,
        )

    # The bar -----------------------------------------------------------------------------------------------------

    def _bar(self) -> Bar:
        work, plan = self._work, self._plan
        length_beats = work.bar_beats_in(self._state)
        end_beats = self.end_beats + length_beats
        ending = work.end_s is not None and self.end_s + 2.0 * work.bar_s_in(self._state) > work.end_s + 1e-9
        place = min(self._bars_done, plan.phrase.bars - 1)
        chord, next_chord = self._chords(place, end_beats, ending)
        bar = Bar(
            index=self._index,
            start_beats=self.end_beats,
            length_beats=length_beats,
            start_s=self.end_s,
            tempo_bpm=work.tempo_in(self._state),
            scale=plan.scale,
            chord=chord,
            next_chord=next_chord,
            phrase=replace(plan.phrase, bar=place),
            theme=plan.statement.slice(work.theme, self.end_beats, end_beats),
            controls=self._controls_now(),
            state=self._state,
            bridge=self._bridge,
            arrival=self._arrival,
            impact=self._arrival and self._impact,
            ending=ending,
            last_chord=self._last_chord,
            drone_pc=work.scale.tonic_pc,
            chord_bars=1 if self._bridge else plan.chord_bars(place),
            state_bars=self._index - self._entered_index,
        )
        self._impact = self._impact and not self._arrival
        return bar

    def _chords(self, place: int, end_beats: float, ending: bool) -> tuple[Chord, Chord]:
        """Return the chord of the bar and of the next one."""
        plan, bridge = self._plan, self._bridge
        if ending:
            tonic = plan.scale.tonic_pc
            home = Chord(tonic, "minor" if plan.scale.minor else "major", tonic)
            return home, home
        if bridge is not None:
            left_beats = (bridge.bars - bridge.bar - 1) * self._work.bar_beats_in(self._state)
            arriving = self._arriving_plan(bridge.arriving, end_beats + left_beats)
            leaving = self._last_chord or plan.chords[place]
            return bridge_chords(bridge, leaving, arriving.chords[0], (plan.scale, arriving.scale))
        if place + 1 < plan.phrase.bars:
            return plan.chords[place], plan.chords[place + 1]
        return plan.chords[place], self._following_plan(end_beats).chords[0]

    def _controls_now(self) -> Controls:
        """Return the controls at the next bar line, higher and higher before a deadline."""
        if self._controls is None or self._controls[0] != self.end_s:
            controls = self._timeline.controls_at(self.end_s)
            if is_deadline(self._state):
                controls = climb(controls, self._entered_s, self.end_s, self._timeline.waiting)
            self._controls = (self.end_s, controls)
        return self._controls[1]

    def _settle(self) -> None:
        """Hand the last bar to the recorder, now that nothing can shorten it any more."""
        if self._written is not None:
            self._recorder.add(self._written, self._plan.statement)
            self._written = None
