"""Bar lines: meter, key, tempo and rehearsal marks, which all players share."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ambience.io.spelling import signature
from ambience.io.voices import GRID, to_step
from ambience.music.sheet import Score, Section


@dataclass(frozen=True, slots=True)
class Measure:
    """One bar, the same for all staves; times in steps of the grid from the start of the piece."""

    start: int
    length: int
    beats: int  # upper number of the meter
    unit: int  # lower number
    rehearsal: str = ""
    remark: str = ""
    tempo_bpm: float = 0.0  # 0: as before
    fifths: int = 0  # key signature in sharps, sounding
    double_bar: bool = False  # at its end

    @property
    def beat(self) -> int:
        """Steps of a beat: a dotted quarter in 6/8, 9/8 and 12/8."""
        compound = self.unit == 8 and self.beats > 3 and self.beats % 3 == 0
        return 4 * GRID // self.unit * (3 if compound else 1)

    @property
    def half(self) -> int:
        """Steps of half a bar, or 0 if it has no middle."""
        return self.length // 2 if self.length % (2 * self.beat) == 0 else 0


def measures(score: Score, end_beats: float) -> Iterator[Measure]:
    """Rule the bars of a score up to the one in which all has ended; a meter that changes within a bar ends it."""
    changes = {to_step(meter.at_beats): meter for meter in score.meters}
    tempos = {to_step(tempo.at_beats): tempo.tempo_bpm for tempo in score.tempos}
    letters = {to_step(s.at_beats): _rehearsal(s) for s in score.sections}
    bridges = [marker for marker in score.markers if marker.text.startswith("bridge")]
    remarks = {to_step(m.at_beats): f"to {_name(m.text.rpartition('> ')[2])}" for m in bridges}
    keys = [to_step(key.at_beats) for key in score.keys]
    last = max(to_step(min(end_beats, score.length_beats)), 1)
    meter = score.meters[0]
    start = 0
    while start < last:
        meter = changes.get(start, meter)
        full = meter.beats * 4 * GRID // meter.unit
        next_change = min((at for at in changes if at > start), default=start + full)
        length = min(full, next_change - start)
        span = range(start, start + length)
        yield Measure(
            start,
            length,
            meter.beats,
            meter.unit,
            next((text for at, text in letters.items() if at in span), ""),
            next((text for at, text in remarks.items() if at in span), ""),
            next((bpm for at, bpm in tempos.items() if at in span), 0.0),
            signature(score.keys[max(bisect_right(keys, start) - 1, 0)].scale),
            start + length in letters,
        )
        start += length


def _rehearsal(section: Section) -> str:
    role = f", {section.role}" if section.role else ""
    return f"{section.letter}  {_name(section.state)}{role}"


def _name(state: str) -> str:
    return state.replace("_", " ").title()
