"""What to say to a mistyped command."""

import click


class GuessingGroup(click.Group):
    """A group that guesses what a mistyped command was to be."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or suggest the nearest one."""
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            from ambience.plugins import suggest

            ctx.fail(f"No such command {word!r}. {suggest(word, tuple(self.list_commands(ctx)))}")
        return super().resolve_command(ctx, args)
