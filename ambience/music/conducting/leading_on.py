"""How the phrases of a stay lead on to each other: up until a climax, and down before a softer phrase begins."""

from ambience.music.conducting.course import Place
from ambience.timeline import SceneTimeline

_RISE = 0.6  # of a phrase, until what grows in it has grown: where its climax lies


def lead(timeline: SceneTimeline, place: Place, turn: int) -> None:
    """Lead tension and brightness from a bar line on to where the stanzas of the state want them.

    Parameters
    ----------
    timeline : SceneTimeline
        Where they are led.
    place : Place
        The bar that begins there.
    turn : int
        Phrases that the stay has had before the one to which the bar belongs.
    """
    state, start_s, bar_end_s = place.state, place.at_s, place.end_s
    aim, following = state.stanza(turn), state.stanza(turn + 1)
    if place.bridge is not None:
        aim, end_s = place.bridge.arriving.stanza(0), bar_end_s
    elif place.index == 0:
        end_s = start_s
    elif place.bars_done >= state.phrase_bars - 1 and following.tension < aim.tension:
        aim, end_s = following, bar_end_s
    elif place.bars_done == 0:
        end_s = start_s + _RISE * state.phrase_bars * (bar_end_s - start_s)
    else:
        return
    timeline.lift(start_s, end_s, aim.tension, aim.brightness)
