"""The one door to FluidSynth: a synthesizer that plays one program of a soundfont, in floats, on 64 channels."""

import contextlib
import io
import weakref
from ctypes import c_float, c_int, c_void_p
from functools import cache
from pathlib import Path
from typing import Any

from ambience.errors import ParameterError, explain, require
from ambience.units import Audio

BLOCK_FRAMES = 64
"""FluidSynth acts at the boundaries of such blocks only."""

CHANNELS = 64
BREATH = 2
"""The controller that opens expressive programs."""

_HIGHEST_RATE_HZ = 96_000
_BEND_RANGE_CENTS, _BEND_MIDDLE = 200.0, 8192  # two semitones, the default of every General MIDI device
# Generators: E-mu Systems, "SoundFont Technical Specification 2.04", 2006, section 8.1.2.
_FILTER_CUTOFF, _ATTENUATION = 8, 48
_POLYPHONY = 1024
_LOG_LEVELS = 5
_REMEDY = (
    'Debian and Ubuntu: apt-get install libfluidsynth3 musescore-general-soundfont; then pip install "'
    'ambience-toolkit[sf2]".'
)

_first_with: "dict[tuple[Path, int, int], Fluid]" = {}
"""FluidSynth shares the samples of a program while anybody holds it; the first holder stays, for a program of a
compressed font takes seconds to decode, and it is opened at least twice: to be calibrated, and to play."""


class Fluid:
    """A synthesizer without effects of its own; every channel has the same program.

    Parameters
    ----------
    font : Path
        Soundfont (.sf2 or .sf3).
    sample_rate_hz : int, up to 96000
        Frames a second.
    bank, program : int
        What it plays, counted from 0; bank 128 holds the drum kits.

    Raises
    ------
    ParameterError
        If FluidSynth is missing, the file is no soundfont or has no such program.
    """

    def __init__(self, font: Path, sample_rate_hz: int, *, bank: int, program: int) -> None:
        self._api = api = _library()
        rate, most = sample_rate_hz, _HIGHEST_RATE_HZ
        require(rate <= most, "soundfont", "sample_rate_hz", rate, f"must be at most {most} for FluidSynth")
        settings = c_void_p(api.new_fluid_settings())
        # One core and samples loaded on demand: two cores gave other samples at each run, and all samples of a large
        # font take seconds and half a gigabyte.
        whole = {b"synth.cpu-cores": 1, b"synth.dynamic-sample-loading": 1, b"synth.midi-channels": CHANNELS}
        whole |= {b"synth.reverb.active": 0, b"synth.chorus.active": 0, b"synth.polyphony": _POLYPHONY}
        for name, value in whole.items():
            api.fluid_settings_setint(settings, name, value)
        for name, number in ((b"synth.sample-rate", float(rate)), (b"synth.gain", 1.0)):
            api.fluid_settings_setnum(settings, name, number)
        self._synth = c_void_p(api.new_fluid_synth(settings))
        weakref.finalize(self, _free, api, self._synth, settings)
        number = api.fluid_synth_sfload(self._synth, str(font).encode(), 0)
        require(number >= 0, str(font), "", None, "is no soundfont that FluidSynth can read", "It takes .sf2 and .sf3.")
        selected = [api.fluid_synth_program_select(self._synth, c, number, bank, program) for c in range(CHANNELS)]
        require(not any(selected), str(font), "program", program, f"is not in bank {bank} of this soundfont")
        self._write = api._fl.fluid_synth_write_float
        _first_with.setdefault((font, bank, program), self)

    @property
    def sounding(self) -> bool:
        """Whether any voice is left."""
        return int(self._api.fluid_synth_get_active_voice_count(self._synth)) > 0

    def press(self, channel: int, key: int, velocity: int) -> None:
        """Begin a note; `velocity` is 1..127."""
        self._api.fluid_synth_noteon(self._synth, channel, key, velocity)

    def release(self, channel: int, key: int) -> None:
        """Let a note go."""
        self._api.fluid_synth_noteoff(self._synth, channel, key)

    def bend(self, channel: int, interval_cents: float) -> None:
        """Tune a channel by up to 200 cents either way."""
        value = round(_BEND_MIDDLE * (1.0 + interval_cents / _BEND_RANGE_CENTS))
        self._api.fluid_synth_pitch_bend(self._synth, channel, min(max(value, 0), 2 * _BEND_MIDDLE - 1))

    def control(self, channel: int, controller: int, value: int) -> None:
        """Move a controller to 0..127."""
        self._api.fluid_synth_cc(self._synth, channel, controller, value)

    def darken(self, channel: int, interval_cents: float) -> None:
        """Lower the cutoff of the low-pass of all notes of a channel."""
        self._api._fl.fluid_synth_set_gen(self._synth, channel, _FILTER_CUTOFF, -interval_cents)

    def attenuate(self, channel: int, by_db: float) -> None:
        """Turn all notes of a channel down, by 0 dB or more."""
        self._api._fl.fluid_synth_set_gen(self._synth, channel, _ATTENUATION, 10.0 * by_db)

    def write(self, out: Audio) -> None:
        """Overwrite a buffer of whole blocks, C order, with the next frames."""
        self._write(self._synth, len(out), out.ctypes.data, 0, 2, out.ctypes.data, 1, 2)


def library_version() -> str:
    """Name the version of FluidSynth."""
    numbers = [c_int() for _ in range(3)]
    _library().fluid_version(*numbers)
    return ".".join(str(number.value) for number in numbers)


@cache
def _library() -> Any:
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # where CI is set, it tells everybody where it was found
            import fluidsynth
    except ImportError:
        raise ParameterError(explain("soundfont", "", None, "needs FluidSynth, which is not here", _REMEDY)) from None
    functions = fluidsynth._fl
    functions.fluid_synth_write_float.argtypes = [c_void_p, c_int, c_void_p, c_int, c_int, c_void_p, c_int, c_int]
    functions.fluid_synth_set_gen.argtypes = [c_void_p, c_int, c_int, c_float]
    functions.fluid_set_log_function.argtypes = [c_int, c_void_p, c_void_p]
    functions.fluid_set_log_function.restype = c_void_p
    for level in range(_LOG_LEVELS):  # what goes wrong is said by us
        functions.fluid_set_log_function(level, None, None)
    return fluidsynth


def _free(api: Any, synth: c_void_p, settings: c_void_p) -> None:
    api.delete_fluid_synth(synth)
    api.delete_fluid_settings(settings)
