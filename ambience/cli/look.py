"""What `ambience look` does: play a preset, or read a file, and keep only what its picture needs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ambience.errors import ParameterError, explain, require
from ambience.io.atomic import refuse_existing
from ambience.io.formats import CONTAINERS
from ambience.io.picture import require_plots, save_picture
from ambience.io.plan import Plan, plan_of_score, plan_of_sidecar
from ambience.io.sidecar_reading import read_sidecar
from ambience.io.wav import HeardFile
from ambience.rendering import Progress, Report
from ambience.sound.sketch import Sketch, Sketcher
from ambience.units import db_to_gain

if TYPE_CHECKING:
    from ambience.preset import Preset

_BLOCK_FRAMES = 752 * 256  # about four seconds


def look(
    subject: str,
    target: Path | None,
    force: bool,
    report: Report,
    **wishes: Any,
) -> Path:
    """Draw a preset or a sound file and return where the picture is."""
    require_plots()
    if Path(subject).suffix.lower().lstrip(".") in CONTAINERS:
        for option, value in wishes.items():
            require(value is None, "look", f"--{option}", value, "belongs to a preset, not to a sound file")
        file = Path(subject)
        target = target or file.with_suffix(".png")
        _check(target, force)
        save_picture(target, sketch_file(file), plan_of_file(file), force=force)
        return target
    from ambience.cli import session as cli_session

    piece, _ = cli_session.load(subject, None, **wishes)
    target = target or Path("renders") / f"{piece.name}-{piece.seed}.png"
    _check(target, force)
    sketch, plan = play(piece, report)
    save_picture(target, sketch, plan, force=force)
    return target


def sketch_file(path: Path) -> Sketch:
    """Sketch what a sound file holds, a block at a time."""
    heard = HeardFile(path)
    sketcher = Sketcher(heard.sample_rate_hz, heard.length_frames)
    for audio in heard.blocks(_BLOCK_FRAMES):
        sketcher.add(audio)
    return sketcher.sketch()


def plan_of_file(path: Path) -> Plan:
    """Return what the sidecar beside a sound file tells, or only the file's name."""
    sidecar = read_sidecar(path)
    return plan_of_sidecar(sidecar) if sidecar else Plan(path.name)


def play(preset: "Preset", report: Report) -> tuple[Sketch, Plan]:
    """Play a preset for nobody: sketch it as its master will have it, and keep no sound.

    What the master's limiter takes from single peaks is shown as held at its ceiling.
    """
    from ambience.engine import Engine
    from ambience.mastering import fade_gains
    from ambience.sound.master import MASTERS, gain_to_target

    report(Progress("compiling", 0.0))
    engine = Engine(preset)
    length_frames = engine.length_frames
    require(length_frames > 0, "look", "duration_s", preset.duration_s, "is shorter than one frame")
    sketcher = Sketcher(engine.sample_rate_hz, length_frames)
    for audio in engine.blocks(length_frames):
        start = engine.frame - len(audio)
        sketcher.add(audio * fade_gains(start, len(audio), length_frames, engine.sample_rate_hz))
        report(Progress("rendering", engine.frame / length_frames))
    score = engine.score()
    engine.close()
    master = MASTERS[preset.master.name]
    gain_db = gain_to_target(master, sketcher.meter.integrated_lufs())
    ceiling_gain = db_to_gain(0.0 if master.ceiling_dbtp is None else master.ceiling_dbtp)
    return sketcher.sketch().louder(gain_db, ceiling_gain), plan_of_score(score)


def _check(target: Path, force: bool) -> None:
    if target.suffix.lower() != ".png":
        raise ParameterError(explain("look", "--out", str(target), "must end in .png"))
    refuse_existing(target, force)
