"""Bouncing a piece: play it once onto tape, find the one gain, write sound, notes and sidecar together."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ambience.engine import Engine
from ambience.engine_shelf import keep_spent_memory
from ambience.errors import require
from ambience.io.atomic import Drafts, refuse_existing
from ambience.io.formats import FRAME_BYTES, BitDepth, Container, check_format, container_of
from ambience.io.midi import save_midi
from ambience.io.registrar import Registrar
from ambience.io.session import Session
from ambience.io.sidecar import Sound, describe, list_files, record, tag_comment, to_json
from ambience.io.tape import FRAME_BYTES as TAPE_FRAME_BYTES
from ambience.io.tape import Tape, require_room
from ambience.io.targets import Targets, plan_targets
from ambience.io.wav import AudioFile
from ambience.io.wav_chunks import Cue, Tags, recording_date
from ambience.mastering import fade_gains, find_gain, session_gains, stem_depth, write_mix, write_stem
from ambience.music.sheet import Score
from ambience.preset import Preset
from ambience.rehearsal import stretch_frames
from ambience.rendering import Progress, Rendering, Report
from ambience.sound.master import MASTERS
from ambience.sound.meter import Meter
from ambience.sound.orchestra import fonts_of
from ambience.units import Audio, s_to_frames

_RENDERED = 0.9  # of the work is done when the engine has finished, as measured
_SPARE_BYTES = 4_000_000  # notes, sidecar, headers


def render(
    preset: Preset,
    path: str | Path,
    *,
    duration_s: float | None = None,
    stems: bool = False,
    layer_stems: bool = False,
    bit_depth: BitDepth = "24",
    sample_rate_hz: int = 48_000,
    master: str | None = None,
    threads: int | None = None,
    force: bool = False,
    session: Session | None = None,
    progress: Report | None = None,
) -> Rendering:
    """Render a piece to a sound file, with its notes (.mid) and a sidecar (.json) beside it.

    All files appear together when they are whole; whatever stops the work leaves nothing behind. Memory does not grow
    with the length of the piece.

    Parameters
    ----------
    preset : Preset
        What to render.
    path : str or Path
        Sound file; its suffix .wav, .flac or .ogg decides the format.
    duration_s : float, optional
        Instead of the preset's own length.
    stems : bool
        Also write one WAV for each stem group, at the same gain but before the limiter, into the folder `path`
        without its suffix. They are 32f throughout if a stem alone exceeds full scale.
    layer_stems : bool
        The same for each layer, into the folder `layers` in that folder.
    bit_depth : {"16", "24", "32f"}
        Sample format; 16 is dithered, an Ogg has none.
    sample_rate_hz : int, 22050..192000
        Frames a second.
    master : str, optional
        Delivery, instead of the preset's own.
    threads : int, optional
        Layers rendered at once; never changes a sample.
    force : bool
        Replace files that exist.
    session : Session, optional
        What somebody did live; it is done again, and without a `master` the samples are those that were heard then.
    progress : callable, optional
        Told how far the work has come, every second and a half of sound.

    Raises
    ------
    ParameterError
        If a value breaks its rule or a file is in the way; before any work is done.
    OSError
        If the disk is too small or refuses.
    """
    began_s = time.perf_counter()
    audio = Path(path)
    check_format(container_of(audio), bit_depth, sample_rate_hz)
    length_s = session.length_s if session and duration_s is None else duration_s
    as_asked, preset = preset, preset.override(duration_s=length_s, master=master)
    played = as_asked if session else preset  # an evening of any length; the piece is planned for its own
    as_heard = session is not None and master is None
    report: Report = progress or (lambda _: None)
    targets = plan_targets(preset, audio, stems=stems, layer_stems=layer_stems)
    chosen = (targets, stems, layer_stems, bit_depth, sample_rate_hz, threads)
    job = _Job(preset, played, *chosen, session, as_heard, report)
    require(job.length_frames > 0, "render", "duration_s", preset.duration_s, "is shorter than one frame")
    for target in targets.files:
        refuse_existing(target, force)
    fonts_of(preset)  # a soundfont that is missing is missed before any work is done
    require_room(audio.parent, job.size_bytes)
    keep_spent_memory()
    with Drafts(force=force) as drafts:
        sound = _make(job, drafts)
    files = (audio, targets.midi, targets.sidecar, targets.stem_paths)
    return Rendering(*files, sound.loudness, sound.length_s, time.perf_counter() - began_s)


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be made, and where."""

    preset: Preset
    played: Preset  # the same, or with another length
    targets: Targets
    stems: bool
    layer_stems: bool
    bit_depth: BitDepth
    sample_rate_hz: int
    threads: int | None
    session: Session | None
    as_heard: bool  # at the level of the session, not of a delivery
    report: Report

    @property
    def length_frames(self) -> int:
        return s_to_frames(self.preset.duration_s, self.sample_rate_hz)

    @property
    def size_bytes(self) -> int:
        frame_bytes = TAPE_FRAME_BYTES + FRAME_BYTES[self.bit_depth]
        return len(self.targets.sounds) * self.length_frames * frame_bytes + _SPARE_BYTES


@dataclass(frozen=True, slots=True)
class _Take:
    """What the engine played."""

    mix: Tape
    stems: tuple[Tape, ...]
    meter: Meter
    score: Score


def _make(job: _Job, drafts: Drafts) -> Sound:
    targets = job.targets
    drafted = {target: drafts.add(target) for target in targets.files}
    take = _play(job, drafts)
    job.report(Progress("mastering", _RENDERED))
    with Registrar() as registrar:
        registrar.write(drafted[targets.midi], targets.name_of(targets.midi), partial(save_midi, take.score))
        sound = _write_sounds(job, take, drafted, registrar)
        fonts = [(record(path, path.name), layers) for path, layers in fonts_of(job.preset).items()]
        document = describe(job.preset, take.score, sound, job.session, fonts)  # while the registrar counts
        midi, *sounds = registrar.records()
    text = to_json(document | list_files([*sounds, midi]))
    drafted[targets.sidecar].write_text(text, encoding="utf-8", newline="\n")
    job.report(Progress("mastering", 1.0))
    return sound


def _write_sounds(job: _Job, take: _Take, drafted: Mapping[Path, Path], registrar: Registrar) -> Sound:
    """Write the mix at its loudness, and the stems at the same gain."""
    targets, seed, master = job.targets, job.preset.seed, MASTERS[job.preset.master.name]
    gain_db = job.preset.master.gain_db if job.as_heard else find_gain(take.mix, take.meter, master, job.sample_rate_hz)
    container = container_of(targets.audio)
    with _sound_file(job, drafted[targets.audio], take.score, "", container, job.bit_depth) as opened:
        loudness = write_mix(take.mix, take.meter, master, gain_db, opened, seed)
    registrar.take(drafted[targets.audio], targets.name_of(targets.audio))
    depth = stem_depth(take.stems, gain_db, job.bit_depth)
    for (name, target), tape in zip(targets.stems, take.stems, strict=True):
        with _sound_file(job, drafted[target], take.score, f" ({name})", "wav", depth) as opened:
            write_stem(tape, name, gain_db, opened, seed)
        registrar.take(drafted[target], targets.name_of(target))
    return Sound(job.sample_rate_hz, container, job.bit_depth, job.length_frames, loudness)


def _play(job: _Job, drafts: Drafts) -> _Take:
    """Play the piece once onto tape, with smooth ends."""
    job.report(Progress("compiling", 0.0))
    folder, rate, meter = job.targets.audio.parent, job.sample_rate_hz, Meter(job.sample_rate_hz)
    tapes = (Tape(drafts.scratch(folder), folder, stretch_frames(meter)) for _ in job.targets.sounds)
    mix, *stems = tapes

    def keep(start: int, audio: Audio, played: dict[str, Audio]) -> None:
        fade = (session_gains if job.session else fade_gains)(start, len(audio), job.length_frames, rate)
        audio *= fade
        mix.append(audio)
        meter.add(audio)
        for (name, _), tape in zip(job.targets.stems, stems, strict=True):
            tape.append(played[name] * fade)

    engine = Engine(
        job.played, sample_rate_hz=rate, threads=job.threads,
        stems=job.stems, layer_stems=job.layer_stems, endless=bool(job.session),
    )  # fmt: skip
    for change in job.session.changes if job.session else ():
        engine.post(change)
    for audio in engine.blocks(job.length_frames):
        keep(engine.frame - len(audio), audio, engine.take_stems())
        job.report(Progress("rendering", _RENDERED * engine.frame / job.length_frames))
    score = engine.score()
    engine.close()  # not after an interruption: that would wait for threads that compile
    return _Take(mix, tuple(stems), meter, score)


def _sound_file(
    job: _Job, draft: Path, score: Score, which: str, container: Container, bit_depth: BitDepth
) -> AudioFile:
    rate, length_frames = job.sample_rate_hz, job.length_frames
    places = ((s_to_frames(marker.at_s, rate), marker.text) for marker in score.markers)
    cues = tuple(Cue(frame, text) for frame, text in places if frame < length_frames)
    tags = Tags(job.preset.title + which, comment=tag_comment(job.preset), cues=cues, date=recording_date())
    return AudioFile(draft, rate, length_frames=length_frames, container=container, bit_depth=bit_depth, tags=tags)
