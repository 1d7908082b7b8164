"""The tension that is really there: heard bar by bar in the notes that sound, weighed as listeners weigh it."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ambience.music.playing.hairpin import cut_short
from ambience.music.score import Bar, Note
from ambience.music.tension.impression import NO_PITCH, VELOCITY_RANGE_DB, Impression, Sounding, sorted_out
from ambience.music.work import Layer, TimedNote
from ambience.plugins import MidiProfile
from ambience.timeline import opening_gain
from ambience.units import beats_to_s, gain_to_db

_MEZZO_FORTE = 0.6

_RING_S = 0.5  # what is struck or plucked counts so long, however long it is held; measured on the instruments
_RELEASE_S = 0.2  # what is bowed or blown counts on so long; measured on the instruments
_UNHEARD_DB = -40.0  # a layer whose fader stands lower takes part in nothing that is heard
_SWELL_DB = -6.0  # a note that grows from nothing, to the same note held
_STRUCK = (*range(16), 45, 46, 47, *range(112, 120))  # General MIDI: piano, bells, pizzicato, harp, timpani, drums
_NOISES = 112  # General MIDI programs from here on have no pitch to speak of


class Listener:
    """Hears what all layers of a work play in a bar, without a sound.

    Parameters
    ----------
    layers : sequence of Layer
        In the order in which their notes will be given.

    Notes
    -----
    On the bars of two rendered pieces (K-weighted, before the rooms) the loudness told from the notes was right but for
    a constant, with a standard deviation of 0.7 dB. Ring and release were chosen on the same two.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._levels_db = tuple((layer.name, layer.gain_db) for layer in layers)
        self._ways = tuple((_ring_s(layer.profile), _is_pitched(layer.profile)) for layer in layers)

    def hear(
        self,
        bar: Bar,
        sounding: Sequence[Sequence[TimedNote]],
        expression: Sequence[Sequence[tuple[float, float]]] = (),
        before: Impression | None = None,
    ) -> Impression:
        """Hear one bar.

        Parameters
        ----------
        bar : Bar
            Its state sets the levels of the layers, its tension opens the mix.
        sounding : sequence of sequence of TimedNote
            What begins or still sounds in the bar, layer by layer.
        expression : sequence of sequence of (float, float), optional
            (beat, 0..1) points, layer by layer; an empty sequence stands for 1.
        before : Impression, optional
            What the bar before left: harmony and register are heard over several seconds.
        """
        return self.listen(bar, sounding, ((),) * len(sounding), expression).impression(before=before)

    def listen(
        self,
        bar: Bar,
        sounding: Sequence[Sequence[TimedNote]],
        begun: Sequence[Sequence[Note]],
        expression: Sequence[Sequence[tuple[float, float]]] = (),
    ) -> Sounding:
        """Sort out what sounds in a bar, so that it can be heard softer and louder.

        Parameters as for `hear`; `begun` is what begins in the bar and has not been given its time yet.
        """
        opening_db = gain_to_db(opening_gain(bar.controls.tension)) - VELOCITY_RANGE_DB * _MEZZO_FORTE
        offsets_db = _offsets_db(self._levels_db, bar.state.gains_db)
        rows: list[tuple[float, float, int, float, float]] = []  # onset, end, place, level, velocity
        start_s, start_beats, tempo_bpm = bar.start_s, bar.start_beats, bar.tempo_bpm
        for number, (held, fresh) in enumerate(zip(sounding, begun, strict=True)):
            if not (held or fresh) or offsets_db[number] < _UNHEARD_DB:
                continue
            ring_s, pitched = self._ways[number]
            swell_db = _mean_db(cut_short(expression[number], bar.end_beats)) if expression else 0.0
            level_db = opening_db + offsets_db[number] + swell_db
            heard = [(timed.note, timed.onset_s, timed.end_s) for timed in held]
            for note in fresh:
                onset_s = start_s + beats_to_s(note.onset_beats - start_beats, tempo_bpm)
                heard.append((note, onset_s, onset_s + beats_to_s(note.duration_beats, tempo_bpm)))
            for note, onset_s, end_s in heard:
                until_s = (end_s if end_s < onset_s + ring_s else onset_s + ring_s) + _RELEASE_S
                grown_db = _SWELL_DB if note.articulation == "swell" else 0.0
                place = note.pitch_midi if pitched else NO_PITCH
                rows.append((onset_s, until_s, place, level_db + grown_db, note.velocity))
        return sorted_out(bar, np.array(rows, dtype=np.float64).reshape(-1, 5))


@lru_cache(maxsize=64)
def _offsets_db(layers: tuple[tuple[str, float], ...], gains_db: tuple[tuple[str, float], ...]) -> tuple[float, ...]:
    offsets = dict(gains_db)
    return tuple(gain_db + offsets.get(name, 0.0) for name, gain_db in layers)


def _mean_db(expression: Sequence[tuple[float, float]]) -> float:
    """Average a hairpin over its time; an empty one is 0 dB."""
    if len(expression) < 2:
        return gain_to_db(expression[0][1]) if expression else 0.0
    span_beats = expression[-1][0] - expression[0][0]
    area = sum(0.5 * (a[1] + b[1]) * (b[0] - a[0]) for a, b in pairwise(expression))
    return gain_to_db(max(area / span_beats, 1e-3))


def _ring_s(profile: MidiProfile) -> float:
    struck = profile.drum_key is not None or profile.program in _STRUCK
    return _RING_S if struck else math.inf


def _is_pitched(profile: MidiProfile) -> bool:
    return profile.drum_key is None and profile.program < _NOISES
