"""Lets `python -m ambience` be the command."""

from ambience.cli import main

main()
