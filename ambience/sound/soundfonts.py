"""Soundfonts by name: where they lie on a machine, and the instruments of General MIDI that they hold."""

from pathlib import Path

from ambience.errors import ParameterError, explain
from ambience.plugins import nearest

DRUM_BANK = 128

_PREFERRED = ("MuseScore_General", "MuseScore_General_Lite", "FluidR3_GM", "FluidR3Mono_GM")  # all free to render with
_SUFFIXES = (".sf2", ".sf3")
_FOLDERS = (
    "~/.local/share/soundfonts",
    "~/.local/share/sounds/sf3",
    "~/.local/share/sounds/sf2",
    "~/Library/Audio/Sounds/Banks",
    "/usr/local/share/soundfonts",
    "/usr/share/soundfonts",
    "/usr/share/sounds/sf3",
    "/usr/share/sounds/sf2",
    "/opt/homebrew/share/soundfonts",
    "/Library/Audio/Sounds/Banks",
)
_REMEDY = (
    "Debian and Ubuntu: apt-get install musescore-general-soundfont (or fluid-soundfont-gm), or name an .sf2 file."
)

# MIDI Manufacturers Association, "General MIDI System Level 1", 1991, table 2; eight of a family on a line.
PROGRAMS: tuple[str, ...] = tuple(
    name.strip()
    for line in """
    Acoustic Grand Piano, Bright Acoustic Piano, Electric Grand Piano, Honky-tonk Piano, Electric Piano 1, Electric Piano 2, Harpsichord, Clavi
    Celesta, Glockenspiel, Music Box, Vibraphone, Marimba, Xylophone, Tubular Bells, Dulcimer
    Drawbar Organ, Percussive Organ, Rock Organ, Church Organ, Reed Organ, Accordion, Harmonica, Tango Accordion
    Acoustic Guitar (nylon), Acoustic Guitar (steel), Electric Guitar (jazz), Electric Guitar (clean), Electric Guitar (muted), Overdriven Guitar, Distortion Guitar, Guitar Harmonics
    Acoustic Bass, Electric Bass (finger), Electric Bass (pick), Fretless Bass, Slap Bass 1, Slap Bass 2, Synth Bass 1, Synth Bass 2
    Violin, Viola, Cello, Contrabass, Tremolo Strings, Pizzicato Strings, Orchestral Harp, Timpani
    String Ensemble 1, String Ensemble 2, Synth Strings 1, Synth Strings 2, Choir Aahs, Voice Oohs, Synth Voice, Orchestra Hit
    Trumpet, Trombone, Tuba, Muted Trumpet, French Horn, Brass Section, Synth Brass 1, Synth Brass 2
    Soprano Sax, Alto Sax, Tenor Sax, Baritone Sax, Oboe, English Horn, Bassoon, Clarinet
    Piccolo, Flute, Recorder, Pan Flute, Blown Bottle, Shakuhachi, Whistle, Ocarina
    Lead 1 (square), Lead 2 (sawtooth), Lead 3 (calliope), Lead 4 (chiff), Lead 5 (charang), Lead 6 (voice), Lead 7 (fifths), Lead 8 (bass + lead)
    Pad 1 (new age), Pad 2 (warm), Pad 3 (polysynth), Pad 4 (choir), Pad 5 (bowed), Pad 6 (metallic), Pad 7 (halo), Pad 8 (sweep)
    FX 1 (rain), FX 2 (soundtrack), FX 3 (crystal), FX 4 (atmosphere), FX 5 (brightness), FX 6 (goblins), FX 7 (echoes), FX 8 (sci-fi)
    Sitar, Banjo, Shamisen, Koto, Kalimba, Bag pipe, Fiddle, Shanai
    Tinkle Bell, Agogo, Steel Drums, Woodblock, Taiko Drum, Melodic Tom, Synth Drum, Reverse Cymbal
    Guitar Fret Noise, Breath Noise, Seashore, Bird Tweet, Telephone Ring, Helicopter, Applause, Gunshot
    """.strip().splitlines()  # noqa: E501
    for name in line.split(",")
)


def find_program(program: int | str) -> int:
    """Return the number of a General MIDI program, given by number from 0 or by name.

    Raises
    ------
    ParameterError
        If there is none.
    """
    if isinstance(program, int):
        if not 0 <= program < len(PROGRAMS):
            raise ParameterError(explain("soundfont", "program", program, "must be 0..127"))
        return program
    for number, name in enumerate(PROGRAMS):
        if _plain(name) == _plain(program):
            return number
    close = nearest(program[:64].title(), PROGRAMS) or "String Ensemble 1"
    hint = f"Did you mean {close!r}? A number from 0 to 127 will do, too."
    raise ParameterError(explain("soundfont", "program", program, "is no General MIDI program", hint))


def find_font(file: str) -> Path:
    """Find a soundfont.

    Parameters
    ----------
    file : str
        Path of a file, or a name such as "FluidR3" under which one is installed; empty takes the best there is.

    Raises
    ------
    ParameterError
        If there is none; the text says what to install.
    """
    path = Path(file).expanduser()
    if file and path.is_file():
        return path
    if _is_path(file):
        raise ParameterError(explain("soundfont", "file", file, "is not there", _REMEDY))
    installed = _installed()
    for name in [file] if file else _PREFERRED:
        close = [font for font in installed if _plain(font.stem).startswith(_plain(name))]
        if close:
            return min(close, key=lambda font: (len(font.stem), str(font)))
    rule = "is not among the soundfonts of this machine" if file else "finds none that it knows on this machine"
    raise ParameterError(explain("soundfont", "file", file, rule, _REMEDY))


def _installed() -> list[Path]:
    """List the soundfonts of this machine, in a fixed order."""
    folders = [Path(folder).expanduser() for folder in _FOLDERS]
    found = (font for folder in folders if folder.is_dir() for font in sorted(folder.iterdir()))
    return [font for font in found if font.suffix.lower() in _SUFFIXES]


def _is_path(file: str) -> bool:
    return "/" in file or "\\" in file or file.lower().endswith(_SUFFIXES)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
