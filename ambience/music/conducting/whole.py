"""A whole piece, composed at once from its first bar to its last."""

from ambience.music.conducting.commission import commission
from ambience.music.conducting.conductor import Conductor
from ambience.music.sheet import Score
from ambience.preset import Preset
from ambience.timeline import SceneTimeline


def compose(preset: Preset) -> Score:
    """Compose the whole piece without a sound."""
    work = commission(preset)
    timeline = SceneTimeline(work.scenes, [layer.name for layer in work.layers], preset.seed)
    conductor = Conductor(work, timeline)
    while conductor.next_bar() is not None:
        pass
    return conductor.score(preset.duration_s)
