"""The MIDI door inward: keys and program changes ask for states, controllers move tension and level."""

import threading
from concurrent.futures import Future
from typing import Any

from ambience.errors import AmbienceError
from ambience.live.complaints import Complaints
from ambience.live.midi.messages import CONTROL, NOTE_ON, PROGRAM
from ambience.live.midi.ports import MidiInput, open_input
from ambience.live.player import Receipt
from ambience.live.session import LiveSession
from ambience.live.surfaces import SurfaceOptions
from ambience.live.threads import eager_thread
from ambience.live.wire import wish_of
from ambience.preset import Preset

_STEP_S = 0.02  # between two changes: a fader sends more, of which the last counts
_IDLE_S = 0.1


class Mapping:
    """What messages mean to a preset."""

    def __init__(self, preset: Preset) -> None:
        table, states = preset.midi_in, tuple(preset.states)
        self._table = table
        self._by_note, self._by_program = table.states_by_note(states), table.states_by_program(states)

    def read(self, message: bytes) -> dict[str, Any]:
        """Return the fields that a channel message sets; none if it means nothing."""
        status, number = message[0] & 0xF0, message[1]
        if self._table.channel not in (None, (message[0] & 0x0F) + 1):
            return {}
        if status == NOTE_ON and message[2] > 0 and number in self._by_note:
            return {"state": self._by_note[number]}
        if status == PROGRAM and number in self._by_program:
            return {"state": self._by_program[number]}
        if status == CONTROL and number == self._table.tension_controller:
            return {"tension": message[2] / 127.0}
        if status == CONTROL and number == self._table.level_controller:
            return {"level": message[2] / 127.0}
        return {}


class MidiIn:
    """Listens to a port.

    Parameters
    ----------
    session : LiveSession
        What is steered.
    port : MidiInput
        Where messages come from.
    """

    def __init__(self, session: LiveSession, port: MidiInput) -> None:
        self._session, self._port = session, port
        self._mapping, self._table = Mapping(session.preset), session.preset.midi_in
        self.line = f"MIDI from {port.name}"
        self.complaints = Complaints("midi_in")
        self._ended = threading.Event()
        self._thread = eager_thread(self._run, "midi in")
        self._thread.start()

    def close(self) -> None:
        """Stop to listen."""
        self._ended.set()
        self._thread.join()
        self._port.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                messages = self._port.receive(_IDLE_S)
            except OSError as error:  # a port that is pulled out; it may come back
                self.complaints.note("lost", str(error))
                self._ended.wait(_IDLE_S)
                continue
            asked: dict[str, Any] = {}
            for message in messages:
                asked |= self._mapping.read(message)
            if asked:
                self._ask(asked)
            if messages:
                self._ended.wait(_STEP_S)  # what comes meanwhile is read at once, and the last of each counts

    def _ask(self, asked: dict[str, Any]) -> None:
        fade = {"fade_s": self._table.fade_s}
        state = asked.pop("state", None)
        wishes = [{"state": state, "when": self._table.when}] if state is not None else []
        wishes += [asked | fade] if asked else []
        for wish in wishes:
            try:
                self._session.ask(wish_of(wish)).add_done_callback(self._hear)
            except AmbienceError as error:
                self.complaints.note("refused", str(error))

    def _hear(self, future: "Future[Receipt]") -> None:
        if (error := future.exception()) is not None:
            self.complaints.note("refused", str(error))


def open_surface(session: LiveSession, options: SurfaceOptions) -> MidiIn:
    """Open the door that the options ask for."""
    return MidiIn(session, open_input(options.midi_in))
