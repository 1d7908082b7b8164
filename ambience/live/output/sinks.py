"""Where the sound goes: a sound card, a clock without one, or as fast as it is made."""

import contextlib
import errno
import os
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import numpy as np

from ambience.errors import ParameterError, explain
from ambience.live.threads import eager_thread
from ambience.units import Audio

_PERIOD_S = 0.01
_GIVEN_UP_S = 0.1  # a clock that was held up for longer begins anew instead of hurrying after
_hushing = threading.Lock()


class Feed(Protocol):
    """What an output takes its frames from."""

    @property
    def ready_frames(self) -> int:
        """How many frames can be taken at once."""
        ...

    def fill(self, out: Audio) -> None:
        """Fill `out` with the next frames, with silence where there are none; never raises, never waits."""
        ...


class Sink(Protocol):
    """An output that takes frames on a thread of its own."""

    @property
    def name(self) -> str:
        """What it is called on this machine."""
        ...

    def start(self, feed: Feed) -> None:
        """Begin to take frames."""
        ...

    def close(self) -> None:
        """Stop, and let go of the device."""
        ...


MakeSink = Callable[[], Sink]


class NoDevice(OSError):
    """There is no sound card, or it does not answer."""

    def __init__(self, reason: str) -> None:
        hint = "Play without one: --device none (device=None)."
        super().__init__(errno.ENODEV, f"{reason.rstrip('.')}. {hint}")


class _Taker(ABC):
    """A thread that takes frames where no device does."""

    name: str

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, feed: Feed) -> None:
        """Begin to take frames."""
        self._thread = eager_thread(partial(self._run, feed), f"sink {self.name}")
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._ended.set()
        if self._thread:
            self._thread.join()

    @abstractmethod
    def _run(self, feed: Feed) -> None:
        """Take frames until the end."""


class PacedSink(_Taker):
    """Takes frames as a sound card would, by the clock, and lets them go."""

    name = "none"

    def __init__(self, sample_rate_hz: int) -> None:
        super().__init__()
        self._rate_hz = sample_rate_hz

    def _run(self, feed: Feed) -> None:
        frames = round(_PERIOD_S * self._rate_hz)
        period_s, out = frames / self._rate_hz, np.zeros((frames, 2), np.float32)
        due_s = time.perf_counter()
        while not self._ended.wait(max(0.0, due_s - time.perf_counter())):
            feed.fill(out)
            due_s += period_s
            if time.perf_counter() > due_s + _GIVEN_UP_S:
                due_s = time.perf_counter()


class FreeSink(_Taker):
    """Takes frames as soon as they are there: an evening in a minute, for tests and for rehearsing a show."""

    name = "unpaced"
    _FRAMES = 512
    _PAUSE_S = 2e-4

    def _run(self, feed: Feed) -> None:
        out = np.zeros((self._FRAMES, 2), np.float32)
        while not self._ended.is_set():
            if count := min(feed.ready_frames, self._FRAMES):
                feed.fill(out[:count])
            else:
                time.sleep(self._PAUSE_S)


def sink_maker(device: str | None, sample_rate_hz: int, *, paced: bool = True) -> MakeSink:
    """Return what opens the wished output, now and whenever it is lost.

    Parameters
    ----------
    device : str or None
        Name of a sound card, or enough of it; empty: the system's own choice; None or "none": no sound card.
    sample_rate_hz : int
        Frames a second.
    paced : bool
        Without a sound card: keep to the clock.
    """
    if device is None or device.lower() == "none":
        return (lambda: _silent_device(sample_rate_hz)) if paced else FreeSink
    return lambda: _sound_card(device, sample_rate_hz)


def device_names() -> tuple[str, ...]:
    """Name the sound cards of this machine."""
    names: dict[str, None] = {}
    for library in _libraries():
        with hushed(), contextlib.suppress(NoDevice):
            names |= dict.fromkeys(library.device_names())
    return tuple(names)


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Keep audio libraries, which write to the process's standard error by themselves, from doing so."""
    with _hushing, contextlib.ExitStack() as stack:
        try:
            kept = os.dup(2)
            sys.stderr.flush()
        except (OSError, ValueError, AttributeError):  # there is no standard error
            yield
            return
        stack.callback(os.close, kept)
        stack.callback(os.dup2, kept, 2)
        nothing = os.open(os.devnull, os.O_WRONLY)
        stack.callback(os.close, nothing)
        os.dup2(nothing, 2)
        yield


class _Library(Protocol):
    def device_names(self) -> tuple[str, ...]: ...

    def open_device(self, name: str, sample_rate_hz: int) -> Sink: ...


def _libraries() -> tuple[_Library, ...]:
    """Load what is installed, the better one first."""
    from ambience.live.output import miniaudio_sink, sounddevice_sink

    return tuple(library for library in (miniaudio_sink, sounddevice_sink) if library.installed())


def _silent_device(sample_rate_hz: int) -> Sink:
    from ambience.live.output import miniaudio_sink

    if miniaudio_sink.installed():
        return miniaudio_sink.open_nothing(sample_rate_hz)
    return PacedSink(sample_rate_hz)


def _sound_card(device: str, sample_rate_hz: int) -> Sink:
    libraries = _libraries()
    if not libraries:
        hint = 'Install what does: pip install "ambience-toolkit[live]", or play without one: --device none.'
        raise ParameterError(explain("live", "device", device, "needs a library that speaks to sound cards", hint))
    failure: Exception | None = None
    for library in libraries:
        try:
            with hushed():
                return library.open_device(device, sample_rate_hz)
        except (NoDevice, ParameterError) as error:
            failure = failure or error
    assert failure is not None
    raise failure


def choose(wanted: str, names: tuple[str, ...]) -> str:
    """Find the one device that a name means: exactly, or as the only one that contains it."""
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.casefold() in name.casefold()]
    if len(found) == 1:
        return found[0]
    rule = "is the name of several devices" if found else "is not a device of this machine"
    known = ", ".join(repr(name) for name in found or names) or "none"
    raise ParameterError(explain("live", "device", wanted, rule, f"There are: {known}."))
