"""How FluidSynth is asked: to render the MIDI file that we exported with a General MIDI soundfont."""

from pathlib import Path

from cost import spend
from systems.system import System

_FOLDERS = ("/usr/share/sounds/sf2", "/usr/share/sounds/sf3", "/usr/share/soundfonts", "/usr/local/share/soundfonts")
_LONGEST_TAIL_S = 30.0  # it goes on until its last voice has died away


def play(midi: System, font: str, folder: Path) -> System:
    """Render what `midi` writes; the file is written once, unmeasured."""
    target = folder / f"fluidsynth-{font}.wav"
    file = find_font(font)
    options = ("-ni", "-q", "-r", "48000", "-T", "wav", "-O", "s24", "-F", str(target))
    command = ("fluidsynth", *options, file, str(midi.result))

    def export() -> None:
        if not midi.result.exists():
            spend(midi.commands[0])

    return System(
        f"FluidSynth, {font}",
        "peer",
        (command,),
        target,
        midi.length_s,
        needs=("fluidsynth", file),
        prepare=export,
        longest_tail_s=_LONGEST_TAIL_S,
    )


def find_font(name: str) -> str:
    """Find a soundfont where systems keep them; its plain name if it is not there."""
    places = [Path(folder, f"{name}.{kind}") for folder in _FOLDERS for kind in ("sf2", "sf3")]
    return next((str(place) for place in places if place.exists()), f"{name}.sf2")
