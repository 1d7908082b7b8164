"""How Csound is asked: our own orchestra, and a score of a line a note."""

from collections.abc import Sequence
from pathlib import Path

from systems.system import System

BLOCKS_FRAMES = (64, 256)
_HERE = Path(__file__).parent / "csound"
_LONGEST_S = {"drones": float("inf"), "strings": 8.0}
_NUMBERS = {"drones": 1, "strings": 2}


def notes(text: Path, bus: str, folder: Path, length_s: float, then: tuple[tuple[str, ...], ...] = ()) -> list[System]:
    """Play a file of notes onto a bus, dry or mixed; a row for each block size."""
    orchestra = _join(folder / f"{bus}.orc", "voices", bus)
    score = folder / f"{text.stem}-{length_s:g}.sco"
    score.write_text("".join(_event(line.split(), length_s) for line in text.read_text().splitlines()) + _bus(length_s))
    return [_system("Csound", block, (), orchestra, score, folder, length_s, then) for block in BLOCKS_FRAMES]


def room(name: str, call: str, dry: Path, folder: Path, length_s: float) -> System:
    """Send a sound file through a reverberator, given as Csound calls it."""
    score = folder / f"room-{length_s:g}.sco"
    score.write_text(_bus(length_s))
    macros = (f"--omacro:DRY={dry}", f"--omacro:ROOM={call}")
    return _system(name, BLOCKS_FRAMES[-1], macros, _HERE / "room.orc", score, folder, length_s, ())


def _system(
    name: str, block: int, macros: Sequence[str], orchestra: Path, score: Path, folder: Path, length_s: float,
    then: tuple[tuple[str, ...], ...],
) -> System:  # fmt: skip
    name = f"{name}, blocks of {block}"
    target = folder / f"{name.replace(' ', '-')}-{length_s:g}.wav"
    options = ("-d", "-m0", "-W", "-f", f"--omacro:BLOCK={block}", *macros, "-o", str(target))
    commands = (("csound", *options, str(orchestra), str(score)), *(_filled(words, target) for words in then))
    return System(name, "peer", commands, target, length_s, needs=tuple(words[0] for words in commands))


def _event(words: Sequence[str], length_s: float) -> str:
    kind, number, onset_s, frequency_hz, pan = words
    lasts_s = min(length_s - float(onset_s), _LONGEST_S[kind])
    return f"i {_NUMBERS[kind]} {onset_s} {lasts_s:.6f} {number} {frequency_hz} {pan}\n"


def _bus(length_s: float) -> str:
    return f"i 99 0 {length_s:g}\ne\n"


def _filled(words: Sequence[str], target: Path) -> tuple[str, ...]:
    return tuple(str(target) if word == "SOUND" else word for word in words)


def _join(target: Path, *names: str) -> Path:
    target.write_text("\n".join((_HERE / f"{name}.orc").read_text() for name in names))
    return target
