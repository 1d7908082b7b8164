"""Where the process begins: signals are heeded before anything that takes time is imported."""

from typing import NoReturn

from ambience.cli.signals import Stopped, end, heed_signals


def main() -> NoReturn:
    """Run the command line and end the process with its status."""
    heed_signals()
    try:
        from ambience.cli import commands as cli
    except Stopped as stopped:
        end(stopped)
    cli.main()


if __name__ == "__main__":
    main()
