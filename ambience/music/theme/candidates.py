"""The themes that a preset and its seed can have: the one that the piece uses, and its rivals."""

from functools import lru_cache

from ambience import rng
from ambience.errors import require
from ambience.music.harmony.chord_text import parse_chords
from ambience.music.motif import head, parse_motif
from ambience.music.pitch import parse_pitch, parse_tonic
from ambience.music.scale import Scale
from ambience.music.theme.character import mode_for, parse_character
from ambience.music.theme.spec import Candidate, ThemeSpec, bars_of
from ambience.music.theme.theme import search_theme
from ambience.music.work import meter_beats
from ambience.preset import Preset

MOST_CANDIDATES = 12
_RIVALS = 13  # searched whatever is asked for, so that a candidate keeps its number; one or two fall out as too alike


def theme_spec(preset: Preset) -> ThemeSpec:
    """Say what a preset wants of its theme; ParameterError if its words or notes cannot be read."""
    wish = preset.theme
    melody = parse_motif(wish.melody) if wish.melody else ()
    if melody and "bars" in wish.model_fields_set:
        fits = wish.bars == bars_of(melody, meter_beats(preset.meter))
        require(fits, "theme", "bars", wish.bars, "must be as many as the melody fills", "Or leave it out.")
    return ThemeSpec(
        bars=wish.bars,
        form=wish.form,
        motif=parse_motif(wish.motif) if wish.motif else (),
        lowest_midi=parse_pitch(wish.lowest),
        highest_midi=parse_pitch(wish.highest),
        character=wish.character,
        melody=melody,
        chords=parse_chords(wish.chords) if wish.chords else (),
        head_notes=wish.head,
    )


def theme_scale(preset: Preset, scale: Scale) -> Scale:
    """Find the key of the theme in a piece in `scale`: the theme's own mode, or the one that its character leans to."""
    mode = preset.theme.mode or mode_for(parse_character(preset.theme.character), scale.mode)
    return Scale(scale.tonic_pc, mode)


def find_themes(preset: Preset) -> tuple[Candidate, ...]:
    """List the candidates of a preset: first the theme that the piece uses, then its rivals, the best first.

    No two share the intervals of their heads; where the head is the user's, no two share their melodies. A theme that
    is given whole has no rivals.
    """
    scale = theme_scale(preset, Scale(parse_tonic(preset.tonic), preset.mode))
    return _found(theme_spec(preset), scale, meter_beats(preset.meter), preset.seed)


@lru_cache(maxsize=16)  # themes are listed, then one of them is written or locked
def _found(spec: ThemeSpec, scale: Scale, bar_beats: float, seed: int) -> tuple[Candidate, ...]:
    first = search_theme(spec, scale, bar_beats, rng.stream(seed, "theme"))
    if spec.melody:
        return (first,)
    streams = (rng.stream(seed, "theme", number) for number in range(1, _RIVALS + 1))
    rivals = [search_theme(spec, scale, bar_beats, stream) for stream in streams]
    rivals.sort(key=lambda candidate: -candidate.merits.total)
    distinct: dict[tuple[int, ...], Candidate] = {}
    for candidate in (first, *rivals):
        theme = candidate.theme
        distinct.setdefault(head(theme.notes, None if spec.motif else theme.head_notes), candidate)
    return tuple(distinct.values())[:MOST_CANDIDATES]
