"""What a command says on standard output."""

import click


def say(text: str) -> None:
    """Write text that ends its own lines."""
    click.echo(text, nl=False)


def say_json(document: object) -> None:
    """Write one JSON document."""
    from ambience.io.sidecar import to_json

    say(to_json(document))
