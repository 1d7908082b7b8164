"""Where the process begins: signals are heeded before anything that takes time is imported."""

import gc
import os
from typing import NoReturn

from ambience.cli.signals import Stopped, end_stopped, heed_signals

_COLLECTED_AFTER = 100_000  # new objects, not 700: imports and bars make many that stay, a tenth of the time went there


def main() -> NoReturn:
    """Run the command line and end the process with its status."""
    heed_signals()
    gc.set_threshold(_COLLECTED_AFTER, 10, 10)
    # Memory in large pages saves nothing here, and to find room for one takes the kernel longer than to use it.
    os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
    # To look for plugins of its own, pydantic reads the papers of every package that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from ambience.cli import commands as cli
    except Stopped as stopped:
        end_stopped(stopped)
    cli.main()


if __name__ == "__main__":
    main()
