"""What is wished for: the form's own changes, the latest wish of somebody who listens, and a deadline."""

from dataclasses import dataclass, replace

from ambience.music.form.deadline import Deadline, is_deadline
from ambience.scene import SceneChange, SceneState

SAME_S = 1e-6
"""Two moments that are nearer to each other than this are one."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """All that has been heard and is not met yet."""

    ahead: tuple[SceneChange, ...]  # the form's own changes of state, by rising time
    wish: SceneChange | None = None  # the latest one; it overtook those before it
    held: bool = False  # somebody has taken the wheel: the form's changes wait
    deadline: Deadline | None = None  # that somebody has set
    called_off: bool = False  # nothing is waited for, until another state begins

    @property
    def coming(self) -> tuple[SceneChange, ...]:
        """The form's changes that nobody keeps waiting."""
        return () if self.held else self.ahead

    def deadline_in(self, state: SceneState, entered_s: float) -> Deadline | None:
        """Return the deadline that runs in a state: one that was set, or what a state of suspense waits for."""
        if self.deadline is not None:
            return self.deadline
        if self.called_off or not is_deadline(state):
            return None
        return Deadline(entered_s, self.ahead[0].at_s if self.ahead and not self.held else None)

    def heard(self, change: SceneChange, state: SceneState, arriving: SceneState | None) -> "Agenda":
        """Take a wish of somebody who listens.

        Parameters
        ----------
        change : SceneChange
            What is wished, now.
        state : SceneState
            The state of the music, or the one that is being left.
        arriving : SceneState, optional
            The state to which a bridge leads.
        """
        agenda, held = self, self.held
        if change.state is not None:
            nothing_new = change.state == (arriving or state).name
            agenda = replace(agenda, wish=None if nothing_new else change)
            held = held or not nothing_new
        if change.hold is not None:
            held = change.hold
        if change.hold is False:  # the form has gone on meanwhile: only the last change that it missed is made up for
            missed = sum(entry.at_s <= change.at_s for entry in agenda.ahead)
            late = agenda.ahead[max(missed - 1, 0) :]
            agenda = replace(agenda, ahead=tuple(_from(entry, change.at_s) for entry in late))
        return replace(agenda, held=held)

    def with_zero(self, zero_s: float, now_s: float, running: Deadline | None) -> "Agenda":
        """Set a deadline, move the one that runs, or call it off; what the form planned for zero moves with it."""
        if zero_s < now_s:
            return replace(self, deadline=None, called_off=True)
        known = running is not None and running.zero_s is not None
        ahead = self.ahead
        if running is not None and running.zero_s is not None and self.comes_at(running.zero_s):
            shift_s = zero_s - running.zero_s
            shifted = tuple(replace(entry, at_s=entry.at_s + shift_s) for entry in ahead[1:])
            ahead = tuple(_from(entry, now_s) for entry in (replace(ahead[0], at_s=zero_s), *shifted))
        from_s = running.from_s if running is not None and known else now_s
        return replace(self, ahead=ahead, deadline=Deadline(from_s, zero_s), called_off=False)

    def comes_at(self, zero_s: float) -> bool:
        """Tell whether the form's next change was meant for that moment."""
        return bool(self.ahead) and not self.held and abs(self.ahead[0].at_s - zero_s) < SAME_S

    def met(self, change: SceneChange) -> "Agenda":
        """Strike out a wish that is being met; of the form's changes, those before it as well."""
        if not change.ahead:
            return replace(self, wish=None)
        return replace(self, ahead=self.ahead[self.ahead.index(change) + 1 :])


def _from(change: SceneChange, now_s: float) -> SceneChange:
    """Let the values of a change known in advance move from now on at the earliest, without a jump."""
    if change.at_s <= now_s:
        return replace(change, at_s=now_s + 0.5 * change.fade_s)
    return replace(change, fade_s=min(change.fade_s, 2.0 * (change.at_s - now_s)))
