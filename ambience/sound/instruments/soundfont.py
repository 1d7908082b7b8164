"""A soundfont: sampled instruments of somebody else's, played through FluidSynth in our room."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.random import Generator

from ambience.errors import require
from ambience.plugins import MidiProfile, setting
from ambience.sound.block import NoteOn, Player
from ambience.sound.dsp.stroke import level_db, roll_s
from ambience.sound.fluid import Fluid
from ambience.sound.sampled import Desks, Sampled, Trim
from ambience.sound.soundfonts import DRUM_BANK, find_font, find_program
from ambience.sound.trial import MEZZO_FORTE, trial_lufs
from ambience.units import s_to_frames

HOUSE_LUFS = -22.0
"""The loudness of a mezzo-forte at `gain_db` 0, whatever the file, as a trial has it: that of the built-in ones."""

_BOWED = (40, 41, 42, 43, 48, 49)  # General MIDI strings …
_TURNED = {"tremolo": (44, 1.0), "pizzicato": (45, -6.0)}  # … what they turn to, and at how many dB; by ear
_STRUCK = (*range(8, 16), 47, *range(112, 120))
_PLUCKED = (*range(8), *range(24, 40), 45, 46, *range(104, 109))
_ROLLS_PER_S = 13.0
_ROLL_SOFTER = 0.32  # velocity of a stroke of a roll against a single one: with what chance takes, 10 dB
_TRIMMED_PITCHES, _MOST_DB, _SILENT_DB = 11, 12.0, 90.0  # what is beyond a real instrument may stay soft
_TRIMMED_AT = (0.1, 0.35, MEZZO_FORTE, 0.85, 1.0)


@dataclass(frozen=True, slots=True)
class Soundfont:
    """One program of a soundfont (.sf2 or .sf3); needs FluidSynth and a file, see `ambience-toolkit[sf2]`."""

    file: str = setting("", "path, or name of an installed one such as 'FluidR3'; absent: the best there is")
    program: int | str = setting(48, "General MIDI name such as 'French Horn', or number from 0; a kit in bank 128")
    bank: int = setting(0, "bank of the soundfont; 128 holds the drum kits", low=0, high=16_383)
    drum_key: int = setting(-1, "the key that every note presses, for drum kits; -1 plays pitches", low=-1, high=127)
    gain_db: float = setting(0.0, "dB: louder or softer than the built-in instruments are", low=-40, high=40)
    lowest_midi: int = setting(36, "lowest pitch that the composer writes for it", low=0, high=127)
    highest_midi: int = setting(84, "highest pitch that the composer writes for it", low=0, high=127)

    def __post_init__(self) -> None:
        find_program(self.program)
        low, high = self.lowest_midi, self.highest_midi
        require(high - low >= 12, "soundfont", "highest_midi", high, f"must lie an octave above lowest_midi = {low}")

    @property
    def midi(self) -> MidiProfile:
        """Program and range."""
        if self.drum_key >= 0:
            return MidiProfile(find_program(self.program), self.drum_key, self.drum_key, self.drum_key)
        return MidiProfile(find_program(self.program), self.lowest_midi, self.highest_midi)

    def player(self, sample_rate_hz: int, rng: Generator) -> Player:
        """Load the program; of chance, only the hands in a roll need any."""
        font, program = find_font(self.file), find_program(self.program)
        others = {}
        if self.bank == 0 and program in _BOWED:
            others = {word: partial(self._desk, font, *turned, sample_rate_hz) for word, turned in _TURNED.items()}
        rolls = self.bank == DRUM_BANK or program in _STRUCK
        rewrite = partial(_rewrite, sample_rate_hz=sample_rate_hz, rng=rng, rolls=rolls)
        return Desks(self._desk(font, program, 0.0, sample_rate_hz), others, rewrite)

    def _desk(self, font: Path, program: int, gain_db: float, sample_rate_hz: int) -> Player:
        plain = replace(self, file=str(font), program=program, gain_db=0.0)
        trim, house_db = _calibrate(plain, sample_rate_hz)
        return _open(plain, sample_rate_hz, trim, house_db + self.gain_db + gain_db)


def _open(plain: Soundfont, sample_rate_hz: int, trim: Trim, gain_db: float) -> Sampled:
    program, key = find_program(plain.program), plain.drum_key if plain.drum_key >= 0 else None
    synth = Fluid(Path(plain.file), sample_rate_hz, bank=plain.bank, program=program)
    struck = plain.bank == DRUM_BANK or program in _STRUCK + _PLUCKED
    return Sampled(synth, sample_rate_hz, trim=trim, gain_db=gain_db, key=key, struck=struck)


@cache
def _calibrate(plain: Soundfont, sample_rate_hz: int) -> tuple[Trim, float]:
    """Play trial notes: files differ by 20 dB, and in how much louder high notes and hard ones are."""
    player = _open(plain, sample_rate_hz, Trim(), 0.0)
    low, high = plain.midi.lowest_midi, plain.midi.highest_midi
    pitches = tuple(float(pitch) for pitch in dict.fromkeys(np.linspace(low, high, _TRIMMED_PITCHES).round()))
    levels = [trial_lufs(player, sample_rate_hz, pitch, MEZZO_FORTE) for pitch in pitches]
    audible = [(pitch, level) for pitch, level in zip(pitches, levels, strict=True) if math.isfinite(level)]
    if not audible:
        return Trim(), 0.0
    usual_lufs = float(np.median([level for _, level in audible]))
    by_pitch_db = tuple(min(max(usual_lufs - level, -_MOST_DB), _MOST_DB) for _, level in audible)
    middle = audible[len(audible) // 2][0]
    heard = [max(trial_lufs(player, sample_rate_hz, middle, force), -_SILENT_DB) for force in _TRIMMED_AT]
    at_usual = heard[_TRIMMED_AT.index(MEZZO_FORTE)]
    wanted = [level_db(force) - level_db(MEZZO_FORTE) for force in _TRIMMED_AT]
    by_velocity_db = tuple(want - (level - at_usual) for want, level in zip(wanted, heard, strict=True))
    return Trim(tuple(pitch for pitch, _ in audible), by_pitch_db, _TRIMMED_AT, by_velocity_db), HOUSE_LUFS - usual_lufs


def _rewrite(note: NoteOn, *, sample_rate_hz: int, rng: Generator, rolls: bool) -> Sequence[NoteOn]:
    """Turn a note into the strokes that are played for it."""
    if not rolls or note.articulation not in ("roll", "tremolo"):
        return (note,)
    times_s = roll_s(note.duration_frames / sample_rate_hz, _ROLLS_PER_S, rng)
    force = note.velocity - _ROLL_SOFTER
    offsets = [note.offset_frames + s_to_frames(time_s, sample_rate_hz) for time_s in times_s]
    ends = [*offsets[1:], note.offset_frames + note.duration_frames]
    return [
        note._replace(
            offset_frames=at, duration_frames=max(end - at, 1), velocity=max(force - rng.uniform(0.0, 0.1), 0.02)
        )
        for at, end in zip(offsets, ends, strict=True)
    ]
