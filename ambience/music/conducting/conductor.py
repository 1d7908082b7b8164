"""The composer at work: one bar at a time, for as long as somebody listens."""

from bisect import insort
from dataclasses import replace
from math import isfinite

from ambience.music.conducting.agenda import SAME_S, Agenda
from ambience.music.conducting.calls import Calls
from ambience.music.conducting.course import Place, beginning, decide
from ambience.music.conducting.cutting import cut_for_wish, cut_for_zero
from ambience.music.conducting.departure import rule_for
from ambience.music.conducting.ensemble import Ensemble
from ambience.music.conducting.leading_on import lead
from ambience.music.conducting.outlook import Answer, answers, foretell, next_arrival
from ambience.music.conducting.phrases import Phrases
from ambience.music.conducting.recorder import Recorder
from ambience.music.form.form_plan import EndlessForm
from ambience.music.scale import Scale
from ambience.music.score import Bar
from ambience.music.sheet import Score
from ambience.music.work import Work, WrittenBar
from ambience.scene import Controls, SceneChange, SceneState
from ambience.timeline import SceneTimeline

_NOTICE_S = 8.0  # after somebody let the form go on, what it has not planned yet begins no sooner


class Conductor:
    """Composes bar after bar and answers the wishes that it hears at their musical moments."""

    def __init__(self, work: Work, timeline: SceneTimeline) -> None:
        self._work, self._timeline = work, timeline
        self._ensemble, self._recorder, self._calls = Ensemble(work), Recorder(work), Calls(work)
        script = work.scenes.script
        self._orders = [change for change in script[1:] if change.state is None]  # not heard yet, by rising time
        self._agenda = Agenda(tuple(change for change in script[1:] if change.state is not None))
        self.place, self._agenda = beginning(work, timeline.opening, self._agenda)
        self._bar_place = self.place  # of the last bar
        self._written: WrittenBar | None = None  # the last bar, until nothing can change it any more
        self._closed: WrittenBar | None = None  # it, from then on
        lead(timeline, self.place, 0)
        self._phrases = Phrases(work, self.place, self._controls(self.place).tension)
        self._endless = EndlessForm(work) if work.end_s is None and isfinite(work.form_s) else None
        self._form_s = work.form_s
        self.finished = False

    @property
    def end_s(self) -> float:
        """Second at which the next bar begins."""
        return self.place.at_s

    @property
    def last(self) -> WrittenBar | None:
        """The bar that was composed last."""
        return self._written or self._closed

    @property
    def scale(self) -> Scale:
        """Scale of the phrase that was begun last."""
        return self._phrases.plan.scale

    @property
    def held(self) -> bool:
        """Whether the form waits."""
        return self._agenda.held

    @property
    def zero_s(self) -> float | None:
        """Second at which a deadline runs out, while one runs."""
        deadline = self._agenda.deadline_in(self.place.state, self.place.entered_s)
        return deadline.zero_s if deadline else None

    def next_bar(self) -> WrittenBar | None:
        """Compose the next bar; None when the piece is over."""
        self._settle()
        if self.finished:
            return None
        self._hear_until(self.place.at_s + SAME_S)
        self._go_on()
        before, (place, self._agenda) = self.place, decide(self._work, self.place, self._agenda)
        if place.arrival:
            self._begin_state(place)
        if place.tempo_bpm != before.tempo_bpm:
            self._ensemble.count_anew(place.at_beats, place.tempo_bpm / before.tempo_bpm)
        bar = self._bar(place)
        self._written = self._ensemble.write(bar)
        self._bar_place, self.place, self.finished = place, place.next_line(), bar.ending
        if (beats := self._calls.sting_due(bar)) is not None:
            self._written = self._ensemble.sting(self._written, beats)
        self._hear_bar()
        return self._written

    def post(self, change: SceneChange) -> WrittenBar | None:
        """Take a change, dated now or later.

        Returns
        -------
        bar : WrittenBar or None
            The bar that is being played, if the change made it another one from its date on.
        """
        self._timeline.post(change)
        insort(self._orders, change, key=lambda order: order.at_s)
        before = self._written
        self._hear_bar()
        return self._written if self._written is not before else None

    def foretell(self, change: SceneChange) -> Answer | None:
        """Tell when the latest wish will be met, if nothing comes between."""
        agenda = self._agenda
        if any(order is change for order in self._orders):  # it will be heard at the bar line
            agenda = agenda.heard(change, self.place.state, self._arriving)
        return foretell(self._work, self.place, agenda, change)

    def answers(self, now_s: float) -> dict[str, Answer]:
        """Tell for every other state when it would begin if somebody asked for it now."""
        return answers(self._work, self.place, self._agenda, now_s)

    def next_arrival(self) -> Place | None:
        """Return the first bar of the state that comes next, if one is in sight."""
        return next_arrival(self._work, self.place, self._agenda)

    def score(self, length_s: float) -> Score:
        """Return the score of everything composed so far, as a piece that sounds for `length_s`."""
        recorder = self._recorder
        if self._written is not None:  # it may still become another bar
            recorder = recorder.copied()
            recorder.add(self._written, self._phrases.plan.statement)
        return recorder.score(self._timeline, length_s)

    @property
    def _arriving(self) -> SceneState | None:
        return self.place.bridge.arriving if self.place.bridge else None

    # What is heard -----------------------------------------------------------------------------------------------

    def _hear_bar(self) -> None:
        while self._written is not None and self._orders and self._orders[0].at_s < self.place.at_s:
            self._hear(self._orders.pop(0))

    def _hear_until(self, time_s: float) -> None:
        while self._orders and self._orders[0].at_s <= time_s:
            self._hear(self._orders.pop(0))

    def _hear(self, change: SceneChange) -> None:
        before, place = self._agenda, self.place
        self._agenda = before.heard(change, place.state, self._arriving)
        if change.zero_s is not None:
            running = before.deadline_in(place.state, place.entered_s)
            self._agenda = self._agenda.with_zero(change.zero_s, change.at_s, running)
        self._yield(before, change.at_s)
        if change.cue:
            self._calls.cue(change.cue)
        is_wish = self._agenda.wish is change
        if change.stinger or (is_wish and rule_for(self._work, place.state, change).stinger):
            self._sting(change.at_s)
        if self._written is not None and is_wish:
            self._cut(cut_for_wish(change, place, self._written.bar))
        if self._written is not None and change.zero_s is not None and change.zero_s >= change.at_s:
            self._cut(cut_for_zero(self._work, change.zero_s, change.at_s, self._written.bar))

    def _go_on(self) -> None:
        """Compose another cycle of a form without an end when what was planned is used up."""
        if self._endless is None or self._agenda.ahead or self._agenda.held:
            return
        plan = self._endless.next(max(self._form_s, self.place.at_s + _NOTICE_S))
        self._timeline.draw(plan.tension)
        for change in plan.changes:
            self._timeline.post(change)
        self._agenda, self._form_s = replace(self._agenda, ahead=plan.changes), plan.end_s

    def _yield(self, before: Agenda, now_s: float) -> None:
        """Let the values of the form's changes wait with them, and go on with them."""
        old, new = before.coming, self._agenda.coming
        if old == new:
            return
        for change in old:
            if change not in new:
                self._timeline.withdraw(change, now_s)
        for change in new:
            if change not in old:
                self._timeline.post(change)

    def _sting(self, now_s: float) -> None:
        bar = self._written.bar if self._written else None
        beats = self._calls.sting(now_s, bar, self.place)
        if beats is not None and self._written is not None:
            self._written = self._ensemble.sting(self._written, beats)

    def _cut(self, length_beats: float | None) -> None:
        """End the bar that is being played early."""
        if self._written is None or length_beats is None:
            return
        self._written = self._written.until(length_beats)
        self._bar_place = replace(self._bar_place, length_beats=length_beats)
        self.place, self.finished = self._bar_place.next_line(), False
        self._ensemble.cut(self.place.at_beats)
        self._calls.cut(self.place.at_beats)

    # The bar -----------------------------------------------------------------------------------------------------

    def _begin_state(self, place: Place) -> None:
        change = place.change
        if change.ahead and change.cue:
            self._calls.cue(change.cue)
        if change.ahead and change.stinger:
            self._calls.sting(place.at_s, None, place)

    def _bar(self, place: Place) -> Bar:
        work, end_beats = self._work, place.at_beats + place.length_beats
        fade_s = work.fade_s(place.end_s, place.state)
        lead(self._timeline, place, self._phrases.turn_of(place))
        controls = self._controls(place)
        self._phrases.follow(place, controls.tension)
        plan, harmony = self._phrases.plan, self._phrases.harmony(place, ending=fade_s > 0.0)
        return Bar(
            index=place.index,
            start_beats=place.at_beats,
            length_beats=place.length_beats,
            start_s=place.at_s,
            tempo_bpm=place.tempo_bpm,
            scale=plan.scale,
            chord=harmony.chord,
            next_chord=harmony.following,
            phrase=replace(plan.phrase, bar=min(place.bars_done, plan.phrase.bars - 1)),
            theme=plan.statement.slice(work.theme, place.at_beats, end_beats),
            controls=controls,
            state=place.state,
            bridge=place.bridge,
            arrival=place.arrival,
            impact=place.hit,
            fade_s=fade_s,
            last_chord=harmony.last,
            drone_pc=work.scale.tonic_pc,
            passage=place.passage,
            cue=self._calls.cue_in(place, plan.scale),
            zero_s=place.deadline.zero_s if place.deadline else None,
            chord_bars=harmony.bars,
            state_bars=place.index - place.entered_index,
        )

    def _controls(self, place: Place) -> Controls:
        """Return the controls at a bar line, higher and higher before a deadline."""
        controls = self._timeline.controls_at(place.at_s)
        return controls if place.deadline is None else place.deadline.climb(controls, place.at_s, place.state)

    def _settle(self) -> None:
        """Hand the last bar to the recorder, now that nothing can change it any more."""
        if self._written is not None:
            self._recorder.add(self._written, self._phrases.plan.statement)
            self._written, self._closed = None, self._written
