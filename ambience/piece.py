"""A piece in the hands of a user: load its preset, compose it, look at what came out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ambience.errors import ParameterError, PresetError
from ambience.io.midi import read_motif, write_midi
from ambience.music.motif import parse_transform
from ambience.music.pitch import parse_tonic
from ambience.music.scale import Scale
from ambience.music.score import LedgerEntry, Marker, Note, Score, Section, Track
from ambience.music.theme import Theme
from ambience.preset import Preset
from ambience.preset import file as preset_file
from ambience.preset.toml_lines import line_map, line_of


@dataclass(frozen=True, slots=True)
class Composition:
    """A composed piece: notes, maps and the ledger of the theme; no sound yet."""

    score: Score

    @property
    def title(self) -> str:
        """Title of the piece."""
        return self.score.title

    @property
    def seed(self) -> int:
        """Seed from which it grew."""
        return self.score.seed

    @property
    def tracks(self) -> tuple[Track, ...]:
        """All notes, one track a layer."""
        return self.score.tracks

    @property
    def sections(self) -> tuple[Section, ...]:
        """The stays in one state each, by rising time."""
        return self.score.sections

    @property
    def markers(self) -> tuple[Marker, ...]:
        """Named places, by rising time."""
        return self.score.markers

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every appearance of the theme."""
        return self.score.ledger

    @property
    def theme(self) -> tuple[Note, ...]:
        """The theme as first composed."""
        return self.score.theme

    @property
    def length_s(self) -> float:
        """Seconds of sound, tails included."""
        return self.score.length_s

    def to_midi(self, path: str | Path, force: bool = False) -> None:
        """Write the notes as a MIDI file; an existing one is replaced only with `force`."""
        write_midi(self.score, path, force)

    def to_musicxml(self, path: str | Path, force: bool = False) -> None:
        """Write the orchestra's parts as a MusicXML score; an existing one is replaced only with `force`."""
        from ambience.io.musicxml import write_musicxml  # the page is laid out only for those who read one

        write_musicxml(self.score, path, force)


def load(preset: str | Path, *, seed: int | None = None) -> Preset:
    """Read a preset, and the MIDI file of its theme if it names one.

    Parameters
    ----------
    preset : str or Path
        Name of a bundled preset, or path of a TOML file.
    seed : int, optional
        Instead of the preset's own.

    Raises
    ------
    PresetError
        If there is no such preset or it breaks a rule; one line a fault.
    ParameterError
        If the seed breaks its rule.
    """
    path = _path_of(preset)
    found = preset_file.read(preset)
    if lines := tuple(_faults(found, path)):
        raise PresetError(*lines)
    found = _with_motif(found, path)
    return found if seed is None else found.override(seed=seed)


def compose(preset: Preset, *, duration_s: float | None = None) -> Composition:
    """Compose a whole piece without a sound.

    Parameters
    ----------
    preset : Preset
        What to compose.
    duration_s : float, optional
        Instead of the preset's own length.
    """
    from ambience import engine

    wanted = preset if duration_s is None else preset.override(duration_s=duration_s)
    return Composition(engine.compose(wanted))


def _path_of(preset: str | Path) -> Path:
    return preset_file.bundled().get(preset, Path(preset)) if isinstance(preset, str) else preset


def _faults(preset: Preset, path: Path) -> Iterator[str]:
    """Find what only the music can judge: the words of motifs and transforms."""

    def judged(check: Callable[[], object], *place: str) -> Iterator[str]:
        try:
            check()
        except ParameterError as error:
            yield f"{path}:{line_of(line_map(preset.text), place)} [{'.'.join(place)}]: {error}"

    if preset.theme.motif or preset.theme.midi:
        place = "motif" if preset.theme.motif else "midi"
        yield from judged(lambda: _theme(_with_motif(preset, path)), "theme", place)
    for name, state in preset.states.items():
        for transform in state.theme:
            yield from judged(partial(parse_transform, transform), "states", name, "theme")


def _theme(preset: Preset) -> Theme:
    from ambience.music.commission import find_theme  # a preset without a motif is checked without the composer

    return find_theme(preset, Scale(parse_tonic(preset.tonic), preset.mode))


def _with_motif(preset: Preset, path: Path) -> Preset:
    """Put what the theme's MIDI file says in the place of its name."""
    if not preset.theme.midi:
        return preset
    table = preset.model_dump(by_alias=True, exclude_unset=True)
    table["theme"] = {**table["theme"], "motif": read_motif(path.parent / preset.theme.midi)}
    del table["theme"]["midi"]
    return Preset.model_validate(table).carrying(preset.name, preset.text)
