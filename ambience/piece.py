"""A piece in the hands of a user: load its preset, compose it, look at what came out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ambience.errors import ParameterError, PresetError, require
from ambience.music.motif import parse_motif, parse_transform
from ambience.music.pitch import parse_tonic
from ambience.music.scale import Scale
from ambience.music.theme.character import parse_character
from ambience.preset import Preset
from ambience.preset import file as preset_file
from ambience.preset.bundled import bundled
from ambience.preset.toml_lines import line_map, line_of

if TYPE_CHECKING:  # who checks a preset loads no composer
    from ambience.music.score import Note
    from ambience.music.sheet import LedgerEntry, Marker, Score, Section, Track
    from ambience.music.theme.spec import Candidate, Theme
    from ambience.music.work import Member


@dataclass(frozen=True, slots=True)
class Composition:
    """A composed piece: notes, maps and the ledger of the theme; no sound yet."""

    score: "Score"

    @property
    def title(self) -> str:
        """Title of the piece."""
        return self.score.title

    @property
    def seed(self) -> int:
        """Seed from which it grew."""
        return self.score.seed

    @property
    def tracks(self) -> "tuple[Track, ...]":
        """All notes, one track a layer."""
        return self.score.tracks

    @property
    def sections(self) -> "tuple[Section, ...]":
        """The stays in one state each, by rising time."""
        return self.score.sections

    @property
    def markers(self) -> "tuple[Marker, ...]":
        """Named places, by rising time."""
        return self.score.markers

    @property
    def ledger(self) -> "tuple[LedgerEntry, ...]":
        """Every appearance of the theme."""
        return self.score.ledger

    @property
    def theme(self) -> "tuple[Note, ...]":
        """The theme as first composed."""
        return self.score.theme

    @property
    def length_s(self) -> float:
        """Seconds of sound, tails included."""
        return self.score.length_s

    def to_midi(self, path: str | Path, force: bool = False) -> None:
        """Write the notes as a MIDI file; an existing one is replaced only with `force`."""
        from ambience.io.midi import write_midi  # who checks a preset writes none

        write_midi(self.score, path, force)

    def to_musicxml(self, path: str | Path, force: bool = False) -> None:
        """Write the orchestra's parts as a MusicXML score; an existing one is replaced only with `force`."""
        from ambience.io.musicxml import write_musicxml  # the page is laid out only for those who read one

        write_musicxml(self.score, path, force)


def load(preset: str | Path, *, seed: int | None = None) -> Preset:
    """Read a preset, and the MIDI or MusicXML file of its theme if it names one.

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
    from ambience.music.conducting.whole import compose as compose_whole

    wanted = preset if duration_s is None else preset.override(duration_s=duration_s)
    return Composition(compose_whole(wanted))


def themes(preset: Preset, *, count: int = 8) -> "tuple[Candidate, ...]":
    """List candidates for a preset's theme: first the one that the piece uses, then its rivals, the best first.

    Parameters
    ----------
    preset : Preset
        Whose theme is sought.
    count : int, 1..12
        The most that are listed; a candidate keeps its place whatever is asked for.

    Raises
    ------
    ParameterError
        If `count` is out of range.
    """
    from ambience.music.theme.candidates import MOST_CANDIDATES, find_themes

    require(1 <= count <= MOST_CANDIDATES, "themes", "count", count, f"must lie in 1..{MOST_CANDIDATES}")
    return find_themes(preset)[:count]


def _path_of(preset: str | Path) -> Path:
    return bundled().get(preset, Path(preset)) if isinstance(preset, str) else preset


def _faults(preset: Preset, path: Path) -> Iterator[str]:
    """Find what only the music can judge: the words of motifs, characters and transforms, and the notes of files."""

    def judged(check: Callable[[], object], *place: str) -> Iterator[str]:
        try:
            check()
        except ParameterError as error:
            yield f"{path}:{line_of(line_map(preset.text), place)} [{'.'.join(place)}]: {error}"

    wish = preset.theme
    misread = list(judged(lambda: parse_character(wish.character), "theme", "character"))
    source = next((word for word in ("motif", "midi", "musicxml", "melody") if getattr(wish, word)), "")
    if source and not misread:
        misread += judged(lambda: _theme(_with_motif(preset, path)), "theme", source)
    yield from misread
    for name, state in preset.states.items():
        for transform in state.theme:
            yield from judged(partial(parse_transform, transform), "states", name, "theme")
    for name, member in preset.cast.items():
        key, read = ("motif", parse_motif) if member.motif else ("from", parse_transform)
        found = tuple(judged(partial(read, member.motif or member.made_of), "cast", name, key))
        misread += found
        yield from found
    if preset.cast and not misread:
        yield from judged(lambda: _cast(_with_motif(preset, path)), "cast")


def _theme(preset: Preset) -> "Theme":
    from ambience.music.conducting.commission import (
        find_theme,  # a preset without a motif is checked without the composer
    )

    return find_theme(preset, Scale(parse_tonic(preset.tonic), preset.mode))


def _cast(preset: Preset) -> "tuple[Member, ...]":
    from ambience.music.conducting.commission import commission

    return commission(preset).cast


def _with_motif(preset: Preset, path: Path) -> Preset:
    """Put what the theme's MIDI or MusicXML file says in the place of its name."""
    wish = preset.theme
    if not (wish.midi or wish.musicxml):
        return preset
    from ambience.io.midi import read_motif
    from ambience.io.motif_file import read_score_motif  # most themes come in no file

    motif = read_motif(path.parent / wish.midi) if wish.midi else read_score_motif(path.parent / wish.musicxml)
    table = preset.model_dump(by_alias=True, exclude_unset=True)
    kept = {key: value for key, value in table["theme"].items() if key not in ("midi", "musicxml")}
    table["theme"] = {**kept, "motif": motif}
    return Preset.model_validate(table).carrying(preset.name, preset.text)
