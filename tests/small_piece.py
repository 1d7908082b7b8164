"""A piece of six layers and three states: all that an engine does, in a fraction of the time."""

from ambience.preset import Preset
from ambience.preset import file as preset_file

SMALL = """\
title = "Small"
seed = 3
tonic = "D"
mode = "dorian"
tempo_bpm = 72
duration_s = 6
theme.bars = 4

[layers.bed]
part.name = "drone_bed"
instrument.name = "sub_drone"
gain_db = -6
stem = "drones"

[layers.voice]
part.name = "melody"
instrument.name = "piano"
sends_db = { hall = -8 }
stem = "theme"

[layers.strings]
part.name = "chorale"
instrument.name = "strings"
gain_db = -6
pan = -0.3
sends_db = { hall = -6 }
stem = "orchestra"

[layers.drums]
part.name = "percussion"
instrument.name = "taiko"
stem = "percussion"

[layers.heart]
part.name = "heart"
instrument.name = "heart"
stem = "body"

[layers.bell]
part.name = "bells"
instrument.name = "bells"
pan = 0.4
sends_db = { hall = -4 }
stem = "theme"

[states.drift]
layers = ["bed", "heart", "bell"]
theme = "fragment 3"
tension = 0.3
min_dwell_s = 2

[states.opening]
layers = ["bed", "voice", "strings"]
harmony = "theme"
theme = "statement"
leave = "phrase"
min_dwell_s = 2

[states.battle]
layers = ["bed", "voice", "strings", "drums"]
tension = 0.9
tempo_ratio = 2
harmony = "battle"
theme = "fragment 4"
min_dwell_s = 2

[effects.hall]
decay_s = 1.5
"""

# What is inserted stands before all others, in the file, in the mix and in every state.
BEFORE = '[layers.extra]\npart.name = "air"\ninstrument.name = "air"\ngain_db = 6\nsends_db.hall = 0\nstem = "fx"\n\n'

# What can be called, and what hits at once.
CAST = '\n[cast.lewis]\nfrom = "invert + fragment 4"\n'
STINGING = """
[layers.wall]
part.name = "impact"
instrument.name = "impact"
stem = "fx"

[[transitions]]
from = "*"
to = "battle"
bars = 2
riser = true
impact = true
stinger = true
silence_beats = 1.0
"""


def small(seed: int = 3, duration_s: float = 6.0, state: str | None = None, text: str = SMALL) -> Preset:
    """Return the piece; with `state`, it stays in that one."""
    return preset_file.parse(text, "small.toml").override(seed=seed, duration_s=duration_s, state=state)


def with_extra_layer() -> str:
    """Return the text of the same piece with one more layer before all others."""
    return SMALL.replace("[layers.bed]", f"{BEFORE}[layers.bed]").replace('layers = ["bed"', 'layers = ["extra", "bed"')
