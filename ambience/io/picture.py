"""Pictures, and the one door to matplotlib: a whole piece on one page."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ambience.errors import ParameterError, explain
from ambience.io import picture_panels as panels
from ambience.io.atomic import write_whole
from ambience.io.picture_panels import FAINT, INK, PANEL, PAPER, QUIET
from ambience.io.plan import Plan
from ambience.sound.sketch import Sketch

_DPI, _WIDTH_IN, _LEFT_IN = 100, 12.0, 0.86
_RIGHT_IN = _WIDTH_IN - _LEFT_IN - panels.WIDTH_IN
_TOP_IN, _BOTTOM_IN, _GAP_IN = 1.0, 0.46, 0.12
_STYLE = {
    "font.family": "DejaVu Sans", "font.size": 10.0, "text.color": INK, "axes.edgecolor": FAINT,
    "axes.facecolor": PANEL, "axes.labelcolor": QUIET, "axes.linewidth": 0.8, "xtick.color": QUIET,
    "ytick.color": QUIET, "xtick.labelsize": 9.5, "ytick.labelsize": 9.0, "ytick.major.size": 0.0,
    "xtick.major.size": 3.0, "grid.color": FAINT, "grid.linewidth": 0.6,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Panel:
    """One row of the page."""

    height_in: float
    label: str
    draw: Callable[[Any, Sketch, Plan], None]
    wanted: Callable[[Plan], bool] = lambda _: True


def require_plots() -> None:
    """Raise `ParameterError` unless pictures can be drawn."""
    try:
        import matplotlib  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    except ImportError:
        rule = "needs matplotlib, which is not installed"
        hint = 'Install it with: pip install "ambience-toolkit[plots]"'
        raise ParameterError(explain("look", "", None, rule, hint)) from None


def save_picture(target: Path, sketch: Sketch, plan: Plan, *, force: bool = False) -> None:
    """Draw a piece on one page as a PNG; the same piece gives the same bytes.

    Parameters
    ----------
    target : Path
        File to write.
    sketch : Sketch
        How it sounds.
    plan : Plan
        What is known of how it is made; panels of what is not known are left out.
    force : bool
        Replace a file that exists.

    Raises
    ------
    ParameterError
        If matplotlib is missing, or the file exists and is not to be replaced.
    """
    require_plots()
    import matplotlib  # type: ignore[import-not-found,unused-ignore]

    def write(opened: BinaryIO) -> None:
        figure.savefig(opened, format="png", dpi=_DPI, facecolor=PAPER, metadata={"Software": None})

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # not the user's own style: the same picture everywhere
        matplotlib.rcParams.update(_STYLE)  # type: ignore[arg-type,unused-ignore]
        figure = _page(sketch, plan)
        write_whole(target, write, force=force)


def _page(sketch: Sketch, plan: Plan) -> Any:
    """Lay the panels out from the top, all on one time axis."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # type: ignore[import-not-found,unused-ignore]
    from matplotlib.figure import Figure  # type: ignore[import-not-found,unused-ignore]

    rows = [panel for panel in _PANELS if panel.wanted(plan)]
    height_in = _TOP_IN + sum(panel.height_in + _GAP_IN for panel in rows) - _GAP_IN + _BOTTOM_IN
    figure = Figure(figsize=(_WIDTH_IN, round(height_in * _DPI) / _DPI))
    FigureCanvasAgg(figure)
    _write_head(figure, sketch, plan, height_in)
    top_in, width = height_in - _TOP_IN, 1.0 - (_LEFT_IN + _RIGHT_IN) / _WIDTH_IN
    for panel in rows:
        place = (_LEFT_IN / _WIDTH_IN, (top_in - panel.height_in) / height_in, width, panel.height_in / height_in)
        axes = figure.add_axes(place)
        axes.set_xlim(0.0, sketch.length_s)
        axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
        panel.draw(axes, sketch, plan)
        panels.draw_rules(axes, plan)
        axes.set_axisbelow(True)
        axes.tick_params(labelbottom=panel is rows[-1], bottom=panel is rows[-1])
        middle = (top_in - panel.height_in / 2) / height_in
        figure.text(0.16 / _WIDTH_IN, middle, panel.label, rotation=90, va="center", ha="left", color=QUIET, size=9)
        top_in -= panel.height_in + _GAP_IN
    _write_clock(axes, sketch.length_s)
    return figure


def _write_head(figure: Any, sketch: Sketch, plan: Plan, height_in: float) -> None:
    left, right = _LEFT_IN / _WIDTH_IN, 1.0 - _RIGHT_IN / _WIDTH_IN
    figure.text(left, 1.0 - 0.46 / height_in, plan.title, size=19, va="center")
    figure.text(left, 1.0 - 0.76 / height_in, plan.subtitle, size=10, va="center", color=QUIET)
    level = f"{sketch.integrated_lufs:.1f} LUFS   ·   {sketch.true_peak_dbtp:.1f} dBTP".replace("-", "\N{MINUS SIGN}")
    figure.text(right, 1.0 - 0.76 / height_in, level, size=10, va="center", ha="right", color=QUIET)


def _write_clock(axes: Any, length_s: float) -> None:
    step_s = next((step for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if length_s / step <= 12), 1800)
    ticks = np.arange(0.0, length_s + 1e-6, step_s)
    axes.set_xticks(ticks, [f"{int(at) // 60}:{int(at) % 60:02}" for at in ticks])


_PANELS = (
    _Panel(0.30, "", panels.draw_form, lambda plan: bool(plan.stays)),
    _Panel(0.85, "waveform", panels.draw_waveform),
    _Panel(0.80, "LUFS (3 s)", panels.draw_loudness),
    _Panel(0.78, "tension", panels.draw_tension, lambda plan: plan.tension is not None),
    _Panel(0.55, "tempo", panels.draw_tempo, lambda plan: plan.tension is None and bool(plan.tempos)),
    _Panel(2.10, "spectrum (Hz)", panels.draw_spectrogram),
    _Panel(0.78, "theme", panels.draw_theme, lambda plan: bool(plan.occurrences)),
    _Panel(2.10, "notes", panels.draw_notes, lambda plan: bool(plan.notes)),
)
