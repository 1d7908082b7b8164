"""Mastering a take: one constant gain to the delivery's loudness, the limiter, the files."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from ambience import rng
from ambience.io.formats import BitDepth
from ambience.io.sidecar import Loudness
from ambience.io.tape import Tape
from ambience.io.wav import AudioFile
from ambience.preset import Preset
from ambience.rehearsal import Rehearsal, ahead
from ambience.sound.dither import Dither
from ambience.sound.master import MASTERS, Limiter, Master, gain_to_target
from ambience.sound.meter import Meter
from ambience.units import Audio, db_to_gain, s_to_frames, smoothsteps

_BLOCK_FRAMES = 131_072  # long enough that handing them on costs nothing
_FADE_IN_S = 0.05
_FADE_OUT_S = 3.0
_FADE_SHARE = 0.25  # of a very short piece
SESSION_FADE_OUT_S = 0.5  # a live session ends when somebody says so


def fade_gains(start_frame: int, n_frames: int, length_frames: int, sample_rate_hz: int) -> Audio:
    """Return the gains, shape (n_frames, 1), that let a piece begin and end in silence without a corner.

    Between its ends it is one gain, 1, shape (1, 1).

    Parameters
    ----------
    start_frame, n_frames : int
        The block, within the piece.
    length_frames : int
        Length of the piece.
    sample_rate_hz : int
        Frames a second.
    """
    longest = int(_FADE_SHARE * length_frames)
    rise, fall = (max(min(s_to_frames(t, sample_rate_hz), longest), 1) for t in (_FADE_IN_S, _FADE_OUT_S))
    return _edges(start_frame, n_frames, length_frames, rise, fall)


def session_gains(start_frame: int, n_frames: int, length_frames: int | None, sample_rate_hz: int) -> Audio:
    """Return the gains, shape (n_frames, 1), with which a live session begins and ends; one, 1, in between.

    Parameters
    ----------
    start_frame, n_frames : int
        The block, within the session.
    length_frames : int, optional
        Length of the session, once it is known.
    sample_rate_hz : int
        Frames a second.
    """
    rise, fall = (max(s_to_frames(t, sample_rate_hz), 1) for t in (_FADE_IN_S, SESSION_FADE_OUT_S))
    return _edges(start_frame, n_frames, math.inf if length_frames is None else length_frames, rise, fall)


def session_level(preset: Preset, sample_rate_hz: int) -> Limiter:
    """Return the last stage of a live session: the preset's own gain, since nobody knows how loud it will become."""
    ceiling_dbtp = MASTERS[preset.master.name].ceiling_dbtp
    return Limiter(sample_rate_hz, ceiling_dbtp, gain_db=preset.master.gain_db)


def _edges(start_frame: int, n_frames: int, length_frames: float, rise: int, fall: int) -> Audio:
    if start_frame >= rise and start_frame + n_frames <= length_frames - fall:
        return np.ones((1, 1), np.float32)
    frames = np.arange(start_frame, start_frame + n_frames, dtype=np.float64)
    gains: Audio = smoothsteps(np.minimum(frames / rise, (length_frames - 1 - frames) / fall)).astype(np.float32)
    return gains[:, np.newaxis]


def find_gain(tape: Tape, meter: Meter, master: Master, sample_rate_hz: int) -> float:
    """Find the gain in dB that brings a tape to its delivery loudness.

    Parameters
    ----------
    tape : Tape
        What was played.
    meter : Meter
        Has listened to all of it.
    master : Master
        Where it is going.
    sample_rate_hz : int
        Frames a second.
    """
    measured_lufs = meter.integrated_lufs()
    gain_db = gain_to_target(master, measured_lufs)
    if master.ceiling_dbtp is None or meter.true_peak_dbtp() + gain_db <= master.ceiling_dbtp:
        return gain_db  # the limiter will have nothing to do
    rehearsal = Rehearsal(tape, meter, master.ceiling_dbtp, sample_rate_hz)
    return gain_to_target(master, measured_lufs, remeasure=rehearsal.limited_lufs)


def write_mix(tape: Tape, heard: Meter, master: Master, gain_db: float, opened: AudioFile, seed: int) -> Loudness:
    """Write the limited mix and measure it on the way, unless it is still what was `heard` when it was played.

    The seed is that of the piece, for the dither.
    """
    unchanged = gain_db == 0.0 and master.ceiling_dbtp is None
    meter = heard if unchanged else Meter(opened.sample_rate_hz)

    def listened(blocks: Iterator[Audio]) -> Iterator[Audio]:
        for audio in blocks:
            meter.add(audio)
            yield audio

    blocks = ahead(_limited(tape, master, gain_db, opened.sample_rate_hz))
    written = blocks if unchanged else ahead(listened(blocks))
    _write(written, opened, Dither(rng.stream(seed, "dither", "mix")))
    return Loudness(meter.integrated_lufs(), meter.range_lu(), meter.true_peak_dbtp(), gain_db)


def write_stem(tape: Tape, name: str, gain_db: float, opened: AudioFile, seed: int) -> None:
    """Write a stem at the gain of the mix; all stems together are the mix before its limiter."""
    gain = np.float32(db_to_gain(gain_db))
    _write((audio * gain for audio in tape.blocks(_BLOCK_FRAMES)), opened, Dither(rng.stream(seed, "dither", name)))


def stem_depth(stems: Iterable[Tape], gain_db: float, wished: BitDepth) -> BitDepth:
    """Keep the stems whole: one alone may exceed full scale where the mix, or its limiter, does not."""
    peak_gain = max((peak_gain for tape in stems for peak_gain in tape.peak_gains), default=0.0)
    return wished if peak_gain * db_to_gain(gain_db) < 1.0 else "32f"


def _limited(tape: Tape, master: Master, gain_db: float, sample_rate_hz: int) -> Iterator[Audio]:
    limiter = Limiter(sample_rate_hz, master.ceiling_dbtp, gain_db=gain_db)
    for audio in tape.blocks(_BLOCK_FRAMES):
        yield limiter.hold(audio)
    yield limiter.flush()


def _write(blocks: Iterator[Audio], opened: AudioFile, dither: Dither) -> None:
    for audio in blocks:
        opened.write(dither.to_int16(audio) if opened.dithered else audio)
