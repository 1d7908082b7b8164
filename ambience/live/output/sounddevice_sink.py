"""Sound cards through PortAudio, and the one door to sounddevice: for machines that miniaudio does not reach."""

from importlib.util import find_spec
from typing import Any

from ambience.live.output.sinks import Feed, NoDevice, Sink, choose
from ambience.units import Audio


def installed() -> bool:
    """Tell whether the library and PortAudio are there."""
    if find_spec("sounddevice") is None:
        return False
    try:
        import sounddevice  # noqa: F401
    except OSError:  # PortAudio itself is missing
        return False
    return True


def device_names() -> tuple[str, ...]:
    """Name the sound cards that it finds."""
    import sounddevice

    try:
        return tuple(device["name"] for device in sounddevice.query_devices() if device["max_output_channels"] >= 2)
    except sounddevice.PortAudioError as error:
        raise NoDevice(f"the sound cards cannot be listed: {error.args[0]}") from None


def open_device(name: str, sample_rate_hz: int) -> Sink:
    """Open a sound card by name; empty: the system's own choice."""
    return _Sink(choose(name, device_names()) if name else None, sample_rate_hz)


class _Sink:
    def __init__(self, device: str | None, sample_rate_hz: int) -> None:
        import sounddevice

        self.name = device or "the system's choice"
        self._feed: Feed | None = None
        try:
            self._stream = sounddevice.OutputStream(
                sample_rate_hz, device=device, channels=2, dtype="float32", latency="low", callback=self._take
            )
        except sounddevice.PortAudioError as error:
            raise NoDevice(f"no sound card answers: {error.args[0]}") from None

    def start(self, feed: Feed) -> None:
        """Begin to take frames."""
        import sounddevice

        self._feed = feed
        try:
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise NoDevice(f"the sound card does not begin: {error.args[0]}") from None

    def close(self) -> None:
        """Stop, and let go of the device."""
        self._stream.close(ignore_errors=True)

    def _take(self, out: Audio, _frames: int, _time: Any, _status: Any) -> None:
        if self._feed is not None:
            self._feed.fill(out)
