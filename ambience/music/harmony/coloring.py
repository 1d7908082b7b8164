"""Sevenths and ninths on plain chords, where the chord before prepares them or the chord after resolves them."""

from collections.abc import Sequence
from functools import cache

from ambience.music.harmony.chords import Chord
from ambience.music.harmony.passing import walking_pcs
from ambience.music.harmony.reharmonize import hear
from ambience.music.scale import Scale
from ambience.music.score import Note

_COLORS = {
    "minor": ("minor7", "minor_add9", "minor9"),
    "major": ("major7", "dominant7", "add9"),
}
# By ear, in beats' worth of consonance: what makes an added tone welcome.
_PREPARED, _RESOLVED, _STAYS, _SUNG, _RUBS = 1.0, 0.8, 0.5, 0.8, 3.0
_PLAIN, _PLAIN_PER_TENSION = 2.2, 2.2  # what an added tone must be worth: less, the tenser it is
_SHARP = 0.4  # a semitone between two tones of the chord, as in a major seventh
_HEARD_BEATS = 0.45  # shorter tones of the melody pass


def color(
    chords: Sequence[Chord],
    melody: Sequence[Note],
    scale: Scale,
    *,
    start_beats: float,
    bar_beats: float,
    tension: float,
) -> tuple[Chord, ...]:
    """Add a seventh or a ninth to triads; the last chord of the phrase stays as it is.

    Parameters
    ----------
    chords : sequence of Chord
        One a bar, with their basses.
    melody : sequence of Note
        Placed in the piece; an added tone does not rub against it.
    scale : Scale
        Added tones are taken from it.
    start_beats, bar_beats : float
        Where the phrase begins, and the length of a bar.
    tension : float, 0..1
        The more of it, the less an added tone must be prepared or resolved.

    Notes
    -----
    Preparation by a tone of the chord before, resolution by step downward, as in E. Aldwell, C. Schachter, "Harmony and
    Voice Leading", 1978, on sevenths and suspensions; what each is worth, by ear.
    """
    price = _PLAIN - _PLAIN_PER_TENSION * tension
    colored: list[Chord] = []
    for bar, chord in enumerate(chords[:-1]):
        before = colored[-1] if colored else chord
        if bar and chord == chords[bar - 1]:
            colored.append(before)
            continue
        tones = hear(melody, start_beats + bar * bar_beats, bar_beats)
        heard = [(pc, beats / bar_beats) for pc, beats, _ in tones if beats > _HEARD_BEATS]
        after = next((later for later in chords[bar + 1 :] if later != chord), chord)
        worth = {
            kin: sum(_worth(pc, before, after, heard) for pc in kin.pcs[3:])
            - price * (len(kin.pcs) - 3)
            - _SHARP * _sharp(kin)
            for kin in _kin(chord, scale)
        }
        best = max(worth, key=worth.__getitem__, default=chord)
        colored.append(best if worth.get(best, 0.0) > 0.0 else chord)
    return (*colored, *chords[-1:])


@cache
def _kin(chord: Chord, scale: Scale) -> tuple[Chord, ...]:
    """List a chord with more tones of the scale."""
    inside = walking_pcs(chord, scale)
    kin = [Chord(chord.root_pc, quality, chord.bass_pc) for quality in _COLORS.get(chord.quality, ())]
    return tuple(other for other in kin if all(pc in inside for pc in other.pcs))


def _worth(pc: int, before: Chord, after: Chord, heard: Sequence[tuple[int, float]]) -> float:
    """Tell how welcome an added tone is between two chords, and under pitch classes with their shares of the bar."""
    worth = _PREPARED * (pc in before.pcs)
    worth += _STAYS * (pc in after.pcs) + _RESOLVED * any((pc - step) % 12 in after.pcs for step in (1, 2))
    worth += sum(share * (_SUNG * (sung == pc) - _RUBS * ((sung - pc) % 12 in (1, 11))) for sung, share in heard)
    return worth


@cache
def _sharp(chord: Chord) -> int:
    """Count the semitones between tones of a chord."""
    return sum((a - b) % 12 == 1 for a in chord.pcs for b in chord.pcs)
