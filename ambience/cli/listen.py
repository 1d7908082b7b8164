"""What `ambience listen` reports: what was heard, held against the limits of a careful delivery."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ambience.io.sidecar import to_json
from ambience.io.sidecar_reading import read_sidecar
from ambience.io.wav import HeardFile
from ambience.sound.listening import OCTAVES_HZ, Hearing, Listener

_BLOCK_FRAMES = 65_536
_LOSSY = ("VORBIS", "OPUS", "MPEG")
_LOUDNESS_LUFS = (-45.0, -9.0)  # a quiet bed for dialogue to a loud trailer
_PEAK_DBTP = {False: -0.9, True: 0.0}  # EBU R 128, 2020: -1, and 0.1 for the meter; a lossy copy overshoots
_DC_DB = -60.0
_CORRELATION, _WORST_CORRELATION = 0.0, -0.5  # below, a mono sum loses the bass or a whole voice
_REPEATED_SHARE = 0.05
_SIDECAR_LU = {False: 0.1, True: 0.3}
_SIDECAR_RANGE_LU = {False: 0.1, True: 0.5}
_SIDECAR_PEAK_DB = {False: 0.1, True: 1.5}
_SHOWN = 8  # places named in the text


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured value and its limits; None where there is none."""

    name: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    places_s: tuple[float, ...] = ()

    @property
    def passed(self) -> bool | None:
        """Whether the limits hold; None where there are none, or nothing to hold against them."""
        if (self.low is None and self.high is None) or math.isnan(self.value):
            return None
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


@dataclass(frozen=True, slots=True)
class Report:
    """All that is said about a file."""

    file: Path
    kind: str
    sample_rate_hz: int
    hearing: Hearing
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether no limit is broken."""
        return all(finding.passed is not False for finding in self.findings)


def listen(file: Path) -> Report:
    """Listen to a file once, a block at a time; it is held against the sidecar beside it, where there is one."""
    heard = HeardFile(file)
    listener = Listener(heard.sample_rate_hz)
    for audio in heard.blocks(_BLOCK_FRAMES):
        listener.add(audio)
    hearing = listener.hearing()
    lossy = any(word in heard.kind for word in _LOSSY)
    findings = [*_findings(hearing, lossy)]
    if sidecar := read_sidecar(file):
        findings += _distances(hearing, sidecar, lossy, heard.sample_rate_hz)
    return Report(file, heard.kind, heard.sample_rate_hz, hearing, tuple(findings))


def report_json(report: Report) -> str:
    """Write a report as JSON."""
    hearing = report.hearing
    document = {
        "file": str(report.file),
        "kind": report.kind,
        "sample_rate_hz": report.sample_rate_hz,
        "length_s": hearing.length_s,
        "passed": report.passed,
        "findings": [asdict(finding) | {"passed": finding.passed} for finding in report.findings],
        "octaves": [{"center_hz": hz, "level_db": level} for hz, level in _octaves(hearing)],
    }
    return to_json(document)


def report_text(report: Report) -> str:
    """Write a report for a reader."""
    marks = {True: "ok", False: "FAIL", None: ""}
    lines = [f"{report.file}: {report.kind}, {report.sample_rate_hz} Hz, {_clock(report.hearing.length_s)}", ""]
    for finding in report.findings:
        value = f"{_number(finding.value)} {finding.unit}"
        line = f"  {finding.name:<28} {value:<16} {_limits(finding):<20} {marks[finding.passed]}".rstrip()
        lines.append(line)
        if finding.places_s and (finding.passed is False or finding.unit != "in all"):
            more = " …" if len(finding.places_s) > _SHOWN else ""
            lines.append(f"    at {', '.join(_clock(at_s) for at_s in finding.places_s[:_SHOWN])}{more}")
    lines += ["", "  octaves, dB below the whole"]
    lines += [
        f"  {_hertz(hz):>6} {level:6.1f}  {'▪' * max(0, round((level + 60.0) / 2.0))}"
        for hz, level in _octaves(report.hearing)
    ]
    broken = sum(finding.passed is False for finding in report.findings)
    lines += ["", "passed" if not broken else f"{broken} limit{'s' if broken > 1 else ''} broken"]
    return "\n".join(lines) + "\n"


def _findings(hearing: Hearing, lossy: bool) -> Iterator[Finding]:
    left_db, right_db = hearing.dc_db
    gaps, clicks = hearing.gaps, hearing.clicks_s
    worst_at = () if math.isnan(hearing.worst_correlation_at_s) else (hearing.worst_correlation_at_s,)
    yield Finding("integrated loudness", hearing.integrated_lufs, "LUFS", *_LOUDNESS_LUFS)
    yield Finding("short-term maximum", hearing.short_term_max_lufs, "LUFS")
    yield Finding("loudness range", hearing.range_lu, "LU")
    yield Finding("true peak", hearing.true_peak_dbtp, "dBTP", high=_PEAK_DBTP[lossy])
    yield Finding("DC left", left_db, "dBFS", high=_DC_DB)
    yield Finding("DC right", right_db, "dBFS", high=_DC_DB)
    yield Finding("clicks", float(len(clicks)), "in all", high=0.0, places_s=clicks)
    yield Finding("clipped runs", float(hearing.clipped_runs), "in all", high=0.0)
    yield Finding("frames that are no number", float(hearing.broken_frames), "in all", high=0.0)
    gap_places = tuple(gap.at_s for gap in gaps)
    yield Finding("silence within", sum((gap.length_s for gap in gaps), 0.0), "s", high=0.0, places_s=gap_places)
    yield Finding("stereo correlation", hearing.correlation, "", low=_CORRELATION)
    yield Finding("worst 3 s of it", hearing.worst_correlation, "", low=_WORST_CORRELATION, places_s=worst_at)
    yield Finding("repeated blocks of 4 s", 100.0 * hearing.repeated_share, "%", high=100.0 * _REPEATED_SHARE)


def _distances(hearing: Hearing, sidecar: dict[str, Any], lossy: bool, rate_hz: int) -> Iterator[Finding]:
    """Hold what was heard against what the render wrote down; null stands for silence."""
    said, length_s = sidecar["loudness"], sidecar["audio"]["length_s"]
    heard = (
        ("loudness", hearing.integrated_lufs, "integrated_lufs", "LU", _SIDECAR_LU),
        ("range", hearing.range_lu, "range_lu", "LU", _SIDECAR_RANGE_LU),
        ("true peak", hearing.true_peak_dbtp, "true_peak_db", "dB", _SIDECAR_PEAK_DB),
    )
    for name, value, key, unit, most in heard:
        wrote = -math.inf if said[key] is None else float(said[key])
        distance = 0.0 if value == wrote else value - wrote
        yield Finding(f"{name} against sidecar", distance, unit, -most[lossy], most[lossy])
    missing = round(hearing.length_s * rate_hz) - round(length_s * rate_hz)
    yield Finding("length against sidecar", float(missing), "frames", 0.0, 0.0)


def _octaves(hearing: Hearing) -> Iterator[tuple[float, float]]:
    return zip(OCTAVES_HZ, hearing.octaves_db, strict=True)


def _limits(finding: Finding) -> str:
    low, high = finding.low, finding.high
    if low is not None and high is not None:
        return "exactly 0" if low == high == 0.0 else f"{low:g} to {high:g}"
    if low is not None:
        return f"at least {low:g}"
    return "" if high is None else "none" if high == 0.0 and finding.unit in ("in all", "s") else f"at most {high:g}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.0f}" if value == round(value, 6) and abs(value) < 1e9 and value == int(value) else f"{value:.2f}"


def _hertz(center_hz: float) -> str:
    return f"{center_hz / 1000:g}k" if center_hz >= 1000 else f"{center_hz:g}"


def _clock(time_s: float) -> str:
    return f"{int(time_s) // 60}:{time_s % 60:06.3f}"
