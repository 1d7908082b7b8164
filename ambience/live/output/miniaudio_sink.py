"""Sound cards through miniaudio, and the one door to it; also its clock that stands for a sound card."""

from collections.abc import Generator
from importlib.util import find_spec
from typing import Any

import numpy as np

from ambience.live.output.sinks import Feed, NoDevice, Sink, choose
from ambience.units import Audio

_PERIOD_MS = 10  # miniaudio's own unit
_MOST_FRAMES = 16_384  # that a device asks for at once
_FRAME_BYTES = 8


def installed() -> bool:
    """Tell whether the library is there."""
    return find_spec("miniaudio") is not None


def device_names() -> tuple[str, ...]:
    """Name the sound cards that it finds."""
    return tuple(_devices())


def open_device(name: str, sample_rate_hz: int) -> Sink:
    """Open a sound card by name; empty: the system's own choice."""
    if not name:
        return _Sink("", sample_rate_hz, device_id=None, backends=None)
    devices = _devices()
    found = choose(name, tuple(devices))
    return _Sink(found, sample_rate_hz, device_id=devices[found], backends=None)


def open_nothing(sample_rate_hz: int) -> Sink:
    """Open the clock that behaves like a sound card and lets everything go."""
    import miniaudio

    return _Sink("none", sample_rate_hz, device_id=None, backends=[miniaudio.Backend.NULL])


def _devices() -> dict[str, Any]:
    import miniaudio

    try:
        return {device["name"]: device["id"] for device in miniaudio.Devices().get_playbacks()}
    except miniaudio.MiniaudioError as error:
        raise NoDevice(f"the sound cards cannot be listed: {error.args[0]}") from None


class _Sink:
    def __init__(self, name: str, sample_rate_hz: int, *, device_id: Any, backends: Any) -> None:
        import miniaudio

        try:
            self._device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=2,
                sample_rate=sample_rate_hz,
                buffersize_msec=_PERIOD_MS,
                device_id=device_id,
                backends=backends,
                app_name="ambience",
            )
        except miniaudio.MiniaudioError as error:
            raise NoDevice(f"no sound card answers: {error.args[0]}") from None
        if backends is None and self._device.backend.casefold() == "null":  # its last resort
            self._device.close()
            raise NoDevice("no sound card was found")
        self.name = name or f"{self._device.backend}, the system's choice"

    def start(self, feed: Feed) -> None:
        """Begin to take frames."""
        import miniaudio

        taking = _blocks(feed)
        next(taking)
        try:
            self._device.start(taking)
        except miniaudio.MiniaudioError as error:
            raise NoDevice(f"the sound card does not begin: {error.args[0]}") from None

    def close(self) -> None:
        """Stop, and let go of the device."""
        self._device.close()


def _blocks(feed: Feed) -> Generator[bytes | memoryview, int, None]:
    """Hand out as many frames as the device asks for, from one buffer that stays."""
    frames: Audio = np.zeros((_MOST_FRAMES, 2), np.float32)
    content = frames.data.cast("B")
    wanted = yield b""
    while True:
        count = min(wanted, _MOST_FRAMES)
        feed.fill(frames[:count])
        wanted = yield content[: count * _FRAME_BYTES]
