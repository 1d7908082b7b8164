"""Renders every way from one state of a piece to another, as somebody would ask for it live, for an ear to judge.

python tests/bench/transitions.py --out DIR [--preset single-piece] [--seeds 3] [--when bar] [--dwell 24]

For every seed DIR gets one WAV in which each ordered pair of states follows once, its session log, and a list of the
moments: when each state was asked for, when the music answered, and when the state began.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import soundfile

import ambience
from ambience.engine import Engine
from ambience.io.session import session_of, write_session
from ambience.mastering import session_level
from ambience.preset import Preset
from ambience.sound.block import QUANTUM_FRAMES
from ambience.units import Audio

_RATE_HZ = 48_000
_STEP_FRAMES = 32 * QUANTUM_FRAMES
_LONGEST_S = 120.0  # from a wish to its state


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens on the way from one state to another."""

    t: float  # seconds from the start
    state: str  # to which the way leads
    before: str
    what: str  # "asked", "answered" or "begun"


class Take:
    """An engine whose sound goes into a file."""

    def __init__(self, preset: Preset, path: Path) -> None:
        self.engine = Engine(preset, sample_rate_hz=_RATE_HZ, endless=True)
        self._limiter = session_level(preset, _RATE_HZ)
        self._file = soundfile.SoundFile(path, "w", _RATE_HZ, 2, "PCM_24")

    @property
    def at_s(self) -> float:
        """How much there is."""
        return self.engine.frame / _RATE_HZ

    def play(self, frames: int) -> None:
        """Go on."""
        self._write(self._limiter.process(self.engine.render(frames)))

    def go_to(self, state: str, when: str) -> Iterator[Moment]:
        """Ask for a state and play until it has begun."""
        before = self.engine.now().state
        yield Moment(self.at_s, state, before, "asked")
        answer = self.engine.set_state(state, when=when)
        until_s = self.at_s + _LONGEST_S
        while (now := self.engine.now()).state != state:
            self.play(_STEP_FRAMES)
            if self.at_s > until_s:
                raise SystemExit(f"{before} > {state}: asked for in vain")
        begun_s = now.at_s - now.beat * 60.0 / now.tempo_bpm
        if answer.at_s < begun_s - 0.01:
            yield Moment(answer.at_s, state, before, "answered")
        yield Moment(begun_s, state, before, "begun")

    def close(self) -> None:
        """Write what is left."""
        self._write(self._limiter.flush())
        self._file.close()
        self.engine.close()

    def _write(self, audio: Audio) -> None:
        self._file.write(audio)


def round_trip(states: tuple[str, ...]) -> list[str]:
    """Order the states so that every one follows every other exactly once, and the last is the first again.

    Notes
    -----
    A circuit through all edges of the complete directed graph: C. Hierholzer, Mathematische Annalen 6, 1873.
    """
    left = {state: [other for other in states if other != state] for state in states}
    path, circuit = [states[0]], []
    while path:
        if left[path[-1]]:
            path.append(left[path[-1]].pop())
        else:
            circuit.append(path.pop())
    return circuit[::-1]


def render(preset: Preset, folder: Path, when: str, dwell_s: float) -> None:
    """Play one round trip."""
    name = folder / f"{folder.name}-{preset.seed}"
    trip = round_trip(tuple(preset.states))
    take = Take(preset.override(state=trip[0]), name.with_suffix(".wav"))
    take.play(round(dwell_s * _RATE_HZ))
    moments: list[Moment] = []
    for state in trip[1:]:
        moments += take.go_to(state, when)
        take.play(round(dwell_s * _RATE_HZ))
    take.close()
    log = session_of(preset, _RATE_HZ, tuple(take.engine.log), held_state=trip[0], length_s=take.at_s)
    write_session(log, name.with_suffix(".toml"), force=True)
    name.with_suffix(".states.json").write_text(json.dumps([asdict(moment) for moment in moments], indent=1))
    print(f"{name}.wav: {len(trip) - 1} transitions in {take.at_s / 60:.1f} min", flush=True)


def main() -> None:
    """Render a round trip for each seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", default="single-piece")
    parser.add_argument("--seeds", type=int, default=3, help="how many, from 1 on")
    parser.add_argument("--when", default="bar", choices=("now", "beat", "bar", "phrase"))
    parser.add_argument("--dwell", type=float, default=24.0, help="seconds in every state")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in range(1, options.seeds + 1):
        render(ambience.load(options.preset, seed=seed), options.out, options.when, options.dwell)


if __name__ == "__main__":
    main()
