"""A bar as its readers see it: one layer's view differs in what that layer plays, and in nothing else."""

from dataclasses import fields, replace

from mini_conductor import plan

from ambience.music.harmony.chords import Chord
from ambience.music.score import Bar, Bridge, Cue, Line, Note, ThemeSlice
from ambience.scene import Passage

OTHER = ThemeSlice("tail 3", Line(), (), (7, -2))
NOTES = (Note(0.0, 1.0, 60, 0.5),)


def unlike_any_default(bar: Bar) -> Bar:
    """Give every field of a bar a value that is not its default."""
    return replace(
        bar,
        bridge=Bridge(bar.state, bar.state, 0, 2, False, 0.0),
        arrival=True,
        impact=True,
        fade_s=3.0,
        last_chord=Chord(7, "major", 7),
        drone_pc=5,
        passage=Passage("climax", 2),
        cue=Cue("call", OTHER, ("horn",)),
        zero_s=12.0,
        chord_bars=3,
        state_bars=5,
    )


def test_every_field_of_the_sample_is_told_from_its_default() -> None:
    bar = unlike_any_default(plan()[1])
    told = {"previous", "voices"}  # what `read_by` sets
    assert all(getattr(bar, f.name) != f.default for f in fields(Bar) if f.name not in told)


def test_a_layer_reads_the_bar_that_all_read_but_for_what_it_plays() -> None:
    bar = unlike_any_default(plan()[1])
    read = bar.read_by(NOTES, (60, 64), OTHER, 2.5)
    assert read == replace(bar, previous=NOTES, voices=(60, 64), theme=OTHER, length_beats=2.5)
