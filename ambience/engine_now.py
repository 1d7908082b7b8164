"""What a display shows: how the piece stands at one moment, read off the conductor and the timeline."""

from ambience.engine_requests import Now
from ambience.music.conducting.conductor import Conductor
from ambience.music.pitch import tonic_name
from ambience.timeline import SceneTimeline
from ambience.units import s_to_beats, s_to_frames


def describe(conductor: Conductor, timeline: SceneTimeline, now_s: float, sample_rate_hz: int) -> Now:
    """Tell how the piece stands, without changing anything.

    Parameters
    ----------
    conductor : Conductor
        Has composed the bar in which the moment lies, or the bar that ends there.
    timeline : SceneTimeline
        Of the same piece.
    now_s : float
        The moment.
    sample_rate_hz : int
        Frames a second.
    """
    written, place, coming = conductor.last, conductor.place, conductor.next_arrival()
    bar = written.bar if written else None
    scale, bridge = bar.scale if bar else conductor.scale, bar.bridge if bar else None
    controls, zero_s = timeline.controls_at(now_s), conductor.zero_s
    passed = s_to_beats(now_s - bar.start_s, bar.tempo_bpm) if bar else 0.0
    return Now(
        frame=s_to_frames(now_s, sample_rate_hz),
        at_s=now_s,
        state=bar.state.name if bar else place.state.name,
        arriving=bridge.arriving.name if bridge else "",
        next_state=coming.state.name if coming else "",
        next_frame=s_to_frames(coming.at_s, sample_rate_hz) if coming else None,
        next_bar=coming.index if coming else None,
        held=conductor.held,
        bar=bar.index if bar else 0,
        beat=min(max(passed, 0.0), bar.length_beats) if bar else 0.0,
        bar_beats=bar.length_beats if bar else place.length_beats,
        tempo_bpm=bar.tempo_bpm if bar else place.tempo_bpm,
        key=f"{tonic_name(scale.tonic_pc, scale)} {scale.mode}",
        root_pc=bar.chord.root_pc if bar else None,
        quality=bar.chord.quality if bar else "",
        theme=bar.theme.transform if bar else "",
        cue=bar.cue.name if bar and bar.cue else "",
        zero_in_s=None if zero_s is None or zero_s < now_s else zero_s - now_s,
        tension=controls.tension,
        level=controls.level,
        realized_tension=written.realized_tension if written else 0.0,
    )
