"""How far a render has come: a bar with the time left on a terminal, nothing anywhere else."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ambience.rendering import Progress

_STAGES = {"compiling": "compiling kernels", "rendering": "rendering", "mastering": "mastering"}


class Reporter(Protocol):
    """Somebody who tells how far a render has come."""

    def show(self, progress: "Progress") -> None:
        """Show how far the work has come."""


class _Silence:
    def show(self, progress: "Progress") -> None:
        """Say nothing."""


class _Bar:
    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._task = bar.add_task("starting", total=1.0)
        bar.refresh()  # seen before anything heavy is imported

    def show(self, progress: "Progress") -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=progress.done, description=_STAGES[progress.stage])


@contextlib.contextmanager
def progress(*, shown: bool) -> Iterator[Reporter]:
    """Open a progress bar on stderr, or nothing at all."""
    if not shown:
        yield _Silence()
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Bars(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bars:
        yield _Bar(bars)
