"""A theme on two staves, melody and chords: what one plays to judge it."""

from collections.abc import Iterator

from ambience.music.scale import Scale
from ambience.music.score import Note
from ambience.music.sheet import Key, Marker, Meter, Score, Tempo, Track
from ambience.music.theme.spec import Theme
from ambience.plugins import MidiProfile
from ambience.units import beats_to_s

_STRINGS, _PIANO = 48, 0  # General MIDI programs
_BASS_MIDI, _CHORD_MIDI = 36, 50  # lowest note of the roots, and of the three tones above them
_CHORD_VELOCITY = 0.45


def theme_score(theme: Theme, *, title: str, seed: int, tempo_bpm: float, meter: str) -> Score:
    """Write a theme as a score of its own, in the tempo and the meter of the piece."""
    beats, unit = (int(number) for number in meter.split("/"))
    length_beats = theme.bars * theme.bar_beats
    strings, piano = MidiProfile(_STRINGS, 0, 127), MidiProfile(_PIANO, 21, 108)
    return Score(
        title=title,
        seed=seed,
        tracks=(
            Track("melody", "theme", strings, 0.0, 0.0, theme.notes),
            Track("chords", "orchestra", piano, -6.0, 0.0, tuple(_chords(theme))),
        ),
        tempos=(Tempo(0.0, 0.0, tempo_bpm),),
        meters=(Meter(0.0, beats, unit),),
        keys=(Key(0.0, Scale(theme.scale.tonic_pc, theme.scale.mode)),),
        markers=(Marker(0.0, 0.0, "theme"),),
        sections=(),
        ledger=(),
        controls=(),
        theme=theme.notes,
        chords=tuple((bar * theme.bar_beats, chord) for bar, chord in enumerate(theme.chords)),
        realized_tension=(),
        length_beats=length_beats,
        length_s=beats_to_s(length_beats, tempo_bpm),
    )


def _chords(theme: Theme) -> Iterator[Note]:
    """Play every chord for its bar: its root, and above it all tones within one octave, so that most stay in place."""
    for bar, chord in enumerate(theme.chords):
        bass_midi = _BASS_MIDI + (chord.root_pc - _BASS_MIDI) % 12
        for pitch_midi in (bass_midi, *sorted(_CHORD_MIDI + (pc - _CHORD_MIDI) % 12 for pc in chord.pcs)):
            yield Note(bar * theme.bar_beats, theme.bar_beats, pitch_midi, _CHORD_VELOCITY)
