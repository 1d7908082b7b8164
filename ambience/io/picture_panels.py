"""The panels of a picture: each draws one view of a piece on axes that it is given."""

import math
from typing import Any

import numpy as np

from ambience.io.plan import Plan, Stay
from ambience.sound.sketch import HIGHEST_HZ, LOWEST_HZ, Sketch
from ambience.units import AnyArray, FloatArray

PAPER, PANEL, INK, QUIET, FAINT = "#0d0f14", "#12151c", "#e8e6e1", "#8b90a0", "#262b36"
WIDTH_IN = 10.82  # of every panel

_SOUND, _BODY, _LOUDNESS, _TENSION = "#6f8fb5", "#b9cbe2", "#d8c9a3", "#c25b4e"
_HEARD = "#f0d9b0"
_GLOW = ("#0d0f14", "#141c33", "#223a63", "#37698a", "#7f9f8a", "#e0b66c", "#fbeed0")  # silence to loudest
_STATES = ("#465b7c", "#9c783d", "#8e443f", "#4c7a72", "#745a86", "#6b7646", "#91655c", "#526d88")
_STEMS = {
    "drones": "#5f7fc0", "theme": "#efbb55", "orchestra": "#c9805a", "percussion": "#d4544a", "body": "#7fb594",
    "fx": "#9a8fb0",
}  # fmt: skip
_TRANSFORMS = ("#efbb55", "#7fb594", "#8fb0e0", "#d4746a", "#b79ad0", "#c9b98f", "#7fb9c4", "#d49ab4")
_RANGE_DB, _CONTRAST = 72.0, 1.35  # of the spectrogram, from its loudest; more keeps the middle darker
_RANGE_LU = 30.0
_AROUND_IN = 0.1  # free at both ends of a name
_LETTERS = ((10.0, 0.080), (8.5, 0.069), (7.5, 0.061))  # size of type, width of a letter in inches


def draw_rules(axes: Any, plan: Plan) -> None:
    """Draw a hair line through a panel where a state begins."""
    for stay in plan.stays:
        if stay.start_s > 0.0 and not stay.bridge:
            axes.axvline(stay.start_s, color=INK, lw=0.6, alpha=0.2, zorder=1.5)


def draw_form(axes: Any, sketch: Sketch, plan: Plan) -> None:
    """Draw states as blocks, and bridges as one color turning into the next."""
    names = dict.fromkeys(stay.name for stay in plan.stays if not stay.bridge)
    colors = {name: _STATES[index % len(_STATES)] for index, name in enumerate(names)}
    for stay, after in zip(plan.stays, (*plan.stays[1:], None), strict=True):
        ends = stay.name.split(" > ") if stay.bridge else (stay.name,)
        image = _shade(np.linspace(0.0, 1.0, 64)[np.newaxis], [colors.get(name, QUIET) for name in ends])
        image = (0.72 * image).astype(np.uint8) if stay.bridge else image
        axes.imshow(image, extent=(stay.start_s, stay.end_s, 0.0, 1.0), aspect="auto")
        if not stay.bridge:
            room_s = (after.end_s if after and after.bridge else stay.end_s) - stay.start_s
            _label(axes, stay, room_s / sketch.length_s * WIDTH_IN)
    axes.set(ylim=(0.0, 1.0), yticks=[], xlim=(0.0, sketch.length_s))


def draw_waveform(axes: Any, sketch: Sketch, plan: Plan) -> None:
    """Draw peaks and, within them, the level of the body of the sound."""
    count = len(sketch.rms_gain)
    times_s = (np.arange(count) + 0.5) * sketch.length_s / count
    axes.fill_between(times_s, sketch.low_gain, sketch.high_gain, color=_SOUND, alpha=0.5, lw=0)
    axes.fill_between(times_s, -sketch.rms_gain, sketch.rms_gain, color=_BODY, alpha=0.85, lw=0)
    axes.set(ylim=(-1.05, 1.05), yticks=[])


def draw_loudness(axes: Any, sketch: Sketch, plan: Plan) -> None:
    """Draw the loudness of every three seconds, and that of the whole as a broken line."""
    top = 5.0 * math.ceil((float(np.max(sketch.short_term_lufs, initial=-70.0)) + 1.0) / 5.0)
    levels = np.maximum(sketch.short_term_lufs, top - _RANGE_LU)
    axes.fill_between(sketch.short_term_at_s, levels, top - _RANGE_LU, color=_LOUDNESS, alpha=0.13, lw=0)
    axes.plot(sketch.short_term_at_s, levels, color=_LOUDNESS, lw=1.3)
    axes.axhline(sketch.integrated_lufs, color=_LOUDNESS, lw=0.8, alpha=0.6, dashes=(4, 3))
    _scale(axes, (top - _RANGE_LU, top), {f"{tick:.0f}".replace("-", "\N{MINUS SIGN}"): tick
                                          for tick in (top - 20.0, top - 10.0)})  # fmt: skip


def draw_tension(axes: Any, sketch: Sketch, plan: Plan) -> None:
    """Draw the tension that was asked for as a field, and what is heard of it in the notes as a line."""
    points = plan.tension if plan.tension is not None else np.zeros((1, 3))
    times_s, requested, realized = np.vstack((points, (sketch.length_s, *points[-1, 1:]))).T
    axes.fill_between(times_s, requested, color=_TENSION, alpha=0.32, lw=0)
    axes.plot(times_s, requested, color=_TENSION, lw=0.8, alpha=0.8)
    axes.plot(times_s, realized, color=_HEARD, lw=1.3)
    _legend(axes, {"asked": _TENSION, "heard": _HEARD})
    _scale(axes, (0.0, 1.45), {"0": 0.0, ".5": 0.5, "1": 1.0})


def draw_tempo(axes: Any, sketch: Sketch, plan: Plan) -> None:
    """Draw the tempo map."""
    times_s, tempos_bpm = zip(*plan.tempos, (sketch.length_s, plan.tempos[-1][1]), strict=True)
    axes.step(times_s, tempos_bpm, where="post", color=_TENSION, lw=1.3)
    ends = (min(tempos_bpm), max(tempos_bpm))
    _scale(axes, (0.0, 1.25 * ends[1]), {f"{tempo:.0f}": tempo for tempo in ends})


def draw_spectrogram(axes: Any, sketch: Sketch, plan: Plan) -> None:
    """Draw the spectrum over time, octaves evenly spaced."""
    loudest = float(np.percentile(sketch.spectrum_db, 99.95))
    glow = np.clip((sketch.spectrum_db.T - loudest) / _RANGE_DB + 1.0, 0.0, 1.0) ** _CONTRAST
    image = _shade(glow, _GLOW)
    octaves = math.log2(HIGHEST_HZ / LOWEST_HZ)
    extent = (0.0, sketch.length_s, 0.0, octaves)
    axes.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
    ticks = {"50": 50.0, "100": 100.0, "200": 200.0, "500": 500.0, "1k": 1e3, "2k": 2e3, "5k": 5e3, "10k": 1e4}
    axes.set_yticks([math.log2(hz / LOWEST_HZ) for hz in ticks.values()], list(ticks))


def draw_theme(axes: Any, sketch: Sketch, plan: Plan) -> None:
    """Draw every appearance of the theme, as high as it is like the theme, colored by its transform."""
    kinds = dict.fromkeys(occurrence.transform.split(" ")[0] for occurrence in plan.occurrences)
    colors = {kind: _TRANSFORMS[index % len(_TRANSFORMS)] for index, kind in enumerate(kinds)}
    for occurrence in plan.occurrences:
        color = colors[occurrence.transform.split(" ")[0]]
        axes.plot((occurrence.at_s,) * 2, (0.0, occurrence.similarity), color=color, lw=1.4, alpha=0.8)
        axes.plot(occurrence.at_s, occurrence.similarity, "o", color=color, ms=6.0, mec=PANEL, zorder=4, clip_on=False)
    _scale(axes, (0.0, 1.85), {"0": 0.0, "1": 1.0})
    _legend(axes, colors)


def draw_notes(axes: Any, sketch: Sketch, plan: Plan) -> None:
    """Draw the piano roll, colored by stem group, the louder the brighter."""
    order = list(_STEMS)
    groups = sorted(plan.notes, key=lambda group: order.index(group[0]) if group[0] in order else len(order))
    least_s = sketch.length_s / 500.0  # a stroke is seen, however short
    for stem, notes in groups:
        starts_s, ends_s, pitches, velocities = notes.T
        quietest = 0.2 if stem == "drones" else 0.4  # what always sounds stays in the background
        alphas = np.minimum(quietest + 0.6 * velocities, 1.0)
        colors = np.column_stack((np.tile(_rgb(_STEMS.get(stem, QUIET)) / 255.0, (len(notes), 1)), alphas))
        axes.hlines(pitches, starts_s, np.maximum(ends_s, starts_s + least_s), colors=colors, lw=2.3, capstyle="butt")
    every_pitch = np.concatenate([notes[:, 2] for _, notes in groups])
    low, high = float(every_pitch.min()) - 3.0, float(every_pitch.max()) + 13.0  # room for the legend
    _scale(axes, (low, high), {f"C{p // 12 - 1}": float(p) for p in range(0, 128, 12) if low < p < high - 10.0})
    _legend(axes, {stem: _STEMS.get(stem, QUIET) for stem, _ in groups})


def _label(axes: Any, stay: Stay, room_in: float) -> None:
    """Write state and role into a block, the state alone where there is little room, smaller or cut short."""
    words = [f"{stay.name}, {stay.role}"] * bool(stay.role) + [stay.name]
    fitting = [
        (text, size) for text in words for size, letter_in in _LETTERS if len(text) * letter_in + _AROUND_IN <= room_in
    ]
    smallest, letter_in = _LETTERS[-1]
    letters = int((room_in - _AROUND_IN) / letter_in)
    if not fitting and letters < min(3, len(stay.name)):
        return
    text, size = fitting[0] if fitting else (f"{stay.name[: letters - 1]}…", smallest)
    axes.annotate(text, (stay.start_s, 0.5), (6, -0.5), textcoords="offset points", va="center", size=size, color=INK)


def _scale(axes: Any, limits: tuple[float, float], ticks: dict[str, float]) -> None:
    axes.set_ylim(*limits)
    axes.set_yticks(list(ticks.values()), list(ticks))
    axes.grid(visible=True, axis="y")


def _legend(axes: Any, colors: dict[str, str]) -> None:
    for name, color in colors.items():
        axes.plot([], [], "o", color=color, ms=5.5, label=name)
    legend = axes.legend(
        loc="upper right", ncols=len(colors), fontsize=9, labelcolor=QUIET, borderaxespad=0.1, handletextpad=0.1,
        columnspacing=1.2, facecolor=PANEL, edgecolor=PANEL, framealpha=1.0, fancybox=False, borderpad=0.35,
    )  # fmt: skip
    legend.set_zorder(5)


def _shade(values: FloatArray, colors: "list[str] | tuple[str, ...]") -> AnyArray:
    """Turn values 0..1 into an image along a row of colors."""
    stops = np.array([_rgb(color) for color in colors])
    places = np.linspace(0.0, 1.0, len(stops)) if len(stops) > 1 else np.zeros(1)
    return np.stack([np.interp(values, places, stops[:, part]) for part in range(3)], axis=-1).astype(np.uint8)


def _rgb(color: str) -> FloatArray:
    return np.array([int(color[first : first + 2], 16) for first in (1, 3, 5)], dtype=np.float64)
